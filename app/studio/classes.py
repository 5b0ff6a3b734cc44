"""Booking classes, cancelling, attending: the event, and the fact that rules ask about."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.contacts import people
from app.contacts.models import Contact
from app.db import db
from app.events.posting import How, posts
from app.studio import policy
from app.studio.models import Booking

CARRIED = ("template", "teacher", "discount_code", "membership", "class_id", "ends_at", "welcome_message")


@posts("class.booked")
def book_class(contact: Contact, data: dict[str, Any], how: How) -> int | None:
    """Somebody books a class: they are a client from now on (GEN-03). A repeat does nothing."""
    event_id = how.record("class.booked", contact, data)
    if event_id is None:
        return None
    # Named by nothing but the class, each posting is a booking of its own: there may be ten of "Hatha".
    is_told_apart = data.get("booking_id") or data.get("starts_at")
    booking = booking_of(contact, data) if is_told_apart else None
    if booking is None:
        db.session.add(_booking(contact, data, how))
    else:
        booking.cancelled_at = None
        booking.starts_at = _instant(data["starts_at"]) if data.get("starts_at") else booking.starts_at  # it may move
    people.make_client(contact, by=how.by, via="booking")
    return event_id


@posts("class.booking_cancelled")
def cancel_booking(contact: Contact, data: dict[str, Any], how: How) -> int | None:
    """A booking is cancelled: it counts no more. The policy judges, unless the other system has judged by its own."""
    booking = booking_of(contact, data)
    starts_at = _instant(data["starts_at"]) if data.get("starts_at") else booking.starts_at if booking else None
    judged = policy.judge(starts_at, how.at)
    told = _known_of(booking) | {"late": judged.late, "credit_lost": judged.credit_lost} | data
    event_id = how.record("class.booking_cancelled", contact, told)
    if event_id is not None and booking is not None:
        booking.cancelled_at = how.at
    return event_id


@posts("class.cancelled")
def cancel_class(contact: Contact, data: dict[str, Any], how: How) -> int | None:
    """The studio cancels a class that somebody had booked: their booking counts no more.

    The event says how they had paid, which decides how they are paid back (STU-10).
    """
    booking = booking_of(contact, data)
    event_id = how.record("class.cancelled", contact, _known_of(booking) | data)
    if event_id is not None and booking is not None:
        booking.cancelled_at = how.at
    return event_id


@posts("class.visited")
def visit_class(contact: Contact, data: dict[str, Any], how: How) -> int | None:
    """Somebody attends a class, booked before or not."""
    event_id = how.record("class.visited", contact, data)
    if event_id is None:
        return None
    booking = booking_of(contact, data)
    if booking is None:
        booking = _booking(contact, data, how)
        db.session.add(booking)
    booking.visited_at = booking.visited_at or how.at
    people.make_client(contact, by=how.by, via="booking")
    return event_id


def booking_of(contact: Contact, data: dict[str, Any]) -> Booking | None:
    """The booking an event is about: by the booking's id, else the contact's booking of that class not visited yet."""
    own = select(Booking).where(Booking.contact_id == contact.id, Booking.kind == "class")
    if data.get("booking_id"):
        return db.session.scalar(own.where(Booking.external_id == data["booking_id"]))
    if not data.get("class_name"):
        return None
    same = own.where(Booking.name == data["class_name"], Booking.visited_at.is_(None), Booking.cancelled_at.is_(None))
    if data.get("starts_at"):
        same = same.where(Booking.starts_at == _instant(data["starts_at"]))
    return db.session.scalars(same.order_by(Booking.booked_at.desc()).limit(1)).first()


def _known_of(booking: Booking | None) -> dict[str, Any]:
    """What a booking says of its class, for an event that names no more than the booking."""
    if booking is None:
        return {}
    starts_at = booking.starts_at.isoformat() if booking.starts_at else None
    said = {"class_name": booking.name, "location": booking.location, "paid_with": booking.paid_with}
    told = said | {"starts_at": starts_at} | {key: booking.data.get(key) for key in ("teacher", "membership")}
    return {key: value for key, value in told.items() if value}


def _booking(contact: Contact, data: dict[str, Any], how: How) -> Booking:
    return Booking(
        contact_id=contact.id,
        external_id=data.get("booking_id") or None,
        kind="class",
        name=data.get("class_name", ""),
        location=data.get("location", ""),
        paid_with=data.get("paid_with", ""),
        booked_at=how.at,
        starts_at=_instant(data["starts_at"]) if data.get("starts_at") else None,
        is_reported=how.is_reported,
        data={key: data[key] for key in CARRIED if data.get(key)},
    )


def _instant(said: str | datetime) -> datetime:
    return datetime.fromisoformat(said) if isinstance(said, str) else said

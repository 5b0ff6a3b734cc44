"""Booking appointments and cancelling them: the event, and the fact that rules and reminders ask about."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.contacts import people
from app.contacts.models import Contact
from app.db import db
from app.events.posting import How, posts
from app.studio.models import Booking

KIND = "appointment"
CARRIED = ("staff", "ends_at", "membership")


@posts("appointment.booked")
def book_appointment(contact: Contact, data: dict[str, Any], how: How) -> int | None:
    """Somebody books an appointment: they are a client from now on (GEN-03). A repeat does nothing.

    Booked again under the same id, it is the same appointment, perhaps at another time.
    """
    event_id = how.record("appointment.booked", contact, data)
    if event_id is None:
        return None
    booking = booking_of(contact, data)
    if booking is None:
        booking = Booking(contact_id=contact.id, kind=KIND, external_id=data.get("booking_id") or None)
        booking.booked_at, booking.is_reported = how.at, how.is_reported
        db.session.add(booking)
    booking.name = data.get("service", "")
    booking.location = data.get("location", "")
    booking.paid_with = data.get("paid_with", "")
    booking.starts_at = _instant(data.get("starts_at"))
    booking.cancelled_at = None
    booking.data = {key: data[key] for key in CARRIED if data.get(key)}
    people.make_client(contact, by=how.by, via="booking")
    return event_id


@posts("appointment.cancelled")
def cancel_appointment(contact: Contact, data: dict[str, Any], how: How) -> int | None:
    """An appointment is cancelled, by whomever: it is not reminded of any more."""
    event_id = how.record("appointment.cancelled", contact, data)
    booking = booking_of(contact, data) if event_id is not None else None
    if booking is not None:
        booking.cancelled_at = how.at
    return event_id


def booking_of(contact: Contact, data: dict[str, Any]) -> Booking | None:
    """The booking an event is about: by the booking's id, else the contact's appointment of that service and time."""
    own = select(Booking).where(Booking.contact_id == contact.id, Booking.kind == KIND)
    if data.get("booking_id"):
        return db.session.scalar(own.where(Booking.external_id == data["booking_id"]))
    if not data.get("starts_at"):
        return None
    return db.session.scalars(
        own.where(Booking.name == data.get("service", ""), Booking.starts_at == _instant(data["starts_at"])).limit(1)
    ).first()


def _instant(said: str | datetime | None) -> datetime | None:
    return datetime.fromisoformat(said) if isinstance(said, str) else said

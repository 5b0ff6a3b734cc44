"""Places in classes and at appointments: what events say of them, kept as facts in one way for both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from app import clock, events
from app.contacts import people
from app.contacts.models import Contact
from app.db import db
from app.events.posting import How
from app.studio import credit, policy
from app.studio.models import Booking

# What became known later than this after it happened is history: nothing comes of it any more (WRK-04).
HISTORY = timedelta(hours=24)

# Somebody who has not come so long after the end will not (TRG-07); where no end is told, a class lasts an hour.
ABSENT_AFTER = timedelta(hours=2)
USUAL_LENGTH = timedelta(hours=1)


@dataclass(frozen=True)
class Sort:
    """What can be booked: its kind, the field of its events that names it, the other fields that are kept."""

    kind: str
    name: str
    carried: tuple[str, ...]


CLASS = Sort("class", "class_name", ("teacher", "discount_code", "welcome_message"))
APPOINTMENT = Sort("appointment", "service", ("staff", "discount_code"))
SORTS = {sort.kind: sort for sort in (CLASS, APPOINTMENT)}


def book(sort: Sort, contact: Contact, data: dict[str, Any], how: How) -> int | None:
    """Somebody books: they are a client from now on (GEN-03).

    Booked again under the same id or for the same time, it is the same booking: a repeat does nothing, another time
    moves it, and one that was cancelled is a booking anew.
    """
    # Named by nothing but the class, each posting is a booking of its own: there may be ten of "Hatha".
    is_told_apart = data.get("booking_id") or data.get("starts_at")
    booking = find(sort, contact, data) if is_told_apart else None
    if booking is not None and booking.cancelled_at is None:
        return _book_again(sort, booking, contact, data, how)
    event_id = how.record(f"{sort.kind}.booked", contact, data)
    if event_id is None:
        return None
    if booking is None:
        booking = _new(sort, contact, data, how)
    booking.booked_event_id, booking.booked_at, booking.cancelled_at = event_id, how.at, None
    _note(sort, booking, data)
    _set_time(booking, instant(data.get("starts_at")) or booking.starts_at, instant(data.get("ends_at")))
    booking.holding_id = credit.use(contact, data, how, on=sort.kind)
    people.make_client(contact, by=how.by, via="booking")
    return event_id


def cancel(sort: Sort, kind: str, contact: Contact, data: dict[str, Any], how: How) -> int | None:
    """A booking is cancelled, by an event of this kind: it counts no more, and its credit comes back unless lost.

    Whether it is late, and costs the credit, the policy judges, unless the other system has judged by its own. What
    the studio itself cancels is neither.
    """
    booking = find(sort, contact, data)
    if kind != "class.cancelled" and data.get("cancelled_by") != "studio":
        starts_at = instant(data.get("starts_at")) or (booking.starts_at if booking is not None else None)
        judged = policy.judge(starts_at, how.at)
        data = {"late": judged.late, "credit_lost": judged.credit_lost} | data
    event_id = how.record(kind, contact, completed(booking, data))
    if event_id is None or booking is None or booking.cancelled_at is not None:
        return event_id
    booking.cancelled_at = how.at
    booking.start_due_at = booking.absence_due_at = None
    if not data.get("credit_lost"):
        credit.give_back(booking.holding_id)
    booking.holding_id = None
    return event_id


def move(sort: Sort, kind: str, contact: Contact, data: dict[str, Any], how: How) -> int | None:
    """What is booked takes place at another time; a booking is found by its id, else it is the next of that name."""
    booking = find(sort, contact, {key: value for key, value in data.items() if key != "starts_at"})
    event_id = how.record(kind, contact, completed(booking, data))
    starts_at = instant(data.get("starts_at"))
    if event_id is not None and booking is not None and starts_at is not None:
        length = booking.ends_at - booking.starts_at if booking.ends_at and booking.starts_at else USUAL_LENGTH
        _note(sort, booking, data)
        _set_time(booking, starts_at, instant(data.get("ends_at")) or starts_at + length)
    return event_id


def visit(sort: Sort, contact: Contact, data: dict[str, Any], how: How) -> int | None:
    """Somebody comes, booked before or not. That they came is told once."""
    booking = find(sort, contact, data)
    if booking is not None and booking.visited_at is not None:
        return None
    event_id = how.record(f"{sort.kind}.visited", contact, completed(booking, data))
    if event_id is None:
        return None
    if booking is None:
        booking = _new(sort, contact, data, how)
        booking.booked_event_id = event_id
        booking.starts_at, booking.ends_at = instant(data.get("starts_at")), instant(data.get("ends_at"))
        _note(sort, booking, data)
    booking.visited_at, booking.cancelled_at, booking.absence_due_at = how.at, None, None
    if booking.started_at is None and (booking.starts_at is None or booking.starts_at <= how.at):
        begin(contact, booking, booking.starts_at or how.at)
    people.make_client(contact, by=how.by, via="booking")
    return event_id


def stay_away(sort: Sort, contact: Contact, data: dict[str, Any], how: How) -> int | None:
    """Another system tells that somebody did not come: the clock need not find it."""
    booking = find(sort, contact, data)
    event_id = how.record(f"{sort.kind}.no_show", contact, completed(booking, data))
    if event_id is not None and booking is not None:
        booking.absence_due_at = None
    return event_id


def begin(contact: Contact, booking: Booking, at: datetime) -> None:
    """It begins. The clock tells of those it finds by the hundred in the same words (`passing.py`)."""
    db.session.flush()
    booking.started_at, booking.start_due_at = at, None
    events.record(
        f"{booking.kind}.started", contact, at=at, dedupe_key=start_key(booking), **as_data(booking, with_origin=True)
    )


def start_key(booking: Booking) -> str:
    """What makes the start of a booking one event."""
    return f"booking:{booking.id}:{booking.booked_event_id or 0}:started"


def find(sort: Sort, contact: Contact, data: dict[str, Any]) -> Booking | None:
    """The booking an event is about: by its id, else by name and time, else the next of that name not visited yet."""
    own = select(Booking).where(Booking.contact_id == contact.id, Booking.kind == sort.kind)
    if data.get("booking_id"):
        return db.session.scalar(own.where(Booking.external_id == data["booking_id"]))
    if not data.get(sort.name):
        return None
    same = own.where(Booking.name == data[sort.name])
    if data.get("starts_at"):
        same = same.where(Booking.starts_at == instant(data["starts_at"]))
        return db.session.scalars(same.order_by(Booking.cancelled_at.is_not(None), Booking.id.desc()).limit(1)).first()
    waiting = same.where(Booking.visited_at.is_(None), Booking.cancelled_at.is_(None))
    return db.session.scalars(waiting.order_by(Booking.booked_at.desc()).limit(1)).first()


def completed(booking: Booking | None, data: dict[str, Any]) -> dict[str, Any]:
    """What an event says, and what is known besides of the booking it is about: whoever listens finds all of it."""
    said = {key: value for key, value in data.items() if key != "origin_id"}
    if booking is None:
        return said
    return as_data(booking, with_origin=True) | {key: value for key, value in said.items() if value not in ("", None)}


def as_data(booking: Booking, *, with_origin: bool = False) -> dict[str, Any]:
    """What is known of a booking, as the data of events has it."""
    sort = SORTS[booking.kind]
    known = {
        sort.name: booking.name,
        "booking_id": booking.external_id,
        "class_id": booking.class_id,
        "template": booking.template,
        "location": booking.location,
        "paid_with": booking.paid_with,
        "membership": booking.membership,
        "starts_at": booking.starts_at.isoformat() if booking.starts_at else None,
        "ends_at": booking.ends_at.isoformat() if booking.ends_at else None,
        "origin_id": booking.booked_event_id if with_origin else None,
    }
    return booking.data | {key: value for key, value in known.items() if value}


def instant(said: str | datetime | None) -> datetime | None:
    """An instant as events have it."""
    return datetime.fromisoformat(said) if isinstance(said, str) and said else said or None


def _book_again(sort: Sort, booking: Booking, contact: Contact, data: dict[str, Any], how: How) -> int | None:
    starts_at = instant(data.get("starts_at"))
    if starts_at is None or starts_at == booking.starts_at:
        return None
    moved = {CLASS.kind: "class.booking_moved", APPOINTMENT.kind: "appointment.moved"}
    return move(sort, moved[sort.kind], contact, data, how)


def _new(sort: Sort, contact: Contact, data: dict[str, Any], how: How) -> Booking:
    external_id = data.get("booking_id") or None
    booking = Booking(contact_id=contact.id, kind=sort.kind, external_id=external_id, booked_at=how.at, data={})
    booking.is_reported = how.is_reported
    db.session.add(booking)
    return booking


def _note(sort: Sort, booking: Booking, data: dict[str, Any]) -> None:
    """Keep what is said of a booking; what is not said stays as it was known."""
    fields = {"name": sort.name, "class_id": "class_id", "template": "template", "location": "location"}
    for column, field in (fields | {"paid_with": "paid_with", "membership": "membership"}).items():
        setattr(booking, column, data.get(field) or getattr(booking, column) or "")
    booking.data = booking.data | {key: data[key] for key in sort.carried if data.get(key)}


def _set_time(booking: Booking, starts_at: datetime | None, ends_at: datetime | None) -> None:
    """When it takes place, and when the clock has to look again; never for what is long over."""
    booking.starts_at, booking.ends_at = starts_at, ends_at
    booking.started_at = booking.start_due_at = booking.absence_due_at = None
    if starts_at is None:
        return
    if starts_at < clock.now() - HISTORY:
        booking.started_at = starts_at
        return
    booking.start_due_at = starts_at
    if booking.visited_at is None and booking.kind == CLASS.kind:
        booking.absence_due_at = (ends_at or starts_at + USUAL_LENGTH) + ABSENT_AFTER

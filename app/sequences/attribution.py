"""Which step a sale, a booking or a visit is owed to: the last one that had reached the person before it (decision 25).

A step reaches somebody with a message that left, or with a task about them that somebody has done. What happens is
looked up once, when its event is read, so that each sale counts once over all sequences and reports only add up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, delete, select

from app.db import db, insert_new, one_of
from app.events import Event
from app.messaging.models import DELIVERED, SENT, Message
from app.sequences.models import Attribution, Enrolment
from app.studio.models import Booking, Purchase
from app.tasks.models import DONE, Task

SALE, BOOKING, VISIT = "sale", "booking", "visit"

SALES = frozenset({"membership.purchased", "intro.purchased", "purchase.made"})
BOOKINGS = frozenset({"class.booked", "appointment.booked"})
VISITS = frozenset({"class.visited", "appointment.visited"})

LONGEST = timedelta(days=90)  # a goal asks for so many days at most

ATTRIBUTIONS: Table = Attribution.__table__  # type: ignore[assignment]


@dataclass(frozen=True)
class Success:
    """Something the studio wishes for that somebody has done."""

    contact_id: int
    at: datetime
    what: str
    purchase_id: int | None = None
    booking_id: int | None = None


@dataclass(frozen=True, order=True)
class Touch:
    """A step has reached somebody."""

    at: datetime
    sequence_id: int
    enrolment_id: int
    step_id: str


def attribute(batch: Sequence[Event]) -> int:
    """Put what these events tell of to the steps it is owed to. Answers how much was."""
    happened = [event for event in batch if event.contact_id is not None and event.kind in SALES | BOOKINGS | VISITS]
    if not happened:
        return 0
    successes = [*_sales(happened), *_bookings(happened), *_visits(happened)]
    touches = _touches(successes)
    rows = [
        {
            "sequence_id": touch.sequence_id,
            "enrolment_id": touch.enrolment_id,
            "step_id": touch.step_id,
            "what": one.what,
            "purchase_id": one.purchase_id,
            "booking_id": one.booking_id,
            "at": one.at,
            "after_seconds": int((one.at - touch.at).total_seconds()),
        }
        for one in successes
        if (touch := last_before(touches.get(one.contact_id, ()), one.at)) is not None
    ]
    _forget([one.booking_id for one in successes if one.what == BOOKING and one.booking_id is not None])
    insert_new(ATTRIBUTIONS, rows)
    return len(rows)


def last_before(touches: Sequence[Touch], at: datetime) -> Touch | None:
    """The last of somebody's touches before an instant, unless it is longer ago than any goal asks for."""
    before = [touch for touch in touches if at - LONGEST <= touch.at < at]
    return max(before, default=None)


def _sales(happened: Sequence[Event]) -> Iterator[Success]:
    told = [event for event in happened if event.kind in SALES]
    found = db.session.execute(
        select(Purchase.id, Purchase.contact_id, Purchase.bought_at).where(
            one_of(Purchase.contact_id, _people(told)), one_of(Purchase.event_id, [event.id for event in told])
        )
    )
    for row in found:
        yield Success(row.contact_id, row.bought_at, SALE, purchase_id=row.id)


def _bookings(happened: Sequence[Event]) -> Iterator[Success]:
    told = [event for event in happened if event.kind in BOOKINGS]
    found = db.session.execute(
        select(Booking.id, Booking.contact_id, Booking.booked_at).where(
            one_of(Booking.contact_id, _people(told)), one_of(Booking.booked_event_id, [event.id for event in told])
        )
    )
    for row in found:
        yield Success(row.contact_id, row.booked_at, BOOKING, booking_id=row.id)


def _visits(happened: Sequence[Event]) -> Iterator[Success]:
    told = {(event.contact_id, event.occurred_at) for event in happened if event.kind in VISITS}
    if told:
        instants = [at for _contact_id, at in told]
        found = db.session.execute(
            select(Booking.id, Booking.contact_id, Booking.visited_at).where(
                one_of(Booking.contact_id, {contact_id for contact_id, _at in told}),
                Booking.visited_at.between(min(instants), max(instants)),
            )
        )
        for row in found:
            if (row.contact_id, row.visited_at) in told:
                yield Success(row.contact_id, row.visited_at, VISIT, booking_id=row.id)


def _people(events: Sequence[Event]) -> set[int]:
    return {event.contact_id for event in events if event.contact_id is not None}


def _touches(successes: Collection[Success]) -> Mapping[int, Sequence[Touch]]:
    """How steps have reached these people lately, by person."""
    if not successes:
        return {}
    people = {one.contact_id for one in successes}
    since, until = min(one.at for one in successes) - LONGEST, max(one.at for one in successes)
    written = select(
        Message.contact_id, Message.sent_at, Message.sequence_id, Message.enrolment_id, Message.step_id
    ).where(
        one_of(Message.contact_id, people),
        Message.enrolment_id.is_not(None),
        Message.status.in_((SENT, DELIVERED)),
        Message.sent_at.between(since, until),
    )
    done = (
        select(Task.contact_id, Task.completed_at, Enrolment.sequence_id, Enrolment.id, Task.step_id)
        .join(Enrolment, Enrolment.id == Task.enrolment_id)
        .where(one_of(Task.contact_id, people), Task.status == DONE, Task.completed_at.between(since, until))
    )
    touches: dict[int, list[Touch]] = defaultdict(list)
    for reached in (written, done):
        rows: Iterable[Any] = db.session.execute(reached)
        for contact_id, *touch in rows:
            touches[contact_id].append(Touch(*touch))
    return touches


def _forget(booking_ids: Collection[int]) -> None:
    """What was cancelled and is booked anew is owed to whatever has reached them since."""
    if booking_ids:
        db.session.execute(
            delete(Attribution)
            .where(one_of(Attribution.booking_id, booking_ids), Attribution.what == BOOKING)
            .execution_options(synchronize_session=False)
        )

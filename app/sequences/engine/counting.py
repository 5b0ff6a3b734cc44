"""Which of somebody's bookings is the one a trigger is about: their tenth visit, their first Classpass reservation."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from app.db import db, one_of
from app.rules import Subject
from app.sequences import triggers
from app.sequences.engine import asking
from app.sequences.engine.program import Program
from app.studio.models import Booking

# What a trigger's filters are compared with here; its events carry the same under other names.
COLUMNS: dict[str, tuple[InstrumentedAttribute[str], ...]] = {
    "class": (Booking.name, Booking.class_id),
    "service": (Booking.name,),
    "template": (Booking.template,),
    "location": (Booking.location,),
    "membership": (Booking.membership,),
    "offer": (Booking.membership,),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """The one booking of a contact that a trigger is about. `origin_id` is the event that told of it."""

    contact_id: int
    origin_id: int | None
    booked_at: datetime
    starts_at: datetime | None


def wanted_bookings(program: Program, contact_ids: Collection[int]) -> list[Wanted]:
    """Of each of these people the booking with the program's number, if they have so many: one query.

    Bookings that were cancelled count for nothing, unless the trigger says so; nor do those its filters leave out.
    """
    count = program.trigger.count
    if count is None or not contact_ids:
        return []
    order = _order(program)
    place = func.row_number().over(partition_by=Booking.contact_id, order_by=(order, Booking.id)).label("place")
    ranked = (
        select(Booking.contact_id, Booking.booked_event_id, Booking.booked_at, Booking.starts_at, place)
        .where(one_of(Booking.contact_id, contact_ids), Booking.kind == count.kind, order.is_not(None))
        .where(*_narrowed(program))
        .subquery()
    )
    found = db.session.execute(select(*ranked.c).where(ranked.c.place == program.number))
    return [Wanted(row.contact_id, row.booked_event_id, row.booked_at, row.starts_at) for row in found]


def wanted_as_of(program: Program, people: Mapping[int, tuple[int, datetime]]) -> dict[int, Wanted]:
    """The same of people asked about an instant gone by, by a key of the caller's: of the bookings of then."""
    count = program.trigger.count
    if count is None or not people:
        return {}
    order = _order(program)
    place = func.row_number().over(partition_by=asking.KEY, order_by=(order, Booking.id)).label("place")

    def theirs(about: Subject) -> ColumnElement[bool]:
        known = about.so_far(Booking.visited_at if count.order == "visited_at" else Booking.booked_at)
        whose = (Booking.contact_id == about.contact_id, Booking.kind == count.kind, order.is_not(None))
        return and_(*whose, *known, *_narrowed(program, about))

    columns = (Booking.contact_id, Booking.booked_event_id, Booking.booked_at, Booking.starts_at)
    rows = asking.as_of_then(
        [(key, contact_id, at) for key, (contact_id, at) in people.items()],
        {key: at for key, (_contact, at) in people.items()},
        lambda _about: select(asking.KEY, *columns, place),
        join=(Booking, theirs),
    )
    return {row[0]: Wanted(*row[1:5]) for row in rows if row.place == program.number}


def _order(program: Program) -> ColumnElement[Any]:
    """In which order they are counted: visits as people were checked in, where only that enrols them (TRG-41)."""
    count = program.trigger.count
    assert count is not None  # noqa: S101 - asked by the caller
    if program.moment == triggers.CHECK_IN or count.order == "visited_at":
        return Booking.visited_at.expression
    if count.order == "booked_at":
        return Booking.booked_at.expression
    return func.coalesce(Booking.starts_at, Booking.visited_at)


def _narrowed(program: Program, about: Subject | None = None) -> Iterator[ColumnElement[bool]]:
    count = program.trigger.count
    assert count is not None  # noqa: S101 - asked by the caller
    if not count.with_cancelled:
        yield about.not_yet(Booking.cancelled_at) if about is not None else Booking.cancelled_at.is_(None)
    if count.paid_with:
        yield Booking.paid_with.in_(sorted(count.paid_with))
    for key, columns in COLUMNS.items():
        names = [name.lower() for name in triggers.names_of(program.filters.get(key))]
        if names:
            yield or_(*(func.lower(column).in_(names) for column in columns))


def origin_of(event_id: int, data: dict[str, Any]) -> int:
    """The event that told of the booking an event is about: itself, where it goes back to none."""
    return int(data.get("origin_id") or event_id)

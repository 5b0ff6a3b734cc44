"""Winback: who has not come for as long as the first step of a sequence waits (TRG-33).

Nobody is enrolled before that first step is due, so that single enrolment counts long absences and not visits. The
instant is the last visit: each action says how many days after it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any

from sqlalchemy import Row, Select, exists, select
from sqlalchemy.orm import aliased

from app import events
from app.contacts.models import Contact
from app.db import db, one_of
from app.sequences import waits
from app.sequences.engine.program import Program
from app.sequences.engine.timing import zone_named
from app.staff import studio
from app.staff.models import Location
from app.studio.models import Booking

BATCH = 1000

# How far a wait by the calendar can be from its length in hours: a change of the clocks, and a time of day to wait for.
CLOCKS = timedelta(hours=2)
TIME_OF_DAY = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody's last visit, and when the first step after it is due."""

    contact_id: int
    last_visit_at: datetime
    due_at: datetime


def find_absences(program: Program, since: datetime, until: datetime) -> int:
    """Record who has been away long enough between two instants, each for this sequence alone."""
    found, last_id = 0, 0
    shortest, longest = _length(program)
    visits = _last_visits().where(Booking.visited_at > since - longest, Booking.visited_at <= until - shortest)
    by_id = visits.order_by(None).order_by(Booking.id).limit(BATCH)
    while rows := db.session.execute(by_id.where(Booking.id > last_id)).all():
        last_id = rows[-1].id
        due = [one for one in _absences(program, rows) if since < one.due_at <= until]
        events.record_many([_entry(program, one) for one in due])
        found += len(due)
    return found


def next_absence(program: Program, after: datetime) -> datetime | None:
    """When the first of those who are still awaited will have been away long enough."""
    _shortest, longest = _length(program)
    rows = db.session.execute(_last_visits().where(Booking.visited_at > after - longest).limit(BATCH)).all()
    due = min((one.due_at for one in _absences(program, rows) if one.due_at > after), default=None)
    return after if due is None and len(rows) == BATCH else due


def would_be_away(
    program: Program, contact_ids: Collection[int], since: datetime, until: datetime
) -> list[tuple[int, datetime, dict[str, Any]]]:
    """Whose absence became long enough between two instants: the contact, the instant, what the event would have
    said.
    """
    _shortest, longest = _length(program)
    rows = db.session.execute(
        select(Booking.id, Booking.contact_id, Booking.visited_at, Location.zone)
        .join(Contact, Contact.id == Booking.contact_id)
        .outerjoin(Location, Location.id == Contact.location_id)
        .where(one_of(Booking.contact_id, contact_ids), Contact.erased_at.is_(None))
        .where(Booking.visited_at > since - longest)
        .order_by(Booking.contact_id, Booking.visited_at, Booking.id)
    ).all()
    absences = list(_absences(program, rows))
    found = []
    for one, after in zip_longest(absences, absences[1:]):
        came_again = after is not None and after.contact_id == one.contact_id and after.last_visit_at <= one.due_at
        if since < one.due_at <= until and not came_again:
            found.append((one.contact_id, one.due_at, _data(program, one)))
    return found


def visitors(program: Program, since: datetime) -> Sequence[int]:
    """The ids of those whose absence may have become long enough since an instant."""
    _shortest, longest = _length(program)
    return db.session.scalars(select(Booking.contact_id).where(Booking.visited_at > since - longest).distinct()).all()


def _length(program: Program) -> tuple[timedelta, timedelta]:
    """How long the first step waits, at the least and at the most."""
    wait = program.nodes[program.first].step.wait if program.first is not None else None
    if wait is None:
        return timedelta(), timedelta()
    length = wait.timeout or wait
    nominal = timedelta(weeks=length.weeks, days=length.days, hours=length.hours, minutes=length.minutes)
    return nominal - CLOCKS, nominal + CLOCKS + (TIME_OF_DAY if wait.until is not None else timedelta())


def _last_visits() -> Select[*tuple[Any, ...]]:
    later = aliased(Booking)
    came_again = exists().where(later.contact_id == Booking.contact_id, later.visited_at > Booking.visited_at)
    return (
        select(Booking.id, Booking.contact_id, Booking.visited_at, Location.zone)
        .join(Contact, Contact.id == Booking.contact_id)
        .outerjoin(Location, Location.id == Contact.location_id)
        .where(Booking.visited_at.is_not(None), Contact.erased_at.is_(None), ~came_again)
        .order_by(Booking.visited_at, Booking.id)
    )


def _absences(program: Program, rows: Sequence[Row[*tuple[Any, ...]]]) -> Iterator[Absence]:
    own = studio.studio().zone
    wait = program.nodes[program.first].step.wait if program.first is not None else None
    for row in rows:
        bearings = waits.Bearings(row.visited_at, row.visited_at, None, zone_named(row.zone or own))
        yield Absence(row.contact_id, row.visited_at, waits.due_at(wait, bearings))


def _entry(program: Program, one: Absence) -> events.Entry:
    key = f"winback:{program.sequence_id}:{one.contact_id}:{one.last_visit_at:%Y%m%dT%H%M%S}"
    return events.Entry("client.winback", one.contact_id, _data(program, one), occurred_at=one.due_at, dedupe_key=key)


def _data(program: Program, one: Absence) -> dict[str, Any]:
    return {"sequence_id": program.sequence_id, "last_visit_at": one.last_visit_at.isoformat()}

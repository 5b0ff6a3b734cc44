"""Where people stand in a sequence, and when their next step falls due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select

from app.contacts.models import Contact
from app.db import db
from app.sequences import waits
from app.sequences.engine.program import Program
from app.sequences.models import Enrolment
from app.staff import studio
from app.staff.models import Location


@dataclass(slots=True)
class Standing:
    """One person's place in a sequence, as far as due times depend on it."""

    id: int
    contact_id: int
    event_id: int | None
    revision_id: int
    step_id: str | None
    is_held: bool
    due_at: datetime | None
    started_at: datetime
    moved_at: datetime
    anchor_at: datetime | None
    woken_by_id: int | None
    zone: ZoneInfo


def standing(*where: ColumnElement[bool], limit: int) -> list[Standing]:
    """Where the people of these enrolments stand, by id; held ones as if they were not."""
    found: Sequence[Any] = db.session.execute(
        select(
            Enrolment.id,
            Enrolment.contact_id,
            Enrolment.event_id,
            Enrolment.revision_id,
            Enrolment.step_id,
            Enrolment.due_at.is_(None).label("is_held"),
            func.coalesce(Enrolment.due_at, Enrolment.held_due_at, type_=Enrolment.due_at.type).label("due_at"),
            Enrolment.started_at,
            Enrolment.moved_at,
            Enrolment.anchor_at,
            Enrolment.woken_by_id,
            Location.zone,
        )
        .join(Contact, Contact.id == Enrolment.contact_id)
        .outerjoin(Location, Location.id == Contact.location_id)
        .where(*where)
        .order_by(Enrolment.id)
        .limit(limit)
        .with_for_update(of=Enrolment)
    ).all()
    own = studio.studio().zone
    return [Standing(*(*row[:-1], zone_named(row.zone or own))) for row in found]


def due_at(program: Program, step_id: str, at: Standing) -> datetime:
    """When a step falls due for somebody (GEN-06: on the clocks of their home location, else of the studio)."""
    return due(program, step_id, waits.Bearings(at.moved_at, at.started_at, at.anchor_at, at.zone))


def put_now(due_at: datetime, moved_at: datetime, now: datetime) -> datetime:
    """The new time of a step that has been placed anew: now, where it is over by that, for it is not late. One placed
    before the step before it was done stays there: its time had passed in any case.
    """
    return max(due_at, now) if due_at >= moved_at else due_at


def due(program: Program, step_id: str, at: waits.Bearings) -> datetime:
    """The same, from bearings whose trigger is the event that enrolled them."""
    wait = program.nodes[step_id].step.wait
    if program.counts_from_anchor and at.anchor is not None:
        return waits.due_at(wait, replace(at, trigger=at.anchor))
    return at.previous if wait is None else waits.due_at(wait, at)


@lru_cache(maxsize=1000)
def zone_named(name: str) -> ZoneInfo:
    """A zone by name; reading one from the system's files takes longer than a step."""
    return ZoneInfo(name)

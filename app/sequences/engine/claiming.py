"""Taking a batch of people whose next step is due, so that nobody else works on them meanwhile (WRK-05)."""

from __future__ import annotations

from collections.abc import Sequence as Many
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, literal, select

from app.apps import suite
from app.contacts.models import Contact
from app.db import db, is_postgresql, one_of
from app.sequences.engine import timing
from app.sequences.models import ACTIVE, RUNNING, Enrolment, Sequence
from app.staff import studio
from app.staff.models import Location


@dataclass(slots=True)
class Walker:
    """One person on their way through a sequence, as the engine moves them. It begins with what `_due` reads."""

    id: int
    sequence_id: int
    revision_id: int
    contact_id: int
    event_id: int | None
    lead_id: int | None
    step_id: str | None
    due_at: datetime
    anchor_at: datetime | None
    anchor_gone_at: datetime | None
    started_at: datetime
    moved_at: datetime
    woken_by_id: int | None
    skip_before: datetime | None
    resumed_at: datetime | None
    zone: ZoneInfo
    status: str = RUNNING
    reason: str = ""
    error: str | None = None


def claim(now: datetime, limit: int, *, contact_id: int | None = None) -> list[Walker]:
    """Take up to `limit` people whose step is due, the longest due first, at most one run of each contact.

    On PostgreSQL both the runs and the contacts are locked, and what another worker holds is left to it: the steps
    of one contact run one after another, whatever sequence they belong to, check and action together. SQLite has one
    writer. While the marketing suite is off, nobody is due. With `contact_id`, for a simulation, only that contact's
    are, whatever the suite, and what another worker holds of theirs is waited for.
    """
    rows = _due(now, limit, contact_id) if contact_id is not None or suite.is_on() else []
    one_each = {row.contact_id: row for row in reversed(rows)}
    zones = hold_contacts(sorted(one_each), skip_held=contact_id is None)
    return [
        Walker(*(*row, zones[row.contact_id]))
        for row in rows
        if one_each[row.contact_id] is row and row.contact_id in zones
    ]


def next_due(contact_id: int | None = None) -> datetime | None:
    """The instant from which somebody's step is due: anybody's, while the marketing suite is on, or a certain
    contact's.
    """
    wanted = select(func.min(Enrolment.due_at)).join(Sequence, Sequence.id == Enrolment.sequence_id).where(*_running())
    if contact_id is not None:
        wanted = wanted.where(Enrolment.contact_id == contact_id)
    elif not suite.is_on():
        return None
    return db.session.scalar(wanted)


def hold_contacts(contact_ids: list[int], *, skip_held: bool = True) -> dict[int, ZoneInfo]:
    """Lock these contacts, or those of them that are free. Answers on whose clocks the locked ones live."""
    if not contact_ids:
        return {}
    wanted = (
        select(Contact.id, Location.zone)
        .outerjoin(Location, Location.id == Contact.location_id)
        .where(one_of(Contact.id, contact_ids))
        .order_by(Contact.id)
    )
    if is_postgresql():
        # As strong as an UPDATE, yet it lets others insert rows that refer to the contact.
        wanted = wanted.with_for_update(of=Contact, key_share=True, skip_locked=skip_held)
    own = studio.studio().zone
    return {row.id: timing.zone_named(row.zone or own) for row in db.session.execute(wanted)}


def _running() -> tuple[ColumnElement[bool], ...]:
    # Written into the statement rather than sent as a parameter: the partial index is chosen by it.
    running = literal(RUNNING, literal_execute=True)
    return (Enrolment.status == running, Sequence.status == ACTIVE, Sequence.deleted_at.is_(None))


def _due(now: datetime, limit: int, contact_id: int | None) -> Many[Any]:
    wanted = (
        select(
            Enrolment.id,
            Enrolment.sequence_id,
            Enrolment.revision_id,
            Enrolment.contact_id,
            Enrolment.event_id,
            Enrolment.lead_id,
            Enrolment.step_id,
            Enrolment.due_at,
            Enrolment.anchor_at,
            Enrolment.anchor_gone_at,
            Enrolment.started_at,
            Enrolment.moved_at,
            Enrolment.woken_by_id,
            Sequence.skip_before,
            Sequence.resumed_at,
        )
        .join(Sequence, Sequence.id == Enrolment.sequence_id)
        .where(*_running(), Enrolment.due_at <= now)
        .order_by(Enrolment.due_at, Enrolment.id)
        .limit(limit)
    )
    if contact_id is not None:
        wanted = wanted.where(Enrolment.contact_id == contact_id)
    if is_postgresql():
        wanted = wanted.with_for_update(of=Enrolment, skip_locked=contact_id is None)
    return db.session.execute(wanted).all()

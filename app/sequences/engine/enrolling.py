"""Enrolling: a batch of events against the sequences that listen (ENR-01, TRG-43, TRG-44)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Table, select, tuple_

from app import clock, events, wake
from app.apps import suite
from app.contacts.models import Contact
from app.db import db, insert_rows, one_of
from app.events import Event
from app.sequences import books, reasons, waits
from app.sequences.engine import fuse, matching, rows, timing
from app.sequences.engine.leaving import exits_of
from app.sequences.engine.matching import Candidate
from app.sequences.models import PAUSED, RUNNING, Enrolment, Refused
from app.staff import studio
from app.staff.models import Location

REFUSED: Table = Refused.__table__  # type: ignore[assignment]

COLUMNS = (
    "sequence_id",
    "revision_id",
    "contact_id",
    "event_id",
    "lead_id",
    "once_key",
    "status",
    "reason",
    "step_id",
    "due_at",
    "anchor_at",
    "started_at",
    "moved_at",
)


def enrol(batch: Sequence[Event]) -> int:
    """Enrol everybody whom these events put into a sequence. Answers how many.

    Who is kept out is noted with the reason; an event that has enrolled somebody before does so no second time. While
    the marketing suite is off (APP-02) or a sequence is paused, nobody is enrolled, and that is noted too.
    """
    now = clock.now()
    candidates = matching.candidates(batch)
    _note([(one, reasons.code("inactive")) for one in matching.candidates(batch, status=PAUSED)], now)
    if not suite.is_on():
        _note([(one, reasons.code("suite_was_off")) for one in candidates], now)
        return 0
    if not candidates:
        return 0
    asked = [(one.program, (index, one.contact_id, one.started_at)) for index, one in enumerate(candidates)]
    kept_out = exits_of(asked, now)
    admitted = [one for index, one in enumerate(candidates) if index not in kept_out]
    written = insert(admitted)
    fuse.watch_entries(written, batch)
    again = _been_through(admitted, {(row.sequence_id, row.event_id, row.contact_id) for row in written})
    refused = [(candidates[index], reasons.code("kept_out", rule)) for index, rule in kept_out.items()]
    begun = _begun_on(again)
    _note(refused + [(one, reasons.code("once", begun.get(_key(one), ""))) for one in again], now)
    return len(written)


def insert(candidates: Sequence[Candidate]) -> Sequence[Enrolment]:
    """Write enrolments, leaving out those there are already. Answers the new ones: their ids and what tells them
    apart.
    """
    zones = zones_of({one.contact_id for one in candidates})
    written = insert_rows(
        rows.ENROLMENTS,
        COLUMNS,
        [_row(one, zones[one.contact_id]) for one in candidates],
        returning=("id", "sequence_id", "event_id", "contact_id"),
    )
    titles = {one.program.sequence_id: one.program.title for one in candidates}
    events.record_many(
        [
            events.Entry(
                "sequence.entered",
                row.contact_id,
                {"sequence_id": row.sequence_id, "sequence": titles[row.sequence_id], "enrolment_id": row.id},
                events.Actor("sequence", row.sequence_id, titles[row.sequence_id]),
            )
            for row in sorted(written, key=lambda row: row.id)
        ]
    )
    if written:
        books.tally(entered=[row.sequence_id for row in written])
        wake.ring("advance_enrolments")
    return written


def zones_of(contact_ids: Collection[int]) -> dict[int, ZoneInfo]:
    """On whose clocks each of these people lives: their home location's, else the studio's (GEN-06)."""
    own = studio.studio().zone
    found = db.session.execute(
        select(Contact.id, Location.zone)
        .outerjoin(Location, Location.id == Contact.location_id)
        .where(one_of(Contact.id, contact_ids))
    )
    return {row.id: timing.zone_named(row.zone or own) for row in found}


def _row(one: Candidate, zone: ZoneInfo) -> rows.Row:
    program, first = one.program, one.program.first
    bearings = waits.Bearings(one.started_at, one.started_at, one.anchor_at, zone)
    return (
        program.sequence_id,
        program.revision_id,
        one.contact_id,
        one.event_id,
        one.lead_id,
        one.contact_id if program.is_single else None,
        RUNNING,
        "",
        first,
        timing.due(program, first, bearings) if first is not None else one.started_at,
        one.anchor_at,
        one.started_at,
        one.started_at,
    )


def _been_through(admitted: Sequence[Candidate], written: Collection[tuple[int, int | None, int]]) -> list[Candidate]:
    """Those whom single enrolment has kept out: not written now, nor enrolled by the same event before."""
    left = [
        one
        for one in admitted
        if one.program.is_single and (one.program.sequence_id, one.event_id, one.contact_id) not in written
    ]
    if not left:
        return []
    key = tuple_(Enrolment.sequence_id, Enrolment.event_id)
    wanted = [(one.program.sequence_id, one.event_id) for one in left]
    known = {tuple(row) for row in db.session.execute(select(*key.clauses).where(key.in_(wanted)))}
    return [one for one in left if (one.program.sequence_id, one.event_id) not in known]


def _begun_on(again: Sequence[Candidate]) -> dict[tuple[int, int], date]:
    """The studio's day on which these people first began, by sequence and contact."""
    if not again:
        return {}
    found = db.session.execute(
        select(Enrolment.sequence_id, Enrolment.contact_id, Enrolment.started_at)
        .where(one_of(Enrolment.sequence_id, {one.program.sequence_id for one in again}))
        .where(one_of(Enrolment.once_key, {one.contact_id for one in again}))
    )
    zone = studio.studio().tz
    return {(row.sequence_id, row.contact_id): row.started_at.astimezone(zone).date() for row in found}


def _key(one: Candidate) -> tuple[int, int]:
    return one.program.sequence_id, one.contact_id


def _note(refused: Sequence[tuple[Candidate, str]], now: datetime) -> None:
    insert_rows(
        REFUSED,
        ("sequence_id", "contact_id", "event_id", "reason", "at"),
        [(one.program.sequence_id, one.contact_id, one.event_id, reason, now) for one, reason in refused],
    )

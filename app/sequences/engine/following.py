"""Anchors that move, and those that will never come: a class that somebody has booked takes place at another time, or
not at all; an intro offer ends before its day (SEQ-13, BEY-15).

An enrolment whose trigger lies ahead follows the booking or the purchase that its event told of.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app import clock, wake
from app.db import db, one_of
from app.events import Event
from app.sequences import reasons, triggers, waits
from app.sequences.engine import counting, rows, timing
from app.sequences.engine.claiming import Walker
from app.sequences.engine.ending import Ended, end
from app.sequences.engine.program import Program, live_programs, programs
from app.sequences.models import EXITED, RUNNING, Enrolment

GONE = frozenset({"class.booking_cancelled", "class.cancelled", "appointment.cancelled"})
MOVED = {
    "class.booking_moved": "starts_at",
    "appointment.moved": "starts_at",
    "membership.extended": "ends_at",
    "subscription.renewed": "ends_at",
}
ENDED = frozenset({"membership.expired"})

MOST = 10_000


@dataclass(frozen=True, slots=True)
class Change:
    """What has become of a date: when it is now; None, it will not come."""

    at: datetime | None


def follow(batch: Sequence[Event]) -> int:
    """Let those who are inside follow the dates that these events changed. Answers how many."""
    changes = _changes(batch)
    let_go = _let_go(batch)
    if not changes:
        return let_go
    standing = timing.standing(
        one_of(Enrolment.contact_id, {contact_id for contact_id, _origin in changes}),
        one_of(Enrolment.event_id, {origin for _contact, origin in changes}),
        Enrolment.status == RUNNING,
        Enrolment.anchor_at.is_not(None),
        limit=MOST,
    )
    known = programs({one.revision_id for one in standing})
    now = clock.now()
    leaving, changed = [], []
    for one in standing:
        program, change = known[one.revision_id], changes.get((one.contact_id, one.event_id or 0))
        if change is None:
            continue
        if change.at is None and program.counts_from_anchor:
            leaving.append(_ended(program, one.id, one.contact_id, reasons.code("date_gone")))
        else:
            changed.append(_changed(program, one, change, now))
    end(leaving, now)
    rows.update_enrolments(changed, ("anchor_at", "anchor_gone_at", "due_at", "held_due_at"), where_status=RUNNING)
    if changed:
        wake.ring("advance_enrolments")
    return len(leaving) + len(changed) + let_go


def _changes(batch: Sequence[Event]) -> dict[tuple[int, int], Change]:
    """What has become of which contact's dates, by the event that once told of them."""
    found: dict[tuple[int, int], Change] = {}
    for event in batch:
        change = change_by(event)
        if event.contact_id is not None and change is not None:
            found[event.contact_id, int(event.data["origin_id"])] = change
    return found


def change_by(event: Event) -> Change | None:
    """What an event changes of the date that the event with the id `origin_id` in its data told of; None: nothing."""
    if event.data.get("origin_id") is None:
        return None
    if event.kind in GONE:
        return Change(None)
    if event.kind in ENDED:
        return Change(event.occurred_at)
    at = triggers.instant(event.data.get(MOVED[event.kind])) if event.kind in MOVED else None
    return Change(at) if at is not None else None


def _changed(program: Program, one: timing.Standing, change: Change, now: datetime) -> rows.Row:
    anchor, gone, due = re_anchored(program, one, change, now)
    return (one.id, anchor, gone, None if one.is_held else due, due if one.is_held else None)


def re_anchored(
    program: Program, one: timing.Standing | Walker, change: Change, now: datetime
) -> tuple[datetime | None, datetime | None, datetime | None]:
    """What a change makes of the date of somebody inside: the anchor, since when it is gone, when their step is due."""
    wait = program.nodes[one.step_id].step.wait if one.step_id in program.nodes else None
    is_anchored = wait is not None and wait.is_anchored
    if change.at is None:
        # An anchored step is due at once: to be passed over, and say why.
        return one.anchor_at, now, now if is_anchored else one.due_at
    due = one.due_at
    is_counted = is_anchored or (program.counts_from_anchor and one.woken_by_id is None)
    if one.step_id in program.nodes and is_counted:
        bearings = waits.Bearings(one.moved_at, one.started_at, change.at, one.zone)
        due = timing.put_now(timing.due(program, one.step_id, bearings), one.moved_at, now)
    return change.at, None, due


def _let_go(batch: Sequence[Event]) -> int:
    """Let those go who wait for their Nth visit, when what they have booked is the Nth no more."""
    counted = {one.key: one for one in triggers.TRIGGERS.values() if one.count is not None and one.ahead is not None}
    kinds = frozenset().union(*((*one.ahead.listens, *one.ahead.changes) for one in counted.values() if one.ahead))
    people = {event.contact_id for event in batch if event.kind in kinds and event.contact_id is not None}
    if not people:
        return 0
    now = clock.now()
    leaving: list[Ended] = []
    for program, _since in live_programs(counted):
        if program.counts_from_anchor and program.number is not None:
            leaving += _no_longer_wanted(program, people, now)
    end(leaving, now)
    return len(leaving)


def _no_longer_wanted(program: Program, people: Iterable[int], now: datetime) -> list[Ended]:
    inside = db.session.execute(
        select(Enrolment.id, Enrolment.contact_id, Enrolment.event_id).where(
            Enrolment.sequence_id == program.sequence_id,
            one_of(Enrolment.contact_id, people),
            Enrolment.status == RUNNING,
            Enrolment.anchor_at > now,
            Enrolment.event_id.is_not(None),
        )
    ).all()
    wanted = {row.origin_id for row in counting.wanted_bookings(program, {row.contact_id for row in inside})}
    reason = reasons.code("not_the_one")
    return [_ended(program, row.id, row.contact_id, reason) for row in inside if row.event_id not in wanted]


def _ended(program: Program, enrolment_id: int, contact_id: int, reason: str) -> Ended:
    return Ended(enrolment_id, contact_id, program.sequence_id, program.title, EXITED, reason)

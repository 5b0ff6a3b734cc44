"""Waiting for something to happen: who stands before such a step goes on when it does, at the latest at the timeout.

Until then their step is due at the timeout, like any other. The event makes it due at once, and is kept at the run
until the step is done; what ended the wait stands in the step's reason, and a condition with the wait can ask for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, exists, false

from app import clock, reasons, wake
from app.db import one_of
from app.events import Event
from app.rules import RuleUse, Subject, rule
from app.sequences import triggers
from app.sequences.engine import matching, rows, timing
from app.sequences.engine.asking import Present
from app.sequences.engine.claiming import Walker
from app.sequences.engine.program import Program, programs
from app.sequences.models import RUNNING, Enrolment
from app.sequences.waits import Awaited, Wait

MOST = 10_000

# Somebody who waits: as they stand in the database, or on their way through the past.
One = TypeVar("One", timing.Standing, Walker)


def _named(kind: str) -> str:
    declared = triggers.TRIGGERS.get(kind)
    return str(declared.label) if declared is not None else kind


CAME = reasons.declare("event_came", _("What it waited for came"), _("It waited for “%(about)s”, which came"), _named)
TIMED_OUT = reasons.declare(
    "timed_out",
    _("What it waited for did not come in time"),
    _("It waited for “%(about)s”, which did not come in time"),
    _named,
)


@rule("awaited.came", _("What it waited for came"), group="flow", of_run=True, sentence=_("what it waited for came"))
def came(about: Subject, _use: RuleUse) -> ColumnElement[bool]:
    """Whether the wait of the very step that asks was ended by its event, and not by the timeout."""
    if about.was_woken is not None:
        return about.was_woken
    if about.enrolment_id is None:
        return false()
    return exists().where(Enrolment.id == about.enrolment_id, Enrolment.woken_by_id.is_not(None))


def wake_up(batch: Sequence[Event]) -> int:
    """Let those go on who wait for one of these events. Answers how many."""
    happened = [event for event in batch if event.contact_id is not None and matching.is_news(event)]
    if not happened:
        return 0
    waiting = timing.standing(
        one_of(Enrolment.contact_id, {event.contact_id for event in happened}),
        Enrolment.status == RUNNING,
        Enrolment.woken_by_id.is_(None),
        limit=MOST,
    )
    known = programs({one.revision_id for one in waiting})
    found: list[tuple[timing.Standing, Event, Awaited]] = []
    for one in waiting:
        awaited = awaited_by(known[one.revision_id], one)
        if awaited is not None:
            found += [(one, event, awaited) for event in happened if may_end(awaited, event, one)]
    met = meeting(found, clock.now())
    woken = first_of_each([found[number][:2] for number in sorted(met)])
    now = clock.now()
    rows.update_enrolments(
        [(one.id, event.id, None if one.is_held else now, now if one.is_held else None) for one, event in woken],
        ("woken_by_id", "due_at", "held_due_at"),
        where_status=RUNNING,
    )
    if woken:
        wake.ring("advance_enrolments")
    return len(woken)


def how_it_ended(wait: Wait | None, woken_by_id: int | None) -> str:
    """The reason that a step keeps of its wait; none where it waited for no event."""
    if wait is None or wait.event is None:
        return ""
    return reasons.code(TIMED_OUT if woken_by_id is None else CAME, wait.event.kind)


def awaited_by(program: Program, one: timing.Standing | Walker) -> Awaited | None:
    """What the step that somebody stands before waits for, if it waits for something to happen."""
    node = program.nodes.get(one.step_id or "")
    return node.step.wait.event if node is not None and node.step.wait is not None else None


def may_end(awaited: Awaited, event: Event, one: timing.Standing | Walker) -> bool:
    """Whether an event is what somebody waits for, as far as it says: of the kind, since they stand there, and not the
    one that brought them in.
    """
    trigger = triggers.TRIGGERS[awaited.kind]
    return (
        event.contact_id == one.contact_id
        and event.id != one.event_id
        and event.occurred_at >= one.moved_at
        and event.kind in trigger.listens
        and trigger.matches(awaited.filters, event.data)
    )


def meeting(found: Sequence[tuple[One, Event, Awaited]], now: Present) -> set[int]:
    """By place, those whose contact meets what the awaited kind asks of them besides, now or as of their instant."""
    return matching.meeting(
        [(triggers.TRIGGERS[awaited.kind].asks(awaited.filters, event.data), event) for _one, event, awaited in found],
        now,
    )


def first_of_each(found: Sequence[tuple[One, Event]]) -> list[tuple[One, Event]]:
    """Of each the first event that ends the wait."""
    first: dict[int, tuple[One, Event]] = {}
    for one, event in found:
        first.setdefault(one.id, (one, event))
    return list(first.values())

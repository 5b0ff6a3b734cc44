"""What has fallen due in a sequence while it was paused: looked at before it goes on (SEQ-18)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select

from app import clock
from app.db import db
from app.messaging.models import QUEUED, Message
from app.sequences import graph, reasons
from app.sequences.engine.program import programs
from app.sequences.models import RUNNING, Enrolment, Sequence


@dataclass
class OverdueStep:
    """One step that people should have been through by now, and since when the first of them. `too_late`: how many of
    them stand before a date that has passed, so that it is passed over whatever is chosen.
    """

    step: graph.AnyStep
    since: datetime
    people: int = 0
    too_late: int = 0

    @property
    def messages(self) -> int:
        """How many would get a message."""
        is_message = isinstance(self.step, graph.ActionStep) and self.step.action.channel is not None
        return self.people - self.too_late if is_message and self.step.enabled else 0


@dataclass(frozen=True)
class Overdue:
    """The steps, the longest due first, and how many messages were written before the pause and have not left."""

    steps: list[OverdueStep]
    written: int

    @property
    def people(self) -> int:
        return sum(one.people for one in self.steps)

    @property
    def messages(self) -> int:
        return self.written + sum(one.messages for one in self.steps)

    @property
    def other_steps(self) -> int:
        """How many times a step that writes to nobody is done at once, whatever is chosen for the messages."""
        return sum(one.people - one.too_late for one in self.steps if not one.messages)


def overdue_in(sequence: Sequence) -> Overdue:
    """What is overdue in a paused sequence. Each person is counted at the step they stand before: what follows it
    counts from when it is done. Three queries at most.
    """
    steps: dict[str, OverdueStep] = {}
    rows = _standing(sequence.id)
    known = programs({row.revision_id for row in rows})
    for row in rows:
        node = known[row.revision_id].nodes.get(row.step_id)
        if node is None:
            continue
        one = steps.setdefault(row.step_id, OverdueStep(node.step, row.since))
        is_before = node.step.wait is not None and node.step.wait.before_anchor is not None
        one.people += row.people
        one.too_late += row.past if is_before else 0
        one.since = min(one.since, row.since)
    written = db.session.scalar(select(func.count()).select_from(Message).where(*written_for(sequence.id)))
    return Overdue(sorted(steps.values(), key=lambda one: one.since), written or 0)


def written_for(sequence_id: int) -> tuple[ColumnElement[bool], ...]:
    """The messages of a sequence that should have left by now: due, or put off because it is paused."""
    late = or_(Message.due_at <= clock.now(), Message.reason == reasons.code("paused"))
    return (Message.sequence_id == sequence_id, Message.status == QUEUED, late)


def _standing(sequence_id: int) -> list[Any]:
    now = clock.now()
    # Whom a worker had in hand when the sequence was paused is not held, and stands still all the same.
    due_at = func.coalesce(Enrolment.held_due_at, Enrolment.due_at, type_=Enrolment.due_at.type)
    found = db.session.execute(
        select(
            Enrolment.revision_id,
            Enrolment.step_id,
            func.count().label("people"),
            func.sum(case((Enrolment.anchor_at <= now, 1), else_=0)).label("past"),
            func.min(due_at, type_=Enrolment.due_at.type).label("since"),
        )
        .where(
            Enrolment.sequence_id == sequence_id,
            Enrolment.status == RUNNING,
            due_at <= now,
            Enrolment.step_id.is_not(None),
        )
        .group_by(Enrolment.revision_id, Enrolment.step_id)
    )
    return list(found)

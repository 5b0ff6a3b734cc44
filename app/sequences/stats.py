"""How a sequence is doing: per step, who waits there and what became of those who passed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, Row, case, func, select

from app.db import db
from app.messaging.models import BOUNCED, DELIVERED, SENT, Message
from app.sequences.models import COMPLETED, FAILED, RUNNING, Enrolment, StepRun

LEFT_US = (SENT, DELIVERED, BOUNCED)
MESSAGE_COUNTS = ("sent", "delivered", "opened", "clicked", "replied")


@dataclass
class StepStats:
    """The figures of one step."""

    waiting: int = 0
    done: int = 0
    skipped: int = 0
    sent: int = 0
    delivered: int = 0
    opened: int = 0
    clicked: int = 0
    replied: int = 0
    exited: int = 0
    failed: int = 0

    def as_dict(self) -> dict[str, int]:
        return {one.name: getattr(self, one.name) for one in fields(self)}


def step_stats(sequence_id: int) -> dict[str, StepStats]:
    """The figures of every step that anybody has reached, by step id. Three queries, whatever the number of people."""
    found: dict[str, StepStats] = {}

    def add(step_id: str | None, **counts: int) -> None:
        if step_id is not None:
            stats = found.setdefault(step_id, StepStats())
            for name, count in counts.items():
                setattr(stats, name, getattr(stats, name) + count)

    for step_id, status, count in _standing(sequence_id):
        add(step_id, **{{RUNNING: "waiting", FAILED: "failed"}.get(status, "exited"): count})
    for step_id, outcome, count in _runs(sequence_id):
        add(step_id, **{"skipped" if outcome == "skipped" else "done": count})
    for row in _messages(sequence_id):
        add(row.step_id, **{name: getattr(row, name) for name in MESSAGE_COUNTS})
    return found


def _standing(sequence_id: int) -> Iterable[Row[str | None, str, int]]:
    """Where people stand: those inside, and those who left from there."""
    return db.session.execute(
        select(Enrolment.step_id, Enrolment.status, func.count())
        .where(Enrolment.sequence_id == sequence_id, Enrolment.status != COMPLETED)
        .group_by(Enrolment.step_id, Enrolment.status)
    ).all()


def _runs(sequence_id: int) -> Iterable[Row[str, str, int]]:
    return db.session.execute(
        select(StepRun.step_id, StepRun.outcome, func.count())
        .where(StepRun.sequence_id == sequence_id)
        .group_by(StepRun.step_id, StepRun.outcome)
    ).all()


def _messages(sequence_id: int) -> Iterable[Any]:
    def count(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.sum(case((condition, 1), else_=0))

    return db.session.execute(
        select(
            Message.step_id,
            count(Message.status.in_(LEFT_US)).label("sent"),
            count(Message.status == DELIVERED).label("delivered"),
            count(Message.opened_at.is_not(None)).label("opened"),
            count(Message.clicked_at.is_not(None)).label("clicked"),
            count(Message.replied_at.is_not(None)).label("replied"),
        )
        .where(Message.sequence_id == sequence_id)
        .group_by(Message.step_id)
    ).all()

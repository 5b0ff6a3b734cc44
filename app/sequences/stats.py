"""How a sequence is doing: per step, who waits there and what became of those who passed; and whether the books
balance.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, Row, case, func, or_, select

from app.db import db
from app.messaging.models import BOUNCED, DELIVERED, SENT, Message
from app.sequences.models import COMPLETED, EXITED, FAILED, RUNNING, STOPPED, Enrolment, Sequence, StepRun

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


@dataclass(frozen=True)
class Books:
    """Everybody who ever entered, by what became of them (BEY-03)."""

    entered: int
    waiting: int
    completed: int
    exited: int
    stopped: int
    failed: int

    @property
    def balance(self) -> bool:
        return self.entered == self.waiting + self.completed + self.exited + self.stopped + self.failed


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


def branch_counts(sequence_id: int) -> dict[tuple[str, str], int]:
    """How many people took each branch of each condition and split, by step id and outcome."""
    return {(step_id, outcome): count for step_id, outcome, count in _runs(sequence_id)}


def books(sequence_id: int) -> Books:
    """Who ever entered a sequence, and what became of them."""
    found = db.session.execute(
        select(Enrolment.status, func.count()).where(Enrolment.sequence_id == sequence_id).group_by(Enrolment.status)
    )
    counted = {status: count for status, count in found}  # noqa: C416 - a Row is not a pair to a type checker
    return Books(
        entered=sum(counted.values()),
        waiting=counted.get(RUNNING, 0),
        completed=counted.get(COMPLETED, 0),
        exited=counted.get(EXITED, 0),
        stopped=counted.get(STOPPED, 0),
        failed=counted.get(FAILED, 0),
    )


def unbalanced() -> list[int]:
    """The ids of sequences whose books do not balance: runs that nobody will ever move on, or that ended with no end.

    Empty, unless somebody has changed the tables by hand.
    """
    stuck = or_(
        Enrolment.status.not_in((RUNNING, COMPLETED, EXITED, STOPPED, FAILED)),
        (Enrolment.status == RUNNING) & Enrolment.due_at.is_(None) & Enrolment.held_due_at.is_(None),
        Enrolment.status.in_((COMPLETED, EXITED, STOPPED)) & Enrolment.ended_at.is_(None),
    )
    found = select(Sequence.id).where(select(Enrolment.id).where(Enrolment.sequence_id == Sequence.id, stuck).exists())
    return list(db.session.scalars(found.order_by(Sequence.id)))


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

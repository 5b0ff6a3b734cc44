"""Whom a figure of the results is about: the same conditions that are counted, asked of one run at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import contains_eager, joinedload

from app.contacts import keyset
from app.db import db
from app.messaging.models import Message
from app.sequences import goals, graph
from app.sequences.marks import MARKS
from app.sequences.models import COMPLETED, EXITED, FAILED, RUNNING, STOPPED, Attribution, Enrolment, StepRun
from app.sequences.results import Asked

PAGE = 50
STATUSES = (RUNNING, COMPLETED, EXITED, STOPPED, FAILED)

_OUTCOMES = {graph.THEN: "true", graph.ELSE: "false"}


class NoSuchFigure(KeyError):
    """Nothing of that name is counted there."""


@dataclass(frozen=True)
class Figure:
    """What was counted: of all who entered, of a step, or of one way out of a fork."""

    of: str = "entered"  # entered | converted | a status; of a step also reached, waiting, done, skipped, left, a mark
    step_id: str | None = None
    branch: str | None = None

    @classmethod
    def asked_for(cls, said: Mapping[str, str]) -> Figure:
        """The figure an address asks for. Raises NoSuchFigure."""
        figure = cls(said.get("of", "entered"), said.get("step") or None, said.get("branch") or None)
        known = {"entered", "converted", *STATUSES}
        if figure.step_id is not None:
            known = {"reached", "converted", *_PLACES, *_DID, *MARKS}
        if figure.branch is not None:
            known = {"reached", "converted"}
        if figure.of not in known or (figure.branch is not None and figure.step_id is None):
            raise NoSuchFigure(figure.of)
        return figure


def people(asked: Asked, figure: Figure, *, cursor: str | None = None) -> keyset.Page[Enrolment]:
    """The runs behind a figure, the latest first."""
    wanted = (
        select(Enrolment, Enrolment.started_at, Enrolment.id)
        .join(Enrolment.contact)
        .where(*asked.runs(), is_counted(asked, figure))
        .options(contains_eager(Enrolment.contact), joinedload(Enrolment.revision))
    )
    order = keyset.Order(Enrolment.started_at.expression, Enrolment.id.expression)
    found = db.session.execute(keyset.ordered(wanted, order, cursor).limit(PAGE + 1)).all()
    return keyset.page([(row[0], row[1], row[2]) for row in found], PAGE)


def count(asked: Asked, figure: Figure) -> int:
    """How many there are."""
    wanted = select(func.count()).select_from(Enrolment).where(*asked.runs(), is_counted(asked, figure))
    return db.session.scalar(wanted) or 0


def is_counted(asked: Asked, figure: Figure) -> ColumnElement[bool]:
    """What a run must be to be counted in a figure."""
    if figure.branch is not None:
        outcome = _OUTCOMES.get(figure.branch, figure.branch)
        took = _ran(figure.step_id, StepRun.outcome == outcome)
        return took & _has_converted(asked) if figure.of == "converted" else took
    if figure.step_id is not None:
        return _of_step(asked, figure.step_id, figure.of)
    if figure.of == "converted":
        return _has_converted(asked)
    return Enrolment.status == figure.of if figure.of in STATUSES else Enrolment.id.is_not(None)


def _of_step(asked: Asked, step_id: str, of: str) -> ColumnElement[bool]:
    stands = Enrolment.step_id == step_id
    if of == "converted":
        return _has_converted(asked, Attribution.step_id == step_id)
    if of == "reached":
        return stands & (Enrolment.status != COMPLETED) | _ran(step_id)
    if of in _PLACES:
        return stands & Enrolment.status.in_(_PLACES[of])
    if of in _DID:
        return _ran(step_id, _DID[of])
    return exists().where(Message.enrolment_id == Enrolment.id, Message.step_id == step_id, MARKS[of])


def _ran(step_id: str | None, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(StepRun.enrolment_id == Enrolment.id, StepRun.step_id == step_id, *conditions)


def _has_converted(asked: Asked, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    reached = goals.successes(Attribution.enrolment_id).where(
        Attribution.sequence_id == asked.sequence.id, goals.is_reached(asked.goal), *conditions
    )
    return Enrolment.id.in_(reached)


_PLACES = {"waiting": (RUNNING,), "left": (EXITED, STOPPED), "parked": (FAILED,)}
_DID = {"done": StepRun.outcome != "skipped", "skipped": StepRun.outcome == "skipped"}

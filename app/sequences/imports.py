"""What an import of leads sets going here, and what it leaves when it is taken back."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from sqlalchemy import ColumnElement, exists, select

from app.db import db
from app.leads.importing import consequences, traces
from app.leads.models import LeadSource
from app.messaging.models import EMAIL, IN_APP, SMS
from app.sequences import books, triggers
from app.sequences.engine.program import Program, live_programs
from app.sequences.graph import ActionStep
from app.sequences.models import RUNNING, Enrolment, Refused, StepRun

KIND = "lead.created"


@consequences.listening
def sequences_of(source: LeadSource) -> Sequence[consequences.Listener]:
    """The active sequences that a new lead from a source would enter."""
    listening = {one.key for one in triggers.TRIGGERS.values() if KIND in one.listens}
    said = {"source": source.name}
    return [
        consequences.Listener(one.title, url_for("sequences.build", sequence_id=one.sequence_id), _messages(one))
        for one, _since in live_programs(listening)
        if one.trigger.matches(one.filters, said)
    ]


def _messages(program: Program) -> int:
    """How many messages somebody gets at most, whichever way they take."""
    most: dict[str | None, int] = {None: 0}

    def from_step(step_id: str | None) -> int:
        if step_id is not None and step_id not in most:
            node = program.nodes[step_id]
            own = int(node.step.enabled and isinstance(node.step, ActionStep) and node.step.do in {EMAIL, SMS, IN_APP})
            most[step_id] = own + max(map(from_step, node.branches.values() or [node.follows]))
        return most[step_id]

    return from_step(program.first)


def _untally(going: ColumnElement[bool]) -> None:
    """Keep the books: who is taken back has not entered."""
    books.untally(db.session.scalars(select(Enrolment.sequence_id).where(going)))


# Somebody before their first step has not been written to; and who was kept out has not been let in.
_has_begun = exists().where(StepRun.enrolment_id == Enrolment.id)
traces.leave(
    traces.Trace(
        Enrolment,
        (Enrolment.status == RUNNING) & ~_has_begun,
        told_as=("sequence.entered", "enrolment_id"),
        before_going=_untally,
    )
)
traces.leave(traces.Trace(Refused))

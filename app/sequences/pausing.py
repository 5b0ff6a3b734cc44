"""Keeping everybody's place while a sequence is paused, and letting them go on from it (SEQ-18)."""

from __future__ import annotations

from sqlalchemy import select, update

from app.db import db
from app.sequences.models import RUNNING, Enrolment


def hold(sequence_id: int, *, skip_held: bool = False) -> None:
    """Keep the place of everybody inside: nobody's step is due any more.

    With `skip_held`, those whom another worker has in hand are passed over: they stand still all the same, for nobody
    is claimed from a paused sequence, and it cannot lock up with that worker.
    """
    inside = (
        select(Enrolment.id)
        .where(Enrolment.sequence_id == sequence_id, Enrolment.status == RUNNING, Enrolment.due_at.is_not(None))
        .order_by(Enrolment.id)
        .with_for_update(skip_locked=skip_held)
    )
    db.session.execute(
        update(Enrolment)
        .where(Enrolment.id.in_(inside))
        .values(held_due_at=Enrolment.due_at, due_at=None)
        .execution_options(synchronize_session=False)
    )


def let_go(sequence_id: int) -> None:
    """Let everybody go on from where they stood."""
    db.session.execute(
        update(Enrolment)
        .where(Enrolment.sequence_id == sequence_id, Enrolment.status == RUNNING, Enrolment.held_due_at.is_not(None))
        .values(due_at=Enrolment.held_due_at, held_due_at=None)
        .execution_options(synchronize_session=False)
    )

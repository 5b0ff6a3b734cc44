"""What stands still in this room while the marketing suite is off (APP-02)."""

from __future__ import annotations

from flask_babel import ngettext
from sqlalchemy import func, select

from app.apps import suite
from app.db import db
from app.sequences.models import ACTIVE, RUNNING, Enrolment, Sequence


@suite.holds
def live_sequences() -> list[str]:
    """How many sequences, and how many people inside."""
    live = select(Sequence.id).where(Sequence.status == ACTIVE, Sequence.deleted_at.is_(None))
    sequences = db.session.scalar(select(func.count()).select_from(live.subquery())) or 0
    people = db.session.scalar(
        select(func.count(Enrolment.contact_id.distinct())).where(
            Enrolment.status == RUNNING, Enrolment.sequence_id.in_(live)
        )
    )
    return [
        ngettext("%(num)s live sequence: nobody enters it", "%(num)s live sequences: nobody enters them", sequences),
        ngettext(
            "%(num)s person inside keeps their place, and gets nothing",
            "%(num)s people inside keep their places, and get nothing",
            people or 0,
        ),
    ]

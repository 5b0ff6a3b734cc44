"""Who comes into a segment: told from those who were in it already, once a minute.

Who is in when a sequence begins to act, or comes in while it is paused, is no newcomer. Who leaves and comes back is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, delete, false, func, insert, literal, or_, select

from app import clock, events
from app.contacts import segments
from app.contacts.models import Contact, Segment
from app.db import db
from app.leads import segments as lead_segments
from app.rules import Subject
from app.sequences import triggers
from app.sequences.engine.program import Program
from app.sequences.models import Present

EVERY = timedelta(minutes=1)


def find_newcomers(program: Program, _since: datetime, until: datetime) -> int:
    """Record who has come into the segment since the last look."""
    watched = _watched(program)
    names = ", ".join(segment.name for segment in watched)
    ids = note_present(program)
    data = {"segment": names, "sequence_id": program.sequence_id}
    events.record_many([events.Entry("segment.entered", one, data, occurred_at=until) for one in sorted(ids)])
    return len(ids)


def next_look(_program: Program, after: datetime) -> datetime:
    """When to look again."""
    return after + EVERY


def note_present(program: Program) -> Sequence[int]:
    """Bring the note of who is in up to date. Answers who is new in it."""
    inside = _inside(_watched(program))
    noted = select(Present.contact_id).where(Present.sequence_id == program.sequence_id)
    db.session.execute(
        delete(Present)
        .where(Present.sequence_id == program.sequence_id, Present.contact_id.not_in(inside))
        .execution_options(synchronize_session=False)
    )
    newcomers = inside.with_only_columns(literal(program.sequence_id), Contact.id).where(Contact.id.not_in(noted))
    return db.session.scalars(
        insert(Present).from_select(["sequence_id", "contact_id"], newcomers).returning(Present.contact_id)
    ).all()


def _watched(program: Program) -> Sequence[Segment]:
    names = [name.lower() for name in triggers.names_of(program.filters.get("segment"))]
    return db.session.scalars(select(Segment).where(func.lower(Segment.name).in_(names)).order_by(Segment.id)).all()


def _inside(watched: Sequence[Segment]) -> Select[int]:
    return select(Contact.id).where(Contact.erased_at.is_(None), or_(false(), *(_holds(one) for one in watched)))


def _holds(segment: Segment) -> ColumnElement[bool]:
    if segment.scope == segments.LEADS:
        return lead_segments.has_one_in(segment)
    holds = segments.condition(segment, Subject(contact_id=Contact.id.expression, now=clock.now()))
    return Contact.is_client & holds if segment.scope == segments.CLIENTS else holds

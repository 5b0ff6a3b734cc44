"""Which sequences take in whoever comes into a segment. They know it by its name: it stays while they are at work."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _
from sqlalchemy import select

from app.contacts.models import Segment
from app.db import db
from app.sequences import triggers
from app.sequences.models import ACTIVE, Sequence, SequenceRevision
from app.web import Refusal


class Watched(Refusal):
    """Renamed or deleted, the segment would leave a sequence at work without anybody to take in, and nobody told."""

    def __init__(self, sequence: Sequence) -> None:
        super().__init__(
            _("“%(sequence)s” takes in whoever comes into this segment. Pause it first.", sequence=sequence.title)
        )


def watchers(of: Iterable[Segment]) -> dict[int, list[Sequence]]:
    """The sequences at work that begin with each of these segments, by the segment's id."""
    at_work = (
        select(Sequence, SequenceRevision.document)
        .join(SequenceRevision, SequenceRevision.id == Sequence.live_id)
        .where(Sequence.status == ACTIVE, Sequence.trigger_kind == "segment.entered", Sequence.deleted_at.is_(None))
        .order_by(Sequence.title, Sequence.id)
    )
    found: dict[str, list[Sequence]] = {}
    for sequence, document in db.session.execute(at_work):
        for name in triggers.names_of((document["trigger"].get("filters") or {}).get("segment")):
            found.setdefault(name.lower(), []).append(sequence)
    return {segment.id: found.get(segment.name.lower(), []) for segment in of}


def refuse_if_watched(segment: Segment) -> None:
    """Raises Watched where a sequence at work begins with the segment."""
    for sequence in watchers([segment])[segment.id]:
        raise Watched(sequence)

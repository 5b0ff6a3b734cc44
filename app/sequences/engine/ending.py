"""How runs end, and what the log keeps of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app import events
from app.sequences.engine import rows
from app.sequences.models import COMPLETED, RUNNING


@dataclass(frozen=True, slots=True)
class Ended:
    """One run that ends, and why."""

    enrolment_id: int
    contact_id: int
    sequence_id: int
    sequence: str
    status: str
    reason: str


def end(ended: Sequence[Ended], now: datetime) -> None:
    """End runs that are still going, and record it."""
    rows.update_enrolments(
        [(one.enrolment_id, one.status, one.reason, None, None, now) for one in ended],
        ("status", "reason", "due_at", "held_due_at", "ended_at"),
        where_status=RUNNING,
    )
    record(ended)


def record(ended: Sequence[Ended]) -> None:
    """Write in the log that these runs have ended, for whoever has ended them."""
    events.record_many([_entry(one) for one in ended])


def _entry(one: Ended) -> events.Entry:
    about = {"sequence_id": one.sequence_id, "sequence": one.sequence, "enrolment_id": one.enrolment_id}
    by = events.Actor("sequence", one.sequence_id, one.sequence)
    if one.status == COMPLETED:
        return events.Entry("sequence.completed", one.contact_id, about, by)
    return events.Entry("sequence.left", one.contact_id, about | {"reason": one.reason}, by)

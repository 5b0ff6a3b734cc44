"""Messages that an outage has kept back and whose step says: ask. Somebody sends or skips all of a step (BEY-14)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, CursorResult, Table, func, select, update

from app import wake
from app.db import db, update_rows
from app.messaging.models import QUEUED, SUPPRESSED, Message
from app.sequences import reasons
from app.sequences.engine import enrolling
from app.sequences.engine.pace import Slots
from app.sequences.models import Sequence
from app.staff.models import Staff

MESSAGES: Table = Message.__table__  # type: ignore[assignment]


@dataclass(frozen=True)
class Question:
    """How many late messages of a step wait for somebody's word, and the earliest time at which one was due."""

    sequence_id: int
    step_id: str
    count: int
    meant_at: datetime


def questions(sequence_ids: Collection[int]) -> list[Question]:
    """What these sequences ask: one query, whatever their number."""
    found = db.session.execute(
        select(
            Message.sequence_id,
            Message.step_id,
            func.count().label("count"),
            func.min(Message.meant_at, type_=Message.meant_at.type).label("meant_at"),
        )
        .where(Message.sequence_id.in_(sequence_ids), Message.asked_at.is_not(None), Message.status == QUEUED)
        .group_by(Message.sequence_id, Message.step_id)
        .order_by("meant_at")
    )
    return [Question(**row) for row in found.mappings()]


def send(sequence: Sequence, step_id: str) -> int:
    """Let all late messages of a step leave, in their order, at the pace of late ones. Answers how many."""
    waiting = db.session.execute(
        select(Message.id, Message.contact_id)
        .where(*_asked(sequence, step_id))
        .order_by(Message.meant_at, Message.id)
        .with_for_update()
    ).all()
    zones = enrolling.zones_of({row.contact_id for row in waiting})
    slots, rows = Slots(), []
    for row in waiting:
        zone = zones[row.contact_id]
        at = slots.next(zone)
        slots.take()
        rows.append((row.id, at, None, reasons.code("spread", reasons.moment(at, zone))))
    slots.keep()
    update_rows(MESSAGES, ("id",), ("due_at", "asked_at", "reason"), rows, returning=())
    wake.ring("deliver_messages")
    return len(rows)


def skip(sequence: Sequence, step_id: str, *, by: Staff) -> int:
    """Send none of the late messages of a step. Answers how many."""
    done: CursorResult[tuple[()]] = db.session.execute(  # type: ignore[assignment]
        update(Message)
        .where(*_asked(sequence, step_id))
        .values(status=SUPPRESSED, reason=reasons.code("not_sent_late", by.name), asked_at=None)
        .execution_options(synchronize_session=False)
    )
    return done.rowcount


def _asked(sequence: Sequence, step_id: str) -> tuple[ColumnElement[bool], ...]:
    return (
        Message.sequence_id == sequence.id,
        Message.step_id == step_id,
        Message.asked_at.is_not(None),
        Message.status == QUEUED,
    )

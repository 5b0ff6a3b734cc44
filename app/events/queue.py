"""Handing events to consumers, each event once to each.

A consumer takes events by deleting their queue rows in the transaction of its effects: a worker killed in mid-batch
rolls both back, and the next one finds the rows again. No lease, no cursor, no order lost to transactions that commit
late.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import structlog
from sqlalchemy import CursorResult, delete, exists, func, select, update

from app import clock
from app.db import db, is_postgresql, one_of
from app.events.models import Event, QueuedEvent

log = structlog.get_logger(__name__)

Consume = Callable[[Sequence[Event]], None]

CONSUMERS: dict[str, Consume] = {}


def consumer(name: str) -> Callable[[Consume], Consume]:
    """Register what takes the events handed to `name`; it gets them in batches, oldest first, and never commits."""

    def register(consume: Consume) -> Consume:
        CONSUMERS[name] = consume
        return consume

    return register


def take(name: str, limit: int = 500) -> list[Event]:
    """Take the oldest waiting events of a consumer. The caller's transaction decides whether they are gone."""
    waiting = (
        select(Event)
        .join(QueuedEvent, QueuedEvent.event_id == Event.id)
        .where(QueuedEvent.consumer == name, QueuedEvent.parked_at.is_(None))
        .order_by(QueuedEvent.event_id)
        .limit(limit)
    )
    if is_postgresql():
        waiting = waiting.with_for_update(of=QueuedEvent, skip_locked=True)
    taken = list(db.session.scalars(waiting))
    if taken:
        # Not one statement with the look above inside: PostgreSQL may look anew for each row it deletes.
        db.session.execute(
            delete(QueuedEvent)
            .where(QueuedEvent.consumer == name, one_of(QueuedEvent.event_id, (event.id for event in taken)))
            .execution_options(synchronize_session=False)
        )
    return taken


def consume_all(limit: int = 500) -> int:
    """Let every consumer have one batch. Answers how many events were taken in all."""
    return sum(consume(name, limit) for name in _with_work())


def _with_work() -> list[str]:
    """Those for whom something waits: one look instead of one a consumer."""
    waits = [exists().where(QueuedEvent.consumer == name, QueuedEvent.parked_at.is_(None)) for name in CONSUMERS]
    found = db.session.execute(select(*waits)).one()
    return [name for name, waiting in zip(CONSUMERS, found, strict=True) if waiting]


def consume(name: str, limit: int = 500) -> int:
    """Let a consumer have one batch. Answers how many events it took.

    Where it fails, its events are given to it one by one and the one it cannot digest is put aside.
    """
    try:
        with db.session.begin_nested():
            return _hand_over(name, limit)
    except Exception as error:
        if limit == 1:
            raise
        log.warning("consumer.failed", consumer=name, error=type(error).__name__)
        return sum(_consume_one(name) for _ in range(limit))


def _consume_one(name: str) -> int:
    oldest = first_waiting(name)
    if oldest is None:
        return 0
    try:
        with db.session.begin_nested():
            return _hand_over(name, 1)
    except Exception as error:  # noqa: BLE001 - whatever it is, the events behind must not wait for it
        put_aside(name, oldest, error)
        return 1


def _hand_over(name: str, limit: int) -> int:
    batch = take(name, limit)
    if batch:
        CONSUMERS[name](batch)
    return len(batch)


def waiting_since() -> datetime | None:
    """Since when the oldest waiting event waits."""
    oldest = db.session.scalar(select(func.min(QueuedEvent.event_id)).where(QueuedEvent.parked_at.is_(None)))
    return db.session.scalar(select(Event.recorded_at).where(Event.id == oldest)) if oldest is not None else None


def put_aside(name: str, event_id: int, error: Exception) -> None:
    """Park an event a consumer cannot digest, so that the ones behind it go on. An operator sees and retries it."""
    db.session.execute(
        update(QueuedEvent)
        .where(QueuedEvent.consumer == name, QueuedEvent.event_id == event_id)
        .values(
            attempts=QueuedEvent.attempts + 1, parked_at=clock.now(), error=f"{type(error).__name__}: {error}"[:500]
        )
    )
    log.error("event.parked", consumer=name, event_id=event_id, error=type(error).__name__)


def retry_parked() -> int:
    """Give every parked event another chance. Answers how many."""
    done: CursorResult[tuple[()]] = db.session.execute(  # type: ignore[assignment]
        update(QueuedEvent).where(QueuedEvent.parked_at.is_not(None)).values(parked_at=None, error=None)
    )
    return done.rowcount


def first_waiting(name: str) -> int | None:
    """The id of the oldest event a consumer has yet to take."""
    return db.session.scalar(
        select(func.min(QueuedEvent.event_id)).where(QueuedEvent.consumer == name, QueuedEvent.parked_at.is_(None))
    )


def backlog() -> dict[str, int]:
    """How many events wait for each consumer."""
    rows = db.session.execute(
        select(QueuedEvent.consumer, func.count()).where(QueuedEvent.parked_at.is_(None)).group_by(QueuedEvent.consumer)
    )
    return {name: count for name, count in rows}  # noqa: C416 - a Row is not a pair to a type checker

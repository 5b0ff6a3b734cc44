"""Writing the log: in the transaction of the change, and handed to every consumer of that kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Table

from app import clock, wake
from app.db import db, insert_rows
from app.events import catalogue
from app.events.models import Actor, Event, QueuedEvent

EVENTS: Table = Event.__table__  # type: ignore[assignment]
QUEUE: Table = QueuedEvent.__table__  # type: ignore[assignment]


SYSTEM = Actor.system()


class HasId(Protocol):
    """A row, saved or about to be."""

    id: Any


class Acting(Protocol):
    """Whoever can stand behind an event: `Actor` itself, or a member of the staff."""

    @property
    def as_actor(self) -> Actor: ...


@dataclass(frozen=True)
class Entry:
    """One event to be written by `record_many`."""

    kind: str
    contact_id: int | None
    data: dict[str, Any] = field(default_factory=dict)
    by: Actor = SYSTEM
    occurred_at: datetime | None = None
    dedupe_key: str | None = None


def record(
    kind: str,
    contact: HasId | None,
    /,
    *,
    by: Actor | Acting | None = None,
    at: datetime | None = None,
    dedupe_key: str | None = None,
    **data: Any,
) -> int | None:
    """Write one event about a contact. Answers its id, or None where the dedupe key was known already.

    `at` is when it happened, now unless told. Raises catalogue.UnknownKind, or pydantic's ValidationError for data of
    the wrong shape: both are mistakes of the caller.
    """
    db.session.flush()  # a contact made in this transaction has its id only now
    entry = Entry(kind, contact.id if contact is not None else None, data, actor(by), at, dedupe_key)
    ids = record_many([entry])
    return ids[0] if ids else None


def record_many(entries: Sequence[Entry]) -> list[int]:
    """Write many events with a handful of statements. Answers the ids of those that are new, in no order."""
    if not entries:
        return []
    now = clock.now()
    written = insert_rows(EVENTS, WRITTEN, [_row(entry, now) for entry in entries], returning=("id", "kind"))
    _hand_out((row.id, row.kind) for row in written)
    return [row.id for row in written]


def actor(by: Actor | Acting | None) -> Actor:
    """Who stands behind an event: time itself where nobody does."""
    if by is None:
        return Actor.system()
    return by if isinstance(by, Actor) else by.as_actor


WRITTEN = (
    "kind",
    "contact_id",
    "occurred_at",
    "recorded_at",
    "actor_kind",
    "actor_id",
    "actor_name",
    "data",
    "dedupe_key",
)


def _row(entry: Entry, now: datetime) -> tuple[Any, ...]:
    """An event in the order of `WRITTEN`."""
    data = catalogue.kind(entry.kind).data.model_validate(entry.data).model_dump(mode="json", exclude_unset=True)
    by = entry.by
    happened = (entry.kind, entry.contact_id, entry.occurred_at or now, now)
    return (*happened, by.kind, by.id, by.name, data, entry.dedupe_key)


def _hand_out(written: Iterable[tuple[int, str]]) -> None:
    queued = [(consumer, event_id, 0) for event_id, kind in written for consumer in catalogue.kind(kind).consumers]
    if queued:
        insert_rows(QUEUE, ("consumer", "event_id", "attempts"), queued)
        wake.ring("consume_events")

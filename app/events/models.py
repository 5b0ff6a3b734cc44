"""The event log, and the queue that hands its entries to the consumers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import BigId, Json, Model, UtcDateTime, index_given


@dataclass(frozen=True)
class Actor:
    """Who did it: a person of the staff, the client, another system through the API, a sequence, or time itself."""

    kind: str  # staff | client | api | sequence | system
    id: int | None = None
    name: str = ""

    @property
    def is_person(self) -> bool:
        """Whether somebody did it with their own hands, here."""
        return self.kind in {"staff", "client"}

    @classmethod
    def client(cls) -> Self:
        return cls("client")

    @classmethod
    def system(cls) -> Self:
        return cls("system")


class Event(Model):
    """One thing that happened. Never changed, never deleted (an erased contact's data is emptied, the row stays)."""

    __tablename__ = "event"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(64))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_kind: Mapped[str] = mapped_column(String(16), default="system")
    actor_id: Mapped[int | None] = mapped_column(BigId)
    actor_name: Mapped[str] = mapped_column(String(200), default="")
    data: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    dedupe_key: Mapped[str | None] = mapped_column(String(200))

    __table_args__ = (
        Index("ix_event_timeline", "contact_id", "occurred_at", "id"),
        Index("ix_event_kind", "kind", "occurred_at"),
        Index("ix_event_feed", "occurred_at", "id"),
        index_given("uq_event_dedupe_key", "dedupe_key", given="dedupe_key", unique=True),
    )


class QueuedEvent(Model):
    """An event that a consumer has not taken yet. Taking it is deleting it, in the transaction of its effects."""

    __tablename__ = "event_queue"

    consumer: Mapped[str] = mapped_column(String(32), primary_key=True)
    event_id: Mapped[int] = mapped_column(BigId, primary_key=True)  # written with its event, which is never deleted
    attempts: Mapped[int] = mapped_column(default=0)
    parked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(String(500))

    __table_args__ = (index_given("ix_event_queue_parked_at", "parked_at", given="parked_at"),)

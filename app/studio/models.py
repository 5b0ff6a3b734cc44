"""Facts about a contact's business with the studio, projected from events whoever recorded them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import BigId, Json, Model, UtcDateTime


def _when_set(name: str, column: str) -> Index:
    """An index of what still lies ahead of the clock, as small as that is."""
    is_set = text(f"{column} IS NOT NULL")
    return Index(name, column, postgresql_where=is_set, sqlite_where=is_set)


class Booking(Model):
    """A class or an appointment somebody booked, and what became of it.

    `start_due_at` and `absence_due_at` are when the clock has to say that it began, or that they did not come; nothing
    when that is said, or will not happen (`passing.py`).
    """

    __tablename__ = "booking"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    external_id: Mapped[str | None] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(16), default="class")  # class | appointment
    name: Mapped[str] = mapped_column(String(200), default="")  # of the class, or the service
    class_id: Mapped[str] = mapped_column(String(200), default="")
    template: Mapped[str] = mapped_column(String(200), default="")
    location: Mapped[str] = mapped_column(String(120), default="")
    paid_with: Mapped[str] = mapped_column(String(16), default="")
    membership: Mapped[str] = mapped_column(String(200), default="")  # the one it is paid with
    holding_id: Mapped[int | None] = mapped_column(ForeignKey("holding.id"))  # whose credit it took
    booked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    booked_event_id: Mapped[int | None] = mapped_column(BigId)  # the event that told of it
    starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    start_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    absence_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    visited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_reported: Mapped[bool] = mapped_column(default=False)  # another system told of it, and may write to them itself
    data: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)

    __table_args__ = (
        Index("uq_booking_external_id", "contact_id", "kind", "external_id", unique=True),
        Index("ix_booking_starts_at", "starts_at"),
        Index("ix_booking_contact", "contact_id", "kind", "booked_at"),
        Index("ix_booking_visited", "contact_id", "visited_at"),
        Index("ix_booking_visited_at", "visited_at"),
        Index("ix_booking_name", "kind", "name"),
        _when_set("ix_booking_start_due_at", "start_due_at"),
        _when_set("ix_booking_absence_due_at", "absence_due_at"),
    )


class Holding(Model):
    """A membership somebody bought: a subscription, a pack of credits, or an intro offer (STU-15).

    `expiry_due_at` and `renews_at` are when the clock has to end or renew it; nothing where another system does.
    """

    __tablename__ = "holding"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    external_id: Mapped[str | None] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(16))  # subscription | pack | intro
    name: Mapped[str] = mapped_column(String(200))
    location: Mapped[str] = mapped_column(String(120), default="")
    price_cents: Mapped[int] = mapped_column(default=0)
    bought_at: Mapped[datetime] = mapped_column(UtcDateTime)
    bought_event_id: Mapped[int | None] = mapped_column(BigId)  # the event that told of it
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expiry_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when its expiry was told, which is once
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    auto_renews: Mapped[bool] = mapped_column(default=False)
    renews_every: Mapped[str] = mapped_column(String(8), default="")  # week | month | quarter | year
    renews_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    renewals_left: Mapped[int | None]
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    unpauses_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    credits: Mapped[int | None]
    size: Mapped[int | None]  # the credits it came with
    auto_recharges: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        Index("ix_holding_contact", "contact_id", "kind", "bought_at"),
        _when_set("ix_holding_expiry_due_at", "expiry_due_at"),
        _when_set("ix_holding_renews_at", "renews_at"),
        _when_set("ix_holding_unpauses_at", "unpauses_at"),
    )


class Purchase(Model):
    """A sale, of whatever kind."""

    __tablename__ = "purchase"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    external_id: Mapped[str | None] = mapped_column(String(200), unique=True)
    item_kind: Mapped[str] = mapped_column(String(24), default="product")
    item: Mapped[str] = mapped_column(String(200), default="")
    item_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"))  # where the studio lists it (`items.py`)
    price_cents: Mapped[int] = mapped_column(default=0)
    bought_at: Mapped[datetime] = mapped_column(UtcDateTime)
    event_id: Mapped[int | None] = mapped_column(BigId)  # the event that told of it

    __table_args__ = (
        Index("ix_purchase_contact", "contact_id", "bought_at"),
        Index("ix_purchase_item", "item_id", "bought_at", "id"),
    )

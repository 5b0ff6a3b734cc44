"""Facts about a contact's business with the studio, projected from events whoever recorded them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import BigId, Json, Model, UtcDateTime


class Booking(Model):
    """A class or an appointment somebody booked, and what became of it."""

    __tablename__ = "booking"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    external_id: Mapped[str | None] = mapped_column(String(200), unique=True)
    kind: Mapped[str] = mapped_column(String(16), default="class")  # class | appointment
    name: Mapped[str] = mapped_column(String(200), default="")
    location: Mapped[str] = mapped_column(String(120), default="")
    paid_with: Mapped[str] = mapped_column(String(16), default="")
    booked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    visited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_reported: Mapped[bool] = mapped_column(default=False)  # another system told of it, and may write to them itself
    data: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)

    __table_args__ = (
        Index("ix_booking_starts_at", "starts_at"),
        Index("ix_booking_contact", "contact_id", "kind", "booked_at"),
        Index("ix_booking_visited", "contact_id", "visited_at"),
    )


class Holding(Model):
    """A membership somebody bought: a subscription, a pack of credits, or an intro offer (STU-15)."""

    __tablename__ = "holding"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    external_id: Mapped[str | None] = mapped_column(String(200), unique=True)
    kind: Mapped[str] = mapped_column(String(16))  # subscription | pack | intro
    name: Mapped[str] = mapped_column(String(200))
    bought_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    credits: Mapped[int | None]

    __table_args__ = (Index("ix_holding_contact", "contact_id", "kind", "bought_at"),)


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

    __table_args__ = (
        Index("ix_purchase_contact", "contact_id", "bought_at"),
        Index("ix_purchase_item", "item_id", "bought_at", "id"),
    )

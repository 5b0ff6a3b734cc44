"""Buying on the web: the checkout while it is filled in, and the order it ends in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.contacts.models import Contact
from app.db import BigId, Model, UtcDateTime
from app.leads.models import Lead
from app.staff.models import Staff
from app.studio.item_models import Item

RESERVED, PAID, CANCELLED = "reserved", "paid", "cancelled"
STATES = (RESERVED, PAID, CANCELLED)

UNFINISHED = "completed_at IS NULL"
WATCHED = "completed_at IS NULL AND abandoned_at IS NULL"
HELD = "completed_at IS NULL AND cleared_at IS NULL"


class Checkout(Model):
    """What somebody has typed on an item's checkout, kept whenever they leave a field (STU-17).

    A browser has one unfinished checkout an item. `named_at` is when a name and a usable e-mail address were first
    known together: ten minutes later the checkout counts as abandoned (ABN-01, ABN-02).
    """

    __tablename__ = "checkout"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    browser: Mapped[str] = mapped_column(String(64))  # a digest of the key that the browser keeps
    first_name: Mapped[str] = mapped_column(String(200), default="")
    last_name: Mapped[str] = mapped_column(String(200), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    language: Mapped[str] = mapped_column(String(8), default="")
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    named_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    abandoned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cleared_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # what was typed is gone
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("lead.id"), index=True)

    item: Mapped[Item] = relationship()
    lead: Mapped[Lead | None] = relationship()

    __table_args__ = (
        Index(
            "uq_checkout_unfinished",
            "browser",
            "item_id",
            unique=True,
            postgresql_where=text(UNFINISHED),
            sqlite_where=text(UNFINISHED),
        ),
        Index("ix_checkout_named_at", "named_at", postgresql_where=text(WATCHED), sqlite_where=text(WATCHED)),
        Index("ix_checkout_changed_at", "changed_at", postgresql_where=text(HELD), sqlite_where=text(HELD)),
    )


class Order(Model):
    """One purchase through a checkout: made when the buyer completes it, paid then or at the studio."""

    __tablename__ = "sale_order"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    once_key: Mapped[str] = mapped_column(String(64), unique=True)  # sending one page twice is one order
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    buyer_name: Mapped[str] = mapped_column(String(200), default="")  # as it was typed: anybody can type any address
    price_cents: Mapped[int] = mapped_column(default=0)
    payment: Mapped[str] = mapped_column(String(24))  # the key of the way to pay (`payments.py`)
    state: Mapped[str] = mapped_column(String(16), default=RESERVED)
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    paid_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paid_with: Mapped[str] = mapped_column(String(16), default="")
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))  # who took the money, or cancelled it

    item: Mapped[Item] = relationship()
    contact: Mapped[Contact] = relationship()
    settled_by: Mapped[Staff | None] = relationship()

    __table_args__ = (
        Index("ix_sale_order_state", "state", "placed_at", "id"),
        Index("ix_sale_order_placed_at", "placed_at", "id"),
        Index("ix_sale_order_contact", "contact_id", "state"),
    )

    @property
    def number(self) -> str:
        """What the sale is called in the log and in the studio's facts."""
        return f"order-{self.id}"

"""What the studio sells."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.contacts.models import Tag
from app.db import BigId, Model, UtcDateTime

SUBSCRIPTION, PACK, INTRO, PRODUCT = "subscription", "pack", "intro", "product"
KINDS = (SUBSCRIPTION, PACK, INTRO, PRODUCT)

PERIODS = ("week", "month", "quarter", "year")

item_tag = Table(
    "item_tag",
    Model.metadata,
    Column("item_id", ForeignKey("item.id"), primary_key=True),
    Column("tag_id", ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Item(Model):
    """A subscription, a pack of credits, an intro offer or a product, with a page where it can be bought (STU-16).

    Its name is what the log, triggers and rules know it by, so that no two have the same one.
    """

    __tablename__ = "item"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(Text, default="")
    price_cents: Mapped[int] = mapped_column(default=0)
    period: Mapped[str] = mapped_column(String(16), default="")  # how often a subscription is paid
    credits: Mapped[int | None]  # of packs, and of intro offers that are packs
    validity_days: Mapped[int | None]  # of packs and intro offers
    is_reserved: Mapped[bool] = mapped_column(default=False)  # for those who have one of `tags` (RST-05)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    tags: Mapped[list[Tag]] = relationship(secondary=item_tag, order_by="Tag.name")

    __table_args__ = (Index("uq_item_name", func.lower(name), unique=True),)

    @property
    def is_membership(self) -> bool:
        """Whether buying it makes somebody hold something."""
        return self.kind != PRODUCT

"""The ledger of points (BEY-12): a contact's score is the sum of its live lines."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import BigId, Model, UtcDateTime


class ScoreLine(Model):
    """Points earned or lost, and for what. A reset voids lines, it never deletes them."""

    __tablename__ = "score_line"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    rule: Mapped[str] = mapped_column(String(40))
    points: Mapped[int]
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    cause_key: Mapped[str] = mapped_column(String(120), unique=True)  # e.g. "email.opened:812": once each (SCORE-28)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    void_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    void_reason: Mapped[str] = mapped_column(String(120), default="")

    __table_args__ = (Index("ix_score_line_contact", "contact_id", "void_at", "id"),)

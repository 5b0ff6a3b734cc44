"""The versions of the waiver, and who has signed which."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.contacts.models import Contact
from app.db import BigId, Model, UtcDateTime
from app.staff.models import Staff

ASKING, ASKED = "asking", "asked"


class WaiverVersion(Model):
    """The waiver as it was saved once: title and text are never changed again. The highest number is the current one.

    `asking` says how far the request to sign it has come: nothing, "asking" while a worker goes through the people, who
    are reached up to the id `asked_to`, then "asked".
    """

    __tablename__ = "waiver_version"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    title: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    asking: Mapped[str] = mapped_column(String(8), default="")
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    asked_to: Mapped[int] = mapped_column(BigId, default=0)
    asked: Mapped[int] = mapped_column(default=0)  # people
    note: Mapped[str] = mapped_column(Text, default="")  # of whoever asked, in the e-mail

    made_by: Mapped[Staff | None] = relationship(foreign_keys=made_by_id)
    asked_by: Mapped[Staff | None] = relationship(foreign_keys=asked_by_id)

    __table_args__ = (Index("ix_waiver_version_asking", "asking"),)


class WaiverSignature(Model):
    """Somebody has agreed to a version by typing their name. The row is the proof: only an erasure changes it."""

    __tablename__ = "waiver_signature"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("waiver_version.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    name: Mapped[str] = mapped_column(String(120))  # as typed; empty once the contact is erased
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    version: Mapped[WaiverVersion] = relationship()
    contact: Mapped[Contact] = relationship()

    __table_args__ = (
        UniqueConstraint("contact_id", "version_id"),
        Index("ix_waiver_signature_version", "version_id"),
    )

"""People: one record a person (GEN-01), their tags, custom fields and consent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, ForeignKey, Index, String, Table, Text, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import BigId, Json, Model, UtcDateTime, index_given
from app.lifecycle.models import LifecycleStage
from app.staff.models import Location, Staff

CONSENTS = ("email_marketing", "email_transactional", "sms_marketing", "sms_transactional")

contact_tag = Table(
    "contact_tag",
    Model.metadata,
    Column("contact_id", ForeignKey("contact.id"), primary_key=True),
    Column("tag_id", ForeignKey("tag.id"), primary_key=True, index=True),
)


class Contact(Model):
    """Anyone: lead, client, or somebody who wrote once."""

    __tablename__ = "contact"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    first_name: Mapped[str] = mapped_column(String(200), default="")
    last_name: Mapped[str] = mapped_column(String(200), default="")
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(32))  # E.164
    external_id: Mapped[str | None] = mapped_column(String(200), unique=True)
    is_client: Mapped[bool] = mapped_column(Boolean, default=False)
    client_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    language: Mapped[str] = mapped_column(String(8), default="")
    location_id: Mapped[int | None] = mapped_column(ForeignKey("location.id"), index=True)  # home location
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    lifecycle_stage_id: Mapped[int | None] = mapped_column(ForeignKey("lifecycle_stage.id"))
    lifecycle_position: Mapped[float] = mapped_column(default=0.0)
    lifecycle_changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    custom: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    score: Mapped[int] = mapped_column(default=0)
    hot_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_interaction_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    email_marketing: Mapped[bool] = mapped_column(Boolean, default=True)
    email_transactional: Mapped[bool] = mapped_column(Boolean, default=True)
    sms_marketing: Mapped[bool] = mapped_column(Boolean, default=True)
    sms_transactional: Mapped[bool] = mapped_column(Boolean, default=True)
    email_bounced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rev: Mapped[int] = mapped_column(default=1)

    tags: Mapped[list[Tag]] = relationship(secondary=contact_tag, order_by="Tag.name")
    location: Mapped[Location | None] = relationship()
    owner: Mapped[Staff | None] = relationship()
    lifecycle_stage: Mapped[LifecycleStage | None] = relationship()

    __table_args__ = (
        Index("uq_contact_email", func.lower(email), unique=True),
        Index("uq_contact_phone", "phone", unique=True),
        Index("ix_contact_stage", "lifecycle_stage_id", "lifecycle_position", "id"),
        Index("ix_contact_hot", "hot_since"),
        Index("ix_contact_name", "last_name", "first_name", "id"),
        Index("ix_contact_created_at", "created_at", "id"),
    )

    @property
    def name(self) -> str:
        """The full name, else the address, else the number: never empty but for the erased."""
        return " ".join(part for part in (self.first_name, self.last_name) if part) or self.email or self.phone or "—"

    @property
    def is_hot(self) -> bool:
        return self.hot_since is not None

    @property
    def consent(self) -> dict[str, bool]:
        return {key: getattr(self, key) for key in CONSENTS}


class Tag(Model):
    """A label of the staff's. Clients never see it (TAG-05)."""

    __tablename__ = "tag"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    applies_to: Mapped[list[str]] = mapped_column(Json, default=lambda: ["client"])
    badge_label: Mapped[str | None] = mapped_column(String(12))
    badge_colour: Mapped[str | None] = mapped_column(String(16))
    discount_percent: Mapped[int | None]  # on what those who have it buy (TAG-07)

    __table_args__ = (Index("uq_tag_name", func.lower(name), unique=True),)


class CustomField(Model):
    """A field the studio has added to contacts. Values stand in `Contact.custom` under its key."""

    __tablename__ = "custom_field"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(16), default="text")  # text | number | date | choice | yes_no
    choices: Mapped[list[str]] = mapped_column(Json, default=list)
    on_leads: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int] = mapped_column(default=0)


class ConsentEntry(Model):
    """One line of the consent ledger: which subscription, which way, by whom, on what ground."""

    __tablename__ = "consent_entry"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    consent: Mapped[str] = mapped_column(String(24))
    is_given: Mapped[bool]
    via: Mapped[str] = mapped_column(String(40))  # footer | one_click | sms_keyword | staff | api | form
    actor_kind: Mapped[str] = mapped_column(String(16))
    actor_id: Mapped[int | None] = mapped_column(BigId)
    actor_name: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    message_id: Mapped[int | None] = mapped_column(BigId)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (index_given("ix_consent_entry_message", "message_id", given="message_id"),)


segment_member = Table(
    "segment_member",
    Model.metadata,
    Column("segment_id", ForeignKey("segment.id"), primary_key=True),
    Column("contact_id", ForeignKey("contact.id"), primary_key=True, index=True),
)


class Segment(Model):
    """A saved filter: rules and how they combine. A static one keeps the people it found, in `segment_member`."""

    __tablename__ = "segment"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    scope: Mapped[str] = mapped_column(String(16), default="clients")  # leads | clients | contacts
    match: Mapped[str] = mapped_column(String(8), default="all")
    rules: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    is_static: Mapped[bool] = mapped_column(default=False)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    position: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

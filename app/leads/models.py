"""Leads: opportunities of a contact, where they came from and how far they are."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.contacts.models import Contact
from app.db import BigId, Json, Model, UtcDateTime
from app.staff.models import Staff

NOT_CONTACTED, CONTACTED, CONVERTED, NOT_CONVERTED = "not_contacted", "contacted", "converted", "not_converted"
STATUSES = (NOT_CONTACTED, CONTACTED, CONVERTED, NOT_CONVERTED)  # GEN-05
OPEN_STATUSES = (NOT_CONTACTED, CONTACTED)


class LeadSource(Model):
    """Where leads come from. Built-in ones have a key and can be renamed, not deleted (SRC-03)."""

    __tablename__ = "lead_source"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str | None] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    icon: Mapped[str] = mapped_column(String(40), default="forms")
    position: Mapped[int] = mapped_column(default=0)


class LeadStage(Model):
    """A column of the leads board."""

    __tablename__ = "lead_stage"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    emoji: Mapped[str] = mapped_column(String(16), default="")
    position: Mapped[int] = mapped_column(default=0)
    is_retired: Mapped[bool] = mapped_column(default=False)


class Lead(Model):
    """One opportunity. At most one open lead a contact and source (GEN-02)."""

    __tablename__ = "lead"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("lead_source.id"), index=True)
    stage_id: Mapped[int] = mapped_column(ForeignKey("lead_stage.id"))
    status: Mapped[str] = mapped_column(String(16), default=NOT_CONTACTED)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    form_id: Mapped[int | None] = mapped_column(ForeignKey("lead_form.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    custom: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    item_kind: Mapped[str] = mapped_column(String(24), default="")  # what an abandoned checkout was about
    item: Mapped[str] = mapped_column(String(200), default="")
    faults: Mapped[dict[str, str]] = mapped_column(
        Json, default=dict
    )  # "email", "phone": as typed, not usable (LEAD-19)
    was_client: Mapped[bool] = mapped_column(default=False)  # when the lead came (LEAD-17)
    stage_since: Mapped[datetime] = mapped_column(UtcDateTime)  # the latest in a stage stands on top of its column
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    converted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sale: Mapped[str] = mapped_column(String(200), default="")  # the sale that converted it, as the studio numbers it
    rev: Mapped[int] = mapped_column(default=1)

    contact: Mapped[Contact] = relationship()
    source: Mapped[LeadSource] = relationship()
    stage: Mapped[LeadStage] = relationship()
    assignee: Mapped[Staff | None] = relationship()
    form: Mapped[LeadForm | None] = relationship()

    __table_args__ = (
        Index(
            "uq_lead_open",
            "contact_id",
            "source_id",
            unique=True,
            postgresql_where=text("status IN ('not_contacted', 'contacted')"),
            sqlite_where=text("status IN ('not_contacted', 'contacted')"),
        ),
        Index("ix_lead_board", "stage_id", "stage_since", "id"),
        Index("ix_lead_created_at", "created_at", "id"),
    )

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES

    @property
    def lasting_faults(self) -> dict[str, str]:
        """What was typed and cannot be used, as long as the contact has nothing better (LEAD-19)."""
        return {name: typed for name, typed in self.faults.items() if not getattr(self.contact, name)}

    @property
    def is_fraudulent(self) -> bool:
        return bool(self.lasting_faults)


class LeadForm(Model):
    """A form visitors fill in on the website, bound to one source (FORM-01)."""

    __tablename__ = "lead_form"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    intro: Mapped[str] = mapped_column(Text, default="")
    button: Mapped[str] = mapped_column(String(60), default="")
    thanks: Mapped[str] = mapped_column(Text, default="")
    fields: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    source_id: Mapped[int] = mapped_column(ForeignKey("lead_source.id"))
    location_id: Mapped[int | None] = mapped_column(ForeignKey("location.id"))
    language: Mapped[str] = mapped_column(String(8), default="")
    is_open: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    source: Mapped[LeadSource] = relationship()


class RoundRobinMember(Model):
    """Somebody in the rotation for new leads, in order of joining (LEAD-12). The highest turn is the last one given."""

    __tablename__ = "round_robin_member"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    position: Mapped[int] = mapped_column(default=0)
    last_turn: Mapped[int] = mapped_column(default=0)

    staff: Mapped[Staff] = relationship()

"""Intake forms, and what clients answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.contacts.models import Contact
from app.db import BigId, Json, Model, UtcDateTime


class IntakeForm(Model):
    """A form that clients fill in, sent by the staff or with the confirmation of the services it belongs to."""

    __tablename__ = "intake_form"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    intro: Mapped[str] = mapped_column(Text, default="")
    thanks: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(8), default="")  # empty: the reader's
    questions: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)  # see `questions.Question`
    services: Mapped[list[str]] = mapped_column(Json, default=list)  # names of appointment services
    is_open: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class IntakeSubmission(Model):
    """One client's answers, with the questions as they were then."""

    __tablename__ = "intake_submission"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("intake_form.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    answers: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)  # question, kind, answer
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)

    form: Mapped[IntakeForm] = relationship()
    contact: Mapped[Contact] = relationship()

    __table_args__ = (
        Index("ix_intake_submission_contact", "contact_id", "submitted_at"),
        Index("ix_intake_submission_form", "form_id", "contact_id"),
    )

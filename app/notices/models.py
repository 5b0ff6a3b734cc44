"""What a studio has made of the ready-made messages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import BigId, Json, Model, UtcDateTime
from app.staff.models import Staff


class NoticeVersion(Model):
    """A text as it was saved, in every language. Versions are kept; nothing ever changes one."""

    __tablename__ = "notice_version"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    notice_key: Mapped[str] = mapped_column(String(40), index=True)
    texts: Mapped[dict[str, Any]] = mapped_column(Json)  # by language: subject, body, sms
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))

    made_by: Mapped[Staff | None] = relationship()


class NoticeSetup(Model):
    """How a studio has set one message up. Without a row it is as it came; without a version its text is."""

    __tablename__ = "notice_setup"

    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    is_email_on: Mapped[bool]
    is_sms_on: Mapped[bool]
    hours_before: Mapped[int | None]
    version_id: Mapped[int | None] = mapped_column(ForeignKey("notice_version.id"))

    version: Mapped[NoticeVersion | None] = relationship()

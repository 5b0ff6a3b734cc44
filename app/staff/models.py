"""Accounts of the staff, their roles and locations, what they are told, and the studio's own settings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_login import UserMixin
from sqlalchemy import Column, ForeignKey, Index, String, Table, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import BigId, Json, Model, UtcDateTime
from app.events.models import Actor
from app.staff import permissions

staff_location = Table(
    "staff_location",
    Model.metadata,
    Column("staff_id", ForeignKey("staff.id"), primary_key=True),
    Column("location_id", ForeignKey("location.id"), primary_key=True),
)


class Location(Model):
    """A place where the studio gives classes."""

    __tablename__ = "location"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    zone: Mapped[str] = mapped_column(String(64), default="Europe/Paris")


class Role(Model):
    """What a group of staff may do (ROLE-03). The built-in ones are told apart by `key`."""

    __tablename__ = "role"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    permissions: Mapped[list[str]] = mapped_column(Json, default=list)
    position: Mapped[int] = mapped_column(default=0)

    staff: Mapped[list[Staff]] = relationship(back_populates="role", order_by="Staff.name")


class Staff(Model, UserMixin):  # type: ignore[misc]
    """A person who works here and may sign in."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    role_id: Mapped[int] = mapped_column(ForeignKey("role.id"), index=True)
    only_location_id: Mapped[int | None] = mapped_column(ForeignKey("location.id"))  # the pre-filter of ROLE-05
    theme: Mapped[str] = mapped_column(String(8), default="system")  # system | light | dark
    language: Mapped[str] = mapped_column(String(8), default="en")
    session_key: Mapped[str] = mapped_column(String(32), default="")  # changed to end every open session
    is_active_account: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    role: Mapped[Role] = relationship(back_populates="staff", lazy="joined")
    only_location: Mapped[Location | None] = relationship()
    locations: Mapped[list[Location]] = relationship(secondary=staff_location, order_by=Location.name)

    __table_args__ = (Index("uq_staff_email", func.lower(email), unique=True),)

    @property
    def is_active(self) -> bool:
        return self.is_active_account

    def get_id(self) -> str:
        """What the session cookie carries (see `app/staff/auth.py`)."""
        return f"{self.id}:{self.session_key}"

    @property
    def first_name(self) -> str:
        return self.name.split(" ")[0]

    @property
    def as_actor(self) -> Actor:
        return Actor("staff", self.id, self.name)

    def may(self, permission: str) -> bool:
        """Whether the person's role allows it (`app/staff/permissions.py` lists what there is to allow)."""
        return permissions.allows(self.role.permissions, permission)


class Notification(Model):
    """Something one member of the staff is told in the product, and by e-mail where it matters (NOTE-02)."""

    __tablename__ = "notification"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    kind: Mapped[str] = mapped_column(String(64))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("lead.id"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    data: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("ix_notification_staff_id", "staff_id", "id"),
        Index("uq_notification_event", "staff_id", "event_id", unique=True),
    )


class StudioSetting(Model):
    """One thing the studio has set, by key. Rooms read theirs through `app/staff/studio.py`."""

    __tablename__ = "studio_setting"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[Any] = mapped_column(Json)


class Heartbeat(Model):
    """When each process last gave a sign of life, and which clock holds the lease (BEY-20)."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)  # "clock", "worker:host:pid"
    holder: Mapped[str] = mapped_column(String(80), default="")
    beat_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ApiToken(Model):
    """A key for another system. Only its hash is stored."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    hint: Mapped[str] = mapped_column(String(8), default="")  # its last characters, to tell keys apart
    scopes: Mapped[list[str]] = mapped_column(Json, default=list)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def as_actor(self) -> Actor:
        return Actor("api", self.id, self.name)


class IdempotentAnswer(Model):
    """The first answer given to an Idempotency-Key, kept for a day."""

    __tablename__ = "idempotent_answer"

    token_id: Mapped[int] = mapped_column(ForeignKey("api_token.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int] = mapped_column(default=0)
    body: Mapped[Any] = mapped_column(Json, nullable=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)

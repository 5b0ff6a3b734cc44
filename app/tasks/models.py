"""Tasks of the staff: for a person, a role or a location."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.contacts.models import Contact
from app.db import BigId, Model, UtcDateTime
from app.leads.models import Lead
from app.staff.models import Location, Role, Staff

OPEN, DONE = "open", "done"


class Task(Model):
    """Something somebody has to do. One row however many see it; whoever completes it first has done it."""

    __tablename__ = "task"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text, default="")
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("lead.id"), index=True)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))  # exactly one of the three is set
    role_id: Mapped[int | None] = mapped_column(ForeignKey("role.id"))
    location_id: Mapped[int | None] = mapped_column(ForeignKey("location.id"))
    status: Mapped[str] = mapped_column(String(8), default=OPEN)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    completed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("enrolment.id"))
    step_id: Mapped[str | None] = mapped_column(String(64))

    contact: Mapped[Contact | None] = relationship()
    lead: Mapped[Lead | None] = relationship()
    assignee: Mapped[Staff | None] = relationship(foreign_keys=[assignee_id])
    role: Mapped[Role | None] = relationship()
    location: Mapped[Location | None] = relationship()
    completed_by: Mapped[Staff | None] = relationship(foreign_keys=[completed_by_id])

    @property
    def receiver(self) -> str:
        """For whom it is: a person, a role or a location, by name."""
        for whom in (self.assignee, self.role, self.location):
            if whom is not None:
                return whom.name
        return ""

    __table_args__ = (
        Index("uq_task_step", "enrolment_id", "step_id", unique=True),
        Index("ix_task_assignee", "status", "assignee_id"),
        Index("ix_task_role", "status", "role_id"),
        Index("ix_task_location", "status", "location_id"),
    )

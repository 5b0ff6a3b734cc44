"""Calls to other systems that steps have queued, and what became of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Table, Text, func, select, text, update
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from app import clock, wake
from app.contacts.models import Contact
from app.contacts.queries import is_seen_by
from app.db import BigId, Model, UtcDateTime, db, insert_rows, one_of
from app.staff.models import Staff

QUEUED, CALLING, SENT, FAILED = "queued", "calling", "sent", "failed"
NAMED = 5


class WebhookCall(Model):
    """One call of one step for one enrolment. Its body is made when it first leaves, the same at every attempt."""

    __tablename__ = "webhook_call"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    step_id: Mapped[str] = mapped_column(String(64))
    sequence_id: Mapped[int] = mapped_column(ForeignKey("sequence.id"))
    revision_id: Mapped[int] = mapped_column(ForeignKey("sequence_revision.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    status: Mapped[str] = mapped_column(String(8), default=QUEUED)
    reason: Mapped[str] = mapped_column(String(200), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    body: Mapped[str] = mapped_column(Text, default="")  # emptied once it has ended

    contact: Mapped[Contact] = relationship()

    __table_args__ = (
        Index("uq_webhook_call_step", "enrolment_id", "step_id", unique=True),
        Index(
            "ix_webhook_call_due",
            "due_at",
            "id",
            postgresql_where=text("status IN ('queued', 'calling')"),
            sqlite_where=text("status IN ('queued', 'calling')"),
        ),
        Index("ix_webhook_call_sequence", "sequence_id", "status", "id"),
        Index("ix_webhook_call_contact", "contact_id"),
    )

    @property
    def key(self) -> str:
        """What names this call at the other system, at every attempt."""
        return f"encore-{self.enrolment_id}-{self.step_id}"


CALLS: Table = WebhookCall.__table__  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class NewCall:
    """One person at one step."""

    enrolment_id: int
    step_id: str
    sequence_id: int
    revision_id: int
    contact_id: int


def queue_many(calls: Sequence[NewCall], now: datetime) -> None:
    """Queue calls with one INSERT; one that this step of this enrolment has queued already is not queued again."""
    columns = ("enrolment_id", "step_id", "sequence_id", "revision_id", "contact_id")
    rows = [(*(getattr(call, name) for name in columns), QUEUED, "", 0, now, now, "") for call in calls]
    insert_rows(CALLS, (*columns, "status", "reason", "attempts", "queued_at", "due_at", "body"), rows)
    wake.ring("deliver_webhooks")


def calls_of(enrolment_ids: Collection[int]) -> dict[tuple[int, str], WebhookCall]:
    """The calls of these runs, by run and step."""
    found = db.session.scalars(select(WebhookCall).where(one_of(WebhookCall.enrolment_id, enrolment_ids)))
    return {(call.enrolment_id, call.step_id): call for call in found}


def failed_of(sequence_id: int, *, seen_by: Staff) -> tuple[int, Sequence[WebhookCall]]:
    """How many calls of a sequence were given up, and the latest of them."""
    wanted = (WebhookCall.sequence_id == sequence_id, WebhookCall.status == FAILED, is_seen_by(seen_by))
    count = db.session.scalar(select(func.count()).select_from(WebhookCall).join(WebhookCall.contact).where(*wanted))
    if not count:
        return 0, []
    latest = (
        select(WebhookCall)
        .join(WebhookCall.contact)
        .where(*wanted)
        .options(joinedload(WebhookCall.contact))
        .order_by(WebhookCall.id.desc())
        .limit(NAMED)
    )
    return count, db.session.scalars(latest).all()


def try_again(sequence_id: int) -> int:
    """Queue the calls of a sequence that were given up once more, under their old names. Answers how many."""
    done = db.session.scalars(
        update(WebhookCall)
        .where(WebhookCall.sequence_id == sequence_id, WebhookCall.status == FAILED)
        .values(status=QUEUED, reason="", attempts=0, due_at=clock.now(), ended_at=None)
        .returning(WebhookCall.id)
        .execution_options(synchronize_session=False)
    ).all()
    if done:
        wake.ring("deliver_webhooks")
    return len(done)

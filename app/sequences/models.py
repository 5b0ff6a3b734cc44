"""Sequences as stored: the document of each revision, who is inside, and what every step did."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.contacts.models import Contact
from app.db import BigId, Json, Model, UtcDateTime, index_given

DRAFT, ACTIVE, PAUSED = "draft", "active", "paused"
RUNNING, COMPLETED, EXITED, STOPPED, FAILED = "active", "completed", "exited", "stopped", "failed"


class SequenceFolder(Model):
    """A group of sequences (SEQ-19)."""

    __tablename__ = "sequence_folder"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    position: Mapped[int] = mapped_column(default=0)


class Sequence(Model):
    """A sequence. What it does is in its revisions; `draft` is edited, `live` is run."""

    __tablename__ = "sequence"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    folder_id: Mapped[int | None] = mapped_column(ForeignKey("sequence_folder.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(8), default=DRAFT)
    position: Mapped[int] = mapped_column(default=0)
    draft_id: Mapped[int | None] = mapped_column(
        ForeignKey("sequence_revision.id", use_alter=True, name="fk_sequence_draft_id_sequence_revision")
    )
    live_id: Mapped[int | None] = mapped_column(
        ForeignKey("sequence_revision.id", use_alter=True, name="fk_sequence_live_id_sequence_revision")
    )
    trigger_kind: Mapped[str | None] = mapped_column(String(64))  # of the live revision, for matching
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    activated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    skip_before: Mapped[datetime | None] = mapped_column(UtcDateTime)  # messages due before it are not sent any more
    resumed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # nothing before it is late, or trips the fuse
    fused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # since when the fuse holds it paused (BEY-05)
    fused: Mapped[dict[str, Any] | None] = mapped_column(Json)  # and why: `fuses.Blown`
    watched_until: Mapped[datetime | None] = mapped_column(UtcDateTime)  # how far the clock has looked for its trigger
    goal: Mapped[dict[str, Any] | None] = mapped_column(Json)  # what it is for: `goals.Goal`; None: as its exits say
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    folder: Mapped[SequenceFolder | None] = relationship()
    draft: Mapped[SequenceRevision | None] = relationship(foreign_keys=[draft_id], post_update=True)
    live: Mapped[SequenceRevision | None] = relationship(foreign_keys=[live_id], post_update=True)

    __table_args__ = (Index("ix_sequence_listening", "status", "trigger_kind"),)


class SequenceRevision(Model):
    """A sequence document as it stood. Never changed: an edit is a new row, undo and redo move `Sequence.draft_id`."""

    __tablename__ = "sequence_revision"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sequence_id: Mapped[int] = mapped_column(ForeignKey("sequence.id"))
    number: Mapped[int]
    parent_id: Mapped[int | None] = mapped_column(BigId)
    document: Mapped[dict[str, Any]] = mapped_column(Json)
    summary: Mapped[str] = mapped_column(String(200), default="")  # what the edit did, for undo and history
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))

    __table_args__ = (
        Index("uq_sequence_revision_number", "sequence_id", "number", unique=True),
        {"sqlite_autoincrement": True},  # workers remember revisions by id: one is never given twice
    )


class Enrolment(Model):
    """One pass of one contact through one sequence."""

    __tablename__ = "enrolment"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sequence_id: Mapped[int] = mapped_column(ForeignKey("sequence.id"))
    revision_id: Mapped[int] = mapped_column(ForeignKey("sequence_revision.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))  # None: enrolled by hand
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("lead.id"))
    once_key: Mapped[int | None] = mapped_column(BigId)  # the contact's id where single enrolment is on (ENR-08)
    status: Mapped[str] = mapped_column(String(12), default=RUNNING)
    reason: Mapped[str] = mapped_column(String(200), default="")
    step_id: Mapped[str | None] = mapped_column(String(64))  # the step it stands before
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    held_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # what due_at was, while the sequence is paused
    anchor_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    anchor_gone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # since when its date will not come any more
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)  # when the trigger happened, or somebody enrolled them
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime)  # when the step before it was done
    woken_by_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))  # what ended the wait it stands in
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    error: Mapped[str | None] = mapped_column(Text)

    contact: Mapped[Contact] = relationship()
    sequence: Mapped[Sequence] = relationship()
    revision: Mapped[SequenceRevision] = relationship()

    __table_args__ = (
        Index("uq_enrolment_event", "sequence_id", "event_id", "contact_id", unique=True),
        index_given("uq_enrolment_once", "sequence_id", "once_key", given="once_key", unique=True),
        Index(
            "ix_enrolment_due",
            "due_at",
            "id",
            postgresql_where=text("status = 'active'"),
            sqlite_where=text("status = 'active'"),
        ),
        Index("ix_enrolment_sequence", "sequence_id", "status", "id"),
        Index("ix_enrolment_started", "sequence_id", "started_at"),
        Index("ix_enrolment_contact", "contact_id", "status"),
    )


class StepRun(Model):
    """What one step did for one enrolment, and why: written once, the answer to "why did / didn't she get this?"."""

    __tablename__ = "step_run"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    sequence_id: Mapped[int] = mapped_column(BigId)  # the enrolment's, whose own key vouches for it
    step_id: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[str] = mapped_column(String(16))  # done | skipped | failed | true | false | a branch's letter
    reason: Mapped[str] = mapped_column(String(200), default="")
    ran_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("uq_step_run", "enrolment_id", "step_id", unique=True),
        Index("ix_step_run_stats", "sequence_id", "step_id", "outcome"),
    )


class Attribution(Model):
    """A sale, a booking or a visit, and the step that had reached the person last before it (decision 25).

    Each is here once at most, whatever the number of sequences, and goes when its sale or booking does. Whether it is a
    conversion says the goal of the sequence, when it is asked (`goals.py`).
    """

    __tablename__ = "sequence_attribution"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sequence_id: Mapped[int] = mapped_column(BigId)  # the enrolment's, whose own key vouches for it
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id", ondelete="CASCADE"))
    step_id: Mapped[str] = mapped_column(String(64))
    what: Mapped[str] = mapped_column(String(12))  # sale | booking | visit
    purchase_id: Mapped[int | None] = mapped_column(ForeignKey("purchase.id", ondelete="CASCADE"))
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    after_seconds: Mapped[int]  # since the step had reached them

    __table_args__ = (
        index_given("uq_sequence_attribution_purchase", "purchase_id", given="purchase_id", unique=True),
        index_given("uq_sequence_attribution_booking", "booking_id", "what", given="booking_id", unique=True),
        Index("ix_sequence_attribution_sequence", "sequence_id", "at"),
        Index("ix_sequence_attribution_enrolment", "enrolment_id"),
    )


class Tally(Model):
    """What a batch has written, counted as it is written: the other side of the books (BEY-03).

    Each batch adds a row, so that batches never wait for one another; the audit adds rows up now and then.
    """

    __tablename__ = "sequence_tally"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sequence_id: Mapped[int] = mapped_column(ForeignKey("sequence.id"))
    entered: Mapped[int] = mapped_column(BigId, default=0)
    step_runs: Mapped[int] = mapped_column(BigId, default=0)

    __table_args__ = (Index("ix_sequence_tally_sequence", "sequence_id"),)


class Said(Model):
    """What a person has just been written, as a digest: the key that lets the same words go once (BEY-05)."""

    __tablename__ = "sequence_said"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(32), primary_key=True)
    sequence_id: Mapped[int] = mapped_column(ForeignKey("sequence.id"))
    message_id: Mapped[int] = mapped_column(BigId)  # whose words they are
    times: Mapped[int] = mapped_column(default=1)  # how often, with no hour of rest between
    said_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Repeat(Model):
    """A message held back because the same words had just gone to the same person: what the fuse counts."""

    __tablename__ = "sequence_repeat"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sequence_id: Mapped[int] = mapped_column(ForeignKey("sequence.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_sequence_repeat_sequence", "sequence_id", "at"),)


class Present(Model):
    """Somebody who is in the segment that a sequence watches: who comes in is told from who was there (SEG-12)."""

    __tablename__ = "segment_present"

    sequence_id: Mapped[int] = mapped_column(ForeignKey("sequence.id"), primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), primary_key=True, index=True)


class Takeover(Model):
    """Somebody of the staff talks with a person: what sequences write is held until then, or left out (BEY-08)."""

    __tablename__ = "sequence_takeover"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), primary_key=True)
    is_cancelled: Mapped[bool] = mapped_column(default=False)
    by: Mapped[str] = mapped_column(String(120))  # the name, as it stands in reasons
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Refused(Model):
    """A trigger that happened and enrolled nobody, and why: kept out by an exit, or has been through once."""

    __tablename__ = "enrolment_refused"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sequence_id: Mapped[int] = mapped_column(ForeignKey("sequence.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    reason: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("uq_enrolment_refused", "sequence_id", "event_id", "contact_id", unique=True),
        Index("ix_enrolment_refused_contact", "contact_id", "id"),
    )

"""Conversations and messages, in and out, of every channel."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.contacts.models import Contact
from app.db import BigId, Model, UtcDateTime, index_given
from app.messaging import variables
from app.staff.models import Staff

EMAIL, SMS, IN_APP = "email", "sms", "in_app"
TRANSACTIONAL, SEQUENCE, MANUAL = "transactional", "sequence", "manual"
OUT, IN = "out", "in"
QUEUED, SENDING, SENT, DELIVERED, FAILED, BOUNCED, SUPPRESSED, UNCERTAIN = (
    "queued",
    "sending",
    "sent",
    "delivered",
    "failed",
    "bounced",
    "suppressed",
    "uncertain",
)


class Conversation(Model):
    """All that was written with one contact, whatever the channel (INB-01)."""

    __tablename__ = "conversation"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), unique=True)
    state: Mapped[str] = mapped_column(String(8), default="open")  # open | snoozed | closed
    snoozed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_channel: Mapped[str] = mapped_column(String(8), default=EMAIL)
    last_direction: Mapped[str] = mapped_column(String(4), default="in")
    snippet: Mapped[str] = mapped_column(String(200), default="")
    waiting_since: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the first client message nobody has answered
    unread: Mapped[int] = mapped_column(default=0)

    contact: Mapped[Contact] = relationship()
    assignee: Mapped[Staff | None] = relationship()

    __table_args__ = (
        Index("ix_conversation_last_at", "state", "last_at", "id"),
        Index("ix_conversation_waiting", "waiting_since", "id"),
    )


class Message(Model):
    """One message. Outgoing ones are queued, claimed under a lease, sent, and end in a state that says what we know."""

    __tablename__ = "message"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))  # the recipient, where it goes to the staff
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversation.id"))
    direction: Mapped[str] = mapped_column(String(4), default=OUT)
    channel: Mapped[str] = mapped_column(String(8))
    category: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(40), default="")  # which transactional message, e.g. "staff.became_hot"
    status: Mapped[str] = mapped_column(String(12), default=QUEUED)
    reason: Mapped[str] = mapped_column(String(200), default="")
    is_urgent: Mapped[bool] = mapped_column(default=False)  # the fast lane: by hand or transactional (BEY-13)

    # A sequence's message is rendered when it is sent, from its step; the text stays empty until then.
    subject: Mapped[str] = mapped_column(String(998), default="")
    text: Mapped[str] = mapped_column(Text, default="")
    html: Mapped[str] = mapped_column(Text, default="")
    to_address: Mapped[str] = mapped_column(String(254), default="")
    from_address: Mapped[str] = mapped_column(String(254), default="")

    # The enrolment's, whose own keys vouch for them.
    sequence_id: Mapped[int | None] = mapped_column(BigId)
    revision_id: Mapped[int | None] = mapped_column(BigId)
    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("enrolment.id"))
    step_id: Mapped[str | None] = mapped_column(String(64))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("group_message.id"))  # one of many with the same text
    sender_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    in_reply_to_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))

    queued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    not_after: Mapped[datetime | None] = mapped_column(UtcDateTime)  # useless later, e.g. a reminder (UPT-06)
    meant_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # its time, where an outage has kept it back
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # since when somebody has to say what becomes of it
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempt: Mapped[str | None] = mapped_column(String(32))  # token of the attempt under way
    attempts: Mapped[int] = mapped_column(default=0)
    called_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # written just before the provider is called
    once_key: Mapped[str | None] = mapped_column(String(64))  # one press of Send, one answer to a STOP
    provider_id: Mapped[str | None] = mapped_column(String(254))  # Twilio's SID, the e-mail's Message-ID
    segments: Mapped[int | None]
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    clicked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    replied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    contact: Mapped[Contact | None] = relationship()
    staff: Mapped[Staff | None] = relationship(foreign_keys=[staff_id])
    sender: Mapped[Staff | None] = relationship(foreign_keys=[sender_id])
    conversation: Mapped[Conversation | None] = relationship()

    __table_args__ = (
        Index("uq_message_step", "enrolment_id", "step_id", unique=True),
        index_given("uq_message_group", "group_id", "contact_id", given="group_id", unique=True),
        index_given("uq_message_once_key", "once_key", given="once_key", unique=True),
        index_given("uq_message_provider_id", "provider_id", given="provider_id", unique=True),
        Index(
            "ix_message_due",
            "is_urgent",
            "due_at",
            "id",
            postgresql_where=sql("status = 'queued'"),
            sqlite_where=sql("status = 'queued'"),
        ),
        Index(
            "ix_message_leased",
            "lease_until",
            postgresql_where=sql("status = 'sending'"),
            sqlite_where=sql("status = 'sending'"),
        ),
        Index("ix_message_contact", "contact_id", "id"),
        index_given("ix_message_conversation", "conversation_id", "id", given="conversation_id"),
        Index("ix_message_log", "category", "id"),
        Index("ix_message_step_stats", "sequence_id", "step_id", "status"),
        Index(
            "ix_message_asked",
            "sequence_id",
            "step_id",
            postgresql_where=sql("asked_at IS NOT NULL"),
            sqlite_where=sql("asked_at IS NOT NULL"),
        ),
        Index(
            "ix_message_sms_sent",
            "sent_at",
            postgresql_where=sql("channel = 'sms' AND direction = 'out'"),
            sqlite_where=sql("channel = 'sms' AND direction = 'out'"),
        ),
    )


group_recipient = Table(
    "group_recipient",
    Model.metadata,
    Column("group_id", ForeignKey("group_message.id"), primary_key=True),
    Column("contact_id", ForeignKey("contact.id"), primary_key=True, index=True),
)


class GroupMessage(Model):
    """One text to several people at once (MSG-07). Who they are is settled when it is begun, in `group_recipient`."""

    __tablename__ = "group_message"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    # draft → queueing (its messages are being made) → queued (all are); cancelled on the way, or afterwards.
    state: Mapped[str] = mapped_column(String(12), default="draft")
    channel: Mapped[str] = mapped_column(String(8), default=EMAIL)
    subject: Mapped[str] = mapped_column(String(998), default="")
    text: Mapped[str] = mapped_column(Text, default="")
    listed: Mapped[str] = mapped_column(String(16), default="clients")  # clients | contacts | leads
    segment: Mapped[str] = mapped_column(String(80), default="")  # the name of the segment, where it was one
    chosen: Mapped[int] = mapped_column(default=0)  # rows: more than people where somebody has two leads
    people: Mapped[int] = mapped_column(default=0)
    sender_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    queued_to: Mapped[int] = mapped_column(BigId, default=0)  # the last contact whose message has been made
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))

    sender: Mapped[Staff] = relationship(foreign_keys=[sender_id])
    cancelled_by: Mapped[Staff | None] = relationship(foreign_keys=[cancelled_by_id])

    __table_args__ = (
        Index(
            "ix_group_message_queueing",
            "id",
            postgresql_where=sql("state = 'queueing'"),
            sqlite_where=sql("state = 'queueing'"),
        ),
    )

    @property
    def headline(self) -> str:
        """What stands for it in a list: an e-mail's subject, an SMS's own words."""
        return variables.named((self.subject if self.channel == EMAIL else "") or self.text)


class TrackedLink(Model):
    """An address that messages lead to. One row an address, whoever gets it; the token in the message says who."""

    __tablename__ = "tracked_link"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    url_hash: Mapped[str] = mapped_column(String(64), unique=True)
    url: Mapped[str] = mapped_column(Text)


class MessageHit(Model):
    """One fetch of a link or of an open marker. Those that look like a machine's count for nothing (BEY-10)."""

    __tablename__ = "message_hit"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), index=True)
    link_id: Mapped[int | None] = mapped_column(ForeignKey("tracked_link.id"))  # None: the open marker
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    is_machine: Mapped[bool] = mapped_column(default=False)
    why_machine: Mapped[str] = mapped_column(String(40), default="")
    user_agent: Mapped[str] = mapped_column(String(300), default="")
    judged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # until then it may turn out to be a machine's

    __table_args__ = (
        Index(
            "ix_message_hit_unjudged",
            "at",
            postgresql_where=sql("judged_at IS NULL"),
            sqlite_where=sql("judged_at IS NULL"),
        ),
    )


class InboundRaw(Model):
    """An incoming message as it arrived, kept before anything is made of it (BEY-09)."""

    __tablename__ = "inbound_raw"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel: Mapped[str] = mapped_column(String(8))
    provider_id: Mapped[str] = mapped_column(String(254), unique=True)
    body: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    error: Mapped[str | None] = mapped_column(String(500))

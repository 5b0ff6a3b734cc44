"""A thread as it is read: messages of all channels by day, and between them what happened meanwhile."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Table, select
from sqlalchemy.orm import joinedload

from app import clock
from app.contacts import timeline
from app.contacts.models import Contact
from app.db import db
from app.events.models import Event
from app.messaging import mail
from app.messaging.advice import what_to_do
from app.messaging.models import IN, QUEUED, SENDING, Message

PAGE = 40
MOST_NOTES = 60

# What is worth knowing while one reads a conversation.
NOTED = (
    "lifecycle.stage_changed",
    "score.became_hot",
    "score.became_cold",
    "lead.created",
    "lead.converted",
    "membership.purchased",
    "consent.withdrawn",
    "consent.given",
    "form.submitted",
    "client.created",
    "call.received",
    "call.made",
    "call.voicemail_left",
)


@dataclass(frozen=True)
class Line:
    """A message in a thread."""

    message: Message
    sequence: str  # the title of the sequence that sent it
    advice: str
    at: datetime

    @property
    def text(self) -> str:
        """What it says, as plain text."""
        return self.message.text or (mail.as_text(self.message.html) if self.message.html else "")

    @property
    def is_in(self) -> bool:
        return self.message.direction == IN


@dataclass(frozen=True)
class Day:
    """One day of a thread: lines and notes in their order."""

    on: date
    at: datetime
    is_today: bool
    items: Sequence[Line | timeline.Entry]


@dataclass(frozen=True)
class Transcript:
    """A page of a thread, oldest first. `earlier` is the id before which older messages stand."""

    days: Sequence[Day]
    earlier: int | None
    is_moving: bool  # something of it is on its way out this very moment


def read(contact: Contact, zone: ZoneInfo, *, before: int | None = None) -> Transcript:
    """The last messages with somebody, or those before an older one."""
    wanted = (
        select(Message)
        .where(Message.contact_id == contact.id)
        .options(joinedload(Message.sender))
        .order_by(Message.id.desc())
        .limit(PAGE + 1)
    )
    if before is not None:
        wanted = wanted.where(Message.id < before)
    found = db.session.scalars(wanted).all()
    messages = found[:PAGE]
    has_more = len(found) > PAGE
    titles = _titles({message.sequence_id for message in messages if message.sequence_id is not None})
    lines = [
        Line(
            message, titles.get(message.sequence_id or 0, ""), what_to_do(message), message.sent_at or message.queued_at
        )
        for message in messages
    ]
    since = min((line.at for line in lines), default=None) if has_more else None
    notes = _notes(contact, since) if before is None else []
    items: list[Line | timeline.Entry] = [*lines, *notes]
    items.sort(key=lambda item: item.at)
    is_moving = any(message.status in {QUEUED, SENDING} and message.due_at <= clock.now() for message in messages)
    return Transcript(_by_day(items, zone), messages[-1].id if has_more else None, is_moving)


def _by_day(items: Sequence[Line | timeline.Entry], zone: ZoneInfo) -> list[Day]:
    days: dict[date, list[Line | timeline.Entry]] = {}
    for item in items:
        days.setdefault(item.at.astimezone(zone).date(), []).append(item)
    today = clock.now().astimezone(zone).date()
    return [Day(on, of_day[0].at, on == today, of_day) for on, of_day in days.items()]


def _notes(contact: Contact, since: datetime | None) -> list[timeline.Entry]:
    wanted = select(Event).where(Event.contact_id == contact.id, Event.kind.in_(NOTED))
    if since is not None:
        wanted = wanted.where(Event.occurred_at >= since)
    found = db.session.scalars(wanted.order_by(Event.occurred_at.desc(), Event.id.desc()).limit(MOST_NOTES))
    return [timeline.tell(event) for event in found]


def _titles(sequence_ids: Collection[int]) -> dict[int, str]:
    """The titles of sequences. They are a room above this one, so that only their table is known here."""
    if not sequence_ids:
        return {}
    sequences: Table = Message.metadata.tables["sequence"]
    rows = db.session.execute(select(sequences.c.id, sequences.c.title).where(sequences.c.id.in_(sequence_ids)))
    return {row.id: row.title for row in rows}

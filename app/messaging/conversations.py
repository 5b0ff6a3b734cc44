"""Conversations: one a contact, with all that was written on any channel (INB-01). Open, snoozed or closed (INB-14)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Table, func, select, update

from app import clock
from app.contacts.models import Contact
from app.db import db, insert_new, put_rows
from app.messaging.models import IN, OUT, SMS, Conversation, Message
from app.staff.models import Staff

OPEN, SNOOZED, CLOSED = "open", "snoozed", "closed"

CONVERSATIONS: Table = Conversation.__table__  # type: ignore[assignment]

SNIPPET = 200
LAST_SAID = ("last_at", "last_channel", "last_direction", "snippet")  # what a list of threads shows of the last message


def of(contact: Contact, *, state: str = OPEN) -> Conversation:
    """The conversation with somebody, begun in this state where there is none."""
    db.session.flush()
    begun = {"contact_id": contact.id, "state": state, "unread": 0, "snippet": ""}
    insert_new(CONVERSATIONS, [begun | {"last_at": clock.now(), "last_channel": "", "last_direction": ""}])
    return db.session.scalars(select(Conversation).where(Conversation.contact_id == contact.id)).one()


def receive(message: Message, *, is_waiting: bool = True) -> Conversation:
    """Put a client's message in the thread: it is unread, unanswered, and the thread is open again (INB-09, INB-14).

    One that needs no answer, such as a STOP, leaves the thread as it is.
    """
    assert message.contact is not None  # noqa: S101 - what comes in has been matched to somebody
    conversation = of(message.contact, state=OPEN if is_waiting else CLOSED)
    _show_last(conversation, message)
    if is_waiting:
        conversation.state, conversation.snoozed_until = OPEN, None
        conversation.waiting_since = conversation.waiting_since or clock.now()
        conversation.unread += 1
    return conversation


def expect_answer(contact: Contact, snippet: str) -> Conversation:
    """Somebody has tried to reach us other than in writing: their thread waits for an answer all the same."""
    conversation = of(contact)
    conversation.state, conversation.snoozed_until = OPEN, None
    conversation.last_at, conversation.last_direction, conversation.snippet = clock.now(), IN, snippet[:SNIPPET]
    conversation.last_channel = conversation.last_channel or SMS  # they have a phone at hand
    conversation.waiting_since = conversation.waiting_since or clock.now()
    conversation.unread += 1
    return conversation


def answer(message: Message) -> Conversation:
    """Put a message written by hand in the thread, which is answered by it; automatic ones do not count (INB-05)."""
    assert message.contact is not None  # noqa: S101 - written to somebody
    conversation = of(message.contact)
    _show_last(conversation, message)
    conversation.waiting_since, conversation.unread = None, 0
    if conversation.state == CLOSED:
        conversation.state = OPEN
    return conversation


@dataclass(frozen=True, slots=True)
class Shown:
    """What a thread shows of its last message."""

    contact_id: int
    channel: str
    says: str


def show_automatic(leaving: Sequence[Shown]) -> dict[int, int]:
    """Show messages that leave by themselves in their threads. A thread begun by one is closed: nobody has to act.

    Answers the thread of each contact.
    """
    latest = {one.contact_id: one for one in leaving}
    if not latest:
        return {}
    now = clock.now()
    contact_ids = sorted(latest)  # always in this order, so that two workers never wait for each other
    shown = put_rows(
        CONVERSATIONS,
        "contact_id",
        ("contact_id", "state", "unread", *LAST_SAID),
        [(each, CLOSED, 0, now, latest[each].channel, OUT, _snippet(latest[each].says)) for each in contact_ids],
        LAST_SAID,
        returning=("id", "contact_id"),
    )
    return {row.contact_id: row.id for row in shown}


def read(conversation: Conversation) -> None:
    """Somebody has looked at it: nothing in it is unread (INB-06)."""
    conversation.unread = 0


def assign(conversation: Conversation, to: Staff | None) -> None:
    conversation.assignee = to


def close(conversation: Conversation) -> None:
    """Nothing more to do here: also not to answer."""
    conversation.state, conversation.snoozed_until = CLOSED, None
    conversation.waiting_since, conversation.unread = None, 0


def reopen(conversation: Conversation) -> None:
    conversation.state, conversation.snoozed_until = OPEN, None


def snooze(conversation: Conversation, until: datetime) -> None:
    """Out of sight until then, or until the client writes (INB-14)."""
    conversation.state, conversation.snoozed_until = SNOOZED, until


def end_snoozes() -> int:
    """Open again what was snoozed until now. Answers how many."""
    woken = db.session.execute(
        update(Conversation)
        .where(Conversation.state == SNOOZED, Conversation.snoozed_until <= clock.now())
        .values(state=OPEN, snoozed_until=None)
    )
    return int(woken.rowcount)  # type: ignore[attr-defined]


def next_snooze_end() -> datetime | None:
    return db.session.scalar(select(func.min(Conversation.snoozed_until)).where(Conversation.state == SNOOZED))


def _show_last(conversation: Conversation, message: Message) -> None:
    message.conversation = conversation
    conversation.last_at = clock.now()
    conversation.last_channel = message.channel
    conversation.last_direction = message.direction
    conversation.snippet = _snippet(message.subject or message.text)


def _snippet(says: str) -> str:
    return " ".join(says.split())[:SNIPPET]

"""Putting messages on their way. They wait in the database; `delivery` checks consent and hands them to a carrier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Table, select, update

from app import clock, wake
from app.contacts.models import Contact
from app.db import db, insert_new, insert_rows
from app.messaging import conversations
from app.messaging.models import EMAIL, IN_APP, MANUAL, OUT, QUEUED, SEQUENCE, SMS, SUPPRESSED, TRANSACTIONAL, Message
from app.staff.models import Staff
from app.web import Refusal

MESSAGES: Table = Message.__table__  # type: ignore[assignment]

CHANNELS = (EMAIL, SMS, IN_APP)
LONGEST_SMS = 1600  # characters, Twilio's limit
LONGEST_SUBJECT = 200


class CannotWrite(Refusal):
    """This message cannot be sent to this person; the text says why."""

    status = 422


class NewMessage(NamedTuple):
    """One message of a sequence, to be rendered from its step when it is sent. Its fields are columns."""

    contact_id: int
    channel: str
    due_at: datetime
    sequence_id: int
    revision_id: int
    enrolment_id: int
    step_id: str
    not_after: datetime | None = None


@dataclass(frozen=True)
class Information:
    """Something a person needs to know, written already. `once_key` names it: the same one is sent once."""

    contact_id: int
    kind: str
    channel: str
    subject: str
    text: str
    once_key: str
    not_after: datetime | None = None


def queue_many(messages: Sequence[NewMessage]) -> int:
    """Queue a sequence's messages with one INSERT. A message that this step of this enrolment has queued already is not
    queued again. Answers how many are new.
    """
    now = clock.now()
    written = insert_rows(MESSAGES, WRITTEN, [_row(message, now) for message in messages], returning=("id",))
    if written:
        wake.ring("deliver_messages")
    return len(written)


def hold_back(*which: ColumnElement[bool], reason: str) -> None:
    """Let queued messages not leave any more, and say why."""
    db.session.execute(
        update(Message)
        .where(Message.status == QUEUED, *which)
        .values(status=SUPPRESSED, reason=reason)
        .execution_options(synchronize_session=False)
    )


def send_by_hand(
    contact: Contact, channel: str, text: str, subject: str = "", *, by: Staff, press: str | None = None
) -> Message:
    """Send one person a message that somebody of the staff has written: even to one who has unsubscribed (UNS-09).

    `press` names the press of the button: the same one twice is one message. Raises CannotWrite.
    """
    text, subject = text.strip(), " ".join(subject.split())
    _refuse_nonsense(contact, channel, text, subject)
    known = db.session.scalar(select(Message).where(Message.once_key == press)) if press else None
    if known is not None and known.contact_id == contact.id:
        return known
    message = _queue(
        contact,
        channel=channel,
        category=MANUAL,
        subject=subject if channel == EMAIL else "",
        text=text,
        sender_id=by.id,
        once_key=press,
    )
    conversations.answer(message)
    return message


def queue_transactional(  # noqa: PLR0917 - the parts of a message in their usual order
    contact: Contact,
    kind: str,
    channel: str,
    subject: str,
    text: str,
    html: str = "",
    *,
    once_key: str | None = None,
) -> Message:
    """Send one person something they need to know: a confirmation, a receipt, the answer to a STOP."""
    return _queue(
        contact,
        channel=channel,
        category=TRANSACTIONAL,
        kind=kind,
        subject=subject,
        text=text,
        html=html,
        once_key=once_key,
    )


def queue_many_transactional(messages: Sequence[Information]) -> int:
    """Queue confirmations, reminders, receipts with one INSERT. Answers how many are new."""
    now = clock.now()
    rows = [_information(message, now) for message in messages]
    written = insert_new(MESSAGES, rows, returning=("id",))
    if written:
        wake.ring("deliver_urgent_messages")
    return len(written)


def queue_to_staff(staff: Staff, kind: str, subject: str, text: str, html: str = "") -> Message:
    """Tell one member of the staff something by e-mail (ROLE-09)."""
    return _queue_to_staff(staff, kind, channel=EMAIL, subject=subject, text=text, html=html)


def queue_sms_to_staff(staff: Staff, kind: str, number: str, text: str) -> Message:
    """Text one member of the staff, at a number they have given for this once (E.164)."""
    return _queue_to_staff(staff, kind, channel=SMS, text=text, to_address=number)


def _queue_to_staff(staff: Staff, kind: str, **fields: Any) -> Message:
    now = clock.now()
    message = Message(
        staff_id=staff.id, category=TRANSACTIONAL, kind=kind, is_urgent=True, queued_at=now, due_at=now, **fields
    )
    db.session.add(message)
    wake.ring("deliver_urgent_messages")
    return message


def _queue(contact: Contact, **fields: Any) -> Message:
    now = clock.now()
    message = Message(contact=contact, is_urgent=True, queued_at=now, due_at=now, **fields)
    db.session.add(message)
    db.session.flush()
    wake.ring("deliver_urgent_messages")
    return message


def _row(message: NewMessage, now: datetime) -> tuple[Any, ...]:
    """A sequence's message in the order of `WRITTEN`."""
    return (*_BLANK.values(), SEQUENCE, now, *message)


def _information(message: Information, now: datetime) -> dict[str, Any]:
    return _BLANK | {
        "contact_id": message.contact_id,
        "channel": message.channel,
        "category": TRANSACTIONAL,
        "kind": message.kind,
        "is_urgent": True,
        "subject": message.subject,
        "text": message.text,
        "once_key": message.once_key,
        "queued_at": now,
        "due_at": now,
        "not_after": message.not_after,
    }


_BLANK: dict[str, Any] = {
    "direction": OUT,
    "kind": "",
    "status": QUEUED,
    "reason": "",
    "is_urgent": False,
    "subject": "",
    "text": "",
    "html": "",
    "to_address": "",
    "from_address": "",
    "attempts": 0,
}

WRITTEN = (*_BLANK, "category", "queued_at", *NewMessage._fields)


def _refuse_nonsense(contact: Contact, channel: str, text: str, subject: str) -> None:
    if channel not in CHANNELS:
        raise CannotWrite(_("There is no such way to write."))
    if contact.erased_at is not None:
        raise CannotWrite(_("This person's data has been erased."))
    if not text:
        raise CannotWrite(_("Write something first."))
    if channel == EMAIL and not contact.email:
        raise CannotWrite(_("%(name)s has no e-mail address.", name=contact.name))
    if channel == SMS and not contact.phone:
        raise CannotWrite(_("%(name)s has no phone number.", name=contact.name))
    if channel == SMS and len(text) > LONGEST_SMS:
        raise CannotWrite(_("An SMS has 1,600 characters at the most; this one has %(count)d.", count=len(text)))
    if len(subject) > LONGEST_SUBJECT:
        raise CannotWrite(_("A subject has 200 characters at the most."))

"""What clients write: stored as it came before anything is made of it, then put in their thread (INB-09, BEY-09)."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import Table, select

from app import clock, events
from app.contacts import people
from app.contacts.models import Contact
from app.contacts.people import Details
from app.db import db, insert_new
from app.events import Actor
from app.messaging import conversations, keywords, permission, sms_answers
from app.messaging.handover import SUMMARY
from app.messaging.models import DELIVERED, IN, MANUAL, OUT, SENT, SMS, UNCERTAIN, InboundRaw, Message

log = structlog.get_logger(__name__)

RAW: Table = InboundRaw.__table__  # type: ignore[assignment]

# A client who writes out of the blue answers nothing: a message older than this is not what they reply to.
REPLY_WITHIN = timedelta(days=30)

_NUMBER = re.compile(r"\+[1-9]\d{6,14}")


@dataclass(frozen=True)
class IncomingSms:
    """An SMS as the carrier hands it over."""

    provider_id: str
    sender: str
    recipient: str
    text: str
    media: int = 0
    is_answered: bool = False  # the carrier has confirmed a STOP, START or HELP itself


class NotANumber(Exception):
    """A name, a short code, a hidden number: there is nobody to answer."""


def receive_sms(sms: IncomingSms) -> Message | None:
    """Take an incoming SMS. The carrier's repeats of one are harmless, and one that we cannot digest is kept.

    Answers None for a repeat and for what has been kept aside.
    """
    row = {
        "channel": SMS,
        "provider_id": sms.provider_id,
        "body": f"{sms.sender}\n{sms.text}",
        "received_at": clock.now(),
    }
    stored = insert_new(RAW, [row], returning=("id",))
    if not stored:
        return None
    raw = db.session.get_one(InboundRaw, stored[0].id)
    try:
        with db.session.begin_nested():
            message = _take(sms)
    except Exception as error:
        raw.error = f"{type(error).__name__}: {error}"[:500]
        log.exception("inbound.kept_aside", inbound_id=raw.id, error=type(error).__name__)
        return None
    raw.message_id = message.id
    return message


def whose_number(number: str, *, via: str) -> Contact:
    """Who writes or calls from a number; an unknown one becomes a contact, not a lead (INB-09, PHN-05).

    Raises NotANumber.
    """
    if not _NUMBER.fullmatch(number):
        raise NotANumber(number)
    known = db.session.scalar(select(Contact).where(Contact.phone == number))
    if known is not None:
        return known
    made = people.create_contact(Details(phone=number), by=Actor.client(), via=via)
    made.phone = number  # the carrier's word counts more than the numbering plans we know
    return made


def _take(sms: IncomingSms) -> Message:
    contact = whose_number(sms.sender, via="sms")
    now = clock.now()
    text = sms.text + "".join("\n📎" for _ in range(sms.media))
    message = Message(
        contact=contact,
        direction=IN,
        channel=SMS,
        category=MANUAL,
        status=DELIVERED,
        text=text.strip(),
        from_address=sms.sender,
        to_address=sms.recipient,
        provider_id=sms.provider_id,
        queued_at=now,
        due_at=now,
        sent_at=now,
    )
    db.session.add(message)
    db.session.flush()
    contact.last_interaction_at = now
    keyword = keywords.read(sms.text)
    is_obeyed = keyword is not None and sms_answers.obey(message, keyword, is_answered=sms.is_answered)
    conversations.receive(message, is_waiting=not is_obeyed)
    if not is_obeyed:
        _tell(message, contact)
    return message


def _tell(message: Message, contact: Contact) -> None:
    client = Actor.client()
    events.record("message.received", contact, by=client, message_id=message.id, channel=SMS)
    answered = _answered(message, contact)
    if answered is not None:
        message.in_reply_to_id = answered.id
        answered.replied_at = answered.replied_at or clock.now()
        events.record(
            "message.replied",
            contact,
            by=client,
            dedupe_key=f"replied:{answered.id}",
            message_id=answered.id,
            channel=SMS,
            category=answered.category,
            subject=answered.subject or textwrap.shorten(answered.text, SUMMARY),
            reply_id=message.id,
        )


def _answered(message: Message, contact: Contact) -> Message | None:
    """The last message they had from us on this channel."""
    return db.session.scalar(
        select(Message)
        .where(
            Message.contact_id == contact.id,
            Message.direction == OUT,
            Message.channel == message.channel,
            Message.kind != permission.SMS_ANSWER,
            Message.status.in_((SENT, DELIVERED, UNCERTAIN)),
            Message.sent_at >= clock.now() - REPLY_WITHIN,
        )
        .order_by(Message.id.desc())
        .limit(1)
    )

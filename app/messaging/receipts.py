"""What carriers report after they took a message: delivered, or not and why (MSG-05, BEY-22)."""

from __future__ import annotations

import textwrap

from sqlalchemy import select

from app import clock, events
from app.contacts import consent
from app.db import db
from app.messaging.handover import SUMMARY, TEXTED_STOP
from app.messaging.models import DELIVERED, FAILED, OUT, SENDING, SENT, UNCERTAIN, Message

_STILL_OPEN = (SENDING, SENT, UNCERTAIN)


def delivered(message_id: int, provider_id: str) -> None:
    """A message has arrived. It may be told before our own worker has written down that it was sent."""
    message = _open_message(message_id, provider_id)
    if message is not None:
        _know(message, provider_id)
        message.status, message.reason = DELIVERED, ""


def failed(message_id: int, provider_id: str, *, code: str, said: str) -> None:
    """A message has not arrived and will not."""
    message = _open_message(message_id, provider_id)
    if message is None:
        return
    _know(message, provider_id)
    message.status, message.reason = FAILED, f"{code} {said}".strip()[:200]
    if message.contact is not None:
        events.record(
            "message.failed",
            message.contact,
            message_id=message.id,
            channel=message.channel,
            category=message.category,
            subject=message.subject or textwrap.shorten(message.text, SUMMARY),
            reason=message.reason,
        )
        if code == TEXTED_STOP:
            consents = ("sms_marketing", "sms_transactional")
            consent.withdraw(message.contact, consents, by=events.Actor.client(), via="carrier", message_id=message.id)


def _open_message(message_id: int, provider_id: str) -> Message | None:
    """The message a report is about, unless its end is known already: reports come twice and out of order."""
    message = db.session.scalar(
        select(Message).where(Message.id == message_id, Message.direction == OUT).with_for_update()
    )
    if message is None or message.status not in _STILL_OPEN:
        return None
    return message if message.provider_id in {None, provider_id} else None


def _know(message: Message, provider_id: str) -> None:
    message.provider_id, message.lease_until = provider_id, None
    message.sent_at = message.sent_at or message.called_at or clock.now()

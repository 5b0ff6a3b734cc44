"""Messages of which it is not known whether they went: asked about, or shown to a person, never repeated blindly."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select

from app import clock, wake
from app.db import db
from app.messaging import carriers, reasons
from app.messaging.carriers import Unreachable
from app.messaging.handover import ASK_AFTER, Parcel, parcel_of, record, record_many, try_again
from app.messaging.journal import Found, Outcome
from app.messaging.models import QUEUED, SENDING, SENT, SMS, UNCERTAIN, Message
from app.staff.models import Staff
from app.web import Refusal


class NotInDoubt(Refusal):
    """What became of this message is known."""


def read_journal(found: Found) -> None:
    """Settle what a worker that is gone had in hand, as its own notes say (see `journal`)."""
    in_hand = {
        message.id: message
        for message in db.session.scalars(
            select(Message)
            .where(Message.attempt == found.attempt, Message.status.in_((SENDING, UNCERTAIN)))
            .order_by(Message.id)
            .with_for_update()
        )
    }
    record_many([(parcel_of(in_hand[each]), found.answered[each]) for each in found.answered if each in in_hand])
    for message in in_hand.values():
        if message.id in found.answered or not found.is_whole:
            continue
        if message.id not in found.called:
            _return_to_queue(message)
        elif message.channel == SMS:
            message.lease_until = clock.now() + ASK_AFTER
        else:
            _show_in_doubt(message)


def settle(expired: Sequence[Message], *, lease_until: datetime) -> list[Message]:
    """Settle what a worker has left behind of which nothing else is known. Answers the SMS to ask the carrier about.

    One whose carrier was not to be called yet goes back to the queue; an e-mail that may have gone is for a person to
    decide.
    """
    to_ask = []
    for message in expired:
        if message.called_at is None:
            _return_to_queue(message)
        elif message.channel == SMS:
            message.lease_until = lease_until
            to_ask.append(message)
        else:
            _show_in_doubt(message)
    return to_ask


def _return_to_queue(message: Message) -> None:
    message.status, message.reason, message.lease_until, message.called_at = QUEUED, "", None, None
    message.attempts -= 1


def _show_in_doubt(message: Message) -> None:
    message.status, message.reason, message.lease_until = UNCERTAIN, reasons.IN_DOUBT, None


def look_up(parcel: Parcel) -> Iterator[None]:
    """Ask the carrier whether it took an SMS; one that it did not take is sent again."""
    # A sandbox's clock runs ahead of the carrier's, so there the time tells nothing.
    since = None if current_app.config["SETTINGS"].encore_sandbox else parcel.called_at
    try:
        found = carriers.in_use().sms.find(parcel.as_text, since)
    except Unreachable:
        record(parcel, Outcome(SENDING, reasons.IN_DOUBT))
        yield
        return
    known = set(db.session.scalars(select(Message.provider_id).where(Message.provider_id.in_(found))))
    mine = next((one for one in found if one not in known), None)
    record(parcel, Outcome(SENT, provider_id=mine) if mine else try_again(parcel, ""))
    yield


def resend(message: Message, *, by: Staff) -> None:
    """Send a message in doubt once more, because a person says so; an e-mail under the same Message-ID.

    Raises NotInDoubt.
    """
    _must_be_uncertain(message)
    message.status, message.reason, message.attempts = QUEUED, "", 0
    message.due_at, message.attempt, message.not_after = clock.now(), secrets.token_hex(8), None
    message.is_urgent, message.sender = True, message.sender or by
    wake.ring("deliver_urgent_messages")


def mark_as_sent(message: Message) -> None:
    """Take a message in doubt as sent, because a person knows. Raises NotInDoubt."""
    _must_be_uncertain(message)
    message.status, message.reason = SENT, reasons.MARKED_SENT
    message.sent_at = message.called_at or clock.now()


def _must_be_uncertain(message: Message) -> None:
    if message.status != UNCERTAIN:
        raise NotInDoubt(_("It is known what became of this message."))

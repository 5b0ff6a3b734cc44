"""Handing messages to their carriers, and writing down what became of them."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, NamedTuple, Self

import structlog
from flask import current_app
from sqlalchemy import Table, update

from app import clock, events
from app.contacts import consent
from app.contacts.models import Contact
from app.db import db, update_rows
from app.messaging import carriers, permission, reasons
from app.messaging.carriers import Letter, MailLine, Text, Undeliverable, Unreachable, nothing
from app.messaging.journal import Outcome
from app.messaging.models import (
    BOUNCED,
    EMAIL,
    FAILED,
    IN_APP,
    QUEUED,
    SENDING,
    SENT,
    SMS,
    SUPPRESSED,
    UNCERTAIN,
    Message,
)

log = structlog.get_logger(__name__)

MESSAGES: Table = Message.__table__  # type: ignore[assignment]
NOT_KNOWN = (SENDING, UNCERTAIN)  # one given up as uncertain may yet be answered for

ATTEMPTS = 3  # WRK-06
PAUSES = (timedelta(minutes=1), timedelta(minutes=10))  # after the first and the second failure
# A carrier may need a moment until what it took can be found.
ASK_AFTER = timedelta(minutes=1)

TEXTED_STOP = "21610"

SUMMARY = 80  # characters of an SMS that stand for it in the log, where an e-mail has its subject


class Parcel(NamedTuple):
    """A message made up for its carrier: plain values, so that nothing is read from the database while it is sent."""

    message_id: int
    contact_id: int | None
    channel: str
    category: str
    kind: str
    attempt: str
    attempts: int
    subject: str
    text: str
    to: str
    sender: str
    reference: str
    called_at: datetime | None
    callback: str
    write: Callable[[], bytes] | None = None
    note: str = ""  # what is to be known of it even though it went

    @property
    def as_text(self) -> Text:
        return Text(to=self.to, body=self.text, callback=self.callback)


class Lines:
    """The connections of a worker: the one to the mail server is opened for the first mail and shared by all."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._mail: MailLine | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.hang_up()

    def mail(self) -> MailLine:
        if self._mail is None:
            self._mail = self._open.enter_context(carriers.in_use().mail.line())
        return self._mail

    def hang_up(self) -> None:
        """Forget a line that has failed; the next mail opens another."""
        self._mail = None
        self._open.close()


def parcel_of(message: Message) -> Parcel:
    """A message that has been made up before, as a parcel: what its carrier said of it can be written down."""
    return Parcel(
        message_id=message.id,
        contact_id=message.contact_id,
        channel=message.channel,
        category=message.category,
        kind=message.kind,
        attempt=message.attempt or "",
        attempts=message.attempts,
        subject=message.subject,
        text=message.text,
        to=message.to_address,
        sender=message.from_address,
        reference=message.provider_id or "",
        called_at=message.called_at,
        callback=callback_for(message.id),
    )


def callback_for(message_id: int) -> str:
    """Where Twilio reports what becomes of an SMS."""
    return f"{current_app.config['SETTINGS'].public_url}/webhooks/twilio/status?message={message_id}"


def put_back(parcels: Sequence[Parcel]) -> None:
    """Return to the queue what has not been handed over."""
    update_rows(
        MESSAGES,
        ("id", "attempt"),
        ("status", "attempts", "lease_until", "called_at"),
        [(one.message_id, one.attempt, QUEUED, one.attempts - 1, None, None) for one in parcels],
        only={"status": NOT_KNOWN},
        returning=(),
    )


def call(lines: Lines, parcel: Parcel, calling: Callable[[], None] = nothing) -> Outcome:
    """Hand a parcel over. Reads and writes nothing of ours; every failure is an outcome.

    `calling` is called just before the carrier gets what it cannot give back.
    """
    try:
        return Outcome(SENT, provider_id=_hand_over(lines, parcel, calling))
    except Undeliverable as refusal:
        return _refused(parcel, refusal)
    except Unreachable as failure:
        if parcel.channel == EMAIL:
            lines.hang_up()
        return _not_reached(parcel, failure)
    except Exception as error:
        log.exception("message.failed", message_id=parcel.message_id, error=type(error).__name__)
        return Outcome(FAILED, reasons.NOT_PREPARED)


def record(parcel: Parcel, outcome: Outcome) -> None:
    """Write down what became of one parcel."""
    record_many([(parcel, outcome)])


def record_many(handed: Sequence[tuple[Parcel, Outcome]]) -> None:
    """Write down what became of parcels, except where somebody else has settled it meanwhile."""
    now = clock.now()
    changed = update_rows(
        MESSAGES,
        ("id", "attempt"),
        ("status", "reason", "lease_until", "sent_at", "provider_id", "due_at"),
        [(parcel.message_id, parcel.attempt, *_row(parcel, outcome, now)) for parcel, outcome in handed],
        keep=("sent_at", "provider_id", "due_at"),
        only={"status": NOT_KNOWN},
    )
    ours = {row.id for row in changed}
    _tell([(parcel, outcome) for parcel, outcome in handed if parcel.message_id in ours and parcel.contact_id])


def _row(parcel: Parcel, outcome: Outcome, now: datetime) -> tuple[Any, ...]:
    return (
        outcome.status,
        (outcome.reason or parcel.note)[:200],
        now + ASK_AFTER if outcome.status == SENDING else None,
        now if outcome.status == SENT else None,
        outcome.provider_id,
        now + outcome.retry_in if outcome.retry_in is not None else None,
    )


def _hand_over(lines: Lines, parcel: Parcel, calling: Callable[[], None]) -> str | None:
    if parcel.channel == IN_APP:
        return None
    if parcel.channel == SMS:
        calling()
        return carriers.in_use().sms.send(parcel.as_text)
    assert parcel.write is not None  # noqa: S101 - `delivery` gives every e-mail its writer
    content = parcel.write()
    lines.mail().send(Letter(parcel.sender, parcel.to, parcel.reference, content), calling)
    return None


def _refused(parcel: Parcel, refusal: Undeliverable) -> Outcome:
    if refusal.code == TEXTED_STOP and parcel.kind == permission.SMS_ANSWER:
        return Outcome(SUPPRESSED, reasons.ANSWERED_BY_CARRIER)
    status = BOUNCED if parcel.channel == EMAIL and refusal.is_address_dead else FAILED
    return Outcome(status, str(refusal), code=refusal.code, is_address_dead=refusal.is_address_dead)


def _not_reached(parcel: Parcel, failure: Unreachable) -> Outcome:
    if failure.may_have_gone:
        # An SMS can be looked up at the carrier once it has had a moment; nobody can tell of an e-mail.
        status = SENDING if parcel.channel == SMS else UNCERTAIN
        return Outcome(status, reasons.IN_DOUBT)
    return try_again(parcel, str(failure))


def try_again(parcel: Parcel, said: str) -> Outcome:
    """Queue a parcel that has certainly not gone once more, or give it up after the third attempt."""
    if parcel.attempts >= ATTEMPTS:
        return Outcome(FAILED, said or reasons.GIVEN_UP)
    return Outcome(QUEUED, said or reasons.RETRYING, retry_in=PAUSES[parcel.attempts - 1])


def _tell(known: Sequence[tuple[Parcel, Outcome]]) -> None:
    """Write in the log what is known for certain, and what it says of addresses."""
    kinds = {SENT: "message.sent", FAILED: "message.failed", BOUNCED: "message.bounced"}
    events.record_many(
        [
            events.Entry(kinds[outcome.status], parcel.contact_id, _told(parcel, outcome))
            for parcel, outcome in known
            if outcome.status in kinds
        ]
    )
    bounced = [parcel.contact_id for parcel, outcome in known if outcome.status == BOUNCED]
    if bounced:
        db.session.execute(update(Contact).where(Contact.id.in_(bounced)).values(email_bounced_at=clock.now()))
    for parcel, outcome in known:
        if outcome.code == TEXTED_STOP:
            _heed_stop(parcel)


def _told(parcel: Parcel, outcome: Outcome) -> dict[str, Any]:
    data = {
        "message_id": parcel.message_id,
        "channel": parcel.channel,
        "category": parcel.category,
        "subject": parcel.subject or textwrap.shorten(parcel.text, SUMMARY),
    }
    return data if outcome.status == SENT else data | {"reason": outcome.reason[:200]}


def _heed_stop(parcel: Parcel) -> None:
    contact = db.session.get(Contact, parcel.contact_id)
    if contact is not None:
        consents = ("sms_marketing", "sms_transactional")
        consent.withdraw(contact, consents, by=events.Actor.client(), via="carrier", message_id=parcel.message_id)

"""Handing one message to its carrier, and writing down what became of it."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self

import structlog
from sqlalchemy import update

from app import clock, events
from app.contacts import consent
from app.contacts.models import Contact
from app.db import db
from app.messaging import carriers, permission, reasons
from app.messaging.carriers import Letter, MailLine, Text, Undeliverable, Unreachable
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

ATTEMPTS = 3  # WRK-06
PAUSES = (timedelta(minutes=1), timedelta(minutes=10))  # after the first and the second failure
# A carrier may need a moment until what it took can be found.
ASK_AFTER = timedelta(minutes=1)

TEXTED_STOP = "21610"

SUMMARY = 80  # characters of an SMS that stand for it in the log, where an e-mail has its subject


@dataclass(frozen=True)
class Parcel:
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
    write: Callable[[], bytes] | None

    @property
    def as_text(self) -> Text:
        return Text(to=self.to, body=self.text, callback=self.callback)


@dataclass(frozen=True)
class Outcome:
    """What became of a parcel."""

    status: str
    reason: str = ""
    provider_id: str | None = None
    retry_in: timedelta | None = None
    code: str = ""
    is_address_dead: bool = False


class Lines:
    """The connections of a batch: the one to the mail server is opened for the first mail and shared by all."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._mail: MailLine | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def mail(self) -> MailLine:
        if self._mail is None:
            self._mail = self._open.enter_context(carriers.in_use().mail.line())
        return self._mail

    def hang_up(self) -> None:
        """Forget a line that has failed; the next mail opens another."""
        self._open.close()
        self._mail = None


def mark_called(parcel: Parcel) -> bool:
    """Write down that the carrier is about to be called. Answers False where somebody else has taken the message over:
    whoever slept through the end of a lease must not call.
    """
    return _change(parcel, called_at=clock.now())


def put_back(parcels: Sequence[Parcel]) -> None:
    """Return to the queue what has not been handed over."""
    for parcel in parcels:
        _change(parcel, status=QUEUED, attempts=parcel.attempts - 1, lease_until=None)


def call(lines: Lines, parcel: Parcel) -> Outcome:
    """Hand a parcel over. Reads and writes nothing of ours; every failure is an outcome."""
    try:
        return Outcome(SENT, provider_id=_hand_over(lines, parcel))
    except Undeliverable as refusal:
        return _refused(parcel, refusal)
    except Unreachable as failure:
        if parcel.channel == EMAIL:
            lines.hang_up()
        return _not_reached(parcel, failure)
    except Exception as error:
        log.exception("message.failed", message_id=parcel.message_id, error=type(error).__name__)
        return Outcome(FAILED, reasons.NOT_PREPARED)


def record(parcel: Parcel, outcome: Outcome) -> bool:
    """Write down what became of a parcel. Answers False where somebody else has settled it meanwhile."""
    now = clock.now()
    values: dict[str, Any] = {"status": outcome.status, "reason": outcome.reason[:200], "lease_until": None}
    if outcome.status == SENT:
        values["sent_at"] = now
    if outcome.provider_id is not None:
        values["provider_id"] = outcome.provider_id
    if outcome.retry_in is not None:
        values["due_at"] = now + outcome.retry_in
    if outcome.status == SENDING:
        values["lease_until"] = now + ASK_AFTER
    if not _change(parcel, **values):
        return False
    if parcel.contact_id is not None:
        _tell(parcel, outcome)
    return True


def _hand_over(lines: Lines, parcel: Parcel) -> str | None:
    if parcel.channel == IN_APP:
        return None
    if parcel.channel == SMS:
        return carriers.in_use().sms.send(parcel.as_text)
    assert parcel.write is not None  # noqa: S101 - `delivery` gives every e-mail its writer
    content = parcel.write()
    lines.mail().send(Letter(parcel.sender, parcel.to, parcel.reference, content))
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


def _change(parcel: Parcel, **values: Any) -> bool:
    """Change the message if it is still this attempt's. One given up as uncertain may yet be answered for."""
    changed = db.session.execute(
        update(Message)
        .where(
            Message.id == parcel.message_id,
            Message.attempt == parcel.attempt,
            Message.status.in_((SENDING, UNCERTAIN)),
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return bool(changed.rowcount)  # type: ignore[attr-defined]


def _tell(parcel: Parcel, outcome: Outcome) -> None:
    """Write in the log what is known for certain, and what it says of the address."""
    told = {"message_id": parcel.message_id, "channel": parcel.channel, "category": parcel.category}
    data: dict[str, Any] = told | {"subject": parcel.subject or textwrap.shorten(parcel.text, SUMMARY)}
    if outcome.status in {FAILED, BOUNCED}:
        data["reason"] = outcome.reason[:200]
    kind = {SENT: "message.sent", FAILED: "message.failed", BOUNCED: "message.bounced"}.get(outcome.status)
    if kind is not None:
        events.record_many([events.Entry(kind, parcel.contact_id, data)])
    if outcome.status == BOUNCED:
        db.session.execute(update(Contact).where(Contact.id == parcel.contact_id).values(email_bounced_at=clock.now()))
    if outcome.code == TEXTED_STOP:
        contact = db.session.get(Contact, parcel.contact_id)
        if contact is not None:
            consents = ("sms_marketing", "sms_transactional")
            consent.withdraw(contact, consents, by=events.Actor.client(), via="carrier", message_id=parcel.message_id)

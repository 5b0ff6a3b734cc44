"""Sending what is due: claim a batch, commit, hand each message over, record what became of them.

Nothing is sent twice and nothing is lost: a batch is marked before its carriers are called, and recorded after, each
time with one statement and committed. What happens in between is noted in a `journal` that outlives the worker, so that
a kill leaves in doubt only what was being handed over at that instant. Those are settled by `doubts`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog
from flask import current_app
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import defer, joinedload, load_only

from app import clock, work
from app.contacts.models import CONSENTS, Contact
from app.db import db, is_postgresql
from app.messaging import allowance, doubts, mail, making, permission, reasons, variables
from app.messaging.handover import Lines, Parcel, call, parcel_of, put_back, record_many
from app.messaging.journal import Found, Journal, Outcome, are_any_left_behind, left_behind
from app.messaging.making import Slip
from app.messaging.models import QUEUED, SENDING, SENT, SUPPRESSED, Message
from app.staff import studio

log = structlog.get_logger(__name__)

BATCH = 200
LEASE = timedelta(minutes=5)
# A batch that has come this near to the end of its lease hands back what it has not sent.
LEASE_MARGIN = timedelta(minutes=1)
TELL_EVERY = 2.0  # seconds after which the database hears how far a batch has come


@dataclass(frozen=True)
class Content:
    """What a message says; and the pattern it was filled in from, where others are filled in from the same."""

    subject: str
    text: str
    html: str = ""
    pattern: mail.Words | None = None
    values: variables.Values = field(default_factory=dict)


@dataclass(frozen=True)
class Suppress:
    """Do not send it after all."""

    reason: str


@dataclass(frozen=True)
class Later:
    """Not yet."""

    due_at: datetime
    reason: str


Decision = Content | Suppress | Later
Prepare = Callable[[Sequence[Message]], Mapping[int, Decision]]

_sources: dict[str, Prepare] = {}
_kept: ContextVar[Lines | None] = ContextVar("encore_mail_lines", default=None)


def register_source(category: str, prepare: Prepare) -> None:
    """Let `prepare` decide on messages of a category just before they are sent, and write them: it gets a batch and
    answers by message id.
    """
    _sources[category] = prepare


@dataclass
class Batch:
    """What one claim has taken: messages to send, old ones to ask about, and the notes of workers that are gone."""

    taken: int = 0
    lease_until: datetime | None = None
    parcels: list[Parcel] = field(default_factory=list)
    in_doubt: list[Parcel] = field(default_factory=list)
    read: list[Found] = field(default_factory=list)
    journal: Journal | None = None

    def __bool__(self) -> bool:
        return self.taken > 0


def claim(*, urgent: bool, limit: int = BATCH) -> Batch:
    """Take up to `limit` due messages of a lane under a lease, decide on each, and make the ready ones up."""
    now = clock.now()
    batch = Batch(lease_until=now + LEASE, read=left_behind())
    for found in batch.read:
        doubts.read_journal(found)
    expired = _take_expired(now, urgent=urgent, limit=limit)
    batch.in_doubt = [parcel_of(one) for one in doubts.settle(expired, lease_until=now + LEASE)]
    messages = _take_due(now, urgent=urgent, limit=limit)
    batch.taken = len(batch.read) + len(expired) + len(messages)
    if messages:
        batch.journal = Journal()
        slips = [making.Slip.of(message, batch.journal.attempt, now + LEASE) for message in messages]
        with studio.read_once():
            batch.parcels = making.make_up(_decide(slips, now), now)
        making.write(slips)
    return batch


def send(batch: Batch) -> Generator[None]:
    """Hand a batch over, message by message. What stands written at each pause must be committed."""
    for found in batch.read:
        found.forget()
    for parcel in batch.in_doubt:
        yield from doubts.look_up(parcel)
    if batch.journal is None:
        return
    with _lines() as lines:
        handed: list[tuple[Parcel, Outcome]] = []
        told_at = time.monotonic()
        for index, parcel in enumerate(batch.parcels):
            if batch.lease_until is not None and clock.now() > batch.lease_until - LEASE_MARGIN:
                put_back(batch.parcels[index:])
                break
            outcome = call(lines, parcel, partial(batch.journal.calling, parcel.message_id))
            batch.journal.answered(parcel.message_id, outcome)
            handed.append((parcel, outcome))
            if time.monotonic() - told_at > TELL_EVERY:
                record_many(handed)
                yield
                handed, told_at = [], time.monotonic()
        record_many(handed)
    yield
    batch.journal.forget()


def release(batch: Batch) -> None:
    """Let go of what a failure has interrupted: the next claim reads in the notes how far it came."""
    for found in batch.read:
        found.close()
    if batch.journal is not None:
        batch.journal.close()


@contextmanager
def connected() -> Iterator[None]:
    """Keep the connections open while one batch follows the other."""
    with Lines() as lines:
        token = _kept.set(lines)
        try:
            yield
        finally:
            _kept.reset(token)


def _lines() -> AbstractContextManager[Lines]:
    kept = _kept.get()
    return nullcontext(kept) if kept is not None else Lines()


def next_due(*, urgent: bool) -> datetime | None:
    """The instant from which a lane has something to do."""
    if are_any_left_behind():
        return clock.now()
    waiting = [
        db.session.scalar(
            select(func.min(Message.due_at)).where(Message.status == QUEUED, Message.is_urgent == urgent)
        ),
        db.session.scalar(
            select(func.min(Message.lease_until)).where(Message.status == SENDING, Message.is_urgent == urgent)
        ),
    ]
    return min((at for at in waiting if at is not None), default=None)


def rehearse(contact_id: int) -> int:
    """Decide on somebody's due messages as before sending, and take those that go as sent. Answers how many were due.

    Nothing is handed to any carrier: it is for simulations, which undo it all.
    """
    now = clock.now()
    due = _take(_messages().where(*_queued_for(contact_id), Message.due_at <= now))
    slips = [Slip.of(message, "", now) for message in due]
    leaving = _decide(slips, now)
    making.write(slips)
    for slip in leaving:
        slip.message.status, slip.message.sent_at = SENT, now
    db.session.flush()
    for message in due:
        db.session.expire(message)  # what was written beside it is read anew
    return len(due)


def next_due_of(contact_id: int) -> datetime | None:
    """The instant from which a message to somebody is due."""
    return db.session.scalar(select(func.min(Message.due_at)).where(*_queued_for(contact_id)))


def _queued_for(contact_id: int) -> tuple[ColumnElement[bool], ...]:
    return (Message.contact_id == contact_id, Message.status == QUEUED)


def in_flight(*, urgent: bool) -> bool:
    """Whether some worker is in the middle of sending a lane's messages."""
    sending = select(Message.id).where(Message.status == SENDING, Message.is_urgent == urgent)
    return db.session.scalar(sending.where(Message.lease_until > clock.now()).limit(1)) is not None


def register() -> None:
    """Make the two lanes known: what is written by hand or transactional never waits behind a newsletter (BEY-13)."""
    for actor, urgent in (("deliver_urgent_messages", True), ("deliver_messages", False)):
        work.register(
            work.Work(
                actor=actor,
                claim=partial(claim, urgent=urgent),
                act=send,
                next_due=partial(next_due, urgent=urgent),
                in_flight=partial(in_flight, urgent=urgent),
                release=release,
                around=connected,
            )
        )


def _take_due(now: datetime, *, urgent: bool, limit: int) -> list[Message]:
    due = (Message.status == QUEUED, Message.is_urgent == urgent, Message.due_at <= now)
    return _take(_messages().where(*due).order_by(Message.due_at, Message.id).limit(limit))


def _take_expired(now: datetime, *, urgent: bool, limit: int) -> list[Message]:
    """Those whose lease has run out, because their worker died or hangs."""
    expired = (Message.status == SENDING, Message.is_urgent == urgent, Message.lease_until <= now)
    if db.session.scalar(select(Message.id).where(*expired).limit(1)) is None:
        return []  # as nearly always
    return _take(_messages().where(*expired).order_by(Message.lease_until, Message.id).limit(limit))


# What deciding and writing ask of a person; the rest of a contact is read where somebody wants it all the same.
PERSON = (
    Contact.first_name,
    Contact.last_name,
    Contact.email,
    Contact.phone,
    Contact.language,
    Contact.location_id,
    *(getattr(Contact, consent) for consent in CONSENTS),
    Contact.email_bounced_at,
    Contact.erased_at,
)
# What only comes later in a message's life.
LATER = (Message.in_reply_to_id, Message.sent_at, Message.opened_at, Message.clicked_at, Message.replied_at)


def _messages() -> Select[Message]:
    person = joinedload(Message.contact).options(load_only(*PERSON), joinedload(Contact.location))
    return select(Message).options(person, joinedload(Message.staff), *(defer(one) for one in LATER))


def _take(wanted: Select[Message]) -> list[Message]:
    """Read messages and lock them, leaving to other workers what they hold."""
    locked = wanted.with_for_update(of=Message, skip_locked=True) if is_postgresql() else wanted
    return list(db.session.scalars(locked.execution_options(populate_existing=True)))


def _decide(slips: Sequence[Slip], now: datetime) -> list[Slip]:
    """Write down what does not go, or not yet, and why. Answers those that go."""
    for slip in slips:
        why_not = _why_not(slip.message, now)
        if why_not is not None:
            slip.hold(SUPPRESSED, why_not)
    decisions = _prepared([slip.message for slip in slips if slip.status == SENDING])
    for slip in slips:
        match decisions.get(slip.message.id):
            case Suppress(reason):
                slip.hold(SUPPRESSED, reason)
            case Later(due_at, reason):
                slip.hold(QUEUED, reason)
                slip.due_at = due_at
                slip.attempts -= 1
            case Content() as content:
                slip.subject, slip.text, slip.html = content.subject, content.text, content.html
                slip.pattern, slip.values = content.pattern, content.values
        if slip.status == SENDING and not (slip.text or slip.html):
            slip.hold(SUPPRESSED, reasons.NOTHING_TO_SAY)
    allowance.spend([slip for slip in slips if slip.status == SENDING])
    return [slip for slip in slips if slip.status == SENDING]


def _why_not(message: Message, now: datetime) -> str | None:
    """Why a message is too late, or not wanted by its receiver."""
    if message.not_after is not None and now > message.not_after:
        return reasons.TOO_LATE
    return permission.why_not(message, message.contact) if message.contact is not None else None


def _prepared(messages: Sequence[Message]) -> dict[int, Decision]:
    """Ask those who write messages of certain categories. One they cannot write does not hold up the others."""
    decisions: dict[int, Decision] = {}
    for category, prepare in _sources.items():
        batch = [message for message in messages if message.category == category]
        if batch:
            decisions |= _ask(prepare, batch)
    return decisions


def _ask(prepare: Prepare, batch: Sequence[Message]) -> dict[int, Decision]:
    try:
        with db.session.begin_nested():
            return dict(prepare(batch))
    except Exception as error:
        log.exception("message.not_prepared", messages=[message.id for message in batch], error=type(error).__name__)
        if current_app.testing and len(batch) == 1:
            raise
    if len(batch) == 1:
        return {batch[0].id: Suppress(reasons.NOT_PREPARED)}
    return {message_id: decision for one in batch for message_id, decision in _ask(prepare, [one]).items()}

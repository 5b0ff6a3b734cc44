"""Sending what is due: claim a batch, commit, hand each message over, record what became of it.

Nothing is sent twice and nothing is lost: a message is marked before its carrier is called and recorded after, each
time committed, so that a worker killed in between leaves one message in doubt and the others of its batch untouched.
Those in doubt are settled by `doubts`.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog
from flask import current_app
from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import joinedload

from app import clock, work
from app.contacts.models import Contact
from app.db import db, is_postgresql
from app.messaging import conversations, doubts, links, mail, permission, reasons, segments
from app.messaging.handover import Lines, Parcel, call, mark_called, put_back, record
from app.messaging.models import EMAIL, QUEUED, SENDING, SENT, SUPPRESSED, Message
from app.staff import studio

log = structlog.get_logger(__name__)

BATCH = 20
LEASE = timedelta(minutes=5)
# A batch that has come this near to the end of its lease hands back what it has not sent.
LEASE_MARGIN = timedelta(minutes=1)


@dataclass(frozen=True)
class Content:
    """What a message says."""

    subject: str
    text: str
    html: str = ""


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


def register_source(category: str, prepare: Prepare) -> None:
    """Let `prepare` decide on messages of a category just before they are sent, and write them: it gets a batch and
    answers by message id.
    """
    _sources[category] = prepare


@dataclass
class Batch:
    """What one claim has taken: messages to send, and old ones in doubt to ask about."""

    taken: int = 0
    lease_until: datetime | None = None
    parcels: list[Parcel] = field(default_factory=list)
    in_doubt: list[Parcel] = field(default_factory=list)

    def __bool__(self) -> bool:
        return self.taken > 0


def claim(*, urgent: bool, limit: int = BATCH) -> Batch:
    """Take up to `limit` due messages of a lane under a lease, decide on each, and make the ready ones up."""
    now = clock.now()
    stationery = _stationery()
    batch = Batch(lease_until=now + LEASE)
    expired = _take_expired(urgent=urgent, limit=limit)
    settled = doubts.settle(expired, lease_until=now + LEASE)
    batch.in_doubt = [_parcel(message, stationery, {}, {}) for message in settled]
    messages = _take_due(now, urgent=urgent, limit=limit)
    batch.taken = len(expired) + len(messages)
    ready = _decide(messages, now)
    for message in ready:
        _address(message, stationery)
    conversations.show_automatic([message for message in ready if message.conversation_id is None])
    drafts = {message.id: draft_of(message, stationery) for message in ready if message.channel == EMAIL}
    tracked = {
        address for draft in drafts.values() if mail.is_tracked(draft.category) for address in mail.addresses_in(draft)
    }
    numbers = links.numbers_of(tracked)
    batch.parcels = [_parcel(message, stationery, drafts, numbers) for message in ready]
    return batch


def send(batch: Batch) -> Generator[None]:
    """Hand a batch over, message by message. What stands written at each pause must be committed."""
    for parcel in batch.in_doubt:
        yield from doubts.look_up(parcel)
    with Lines() as lines:
        for index, parcel in enumerate(batch.parcels):
            if batch.lease_until is not None and clock.now() > batch.lease_until - LEASE_MARGIN:
                put_back(batch.parcels[index:])
                break
            is_ours = mark_called(parcel)
            yield
            if is_ours:
                record(parcel, call(lines, parcel))
        yield


def release(batch: Batch) -> None:
    """Return to the queue what a failure kept from being handed over: it need not wait for its lease to run out."""
    db.session.execute(
        update(Message)
        .where(
            Message.attempt.in_([parcel.attempt for parcel in batch.parcels]),
            Message.status == SENDING,
            Message.called_at.is_(None),
        )
        .values(status=QUEUED, attempts=Message.attempts - 1, lease_until=None)
        .execution_options(synchronize_session=False)
    )


def next_due(*, urgent: bool) -> datetime | None:
    """The instant from which a lane has something to do."""
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
    due = _load(db.session.scalars(_queued_for(contact_id).where(Message.due_at <= now)).all())
    for message in due:
        message.status, message.attempts = SENDING, message.attempts + 1
    for message in _decide(due, now):
        message.status, message.sent_at = SENT, now
    db.session.flush()
    return len(due)


def next_due_of(contact_id: int) -> datetime | None:
    """The instant from which a message to somebody is due."""
    return db.session.scalar(_queued_for(contact_id).with_only_columns(func.min(Message.due_at)))


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
            )
        )


def draft_of(message: Message, stationery: mail.Stationery) -> mail.Draft:
    """What of a message goes into its mail."""
    person = message.staff or message.contact
    return mail.Draft(
        message_id=message.id,
        contact_id=message.contact_id,
        category=message.category,
        kind=message.kind,
        to_name=person.name if person else "",
        to_address=message.to_address,
        reference=message.provider_id or "",
        subject=message.subject,
        text=message.text,
        html=message.html,
        language=(person.language if person else "") or stationery.studio.language,
    )


def _queued_for(contact_id: int) -> Select[int]:
    return select(Message.id).where(Message.contact_id == contact_id, Message.status == QUEUED)


def _take_due(now: datetime, *, urgent: bool, limit: int) -> list[Message]:
    due = (
        select(Message.id)
        .where(Message.status == QUEUED, Message.is_urgent == urgent, Message.due_at <= now)
        .order_by(Message.due_at, Message.id)
        .limit(limit)
    )
    if is_postgresql():
        due = due.with_for_update(skip_locked=True)
    taken = db.session.scalars(
        update(Message)
        .where(Message.id.in_(due), Message.status == QUEUED)
        .values(
            status=SENDING,
            lease_until=now + LEASE,
            attempt=secrets.token_hex(8),
            called_at=None,
            attempts=Message.attempts + 1,
        )
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    ).all()
    return _load(taken)


def _take_expired(*, urgent: bool, limit: int) -> list[Message]:
    """Those whose lease has run out, because their worker died or hangs."""
    expired = (
        select(Message.id)
        .where(Message.status == SENDING, Message.is_urgent == urgent, Message.lease_until <= clock.now())
        .order_by(Message.lease_until)
        .limit(limit)
    )
    if is_postgresql():
        expired = expired.with_for_update(skip_locked=True)
    return _load(db.session.scalars(expired).all())


def _load(ids: Sequence[int]) -> list[Message]:
    if not ids:
        return []
    return list(
        db.session.scalars(
            select(Message)
            .where(Message.id.in_(ids))
            .order_by(Message.due_at, Message.id)
            .options(joinedload(Message.contact).joinedload(Contact.location), joinedload(Message.staff))
            .execution_options(populate_existing=True)
        )
    )


def _decide(messages: Sequence[Message], now: datetime) -> list[Message]:
    """Write down what does not go, or not yet, and why. Answers those that go."""
    open_ones = [message for message in messages if not _is_out(message, now)]
    decisions = _prepared(open_ones)
    ready = []
    for message in open_ones:
        decision = decisions.get(message.id)
        match decision:
            case Suppress():
                _end(message, SUPPRESSED, decision.reason)
            case Later():
                message.status, message.due_at, message.reason = QUEUED, decision.due_at, decision.reason
                message.attempts -= 1
            case Content():
                message.subject, message.text, message.html = decision.subject, decision.text, decision.html
                ready.append(message)
            case None:
                ready.append(message)
    for message in [message for message in ready if not (message.text or message.html)]:
        ready.remove(message)
        _end(message, SUPPRESSED, reasons.NOTHING_TO_SAY)
    return ready


def _is_out(message: Message, now: datetime) -> bool:
    """End a message that is too late or that its receiver does not want."""
    why = reasons.TOO_LATE if message.not_after is not None and now > message.not_after else None
    if why is None and message.contact is not None:
        why = permission.why_not(message, message.contact)
    if why is not None:
        _end(message, SUPPRESSED, why)
    return why is not None


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


def _end(message: Message, status: str, reason: str) -> None:
    message.status, message.reason, message.lease_until = status, reason, None


def _address(message: Message, stationery: mail.Stationery) -> None:
    """Write on the message where it goes, from whom, and under which name its carrier will know it."""
    message.reason = ""
    match message.channel:
        case "email":
            to = message.staff.email if message.staff is not None else message.contact.email if message.contact else ""
            message.to_address, message.from_address = to or "", stationery.sender
            domain = stationery.sender.rpartition("@")[2] or "localhost"
            # The same at every attempt: mail programs show two with one id as one.
            message.provider_id = message.provider_id or f"<{message.id}.{secrets.token_hex(8)}@{domain}>"
        case "sms":
            message.to_address = message.contact.phone or "" if message.contact else ""
            message.from_address = current_app.config["SETTINGS"].twilio_from or ""
            message.segments = segments.count(message.text)


def _stationery() -> mail.Stationery:
    return mail.Stationery(studio.studio(), current_app.config["SETTINGS"].public_url)


def _parcel(
    message: Message, stationery: mail.Stationery, drafts: Mapping[int, mail.Draft], numbers: Mapping[str, int]
) -> Parcel:
    draft = drafts.get(message.id)
    now = clock.now()
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
        sender=stationery.sender,
        reference=message.provider_id or "",
        called_at=message.called_at,
        callback=f"{stationery.public_url}/webhooks/twilio/status?message={message.id}",
        write=partial(stationery.write, draft, numbers, date=now) if draft is not None else None,
    )

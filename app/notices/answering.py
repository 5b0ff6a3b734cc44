"""Answering what happens with a message: a booking with its confirmation, a purchase with its receipt (TXN-02).

What the staff and clients do in Encore is always answered, by the messages that are on. What another system tells of is
answered where the studio has said so: most systems confirm their bookings themselves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app import clock
from app.contacts.models import Contact
from app.db import db, one_of
from app.events import catalogue as kinds
from app.events import queue
from app.events.models import Actor, Event
from app.messaging import outgoing
from app.messaging.models import EMAIL
from app.messaging.outgoing import Information
from app.notices import setup, texts, values
from app.notices.catalogue import KINDS, Notice, answer_to
from app.notices.setup import Standing
from app.notices.values import Occasion
from app.staff import studio

CONSUMER = "notices"

FRESH = timedelta(hours=24)  # what is told of later is history, and nobody wants a confirmation of it

kinds.listen(CONSUMER, *KINDS)


@queue.consumer(CONSUMER)
def answer(batch: Sequence[Event]) -> None:
    """Write what these events call for. An event delivered twice is answered once."""
    now = clock.now()
    timely = [event for event in batch if _is_timely(event, now)]
    if not timely:
        return
    standing, answers_reported = setup.all_standing(), setup.answers_reported()
    called_for = {
        event: notice
        for event in timely
        if (notice := answer_to(event.kind, event.data)) is not None
        and standing[notice.key].channels
        and (answers_reported or not _is_reported(event))
    }
    people = _people(called_for)
    occasions = {
        event: Occasion(notice, people[event.contact_id], event.data, event.occurred_at)
        for event, notice in called_for.items()
        if event.contact_id in people
    }
    written = write(list(occasions.values()), standing)
    outgoing.queue_many_transactional(
        [
            _addressed(occasion, channel, text, f"{_name(event, occasion.notice)}:{channel}")
            for (event, occasion), by_channel in zip(occasions.items(), written, strict=True)
            for channel, text in by_channel.items()
        ]
    )


def tell(occasion: Occasion, *, once_key: str) -> list[str]:
    """Tell one person of one thing now, by the ways that are on. Answers which."""
    standing = setup.all_standing()
    (by_channel,) = write([occasion], standing)
    outgoing.queue_many_transactional(
        [_addressed(occasion, channel, text, f"{once_key}:{channel}") for channel, text in by_channel.items()]
    )
    return list(by_channel)


def write(occasions: Sequence[Occasion], standing: dict[str, Standing]) -> list[dict[str, texts.Text]]:
    """The messages of each occasion, filled in, by channel: those that are on."""
    business = studio.studio()
    written = []
    for occasion, said in zip(occasions, values.values_of(occasions) if occasions else [], strict=True):
        own = standing[occasion.notice.key]
        text = own.texts[values.language_of(occasion.contact, business)]
        written.append(dict.fromkeys(own.channels, texts.filled(occasion.notice, text, said)))
    return written


def _addressed(occasion: Occasion, channel: str, text: texts.Text, once_key: str) -> Information:
    is_email = channel == EMAIL
    return Information(
        contact_id=occasion.contact.id,
        kind=occasion.notice.key,
        channel=channel,
        subject=text.subject if is_email else "",
        text=text.body if is_email else text.sms,
        once_key=once_key,
        not_after=_useless_after(occasion),
    )


def _useless_after(occasion: Occasion) -> datetime | None:
    """What is about something to come is of no use once that has begun."""
    return values.starts_at(occasion.data) if occasion.notice.group in {"classes", "appointments"} else None


def _name(event: Event, notice: Notice) -> str:
    """What makes an answer one of its kind: the sale for a receipt, told of twice or not; else the event."""
    sale = str(event.data.get("sale_id") or "")
    if notice.key == "receipt" and sale:
        return f"receipt:{hashlib.sha256(sale.encode()).hexdigest()[:40]}"
    return f"notice:{event.id}"


def _is_timely(event: Event, now: datetime) -> bool:
    begins = values.starts_at(event.data)
    return now - event.occurred_at <= FRESH and (begins is None or begins > now)


def _is_reported(event: Event) -> bool:
    return not Actor(event.actor_kind).is_person


def _people(called_for: Iterable[Event]) -> dict[int | None, Contact]:
    ids = {event.contact_id for event in called_for if event.contact_id is not None}
    if not ids:
        return {}
    wanted = select(Contact).where(one_of(Contact.id, ids), Contact.erased_at.is_(None))
    return {one.id: one for one in db.session.scalars(wanted.options(joinedload(Contact.location)))}

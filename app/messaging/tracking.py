"""Opened and clicked (MSG-08): every fetch is written down, people's are counted, once a message and once a link.

A fetch is judged a few seconds after it came, when it shows whether it stands alone: a scanner that fetches all the
links of a mail is known by the second one, and the first must not have counted by then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select, update

from app import clock, events
from app.contacts.models import Contact
from app.db import db
from app.events import Actor
from app.messaging import personal, scanners
from app.messaging.mail import TRAP
from app.messaging.models import Message, MessageHit, TrackedLink

BATCH = 500


def note_open(message_id: int, *, method: str, headers: Mapping[str, str]) -> None:
    """Somebody or something has fetched the open marker."""
    _note(message_id, None, method, headers)


def follow(message_id: int, link_id: int, *, method: str, headers: Mapping[str, str]) -> str | None:
    """Somebody or something follows a link. Answers where it leads, None for the link no person sees."""
    if link_id == TRAP:
        _note(message_id, None, method, headers, why=scanners.TRAPPED)
        return None
    link = db.session.get(TrackedLink, link_id)
    if link is None:
        return None
    _note(message_id, link_id, method, headers)
    reader = db.session.scalar(select(Message.contact_id).where(Message.id == message_id))
    return personal.addressed(link.url, reader) if reader is not None else link.url


def judge() -> int:
    """Decide on the fetches that have stood long enough. Answers how many were people's."""
    now = clock.now()
    due = db.session.scalars(
        select(MessageHit)
        .where(MessageHit.judged_at.is_(None), MessageHit.at <= now - scanners.HOLD)
        .order_by(MessageHit.at)
        .limit(BATCH)
    ).all()
    around = _hits_of({hit.message_id for hit in due})
    people = []
    for hit in due:
        hit.judged_at = now
        hit.why_machine = scanners.in_hindsight(_as_hit(hit), around[hit.message_id])
        hit.is_machine = bool(hit.why_machine)
        if not hit.is_machine:
            people.append(hit)
    _count(people)
    return len(people)


def next_judgement() -> datetime | None:
    """When the next fetch has stood long enough."""
    oldest = db.session.scalar(select(func.min(MessageHit.at)).where(MessageHit.judged_at.is_(None)))
    return oldest + scanners.HOLD if oldest is not None else None


def _note(
    message_id: int, link_id: int | None, method: str, headers: Mapping[str, str], *, why: str | None = None
) -> None:
    message = db.session.get(Message, message_id)
    if message is None:
        return
    now = clock.now()
    if why is None:
        why = scanners.at_once(method, headers, now=now, sent_at=message.sent_at)
    db.session.add(
        MessageHit(
            message_id=message.id,
            link_id=link_id,
            at=now,
            is_machine=bool(why),
            why_machine=why,
            user_agent=headers.get("User-Agent", "")[:300],
            judged_at=now if why else None,
        )
    )


def _hits_of(message_ids: Iterable[int]) -> Mapping[int, Sequence[scanners.Hit]]:
    found: dict[int, list[scanners.Hit]] = defaultdict(list)
    for hit in db.session.scalars(select(MessageHit).where(MessageHit.message_id.in_(message_ids))):
        found[hit.message_id].append(_as_hit(hit))
    return found


def _as_hit(hit: MessageHit) -> scanners.Hit:
    return scanners.Hit(hit.at, hit.link_id, hit.why_machine == scanners.TRAPPED and hit.link_id is None)


def _count(people: Sequence[MessageHit]) -> None:
    """Set what the message knows of itself, and write each opening and each followed link in the log, once."""
    if not people:
        return
    messages = {
        message.id: message
        for message in db.session.scalars(select(Message).where(Message.id.in_({hit.message_id for hit in people})))
    }
    urls = _urls({hit.link_id for hit in people if hit.link_id is not None})
    entries = []
    for hit in people:
        message = messages[hit.message_id]
        if hit.link_id is None:
            message.opened_at = message.opened_at or hit.at
            entries.append(_entry("message.opened", message, hit, f"opened:{message.id}"))
        else:
            message.clicked_at = message.clicked_at or hit.at
            more = {"link_id": hit.link_id, "url": urls[hit.link_id]}
            entries.append(_entry("message.clicked", message, hit, f"clicked:{message.id}:{hit.link_id}", **more))
    events.record_many(entries)
    touched = {message.contact_id for message in messages.values()}
    db.session.execute(update(Contact).where(Contact.id.in_(touched)).values(last_interaction_at=clock.now()))


def _entry(kind: str, message: Message, hit: MessageHit, key: str, **more: object) -> events.Entry:
    data = {
        "message_id": message.id,
        "channel": message.channel,
        "category": message.category,
        "subject": message.subject,
        **more,
    }
    if message.sequence_id is not None:
        data |= {"sequence_id": message.sequence_id, "step_id": message.step_id}
    return events.Entry(kind, message.contact_id, data, Actor.client(), occurred_at=hit.at, dedupe_key=key)


def _urls(link_ids: Iterable[int]) -> dict[int, str]:
    rows = db.session.execute(select(TrackedLink.id, TrackedLink.url).where(TrackedLink.id.in_(link_ids)))
    return {row.id: row.url for row in rows}

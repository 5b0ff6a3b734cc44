"""The list of the messages, with what each has done lately; and the people to preview one with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from app import clock
from app.contacts.models import Contact
from app.contacts.queries import recent_contacts
from app.db import db
from app.events.models import Event
from app.messaging.models import DELIVERED, SENT, TRANSACTIONAL, Message
from app.notices import setup
from app.notices.catalogue import GROUPS, Notice
from app.notices.setup import Standing
from app.notices.values import Occasion
from app.staff.models import Staff

LATELY = timedelta(days=30)
PEOPLE = 25


@dataclass(frozen=True)
class Line:
    """One message in the list."""

    standing: Standing
    sent: int  # to clients, in the last 30 days


def lines() -> dict[str, list[Line]]:
    """Every message, by group."""
    counted = (
        select(Message.kind, func.count())
        .where(
            Message.category == TRANSACTIONAL,
            Message.contact_id.is_not(None),
            Message.status.in_((SENT, DELIVERED)),
            Message.sent_at > clock.now() - LATELY,
        )
        .group_by(Message.kind)
    )
    sent = {kind: count for kind, count in db.session.execute(counted)}  # noqa: C416 - a Row is not a pair to a type checker
    found: dict[str, list[Line]] = {group: [] for group in GROUPS}
    for key, standing in setup.all_standing().items():
        found[standing.notice.group].append(Line(standing, sent.get(key, 0)))
    return found


def people(seen_by: Staff) -> Sequence[Contact]:
    """People to preview a message with: those one had to do with last."""
    return recent_contacts(seen_by, PEOPLE)


def occasion_of(notice: Notice, contact: Contact) -> Occasion | None:
    """The last time there was something of this kind to tell somebody; None where there never was."""
    kinds = notice.events or {"class_reminder": ("class.booked",)}.get(notice.key, ("appointment.booked",))
    latest = select(Event).where(Event.contact_id == contact.id, Event.kind.in_(kinds))
    event = db.session.scalars(latest.order_by(Event.occurred_at.desc(), Event.id.desc()).limit(1)).first()
    return Occasion(notice, contact, event.data, event.occurred_at) if event is not None else None

"""Reminders: so many hours before a class or an appointment, once a booking (TXN-03).

Whoever books later than that has only just had the confirmation and is not reminded. A booking that is cancelled or
moved while its reminder waits to be sent is not reminded of what is no longer true.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import Select, String, cast, exists, func, literal, or_, select
from sqlalchemy.orm import joinedload

from app import clock
from app.contacts.models import Contact
from app.db import db
from app.messaging import delivery, outgoing
from app.messaging.models import EMAIL, SMS, Message
from app.messaging.outgoing import Information
from app.notices import answering, setup
from app.notices.catalogue import REMINDERS
from app.notices.setup import Standing
from app.notices.values import Occasion
from app.reasons import declare
from app.studio.bookings import as_data
from app.studio.models import Booking

MOST = 500

KINDS = {"class_reminder": "class", "appointment_reminder": "appointment"}
KEYS = frozenset(KINDS)


def look() -> int:
    """Queue the reminders whose time has come. Answers how many bookings they are about."""
    standing, now = setup.all_standing(), clock.now()
    return sum(_remind(standing[notice.key], standing, now) for notice in REMINDERS if standing[notice.key].channels)


def next_at() -> datetime | None:
    """When the next reminder is due."""
    standing, now = setup.all_standing(), clock.now()
    due = []
    for own in (standing[notice.key] for notice in REMINDERS if standing[notice.key].channels):
        later = _to_remind(own, func.min(Booking.starts_at)).where(Booking.starts_at > now + _before(own))
        first = db.session.scalar(later)
        if first is not None:
            due.append(first - _before(own))
    return min(due, default=None)


def prepare(messages: Sequence[Message]) -> Mapping[int, delivery.Decision]:
    """Look once more, just before sending, whether what a reminder says is still true."""
    waiting = {_booking_id(message): message for message in messages if message.kind in KEYS and message.once_key}
    if not waiting:
        return {}
    bookings = {one.id: one for one in db.session.scalars(select(Booking).where(Booking.id.in_(waiting)))}
    decisions: dict[int, delivery.Decision] = {}
    for booking_id, message in waiting.items():
        booking = bookings.get(booking_id)
        if booking is None or booking.cancelled_at is not None:
            decisions[message.id] = delivery.Suppress(CANCELLED)
        elif booking.starts_at != message.not_after:
            message.once_key = None  # it is reminded of at its new time
            decisions[message.id] = delivery.Suppress(MOVED)
    return decisions


CANCELLED = declare("reminds_of_cancelled", _("What it reminds of was cancelled"))
MOVED = declare("reminds_of_moved", _("What it reminds of was moved"))


def _remind(own: Standing, standing: dict[str, Standing], now: datetime) -> int:
    near = (
        _to_remind(own, Booking)
        .where(Booking.starts_at > now, Booking.starts_at <= now + _before(own))
        .order_by(Booking.starts_at, Booking.id)
        .limit(MOST)
    )
    bookings = [one for one in db.session.scalars(near) if _was_early(one, own)]
    if not bookings:
        return 0
    people = _people(bookings)
    reminded = [one for one in bookings if one.contact_id in people]
    occasions = [Occasion(own.notice, people[one.contact_id], _said(one), now) for one in reminded]
    outgoing.queue_many_transactional(
        [
            Information(
                contact_id=booking.contact_id,
                kind=own.notice.key,
                channel=channel,
                subject=text.subject if channel == EMAIL else "",
                text=text.body if channel == EMAIL else text.sms,
                once_key=f"reminder:{booking.id}:{channel}",
                not_after=booking.starts_at,
            )
            for booking, by_channel in zip(reminded, answering.write(occasions, standing), strict=True)
            for channel, text in by_channel.items()
        ]
    )
    return len(reminded)


def _to_remind(own: Standing, what: Any) -> Select[Any]:
    """Bookings of this kind that stand, and of which nobody has been reminded by any way."""
    key = literal("reminder:") + cast(Booking.id, String)
    reminded = exists().where(or_(Message.once_key == key + f":{EMAIL}", Message.once_key == key + f":{SMS}"))
    wanted = select(what).where(
        Booking.kind == KINDS[own.notice.key],
        Booking.cancelled_at.is_(None),
        Booking.visited_at.is_(None),
        ~reminded,
    )
    return wanted if setup.answers_reported() else wanted.where(Booking.is_reported.is_(False))


def _before(own: Standing) -> timedelta:
    return timedelta(hours=own.hours_before or 0)


def _was_early(booking: Booking, own: Standing) -> bool:
    return booking.starts_at is not None and booking.booked_at <= booking.starts_at - _before(own)


def _said(booking: Booking) -> dict[str, Any]:
    """What a booking says, in the words of its event."""
    return as_data(booking) | {"starts_at": booking.starts_at}


def _people(bookings: Sequence[Booking]) -> dict[int, Contact]:
    wanted = select(Contact).where(Contact.id.in_({one.contact_id for one in bookings}), Contact.erased_at.is_(None))
    return {one.id: one for one in db.session.scalars(wanted.options(joinedload(Contact.location)))}


def _booking_id(message: Message) -> int:
    return int((message.once_key or "").split(":")[1])

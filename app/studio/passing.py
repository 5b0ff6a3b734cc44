"""What comes true at the studio by the passing of time: classes and appointments begin, somebody has not come,
memberships expire, renew and go on after a pause (WRK-03).

Each scan takes what is due off its index, a batch at a time and with as many queries however many people it is
about, and lets it be told once: the instant it was waiting for is cleared in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute

from app import clock, events, scans
from app.db import db, is_postgresql
from app.studio import bookings, memberships
from app.studio.models import Booking, Holding

BATCH = 1000

T = TypeVar("T", Booking, Holding)


def begin_what_is_due() -> int:
    """Classes and appointments begin."""

    def begin(batch: Sequence[Booking]) -> None:
        for one in batch:
            one.started_at, one.start_due_at = one.starts_at, None
        events.record_many(
            [_entry(one, f"{one.kind}.started", one.started_at, bookings.start_key(one)) for one in batch]
        )

    return _in_batches(Booking, Booking.start_due_at, begin)


def tell_absences() -> int:
    """Who has not been checked in two hours after the end did not come (TRG-07)."""

    def tell(batch: Sequence[Booking]) -> None:
        told = [
            _entry(one, "class.no_show", one.absence_due_at, f"booking:{one.id}:{one.booked_event_id or 0}:absent")
            for one in batch
        ]
        for one in batch:
            one.absence_due_at = None
        events.record_many(told)

    return _in_batches(Booking, Booking.absence_due_at, tell)


def expire_what_is_due() -> int:
    """Memberships and intro offers expire (TRG-12, TRG-22)."""

    def expire(batch: Sequence[Holding]) -> None:
        told = []
        for one in batch:
            at, one.expiry_due_at = one.expiry_due_at, None
            one.expired_at = one.ended_at = at
            told.append(_told(one, "membership.expired", at))
        events.record_many(told)

    return _in_batches(Holding, Holding.expiry_due_at, expire)


def renew_what_is_due() -> int:
    """Subscriptions that renew by themselves are paid for another period (TRG-18), each period for itself."""

    def renew(batch: Sequence[Holding]) -> None:
        renewed, last = [], []
        for one in batch:
            at = one.renews_at or clock.now()
            memberships.take_payment(one, at)
            renewed.append(_told(one, "subscription.renewed", at))
            if one.renewals_left == 0 and one.expired_at is None:
                one.expired_at = at
                last.append(_told(one, "membership.expired", at, reason=memberships.LAST_RENEWAL))
        events.record_many(renewed + last)

    return _in_batches(Holding, Holding.renews_at, renew, Holding.paused_at.is_(None), Holding.ended_at.is_(None))


def unpause_what_is_due() -> int:
    """Pauses end on the day that was set."""

    def unpause(batch: Sequence[Holding]) -> None:
        events.record_many([_told(one, "membership.unpaused", one.unpauses_at) for one in batch])
        for one in batch:
            one.paused_at = one.unpauses_at = None

    return _in_batches(Holding, Holding.unpauses_at, unpause)


def _in_batches(
    of: type[T], due: InstrumentedAttribute[Any], act: Callable[[Sequence[T]], None], *where: ColumnElement[bool]
) -> int:
    found = 0
    while batch := _take(of, due, *where):
        act(batch)
        db.session.flush()
        found += len(batch)
    return found


def _take(of: type[T], due: InstrumentedAttribute[Any], *where: ColumnElement[bool]) -> Sequence[T]:
    wanted = select(of).where(due <= clock.now(), *where).order_by(due, of.id).limit(BATCH)
    if is_postgresql():
        wanted = wanted.with_for_update(skip_locked=True)
    return db.session.scalars(wanted.execution_options(populate_existing=True)).all()


def _entry(one: Booking, kind: str, at: datetime | None, dedupe_key: str) -> events.Entry:
    data = bookings.as_data(one, with_origin=True)
    return events.Entry(kind, one.contact_id, data, occurred_at=at, dedupe_key=dedupe_key)


def _told(one: Holding, kind: str, at: datetime | None, **more: Any) -> events.Entry:
    key = f"holding:{one.id}:{kind}:{at:%Y%m%dT%H%M%S}"
    return events.Entry(kind, one.contact_id, memberships.as_data(one) | more, occurred_at=at, dedupe_key=key)


def _first(due: InstrumentedAttribute[Any], *where: ColumnElement[bool]) -> Callable[[], datetime | None]:
    """When a scan will find something next."""
    return lambda: db.session.scalar(select(func.min(due)).where(due.is_not(None), *where))


scans.register(scans.Scan("starts", begin_what_is_due, _first(Booking.start_due_at)))
scans.register(scans.Scan("absences", tell_absences, _first(Booking.absence_due_at)))
scans.register(scans.Scan("expiries", expire_what_is_due, _first(Holding.expiry_due_at)))
scans.register(
    scans.Scan(
        "renewals",
        renew_what_is_due,
        _first(Holding.renews_at, Holding.paused_at.is_(None), Holding.ended_at.is_(None)),
    )
)
scans.register(scans.Scan("ends of pauses", unpause_what_is_due, _first(Holding.unpauses_at)))

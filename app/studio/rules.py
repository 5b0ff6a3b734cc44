"""What can be asked about a contact's business with the studio, from facts that events have left (CND-03 to
EXIT-11).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.contacts.rules import names
from app.rules import RuleUse, Subject, rule
from app.rules.past import Change, as_it_was
from app.rules.registry import COMPARISONS, compare
from app.studio.models import Booking, Holding, Purchase

MEMBERSHIPS = ("subscription", "pack")  # an intro offer is none (STU-15)
INTRO = ("intro",)

BOOKED = ("class.booked", "class.booking_cancelled", "class.cancelled")
VISITED = ("class.visited",)
VISITED_AT_ALL = ("class.visited", "appointment.visited")
PAUSED, UNPAUSED = "membership.paused", "membership.unpaused"
ENDED_OR_NOT = ("membership.expired", PAUSED, UNPAUSED, "subscription.cancelled")
SOLD = ("membership.purchased", "intro.purchased", "purchase.made")


@rule(
    "bookings.count",
    _("Number of class bookings"),
    value="number",
    ops=tuple(COMPARISONS),
    windows=True,
    group="studio",
    waits_for=BOOKED,
)
def bookings_count(about: Subject, use: RuleUse) -> ColumnElement[bool]:
    """How many classes they have booked; cancelled bookings count for nothing (CND-03)."""
    booking = aliased(Booking)
    wanted = (_is_class(booking), about.not_yet(booking.cancelled_at))
    return _count(about, use, booking.booked_at, booking.contact_id, *wanted)


@rule(
    "visits.count",
    _("Number of class visits"),
    value="number",
    ops=tuple(COMPARISONS),
    windows=True,
    group="studio",
    waits_for=VISITED,
)
def visits_count(about: Subject, use: RuleUse) -> ColumnElement[bool]:
    """How many classes they have attended (CND-04)."""
    booking = aliased(Booking)
    return _count(
        about, use, booking.visited_at, booking.contact_id, _is_class(booking), booking.visited_at.is_not(None)
    )


@rule(
    "appointments.count",
    _("Number of appointment bookings"),
    value="number",
    ops=tuple(COMPARISONS),
    windows=True,
    group="studio",
    waits_for=("appointment.booked", "appointment.cancelled"),
)
def appointments_count(about: Subject, use: RuleUse) -> ColumnElement[bool]:
    """How many appointments they have booked; cancelled ones count for nothing (CND-02)."""
    booking = aliased(Booking)
    wanted = (_is_appointment(booking), about.not_yet(booking.cancelled_at))
    return _count(about, use, booking.booked_at, booking.contact_id, *wanted)


@rule(
    "appointment.visits.count",
    _("Number of appointment visits"),
    value="number",
    ops=tuple(COMPARISONS),
    windows=True,
    group="studio",
    waits_for=("appointment.visited",),
)
def appointment_visits_count(about: Subject, use: RuleUse) -> ColumnElement[bool]:
    """How many appointments they have come to (CND-02)."""
    booking = aliased(Booking)
    wanted = (_is_appointment(booking), booking.visited_at.is_not(None))
    return _count(about, use, booking.visited_at, booking.contact_id, *wanted)


@rule(
    "membership.active",
    _("Has an active membership"),
    value="membership",
    group="studio",
    sentence=_("has an active membership"),
    waits_for=("membership.purchased", *ENDED_OR_NOT),
)
def membership_active(about: Subject, use: RuleUse) -> ColumnElement[bool]:
    return _holds(about, use, MEMBERSHIPS)


@rule(
    "membership.purchased",
    _("Bought a membership"),
    value="membership",
    windows=True,
    group="studio",
    sentence=_("bought a membership"),
    waits_for=("membership.purchased",),
)
def membership_purchased(about: Subject, use: RuleUse) -> ColumnElement[bool]:
    return _bought(about, use, MEMBERSHIPS)


@rule(
    "intro.purchased",
    _("Bought an intro offer"),
    value="offer",
    windows=True,
    group="studio",
    sentence=_("bought an intro offer"),
    waits_for=("intro.purchased",),
)
def intro_purchased(about: Subject, use: RuleUse) -> ColumnElement[bool]:
    return _bought(about, use, INTRO)


@rule(
    "intro.active",
    _("Has an active intro offer"),
    value="offer",
    group="studio",
    sentence=_("has an active intro offer"),
    waits_for=("intro.purchased", *ENDED_OR_NOT),
)
def intro_active(about: Subject, use: RuleUse) -> ColumnElement[bool]:
    return _holds(about, use, INTRO)


@rule(
    "purchase.made",
    _("Bought something"),
    windows=True,
    group="studio",
    sentence=_("bought something"),
    waits_for=SOLD,
)
def purchase_made(about: Subject, use: RuleUse) -> ColumnElement[bool]:
    purchase = aliased(Purchase)
    return exists().where(purchase.contact_id == about.contact_id, *_within(about, use, purchase.bought_at))


@rule(
    "booking.made",
    _("Booked a class"),
    windows=True,
    group="studio",
    sentence=_("booked a class"),
    waits_for=BOOKED,
)
def booking_made(about: Subject, use: RuleUse) -> ColumnElement[bool]:
    booking = aliased(Booking)
    return exists().where(
        booking.contact_id == about.contact_id,
        _is_class(booking),
        about.not_yet(booking.cancelled_at),
        *_within(about, use, booking.booked_at),
    )


@rule(
    "last_visit.days_ago",
    _("Days since the last visit"),
    value="number",
    ops=tuple(COMPARISONS),
    group="studio",
    waits_for=VISITED_AT_ALL,
)
def last_visit_days_ago(about: Subject, use: RuleUse) -> ColumnElement[bool]:
    """Whole days since they were last here. Who has never been here has no last visit, and no comparison holds."""
    booking = aliased(Booking)
    visits = (booking.contact_id == about.contact_id, *about.so_far(booking.visited_at))
    last = select(func.max(booking.visited_at)).where(*visits).scalar_subquery()
    days = int(use.value or 0)
    # "n days ago" is the day that begins n days before now and ends where "n - 1 days ago" begins.
    since = about.when(lambda now: now - timedelta(days=days + 1))
    until = about.when(lambda now: now - timedelta(days=days))
    said = {
        ">=": last <= until,
        ">": last <= since,
        "<=": last > since,
        "<": last > until,
        "==": and_(last > since, last <= until),
        "!=": or_(last <= since, last > until),
    }
    return func.coalesce(said[use.op or "=="], False)


def _is_class(booking: type[Booking]) -> ColumnElement[bool]:
    return booking.kind == "class"


def _is_appointment(booking: type[Booking]) -> ColumnElement[bool]:
    return booking.kind == "appointment"


def _count(
    about: Subject,
    use: RuleUse,
    at: InstrumentedAttribute[Any],
    contact_id: InstrumentedAttribute[int],
    *where: ColumnElement[bool],
) -> ColumnElement[bool]:
    counted = select(func.count()).where(contact_id == about.contact_id, *where, *_within(about, use, at))
    return compare(use.op, counted.scalar_subquery(), int(use.value or 0))


def _within(about: Subject, use: RuleUse, at: InstrumentedAttribute[Any]) -> list[ColumnElement[bool]]:
    since = about.since(use)
    return about.so_far(at) if since is None else [at > since, *about.so_far(at)]


def _bought(about: Subject, use: RuleUse, kinds: tuple[str, ...]) -> ColumnElement[bool]:
    holding = aliased(Holding)
    return exists().where(
        holding.contact_id == about.contact_id,
        holding.kind.in_(kinds),
        *_named(holding, use),
        *_within(about, use, holding.bought_at),
    )


def _holds(about: Subject, use: RuleUse, kinds: tuple[str, ...]) -> ColumnElement[bool]:
    """Whether they hold one that runs: not ended, not paused, and where it has credits, with some left (CND-05)."""
    holding = aliased(Holding)
    return exists().where(
        holding.contact_id == about.contact_id,
        holding.kind.in_(kinds),
        *about.so_far(holding.bought_at),
        about.not_yet(holding.ended_at),
        ~_was_paused(about, holding) if about.is_past else holding.paused_at.is_(None),
        or_(holding.ends_at.is_(None), holding.ends_at > about.now),
        or_(holding.credits.is_(None), holding.credits > 0, *_paid_since(about, holding)),
        *_named(holding, use),
    )


def _was_paused(about: Subject, holding: type[Holding]) -> ColumnElement[bool]:
    """Whether it was paused then. None is when it is bought; and one may be "unpaused" that never was paused."""
    change = Change()
    return as_it_was(
        about,
        change,
        (PAUSED, UNPAUSED),
        what=[change.number("origin_id") == holding.bought_event_id],
        to=change.is_kind(PAUSED),
        before=false(),
        still=holding.paused_at.is_not(None),
    )


def _paid_since(about: Subject, holding: type[Holding]) -> list[ColumnElement[bool]]:
    """That a credit was left then: one has been used since."""
    if not about.is_past:
        return []
    booking = aliased(Booking)
    paid_with_it = (booking.contact_id == about.contact_id, booking.holding_id == holding.id)
    return [exists().where(*paid_with_it, booking.booked_at > about.now)]


def _named(holding: type[Holding], use: RuleUse) -> list[ColumnElement[bool]]:
    wanted = names(use)
    return [func.lower(holding.name).in_(wanted)] if wanted else []

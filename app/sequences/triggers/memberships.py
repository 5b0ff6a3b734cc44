"""Subscriptions and packs; an intro offer is neither, but its credits count here (TRG-08 to TRG-18)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from app.sequences.triggers.common import (
    APPOINTMENT_AHEAD,
    CLASS_AHEAD,
    LOCATION,
    MEMBERSHIP,
    MOMENTS,
    NTH_VISIT,
    PACK,
    WITH_MEMBERSHIP,
)
from app.sequences.triggers.registry import Ahead, Count, Data, Filter, Trigger, declare


def _with_membership(data: Data) -> bool:
    return data.get("paid_with") in WITH_MEMBERSHIP


def _is_membership(data: Data) -> bool:
    return data.get("kind") != "intro"


def _will_end(data: Data) -> bool:
    """A purchase tells of an expiry where it has an end that no renewal will move."""
    return _is_membership(data) and not data.get("auto_renews")


declare(
    Trigger(
        "membership.appointment_visited",
        "memberships",
        _("Appointment visit with a membership"),
        ("appointment.started",),
        (MEMBERSHIP, LOCATION, NTH_VISIT, MOMENTS),
        when=_with_membership,
        ahead=APPOINTMENT_AHEAD,
        checks_in=("appointment.visited",),
        count=Count("appointment", paid_with=WITH_MEMBERSHIP),
        about="appointment",
        icon="calendar-check",
    ),
    Trigger(
        "membership.class_booked",
        "memberships",
        _("Class booking with a membership"),
        ("class.booked",),
        (MEMBERSHIP, LOCATION),
        when=_with_membership,
        anchor="starts_at",
        icon="calendar-plus",
    ),
    Trigger(
        "membership.class_visited",
        "memberships",
        _("Class visit with a membership"),
        ("class.started",),
        (MEMBERSHIP, LOCATION, NTH_VISIT, MOMENTS),
        when=_with_membership,
        ahead=CLASS_AHEAD,
        checks_in=("class.visited",),
        count=Count(paid_with=WITH_MEMBERSHIP),
        icon="run",
    ),
    Trigger(
        "pack.last_credit_used",
        "memberships",
        _("Last credit of a pack used"),
        ("pack.credit_used",),
        (PACK, LOCATION),
        when=lambda data: data.get("credits_left") == 0,
        icon="circle-off",
    ),
    Trigger(
        "membership.expired",
        "memberships",
        _("Membership expiry"),
        ("membership.expired",),
        (MEMBERSHIP, LOCATION),
        when=_will_end,
        ahead=Ahead(("membership.purchased",), "ends_at"),
        icon="calendar-off",
    ),
    Trigger(
        "membership.paused",
        "memberships",
        _("Membership pause"),
        ("membership.paused",),
        (MEMBERSHIP, LOCATION),
        when=_is_membership,
        icon="player-pause",
    ),
    Trigger(
        "membership.purchased",
        "memberships",
        _("Membership purchase"),
        ("membership.purchased",),
        (MEMBERSHIP, LOCATION),
        icon="id-badge-2",
    ),
    Trigger(
        "pack.credits_left",
        "memberships",
        _("Credits left in a class pack"),
        ("pack.credit_used",),
        (Filter("credits", _("Credits left"), "number", ("credits_left",), is_needed=True), PACK, LOCATION),
        when=lambda data: data.get("for") == "class" and not data.get("auto_recharges"),
        icon="ticket",
    ),
    Trigger(
        "membership.unfreeze_scheduled",
        "memberships",
        _("End of a pause scheduled"),
        ("membership.unfreeze_scheduled",),
        (MEMBERSHIP, LOCATION),
        when=_is_membership,
        anchor="unpauses_at",
        icon="player-play",
    ),
    Trigger(
        "subscription.cancelled",
        "memberships",
        _("Subscription cancellation"),
        ("subscription.cancelled",),
        (MEMBERSHIP, LOCATION),
        icon="circle-x",
    ),
    Trigger(
        "subscription.renewed",
        "memberships",
        _("Subscription renewal"),
        ("subscription.renewed",),
        (MEMBERSHIP, LOCATION),
        icon="refresh",
    ),
)

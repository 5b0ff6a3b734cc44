"""Intro offers (TRG-19 to TRG-24)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from app.sequences.triggers.common import (
    APPOINTMENT_AHEAD,
    CLASS_AHEAD,
    LOCATION,
    MOMENTS,
    NTH_VISIT,
    OFFER,
    WITH_INTRO,
)
from app.sequences.triggers.registry import Ahead, Count, Data, Filter, Trigger, declare


def _with_intro(data: Data) -> bool:
    return data.get("paid_with") in WITH_INTRO


declare(
    Trigger(
        "intro.appointment_visited",
        "intro",
        _("Appointment visit with an intro offer"),
        ("appointment.started",),
        (OFFER, LOCATION, NTH_VISIT, MOMENTS),
        when=_with_intro,
        ahead=APPOINTMENT_AHEAD,
        checks_in=("appointment.visited",),
        count=Count("appointment", paid_with=WITH_INTRO),
        about="appointment",
        icon="calendar-check",
    ),
    Trigger(
        "intro.class_visited",
        "intro",
        _("Class visit with an intro offer"),
        ("class.started",),
        (OFFER, LOCATION, NTH_VISIT, MOMENTS),
        when=_with_intro,
        ahead=CLASS_AHEAD,
        checks_in=("class.visited",),
        count=Count(paid_with=WITH_INTRO),
        icon="run",
    ),
    Trigger(
        "intro.class_cancelled",
        "intro",
        _("Cancellation of a class booked with an intro offer"),
        ("class.booking_cancelled",),
        (OFFER, LOCATION),
        when=lambda data: _with_intro(data) and data.get("cancelled_by", "client") == "client",
        icon="calendar-x",
    ),
    Trigger(
        "intro.expired",
        "intro",
        _("Intro offer expiry"),
        ("membership.expired",),
        (OFFER, LOCATION),
        when=lambda data: data.get("kind", "intro") == "intro",
        ahead=Ahead(("intro.purchased",), "ends_at"),
        icon="calendar-off",
    ),
    Trigger(
        "intro.purchased",
        "intro",
        _("Intro offer purchase"),
        ("intro.purchased",),
        (OFFER, LOCATION),
        icon="gift",
    ),
    Trigger(
        "intro.bookings_count",
        "intro",
        _("Number of class bookings with intro offers"),
        ("class.booked",),
        (Filter("count", _("At booking number"), "number", is_needed=True), OFFER, LOCATION),
        when=_with_intro,
        anchor="starts_at",
        count=Count(order="booked_at", paid_with=WITH_INTRO),
        icon="calendar-plus",
    ),
)

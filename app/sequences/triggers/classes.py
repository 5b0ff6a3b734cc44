"""Classes: booking, cancelling, attending, staying away (TRG-01 to TRG-07)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from app.sequences.triggers.common import (
    CLASS,
    CLASS_AHEAD,
    LOCATION,
    MOMENTS,
    NTH_VISIT,
    TEMPLATE,
    WITHOUT_MEMBERSHIP,
)
from app.sequences.triggers.registry import Count, Filter, Trigger, declare

declare(
    Trigger(
        "class.late_cancelled",
        "classes",
        _("Late class cancellation"),
        ("class.booking_cancelled",),
        (CLASS, TEMPLATE, Filter("rule", _("Attendance rule"), "text", ("attendance_rule",)), LOCATION),
        when=lambda data: bool(data.get("late")),
        icon="clock",
    ),
    Trigger(
        "class.booked",
        "classes",
        _("Class sign-up"),
        ("class.booked",),
        (CLASS, TEMPLATE, LOCATION),
        anchor="starts_at",
        icon="calendar-plus",
    ),
    Trigger(
        "class.booked_with_discount",
        "classes",
        _("Class sign-up with a discount code"),
        ("class.booked",),
        (CLASS, TEMPLATE, LOCATION),
        when=lambda data: bool(data.get("discount_code")),
        anchor="starts_at",
        icon="discount",
    ),
    Trigger(
        "class.booked_without_membership",
        "classes",
        _("Class sign-up without a membership"),
        ("class.booked",),
        (CLASS, TEMPLATE, LOCATION),
        when=lambda data: data.get("paid_with") in WITHOUT_MEMBERSHIP,
        anchor="starts_at",
        icon="cash",
    ),
    Trigger(
        "class.visited",
        "classes",
        _("Class visit"),
        ("class.started",),
        (CLASS, TEMPLATE, LOCATION, NTH_VISIT, MOMENTS),
        ahead=CLASS_AHEAD,
        checks_in=("class.visited",),
        count=Count(),
        icon="run",
    ),
    Trigger(
        "class.first_visited",
        "classes",
        _("First class visit"),
        ("class.started",),
        (CLASS, TEMPLATE, LOCATION),
        count=Count(order="booked_at", number=1),
        icon="sparkles",
    ),
    Trigger(
        "class.no_show",
        "classes",
        _("Absence"),
        ("class.no_show",),
        (CLASS, TEMPLATE, LOCATION),
        icon="user-x",
    ),
    Trigger(
        "class.attended_count",
        "classes",
        _("Number of classes attended"),
        ("class.visited",),
        (Filter("count", _("At visit number"), "number", is_needed=True), CLASS, TEMPLATE, LOCATION),
        count=Count(order="visited_at"),
        icon="trophy",
    ),
)

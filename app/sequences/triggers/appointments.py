"""Appointments (TRG-37, TRG-38)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from app.sequences.triggers.common import APPOINTMENT_AHEAD, LOCATION, MOMENTS, NTH_VISIT, SERVICE
from app.sequences.triggers.registry import Count, Trigger, declare

declare(
    Trigger(
        "appointment.booked",
        "appointments",
        _("Appointment booking"),
        ("appointment.booked",),
        (SERVICE, LOCATION),
        anchor="starts_at",
        about="appointment",
        icon="calendar-plus",
    ),
    Trigger(
        "appointment.visited",
        "appointments",
        _("Appointment visit"),
        ("appointment.started",),
        (SERVICE, LOCATION, NTH_VISIT, MOMENTS),
        ahead=APPOINTMENT_AHEAD,
        checks_in=("appointment.visited",),
        count=Count("appointment"),
        about="appointment",
        icon="calendar-check",
    ),
)

"""Classpass, and events that other systems make up (TRG-39, TRG-40)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from app.sequences.triggers.common import LOCATION, NTH_BOOKING, WITH_CLASSPASS
from app.sequences.triggers.registry import Count, Data, Filter, Trigger, declare


def _through_classpass(data: Data) -> bool:
    return data.get("paid_with") in WITH_CLASSPASS


declare(
    Trigger(
        "classpass.first_booking",
        "other",
        _("First Classpass booking"),
        ("class.booked",),
        (LOCATION,),
        when=_through_classpass,
        anchor="starts_at",
        # A first reservation that was cancelled was still the first.
        count=Count(order="booked_at", paid_with=WITH_CLASSPASS, with_cancelled=True, number=1),
        icon="sparkles",
    ),
    Trigger(
        "classpass.bookings_count",
        "other",
        _("Number of Classpass bookings"),
        ("class.booked",),
        (NTH_BOOKING, LOCATION),
        when=_through_classpass,
        anchor="starts_at",
        count=Count(order="booked_at", paid_with=WITH_CLASSPASS),
        icon="calendar-plus",
    ),
    Trigger(
        "api.event",
        "other",
        _("Event from another system"),
        ("api.event",),
        (Filter("name", _("Name of the event"), "text", ("name",)),),
        icon="webhook",
    ),
)

"""Filters that several triggers share, and the ways a booking can be paid."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from app.sequences.triggers.registry import BOOKING, CHECK_IN, Ahead, Filter

CLASS = Filter("class", _("Class"), "class", ("class_name", "class_id"))
TEMPLATE = Filter("template", _("Class template"), "template", ("template",))
SERVICE = Filter("service", _("Service"), "service", ("service",))
MEMBERSHIP = Filter("membership", _("Membership"), "membership", ("membership",))
OFFER = Filter("offer", _("Intro offer"), "offer", ("membership",))
PACK = Filter("membership", _("Pack"), "pack", ("membership",))

# Where it takes place; what takes place nowhere counts for the contact's home location (SEQ-16).
LOCATION = Filter("location", _("Location"), "location", ("location",), rule="location")

NTH_VISIT = Filter("count", _("Only at visit number"), "number")
NTH_BOOKING = Filter("count", _("Only at booking number"), "number")
MOMENTS = Filter(
    "enrol",
    _("People are enrolled"),
    "choice",
    choices=((BOOKING, _("on booking: steps can come before the start")), (CHECK_IN, _("on checking in"))),
)

# When somebody books a place, when the place is theirs no longer, when another becomes the wanted one.
CLASS_AHEAD = Ahead(("class.booked",), "starts_at", ("class.booking_cancelled", "class.booking_moved"))
APPOINTMENT_AHEAD = Ahead(("appointment.booked",), "starts_at", ("appointment.cancelled", "appointment.moved"))

WITHOUT_MEMBERSHIP = frozenset({"card", "cash", "credit"})  # TRG-04
WITH_MEMBERSHIP = frozenset({"subscription", "pack"})
WITH_INTRO = frozenset({"intro"})
WITH_CLASSPASS = frozenset({"classpass"})

"""Clients: how they came, what they were given, dates of theirs, their absence (TRG-25 to TRG-33)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from app.sequences.triggers.common import LOCATION
from app.sequences.triggers.registry import Data, Filter, Trigger, declare

MISSED = frozenset({"missed", "voicemail"})


def is_missed_call(data: Data) -> bool:
    """Whether a call was unanswered or reached voicemail."""
    return data.get("outcome") in MISSED


declare(
    Trigger(
        "client.created_from_dashboard",
        "clients",
        _("Client created from the dashboard"),
        ("client.created_from_dashboard",),
        (LOCATION,),
        icon="user-plus",
    ),
    Trigger(
        "client.referred",
        "clients",
        _("Client referred"),
        ("client.referred",),
        (LOCATION,),
        when=lambda data: data.get("via", "link") == "link",
        icon="users",
    ),
    Trigger(
        "client.birthday",
        "clients",
        _("Client's birthday"),
        ("client.birthday",),
        (LOCATION,),
        is_looked_for=True,
        icon="cake",
    ),
    Trigger(
        "client.date_field",
        "clients",
        _("Date of a custom field"),
        ("client.date_field",),
        (
            Filter("field", _("Field"), "date_field", ("field",), is_needed=True),
            Filter(
                "mode",
                _("Comes true"),
                "choice",
                ("mode",),
                (
                    ("exact", _("on that very day")),
                    ("yearly", _("every year")),
                    ("monthly", _("every month")),
                ),
                is_needed=True,
            ),
            LOCATION,
        ),
        is_looked_for=True,
        icon="calendar-star",
    ),
    Trigger(
        "intake.submitted",
        "clients",
        _("Intake form sent"),
        ("intake.submitted",),
        (Filter("form", _("Intake form"), "intake_form", ("form",)), LOCATION),
        icon="forms",
    ),
    Trigger(
        "call.missed",
        "clients",
        _("Missed call"),
        ("call.received",),
        (LOCATION,),
        when=is_missed_call,
        whom=(("client", None),),
        icon="phone-off",
    ),
    Trigger("client.created", "clients", _("New client"), ("client.created",), (LOCATION,), icon="user-check"),
    Trigger(
        "tag.added",
        "clients",
        _("Tag added"),
        ("tag.added",),
        (Filter("tag", _("Tag"), "tag", ("tag",)), LOCATION),
        icon="tag",
    ),
    Trigger(
        "client.winback",
        "clients",
        _("Winback"),
        ("client.winback",),
        (LOCATION,),
        since="last_visit_at",
        is_per_sequence=True,
        ended_by=("class.visited", "appointment.visited"),
        icon="history",
    ),
    Trigger(
        "segment.entered",
        "clients",
        _("Came into a segment"),
        ("segment.entered",),
        (Filter("segment", _("Segment"), "segment", ("segment",), is_needed=True),),
        is_per_sequence=True,
        icon="filter",
    ),
    Trigger(
        "lifecycle.stage_changed",
        "clients",
        _("Lifecycle stage changed"),
        ("lifecycle.stage_changed",),
        (Filter("stage", _("To the stage"), "lifecycle_stage", ("to_stage",)), LOCATION),
        icon="recycle",
    ),
)

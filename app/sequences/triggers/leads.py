"""Leads (TRG-34 to TRG-36)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from app.sequences.triggers.clients import is_missed_call
from app.sequences.triggers.common import LOCATION
from app.sequences.triggers.registry import Filter, Trigger, declare

FORM = Filter("form", _("Form"), "form", ("form",))
ITEM_KIND = Filter("item_kind", _("Kind of item"), "item_kind", ("item_kind",))
ITEM = Filter("item", _("Item"), "item", ("item",))

declare(
    Trigger(
        "lead.created",
        "leads",
        _("New lead"),
        ("lead.created",),
        (
            Filter("source", _("Source"), "source", ("source",)),
            ITEM_KIND,
            ITEM,
            FORM,
            LOCATION,
        ),
        about="lead",
        icon="user-star",
    ),
    Trigger(
        "lead.stage_changed",
        "leads",
        _("Lead moved to another stage"),
        ("lead.stage_changed",),
        (Filter("stage", _("To the stage"), "lead_stage", ("to_stage",)), LOCATION),
        about="lead",
        icon="arrow-right",
    ),
    Trigger(
        "lead.call_missed",
        "leads",
        _("Missed call of a lead"),
        ("call.received",),
        (LOCATION,),
        when=is_missed_call,
        whom=(("lead.status", ["not_contacted", "contacted"]),),
        about="lead",
        icon="phone-off",
    ),
    Trigger(
        "checkout.abandoned",
        "leads",
        _("Abandoned checkout"),
        ("checkout.abandoned",),
        (ITEM_KIND, ITEM, LOCATION),
        about="lead",
        icon="shopping-cart",
    ),
    Trigger("form.submitted", "leads", _("Form sent"), ("form.submitted",), (FORM,), about="lead", icon="forms"),
)

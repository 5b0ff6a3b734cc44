"""The registry of triggers: what can start a sequence.

A trigger is one declaration: its key as in documents, its group and label, the kinds of events it listens to, the
filters its form offers, and where it has one, the date ("anchor") that steps can be placed before or after. How it
matches follows: an event matches when `when` holds of its data and each filter in use does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

Data = Mapping[str, Any]


@dataclass(frozen=True)
class Filter:
    """One way to narrow a trigger. `kind` names the field its form shows; `field` is what it is compared with.

    Kinds: source, lead_stage, lifecycle_stage, tag, location, form, membership, offer, sequence: one or several names;
    text: one or several; number: one.
    """

    key: str
    label: LazyString
    kind: str
    field: str

    @property
    def is_number(self) -> bool:
        return self.kind == "number"

    def fault(self, value: Any) -> str | None:
        """What is wrong with a value of this filter, if anything."""
        if self.is_number:
            return None if isinstance(value, int) and not isinstance(value, bool) else "should be a whole number"
        if isinstance(value, str) or (isinstance(value, list) and all(isinstance(one, str) for one in value)):
            return None
        return "should be a name, or a list of names"

    def admits(self, wanted: Any, data: Data) -> bool:
        """Whether an event's data passes. Names are compared whatever their case; no names at all admit everything."""
        has = data.get(self.field)
        if self.is_number:
            return bool(has == wanted)
        names = names_of(wanted)
        return not names or str(has or "").casefold() in {name.casefold() for name in names}


@dataclass(frozen=True)
class Trigger:
    """A declared trigger."""

    key: str
    group: str
    label: LazyString
    listens: tuple[str, ...]
    filters: tuple[Filter, ...] = ()
    when: Callable[[Data], bool] | None = None
    anchor: str | None = None  # the field of the event's data that holds the date
    starts_at_anchor: bool = False  # the trigger's instant is the anchor, not the event: delays count from there
    about: str = "client"  # client | lead | appointment: which conditions are suggested (CND-02)
    icon: str = "bolt"

    def filter(self, key: str) -> Filter | None:
        return next((one for one in self.filters if one.key == key), None)

    def has_anchor(self, _filters: Data) -> bool:
        """Whether steps can be placed before and after a date (SEQ-13, SEQ-14)."""
        return self.anchor is not None

    def matches(self, filters: Data, data: Data) -> bool:
        """Whether an event of a kind it listens to, with this data, starts a sequence with these filters."""
        if self.when is not None and not self.when(data):
            return False
        return all(one.admits(filters[one.key], data) for one in self.filters if one.key in filters)

    def anchor_of(self, data: Data) -> datetime | None:
        """The anchor an event carries."""
        said = data.get(self.anchor) if self.anchor is not None else None
        if not said:
            return None
        at = datetime.fromisoformat(said) if isinstance(said, str) else said
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


TRIGGERS: dict[str, Trigger] = {}

GROUPS: dict[str, LazyString] = {
    "classes": _("Classes"),
    "memberships": _("Memberships"),
    "intro": _("Intro offers"),
    "clients": _("Clients"),
    "leads": _("Leads"),
    "appointments": _("Appointments"),
    "messages": _("Messages and score"),
    "other": _("Other"),
}


def names_of(wanted: Any) -> Sequence[str]:
    """The names of a filter, given as one or as a list."""
    return [wanted] if isinstance(wanted, str) else list(wanted or ())


def listening_to(kind: str) -> list[Trigger]:
    """The triggers that hear of a kind of event."""
    return [trigger for trigger in TRIGGERS.values() if kind in trigger.listens]


def by_group() -> dict[str, list[Trigger]]:
    """All triggers for the picker, by group, in the order of their declaration."""
    return {group: [one for one in TRIGGERS.values() if one.group == group] for group in GROUPS}


def _declare(*triggers: Trigger) -> None:
    TRIGGERS.update({trigger.key: trigger for trigger in triggers})


_CLASS = Filter("class", _("Class"), "text", "class_name")
_TEMPLATE = Filter("template", _("Class template"), "text", "template")
_LOCATION = Filter("location", _("Location"), "location", "location")
_MEMBERSHIP = Filter("membership", _("Membership"), "membership", "membership")
_OFFER = Filter("offer", _("Intro offer"), "offer", "membership")

WITHOUT_MEMBERSHIP = frozenset({"card", "cash", "credit"})  # TRG-04
WITH_MEMBERSHIP = frozenset({"subscription", "pack"})

_declare(
    Trigger(
        "class.booked",
        "classes",
        _("Class sign-up"),
        ("class.booked",),
        (_CLASS, _TEMPLATE, _LOCATION),
        anchor="starts_at",
        icon="calendar-plus",
    ),
    Trigger(
        "class.booked_with_discount",
        "classes",
        _("Class sign-up with a discount code"),
        ("class.booked",),
        (_CLASS, _TEMPLATE, _LOCATION),
        when=lambda data: bool(data.get("discount_code")),
        anchor="starts_at",
        icon="discount",
    ),
    Trigger(
        "class.booked_without_membership",
        "classes",
        _("Class sign-up without a membership"),
        ("class.booked",),
        (_CLASS, _TEMPLATE, _LOCATION),
        when=lambda data: data.get("paid_with") in WITHOUT_MEMBERSHIP,
        anchor="starts_at",
        icon="cash",
    ),
    Trigger(
        "class.visited",
        "classes",
        _("Class visit"),
        ("class.visited",),
        (_CLASS, _TEMPLATE, _LOCATION),
        icon="run",
    ),
    Trigger(
        "membership.class_booked",
        "memberships",
        _("Class booking with a membership"),
        ("class.booked",),
        (_MEMBERSHIP, _LOCATION),
        when=lambda data: data.get("paid_with") in WITH_MEMBERSHIP,
        anchor="starts_at",
        icon="calendar-plus",
    ),
    Trigger(
        "membership.purchased",
        "memberships",
        _("Membership purchase"),
        ("membership.purchased",),
        (_MEMBERSHIP,),
        icon="id-badge-2",
    ),
    Trigger(
        "membership.expired",
        "memberships",
        _("Membership expiry"),
        ("membership.expired",),
        (_MEMBERSHIP,),
        when=lambda data: data.get("kind") != "intro",
        icon="calendar-off",
    ),
    Trigger("intro.purchased", "intro", _("Intro offer purchase"), ("intro.purchased",), (_OFFER,), icon="gift"),
    Trigger(
        "intro.expired",
        "intro",
        _("Intro offer expiry"),
        ("membership.expired",),
        (_OFFER,),
        when=lambda data: data.get("kind") == "intro",
        icon="calendar-off",
    ),
    Trigger(
        "client.created_from_dashboard",
        "clients",
        _("Client created from the dashboard"),
        ("client.created_from_dashboard",),
        icon="user-plus",
    ),
    Trigger("client.created", "clients", _("New client"), ("client.created",), icon="user-check"),
    Trigger(
        "tag.added", "clients", _("Tag added"), ("tag.added",), (Filter("tag", _("Tag"), "tag", "tag"),), icon="tag"
    ),
    Trigger(
        "lead.created",
        "leads",
        _("New lead"),
        ("lead.created",),
        (
            Filter("source", _("Source"), "source", "source"),
            Filter("item_kind", _("Kind of item"), "text", "item_kind"),
            Filter("item", _("Item"), "text", "item"),
            Filter("form", _("Form"), "form", "form"),
        ),
        about="lead",
        icon="user-star",
    ),
    Trigger(
        "lead.stage_changed",
        "leads",
        _("Lead moved to another stage"),
        ("lead.stage_changed",),
        (Filter("stage", _("To the stage"), "lead_stage", "to_stage"),),
        about="lead",
        icon="arrow-right",
    ),
    Trigger(
        "form.submitted",
        "leads",
        _("Form sent"),
        ("form.submitted",),
        (Filter("form", _("Form"), "form", "form"),),
        about="lead",
        icon="forms",
    ),
    Trigger(
        "lifecycle.stage_changed",
        "clients",
        _("Lifecycle stage changed"),
        ("lifecycle.stage_changed",),
        (Filter("stage", _("To the stage"), "lifecycle_stage", "to_stage"),),
        icon="recycle",
    ),
    Trigger("score.became_hot", "messages", _("Became hot"), ("score.became_hot",), about="lead", icon="flame"),
    Trigger(
        "message.replied",
        "messages",
        _("Replied to a message"),
        ("message.replied",),
        (Filter("channel", _("Channel"), "text", "channel"),),
        icon="message-reply",
    ),
    Trigger(
        "message.clicked",
        "messages",
        _("Clicked a link"),
        ("message.clicked",),
        (Filter("url", _("Address"), "text", "url"),),
        icon="click",
    ),
    Trigger(
        "api.event",
        "other",
        _("Event from another system"),
        ("api.event",),
        (Filter("name", _("Name of the event"), "text", "name"),),
        icon="webhook",
    ),
)

_declare(
    Trigger(
        "checkout.abandoned",
        "leads",
        _("Abandoned checkout"),
        ("checkout.abandoned",),
        (
            Filter("item_kind", _("Kind of item"), "text", "item_kind"),
            Filter("item", _("Item"), "text", "item"),
        ),
        about="lead",
        icon="shopping-cart",
    ),
)

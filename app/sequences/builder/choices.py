"""What can be chosen for a value: the studio's own tags, sources, stages … by the kind that rules and filters name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, select
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs

from app.contacts.models import CustomField, Segment, Tag
from app.db import db
from app.leads.models import LeadForm, LeadSource, LeadStage
from app.lifecycle.models import LifecycleStage
from app.sequences.models import Sequence
from app.staff.models import Location, Role, Staff
from app.studio import items
from app.studio.item_models import INTRO, PACK, SUBSCRIPTION
from app.studio.models import Booking, Holding, Purchase

Choice = tuple[str, str]

_NAMES: dict[str, Callable[[], Select[str]]] = {
    "tag": lambda: select(Tag.name).order_by(Tag.name),
    "source": lambda: select(LeadSource.name).order_by(LeadSource.position, LeadSource.id),
    "lead_stage": lambda: select(LeadStage.name).where(~LeadStage.is_retired).order_by(LeadStage.position),
    "lifecycle_stage": lambda: select(LifecycleStage.name).order_by(LifecycleStage.position),
    "location": lambda: select(Location.name).order_by(Location.name),
    "form": lambda: select(LeadForm.title).order_by(LeadForm.title),
    "sequence": lambda: select(Sequence.title).where(Sequence.deleted_at.is_(None)).order_by(Sequence.title),
    "role": lambda: select(Role.name).order_by(Role.position),
    "segment": lambda: select(Segment.name).order_by(Segment.position, Segment.id),
    "date_field": lambda: (
        select(CustomField.name).where(CustomField.kind == "date").order_by(CustomField.position, CustomField.id)
    ),
    "staff": lambda: select(Staff.name).where(Staff.is_active_account).order_by(Staff.name),
}

_IS_CLASS, _IS_APPOINTMENT = Booking.kind == "class", Booking.kind == "appointment"

_SEEN: dict[str, tuple[Any, ...]] = {
    "class": (Booking.name, _IS_CLASS),
    "template": (Booking.template, _IS_CLASS),
    "service": (Booking.name, _IS_APPOINTMENT),
    "membership": (Holding.name, Holding.kind != INTRO),
    "offer": (Holding.name, Holding.kind == INTRO),
    "pack": (Holding.name, Holding.credits.is_not(None)),
    "item": (Purchase.item,),
}
MOST_SEEN = 200

# What the studio sells, by name. Nothing chosen stands for any of them; as long as nothing is listed, names are typed.
SOLD = {"membership": (SUBSCRIPTION, PACK), "pack": (PACK,), "offer": (INTRO,)}


def of_kind(kind: str | None) -> list[Choice] | None:
    """The choices of a kind, value and label; None where anything can be typed."""
    if kind == "lead_status":
        return lead_statuses()
    if kind == "consent":
        return consents()
    if kind in SOLD:
        return [(name, name) for name in items.names(SOLD[kind])] or None
    if kind not in _NAMES:
        return None
    return [(name, name) for name in db.session.scalars(_NAMES[kind]())]


def is_open(kind: str) -> bool:
    """Whether any other name may be meant than those that are known."""
    return kind in _SEEN


def seen_of_kind(kind: str) -> list[Choice]:
    """Names to offer where any other can be typed as well: of what is sold, of what people have booked."""
    column, *where = _SEEN[kind]
    wanted = select(column).where(column != "", *where).distinct().order_by(column).limit(MOST_SEEN)
    sold = items.names(SOLD[kind]) if kind in SOLD else []
    return [(name, name) for name in dict.fromkeys([*sold, *db.session.scalars(wanted)])]


def lead_statuses() -> list[Choice]:
    """The statuses a lead can be given or asked for."""
    return [
        ("not_contacted", _("Open, not contacted")),
        ("contacted", _("Open, contacted")),
        ("not_converted", _("Closed, not converted")),
    ]


def consents() -> list[Choice]:
    """What somebody can be subscribed to."""
    return [
        ("email_marketing", _("marketing e-mails")),
        ("email_transactional", _("service e-mails")),
        ("sms_marketing", _("marketing SMS")),
        ("sms_transactional", _("service SMS")),
    ]


def yes_or_no() -> list[Choice]:
    """The two answers to a question of that kind."""
    return [("true", _("Yes")), ("false", _("No"))]


def options(pairs: Iterable[tuple[Any, Any]]) -> list[Any]:
    """Values and labels as a form's list takes them."""
    return [SelectChoice(value, label) for value, label in pairs]


def with_chosen(choices: list[Choice], chosen: str | list[str] | None) -> list[Choice]:
    """The choices, with what is chosen though it does not exist (any more): a form must not lose it unseen."""
    wanted = [chosen] if isinstance(chosen, str) else list(chosen or [])
    known = {value for value, _label in choices}
    return [*choices, *((one, one) for one in wanted if one and one not in known)]

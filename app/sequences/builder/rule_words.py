"""Rules in words: on cards, above lists, in reasons."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import LazyString, lazy_gettext, ngettext
from flask_babel import gettext as _

from app.contacts import custom_fields
from app.reasons import show_day
from app.rules import RuleUse, Since, registry
from app.sequences.builder import choices, own_fields

OPS = {
    "==": lazy_gettext("exactly"),
    "!=": lazy_gettext("other than"),
    ">=": lazy_gettext("at least"),
    "<=": lazy_gettext("at most"),
    ">": lazy_gettext("more than"),
    "<": lazy_gettext("less than"),
}
DATE_OPS = {
    "==": lazy_gettext("on"),
    "!=": lazy_gettext("not on"),
    ">=": lazy_gettext("on or after"),
    "<=": lazy_gettext("on or before"),
    ">": lazy_gettext("after"),
    "<": lazy_gettext("before"),
}
IS_OPS = {"==": lazy_gettext("is"), "!=": lazy_gettext("is not")}


def rule(use: RuleUse) -> str:
    """A rule in use, in words: "Number of class bookings at least 4, in the last 30 days"."""
    declared = registry.find(use.rule)
    value = rule_value(use)
    if declared.sentence is not None:
        said = str(declared.sentence)
        said = said % {"value": value, "op": OPS.get(use.op or "==", "")} if "%(" in said else said
        said = said[:1].upper() + said[1:]
    else:
        field = own_fields.field_of(use)
        label = field.name if field is not None else declared.label
        said = " ".join(part for part in (str(label), str(ops_of(use).get(use.op or "", "")), value) if part)
    said = f"{said}, {since(use.since)}" if use.since is not None else said
    return str(_("Not: %(rule)s", rule=said)) if use.negate else said


def ops_of(use: RuleUse) -> Mapping[str, LazyString]:
    """How a rule compares, in words that go with what it compares."""
    kind = own_fields.kind_of(use)
    return DATE_OPS if kind == "date" else IS_OPS if kind in own_fields.ASKED_EXACTLY else OPS


def rule_value(use: RuleUse) -> str:
    """What a rule compares with, in words."""
    value = use.value
    if value is None or value == []:
        return ""
    labels = dict(choices.consents() + choices.lead_statuses())
    if own_fields.kind_of(use) == custom_fields.YES_NO:
        labels |= dict(choices.yes_or_no())
    values = value if isinstance(value, list) else [value]
    said = [str(one).lower() if isinstance(one, bool) else str(one) for one in values]
    if own_fields.kind_of(use) == "date":
        return ", ".join(show_day(one) for one in said)
    return str(_(" or ")).join(labels.get(one, one) for one in said)


def since(window: Since | str) -> str:
    """The window of a rule, in words."""
    if isinstance(window, Since):
        return str(ngettext("in the last day", "in the last %(num)s days", window.days))
    return str(_("since enrolment") if window == "enrolment" else _("ever"))

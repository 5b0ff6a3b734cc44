"""Rules in words: on cards, above lists, in reasons."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext

from app.rules import RuleUse, Since, registry
from app.sequences.builder import choices

OPS = {
    "==": lazy_gettext("exactly"),
    "!=": lazy_gettext("other than"),
    ">=": lazy_gettext("at least"),
    "<=": lazy_gettext("at most"),
    ">": lazy_gettext("more than"),
    "<": lazy_gettext("less than"),
}


def rule(use: RuleUse) -> str:
    """A rule in use, in words: "Number of class bookings at least 4, in the last 30 days"."""
    declared = registry.find(use.rule)
    value = rule_value(use)
    if declared.sentence is not None:
        said = str(declared.sentence)
        said = said % {"value": value, "op": OPS.get(use.op or "==", "")} if "%(" in said else said
        said = said[:1].upper() + said[1:]
    else:
        said = " ".join(part for part in (str(declared.label), str(OPS.get(use.op or "", "")), value) if part)
    said = f"{said}, {since(use.since)}" if use.since is not None else said
    return str(_("Not: %(rule)s", rule=said)) if use.negate else said


def rule_value(use: RuleUse) -> str:
    """What a rule compares with, in words."""
    value = use.value
    if value is None or value == []:
        return ""
    labels = dict(choices.consents() + choices.lead_statuses())
    values = value if isinstance(value, list) else [value]
    return str(_(" or ")).join(labels.get(one, str(one)) for one in values)


def since(window: Since | str) -> str:
    """The window of a rule, in words."""
    if isinstance(window, Since):
        return str(ngettext("in the last day", "in the last %(num)s days", window.days))
    return str(_("since enrolment") if window == "enrolment" else _("ever"))

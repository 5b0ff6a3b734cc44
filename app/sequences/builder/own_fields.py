"""The studio's own fields as rules: how one is compared, and with what, follows from what it holds."""

from __future__ import annotations

from app.contacts import custom_fields
from app.contacts.custom_fields import CHOICE, TEXT, YES_NO
from app.contacts.models import CustomField
from app.rules import RuleUse
from app.rules.registry import find as find_rule
from app.sequences.builder import choices
from app.sequences.builder.choices import Choice

PREFIX = "custom."
ASKED_EXACTLY = (TEXT, CHOICE, YES_NO)  # neither more nor less of one makes sense


def field_of(use: RuleUse) -> CustomField | None:
    """The field a rule asks about; None for another rule, and for a field that is gone."""
    return custom_fields.field_of_key(use.rule.removeprefix(PREFIX)) if use.rule.startswith(PREFIX) else None


def kind_of(use: RuleUse) -> str | None:
    """What kind of value a rule compares with: that of its field, else that of its declaration."""
    field = field_of(use)
    return field.kind if field is not None else find_rule(use.rule).value


def ops_of(use: RuleUse) -> tuple[str, ...]:
    """How a rule may compare: what makes sense, and what it does already. The opposite is said by negating."""
    declared = find_rule(use.rule).ops
    field = field_of(use)
    if field is None or field.kind not in ASKED_EXACTLY:
        return declared
    return tuple(op for op in declared if op in {"==", use.op})


def known_of(use: RuleUse) -> list[Choice] | None:
    """What can be chosen; None where anything can be typed."""
    field = field_of(use)
    if field is None:
        return choices.of_kind(find_rule(use.rule).value)
    if field.kind == CHOICE:
        return [(one, one) for one in field.choices]
    return choices.yes_or_no() if field.kind == YES_NO else None


def value_of(use: RuleUse, chosen: list[str]) -> str | bool | list[str] | list[bool]:
    """What was chosen, as the rule keeps it: a yes is kept as a yes."""
    values: list[str] | list[bool] = chosen
    if kind_of(use) == YES_NO:
        values = [one == "true" for one in chosen]
    return values[0] if len(values) == 1 else values

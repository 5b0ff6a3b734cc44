"""The form of one rule in use, made from the rule's declaration: how it compares, with what, since when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import DateField, Form, IntegerField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from app.contacts.models import CustomField
from app.db import db
from app.rules import RULES, RuleUse, Since
from app.rules.registry import Rule
from app.rules.registry import find as find_rule
from app.sequences import triggers
from app.sequences.builder import choices, own_fields, rule_words
from app.sequences.triggers import Filter

SINCE = [("", _l("ever")), ("enrolment", _l("since enrolment")), ("days", _l("in the last … days"))]

NEGATED = [("", _l("applies")), ("1", _l("does not apply"))]

GROUPS: dict[str, LazyString] = {
    "studio": _l("Bookings and memberships"),
    "contact": _l("About the person"),
    "leads": _l("Leads"),
    "engagement": _l("Messages and score"),
    "flow": _l("This step"),
}

# What stands first for each kind of trigger (CND-02); the others are behind "All conditions".
SUGGESTED = {
    "client": ("bookings.count", "visits.count", "membership.active"),
    "appointment": ("appointments.count", "appointment.visits.count", "membership.active"),
    "lead": ("bookings.count", "visits.count", "membership.active", "client"),
}


@dataclass(frozen=True)
class Kind:
    """A rule as the menus offer it; one for each custom field."""

    key: str
    label: str
    group: str


def offered(*, of_run: bool = False) -> list[Kind]:
    """Every rule that can be used anywhere, or those about a run, in the order of their declaration."""
    found = []
    for key, rule in RULES.items():
        if rule.of_run != of_run:
            continue
        group = str(GROUPS.get(rule.group, rule.group.capitalize()))
        if key == "custom":
            fields = db.session.execute(select(CustomField.key, CustomField.name).order_by(CustomField.position))
            found += [Kind(f"custom.{field.key}", field.name, _("Custom fields")) for field in fields]
        else:
            found.append(Kind(key, str(rule.label), group))
    return found


def by_group(kinds: Sequence[Kind]) -> dict[str, list[Kind]]:
    """The same, group by group."""
    groups: dict[str, list[Kind]] = {}
    for kind in kinds:
        groups.setdefault(kind.group, []).append(kind)
    return groups


def new_use(key: str, *, is_exit: bool = False) -> RuleUse:
    """A rule with values to begin with. Raises UnknownRule."""
    rule = find_rule(key)
    use: dict[str, Any] = {"rule": key}
    bare = RuleUse(rule=key)
    ops = own_fields.ops_of(bare)
    if ops:
        use["op"] = ">=" if ">=" in ops else ops[0]
    kind = own_fields.kind_of(bare)
    if kind == "number":
        use["value"] = 1
    elif kind is not None:
        known = None if kind in choices.SOLD else own_fields.known_of(bare)
        if known or kind == "text":
            use["value"] = own_fields.value_of(bare, [known[0][0]]) if known else ""
    if rule.windows and is_exit:
        use["since"] = "enrolment"
    return RuleUse.model_validate(use)


class RuleForm(Form):
    """The fields that every rule may have; which of them are shown follows from its declaration."""

    negate = SelectField(
        _l("Is or is not"),
        choices=choices.options(NEGATED),
        validate_choice=False,
    )
    op = SelectField(_l("Compared"), validate_choice=False)
    number = IntegerField(_l("Number"), [Optional(), NumberRange(-100_000, 100_000)])
    text = StringField(_l("Value"), [Length(max=200)])
    day = DateField(_l("Day"), [Optional()])
    chosen = SelectMultipleField(_l("Value"), validate_choice=False)
    since = SelectField(_l("When"), choices=choices.options(SINCE), validate_choice=False)
    days = IntegerField(_l("Days"), [Optional(), NumberRange(1, 3650)])

    def __init__(self, use: RuleUse, given: Any = None, prefix: str = "rule") -> None:
        super().__init__(given, prefix=prefix)
        self.use = use
        self.rule: Rule = find_rule(use.rule)
        self.kind = own_fields.kind_of(use)
        self.ops = own_fields.ops_of(use)
        self.known = own_fields.known_of(use)
        values = use.value if isinstance(use.value, list) else [use.value] if use.value not in {None, ""} else []
        self.op.choices = choices.options((op, rule_words.ops_of(use).get(op, op)) for op in self.ops)
        self.values = [str(one).lower() if isinstance(one, bool) else str(one) for one in values]
        if self.known is not None:
            self.chosen.choices = choices.options(choices.with_chosen(self.known, self.values))
        if given is None:
            self._show(use)

    def _show(self, use: RuleUse) -> None:
        self.negate.data = "1" if use.negate else ""
        self.op.data = use.op or (self.ops[0] if self.ops else "")
        if self.known is not None:
            self.chosen.data = self.values
        elif self.takes_number:
            self.number.data = use.value
        elif self.takes_day:
            self.day.data = _day(self.values)
        else:
            self.text.data = ", ".join(self.values)
        if isinstance(use.since, Since):
            self.since.data, self.days.data = "days", use.since.days
        else:
            self.since.data = use.since if use.since == "enrolment" else ""

    @property
    def takes_number(self) -> bool:
        return self.kind == "number"

    @property
    def takes_day(self) -> bool:
        return self.kind == "date"

    @property
    def takes_text(self) -> bool:
        return self.kind == "text" or self.kind in choices.SOLD

    def validate_number(self, field: IntegerField) -> None:
        if self.takes_number and field.data is None:
            raise ValidationError(_("Give a number."))

    def validate_chosen(self, field: SelectMultipleField) -> None:
        if self.known is not None and not field.data and self.kind not in choices.SOLD:
            raise ValidationError(_("Choose at least one."))

    def validate_text(self, field: StringField) -> None:
        if self.kind == "text" and not (field.data or "").strip():
            raise ValidationError(_("Type a value."))

    def validate_day(self, field: DateField) -> None:
        if self.takes_day and field.data is None:
            raise ValidationError(_("Choose a day."))

    def validate_days(self, field: IntegerField) -> None:
        if self.since.data == "days" and not field.data:
            raise ValidationError(_("Say how many days."))

    def result(self) -> RuleUse:
        """The rule as the fields say it."""
        use: dict[str, Any] = {"rule": self.use.rule}
        if self.ops:
            use["op"] = self.op.data if self.op.data in self.ops else self.ops[0]
        if self.takes_number:
            use["value"] = self.number.data
        elif self.takes_day and self.day.data:
            use["value"] = self.day.data.isoformat()
        elif self.known is not None and self.chosen.data:
            use["value"] = own_fields.value_of(self.use, self.chosen.data)
        elif self.takes_text and (self.text.data or "").strip():
            use["value"] = (self.text.data or "").strip()
        if self.rule.windows and self.since.data:
            use["since"] = {"days": self.days.data} if self.since.data == "days" else self.since.data
        if self.negate.data:
            use["not"] = True
        return RuleUse.model_validate(use)


def _day(values: list[str]) -> date | None:
    """The day of a rule, None where it has none that can be read."""
    try:
        return date.fromisoformat(values[0])
    except (IndexError, ValueError):
        return None


TYPED = "_typed"  # ends the name of the field for names that are not among those offered


class FilterForm(Form):
    """The filters of a trigger: names to choose from, text to type, a number."""


def filter_form(filters: Sequence[Filter], used: Mapping[str, Any], given: Any = None) -> FilterForm:
    """The form for the filters a trigger declares, showing those in use.

    Names that are known are offered; where others may be meant too, those can be typed besides.
    """
    fields: dict[str, Any] = {}
    shown: dict[str, Any] = {}
    for one in filters:
        wanted = used.get(one.key)
        if one.is_number:
            needed = InputRequired() if one.is_needed else Optional()
            fields[one.key] = IntegerField(one.label, [needed, NumberRange(0, 100_000)])
            shown[one.key] = wanted
        elif one.is_choice:
            nothing = [] if one.is_needed else [("", _("when it takes place"))]
            offered = [*nothing, *one.choices]
            fields[one.key] = SelectField(one.label, choices=choices.options(offered), default=offered[0][0])
            shown[one.key] = wanted or offered[0][0]
        else:
            _add_names(fields, shown, one, list(triggers.names_of(wanted)))
    made = type("FilterForm", (FilterForm,), fields)(given, prefix="filter")
    if given is None:
        for key, value in shown.items():
            made[key].data = value
    return made  # type: ignore[no-any-return]


def sent_filters(kind: str | None, given: Any) -> FilterForm:
    """The filters of a trigger as page one sends them; empty where it was sent without those of this trigger."""
    trigger = triggers.TRIGGERS.get(kind or "")
    declared = trigger.filters if trigger is not None else ()
    is_sent = given is not None and given.get("filters_of") == kind
    form = filter_form(declared, {}, given if is_sent else None)
    if not is_sent and given is not None:
        form = filter_form((), {})  # nothing to complain about: what is needed can be said later
    return form


def _add_names(fields: dict[str, Any], shown: dict[str, Any], one: Filter, names: list[str]) -> None:
    known, is_open = choices.of_kind(one.kind), choices.is_open(one.kind)
    if is_open:
        known = choices.seen_of_kind(one.kind)
    if known or (known is not None and not is_open):
        offered = choices.options(choices.with_chosen(known, names))
        needed = [InputRequired()] if one.is_needed else []
        fields[one.key] = SelectMultipleField(one.label, needed, choices=offered, validate_choice=False)
        shown[one.key] = names
    if is_open and known:
        fields[one.key + TYPED] = StringField(_("Or another name"), [Optional(), Length(max=400)])
    elif not known and one.key not in fields:
        fields[one.key] = StringField(one.label, [Optional(), Length(max=400)])
        shown[one.key] = ", ".join(names)


def filters_of(form: FilterForm) -> dict[str, Any]:
    """The filters in use, as they stand in a document."""
    used: dict[str, Any] = {}
    for field in form:
        value, key = field.data, field.short_name.removesuffix(TYPED)
        is_names = isinstance(field, SelectMultipleField | StringField) and not isinstance(field, IntegerField)
        if isinstance(value, str) and is_names:
            value = [name.strip() for name in value.split(",") if name.strip()]
        if value in (None, [], ""):
            continue
        used[key] = list(dict.fromkeys(used.get(key, []) + value)) if isinstance(value, list) else value
    return used

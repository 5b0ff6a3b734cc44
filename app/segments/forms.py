"""What one types about a segment, and the criteria as a form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import DataRequired, Length

from app.contacts import criteria
from app.rules import RULES, RuleUse
from app.sequences.builder import choices, rule_forms
from app.sequences.builder.rule_forms import RuleForm

DYNAMIC, STATIC = "dynamic", "static"

WINDOWS = [(value, label) for value, label in rule_forms.SINCE if value != "enrolment"]


class SegmentForm(FlaskForm):  # type: ignore[misc]
    """A segment's name, and whether it follows or keeps."""

    name = StringField(_l("Name"), [DataRequired(_l("Type a name.")), Length(max=80)])
    kind = RadioField(
        _l("Who is in it"),
        choices=[
            SelectChoice(DYNAMIC, _l("Dynamic: whoever matches at the moment")),
            SelectChoice(STATIC, _l("Static: these people, for good")),
        ],
        default=DYNAMIC,
    )


def rule_form(use: RuleUse, number: int, given: MultiDict[str, str] | None = None) -> RuleForm:
    """The fields of one criterion. A list knows of no enrolment, so that window is not offered."""
    form = RuleForm(use, given, prefix=f"rule{number}")
    form.since.choices = choices.options(WINDOWS)
    return form


def sent(given: MultiDict[str, str]) -> list[RuleForm]:
    """The criteria as the form at hand sends them, each with what was changed in it."""
    before = criteria.read(given.get("rules", "") or "[]") or []
    return [rule_form(use, number, given) for number, use in enumerate(before)]


def results(forms: Sequence[RuleForm]) -> list[RuleUse]:
    """The criteria as they stand now; one with a mistake in it stays as it was."""
    return [form.result() if form.validate() and criteria.is_sound(form.result()) else form.use for form in forms]


def added(key: str) -> list[RuleUse]:
    """A criterion with values to begin with; none for a key that is no rule's."""
    return [rule_forms.new_use(key)] if key in RULES or key.startswith("custom.") else []


def offered(*, with_stages: bool) -> dict[str, list[Any]]:
    """What can be asked, group by group; of the lifecycle only where it may be (ROLE-04)."""
    kinds = [kind for kind in rule_forms.offered() if with_stages or kind.key != criteria.STAGE]
    return rule_forms.by_group(kinds)

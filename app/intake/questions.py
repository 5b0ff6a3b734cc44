"""The questions of an intake form, and the web form made of them.

They are kept with the form as plain data; a submission keeps its own copy, so that what somebody agreed to stays
readable when the form says something else by now.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from pydantic import BaseModel, Field, field_validator
from wtforms import (
    BooleanField,
    EmailField,
    Form,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms import Field as WebField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import DataRequired, Length, Optional, ValidationError
from wtforms.widgets import DateInput

from app.contacts import custom_fields, public_forms
from app.contacts.custom_fields import BadValue
from app.contacts.models import Contact, CustomField
from app.contacts.public_forms import PublicForm

SHORT, LONG, CHOICE, CHOICES, DATE, YES_NO, CONSENT = (
    "short",
    "long",
    "choice",
    "choices",
    "date",
    "yes_no",
    "consent",
)
KINDS = {
    SHORT: _l("Short text"),
    LONG: _l("Long text"),
    CHOICE: _l("One choice"),
    CHOICES: _l("Several choices"),
    DATE: _l("Date"),
    YES_NO: _l("Yes or no"),
    CONSENT: _l("Consent to tick"),
}
WITH_OPTIONS = frozenset({CHOICE, CHOICES})

MOST_QUESTIONS = 40
MOST_OPTIONS = 30
LONGEST_SHORT, LONGEST_LONG = 300, 5000

PREFIX = "q_"


class Question(BaseModel):
    """One question. `field` is the key of a custom field that the answer is also written to."""

    key: str = Field(default_factory=lambda: secrets.token_hex(3))
    kind: str = SHORT
    label: str = ""
    help: str = ""
    required: bool = False
    options: list[str] = []
    field: str = ""

    @field_validator("kind")
    @classmethod
    def _known_kind(cls, kind: str) -> str:
        return kind if kind in KINDS else SHORT

    @field_validator("options")
    @classmethod
    def _distinct_options(cls, options: list[str]) -> list[str]:
        return list({option.strip()[:120]: None for option in options if option.strip()})[:MOST_OPTIONS]

    @property
    def name(self) -> str:
        return PREFIX + self.key


def stored(questions: Iterable[Mapping[str, Any]]) -> list[Question]:
    """Questions as they stand in the database."""
    return [Question.model_validate(one) for one in questions]


def cleaned(questions: Sequence[Question], fields: Sequence[CustomField]) -> list[dict[str, Any]]:
    """Questions as they are kept: those that ask something, of kinds there are, in their order."""
    known = {field.key for field in fields}
    return [
        {
            "key": one.key[:20],
            "kind": one.kind,
            "label": one.label.strip()[:300],
            "help": one.help.strip()[:300],
            "required": one.required,
            "options": one.options if one.kind in WITH_OPTIONS else [],
            "field": one.field if one.field in known else "",
        }
        for one in questions[:MOST_QUESTIONS]
        if one.label.strip()
    ]


def without_choices(questions: Sequence[Question]) -> set[str]:
    """The keys of those that ask to choose, and offer nothing."""
    return {one.key for one in questions if one.label.strip() and one.kind in WITH_OPTIONS and not one.options}


class WhoForm(PublicForm):
    """Who answers, where the link does not say it."""

    first_name = StringField(_l("First name"), [DataRequired(_l("Tell us your name.")), Length(max=200)])
    last_name = StringField(_l("Last name"), [Length(max=200)])
    email = EmailField(
        _l("E-mail"),
        [DataRequired(_l("Tell us your e-mail address.")), Length(max=254), public_forms.email_address],
    )


def build(questions: Sequence[Question], *, asks_who: bool) -> type[PublicForm]:
    """The web form of these questions."""
    base = WhoForm if asks_who else PublicForm
    return type("IntakeForm", (base,), {one.name: _field(one) for one in questions})


def answers(questions: Sequence[Question], form: Form) -> list[dict[str, Any]]:
    """What a valid form says, question by question; what was left empty stays empty."""
    return [{"question": one.label, "kind": one.kind, "answer": _answer(one, form[one.name].data)} for one in questions]


def custom_values(questions: Sequence[Question], form: Form, fields: Sequence[CustomField]) -> dict[str, Any]:
    """What goes into custom fields. An answer that its field cannot hold is kept with the submission alone."""
    by_key = {field.key: field for field in fields}
    values = {}
    for one in questions:
        field = by_key.get(one.field)
        said = _answer(one, form[one.name].data)
        if field is not None and said not in {"", None}:
            try:
                values[field.key] = custom_fields.clean_value(field, said)
            except BadValue:
                continue
    return values


def fill_in(form: Form, questions: Sequence[Question], contact: Contact) -> None:
    """Begin with what is known of somebody already."""
    for one in questions:
        known = contact.custom.get(one.field) if one.field else None
        if isinstance(known, str) and one.kind in {SHORT, LONG, DATE, CHOICE}:
            form[one.name].data = known


def _answer(one: Question, said: Any) -> str:
    match one.kind:
        case "choices":
            return ", ".join(said or ())
        case "consent":
            return "yes" if said else ""
        case _:
            return str(said or "").strip()


def _field(one: Question) -> Any:
    """The web field of a question; what WTForms calls unbound."""
    demand = _("Tick this to go on.") if one.kind == CONSENT else _("Fill this in.")
    made: dict[str, Any] = {"label": one.label, "description": one.help}
    checks: list[Any] = [DataRequired(demand) if one.required else Optional()]
    match one.kind:
        case "long":
            checks.append(Length(max=LONGEST_LONG))
        case "choice" | "choices":
            made["choices"] = [SelectChoice(option) for option in one.options]
        case "date":
            made["widget"] = DateInput()
            checks.append(_is_date)
        case "yes_no":
            made["choices"] = [SelectChoice("yes", _("Yes")), SelectChoice("no", _("No"))]
        case "short":
            checks.append(Length(max=LONGEST_SHORT))
    return _FIELDS[one.kind](validators=checks, **made)


_FIELDS: dict[str, type[WebField]] = {
    SHORT: StringField,
    LONG: TextAreaField,
    CHOICE: RadioField,
    CHOICES: SelectMultipleField,
    DATE: StringField,
    YES_NO: RadioField,
    CONSENT: BooleanField,
}


def _is_date(_form: Form, field: WebField) -> None:
    try:
        custom_fields.clean_value(CustomField(kind=custom_fields.DATE), field.data)
    except BadValue as error:
        raise ValidationError(str(error)) from None

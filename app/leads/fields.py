"""Form fields made of the studio's own: on lead forms, on new leads, on the lead's page (LEAD-10, FORM-02)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, TypeVar

from flask_babel import gettext as _
from wtforms import Field, Form, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import InputRequired, Optional, ValidationError
from wtforms.widgets import DateInput, NumberInput, TextInput

from app.contacts import custom_fields
from app.contacts.custom_fields import CHOICE, DATE, NUMBER, YES_NO, BadValue
from app.contacts.models import CustomField

F = TypeVar("F", bound=Form)

PREFIX = "custom_"
MOST_CHIPS = 8


class Fits:
    """A validator: the value is one that the custom field can hold."""

    def __init__(self, field: CustomField) -> None:
        self.field = field

    def __call__(self, _form: Form, field: Field) -> None:
        try:
            custom_fields.clean_value(self.field, field.data)
        except BadValue as error:
            raise ValidationError(str(error)) from None


def form_field(field: CustomField, *, label: str = "", required: bool = False, as_chips: bool = False) -> Any:
    """The form field of a custom field, by its kind; what WTForms calls unbound. A short choice may be chips to tap."""
    wanted = InputRequired(_("Fill this in.")) if required else Optional()
    text = label or field.name
    if field.kind in {CHOICE, YES_NO}:
        offered = [SelectChoice(one) for one in field.choices]
        if field.kind == YES_NO:
            offered = [SelectChoice("yes", _("Yes")), SelectChoice("no", _("No"))]
        if as_chips and len(offered) <= MOST_CHIPS:
            return RadioField(text, [wanted, Fits(field)], choices=offered, validate_choice=False)
        return SelectField(text, [wanted, Fits(field)], choices=[SelectChoice("", "–"), *offered])
    widget = {NUMBER: NumberInput(step="any"), DATE: DateInput()}.get(field.kind, TextInput())
    return StringField(text, [wanted, Fits(field)], widget=widget)


def with_custom_fields(form: type[F], fields: Collection[CustomField]) -> type[F]:
    """A form that also asks for these fields."""
    return type(form.__name__, (form,), {PREFIX + field.key: form_field(field) for field in fields})


def typed_values(form: Form, fields: Sequence[CustomField]) -> dict[str, Any]:
    """What a valid form says of the fields it asks for, by key, as it is stored."""
    asked = [field for field in fields if PREFIX + field.key in form]
    return {field.key: custom_fields.clean_value(field, form[PREFIX + field.key].data) for field in asked}


def shown_values(values: dict[str, Any]) -> dict[str, Any]:
    """Stored values as a form is filled with them."""
    words = {True: "yes", False: "no"}
    return {PREFIX + key: words[value] if isinstance(value, bool) else value for key, value in values.items()}

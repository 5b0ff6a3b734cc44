"""What a public lead form asks: built from the studio's choice of fields, in its order (FORM-01, FORM-02).

A lead form keeps its fields as a list of `{"key", "label", "required"}`. First name and e-mail are always there and
always required; the other keys are "last_name", "phone", "note", "news" and "custom:KEY" for a field of the studio's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, StringField, TelField, TextAreaField
from wtforms.validators import DataRequired, Optional

from app.contacts import public_forms
from app.contacts.models import CustomField
from app.contacts.public_forms import PublicForm
from app.leads import fields
from app.leads.forms import LONGEST_ADDRESS, LONGEST_NAME, LONGEST_NOTE, LONGEST_NUMBER, at_most

Spec = Mapping[str, Any]

ALWAYS = ("first_name", "email")
CUSTOM = "custom:"

NAMES: dict[str, LazyString] = {
    "first_name": _l("First name"),
    "last_name": _l("Last name"),
    "email": _l("E-mail"),
    "phone": _l("Phone"),
    "note": _l("Message"),
    "news": _l("Send me offers and studio news"),
}


def offered(custom: Sequence[CustomField]) -> dict[str, str]:
    """Every field a form may have, and its name."""
    return {key: str(name) for key, name in NAMES.items()} | {CUSTOM + field.key: field.name for field in custom}


def cleaned(specs: Sequence[Spec], custom: Sequence[CustomField]) -> list[dict[str, Any]]:
    """The fields of a form as they are kept: only those that exist, once each, with the two that are always there."""
    known = offered(custom)
    asked = {spec["key"]: spec for spec in specs if spec["key"] in known}
    in_order = [*(key for key in ALWAYS if key not in asked), *asked]
    return [
        {
            "key": key,
            "label": str(asked.get(key, {}).get("label", "")).strip()[:120],
            "required": key in ALWAYS or bool(asked[key].get("required")),
        }
        for key in in_order
    ]


def build(specs: Sequence[Spec], custom: Sequence[CustomField]) -> type[PublicForm]:
    """The form's class."""
    by_key = {CUSTOM + field.key: field for field in custom}
    made: dict[str, Any] = {}
    for spec in cleaned(specs, custom):
        if spec["key"] in by_key:
            field = by_key[spec["key"]]
            made[fields.PREFIX + field.key] = fields.form_field(
                field, label=spec["label"], required=spec["required"], as_chips=True
            )
        else:
            made[spec["key"]] = _BUILT_IN[spec["key"]](spec["label"] or NAMES[spec["key"]], spec["required"])
    return type("LeadForm", (PublicForm,), made)


def _wanted(required: bool, sentence: LazyString) -> DataRequired | Optional:
    return DataRequired(sentence) if required else Optional()


_BUILT_IN: dict[str, Callable[[str | LazyString, bool], Any]] = {
    "first_name": lambda label, _required: StringField(
        label, [DataRequired(_l("Tell us your name.")), at_most(LONGEST_NAME)]
    ),
    "last_name": lambda label, required: StringField(
        label, [_wanted(required, _l("Tell us your last name.")), at_most(LONGEST_NAME)]
    ),
    "email": lambda label, _required: EmailField(
        label, [DataRequired(_l("Tell us your e-mail address.")), at_most(LONGEST_ADDRESS), public_forms.email_address]
    ),
    "phone": lambda label, required: TelField(
        label, [_wanted(required, _l("Tell us your phone number.")), at_most(LONGEST_NUMBER), public_forms.phone_number]
    ),
    "note": lambda label, required: TextAreaField(
        label, [_wanted(required, _l("Write us a line.")), at_most(LONGEST_NOTE)]
    ),
    "news": lambda label, required: BooleanField(
        label,
        [_wanted(required, _l("Tick this to go on."))],
        description=str(_("You can stop at any time.")),
    ),
}

"""The number that calls are put through to."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import TelField, ValidationError
from wtforms.fields import Field

from app.contacts.addresses import clean_phone


class ForwardForm(FlaskForm):  # type: ignore[misc]
    """A number, or none."""

    forward_to = TelField(_l("Forward calls to"))

    def validate_forward_to(self, field: Field) -> None:
        typed = (field.data or "").strip()
        cleaned = clean_phone(typed) if typed else ""
        if cleaned is None:
            raise ValidationError(_("This is no phone number. Write it with its country code, like +33 6 12 34 56 78."))
        field.data = cleaned

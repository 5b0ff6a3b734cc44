"""The number that calls are put through to, and the SMS tier."""

from __future__ import annotations

from typing import Any

from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, TelField, ValidationError
from wtforms.fields import Field

from app.contacts.addresses import clean_phone
from app.messaging.allowance import TIERS
from app.staff.forms import choices


def tier_name(tier: int | None) -> str:
    """A tier as one says it."""
    if tier is None:
        return str(_("No limit"))
    return str(_("%(number)s segments a month", number=format_decimal(tier)))


class TierForm(FlaskForm):  # type: ignore[misc]
    """An SMS tier; 0 stands for no limit."""

    tier = RadioField(_l("SMS tier"), coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tier.choices = choices((tier or 0, tier_name(tier)) for tier in TIERS)


class ForwardForm(FlaskForm):  # type: ignore[misc]
    """A number, or none."""

    forward_to = TelField(_l("Forward calls to"))

    def validate_forward_to(self, field: Field) -> None:
        typed = (field.data or "").strip()
        cleaned = clean_phone(typed) if typed else ""
        if cleaned is None:
            raise ValidationError(_("This is no phone number. Write it with its country code, like +33 6 12 34 56 78."))
        field.data = cleaned

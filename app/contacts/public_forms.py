"""What the forms share that anybody may send: a trap for machines, proof of who drew the page, and when.

The proof stands in for a session's token: frames on other websites and the browsers of mail programs keep no cookie.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import current_app
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeSerializer
from wtforms import Field, Form, HiddenField, StringField
from wtforms.validators import ValidationError

from app import clock
from app.contacts import addresses

LASTS = timedelta(hours=24)  # a page left open longer is asked to be sent once more


class PublicForm(Form):
    """A field named website that only machines fill in, and the page's token."""

    website = StringField()
    token = HiddenField()

    def ask_again(self, why: str, token: str) -> None:
        """Say why the page is to be sent once more: with a fresh token, and all that was typed."""
        self.form_errors.append(why)
        self.token.data, self.token.raw_data = token, None


def token_for(purpose: str, form_id: int) -> str:
    """Proof that we drew this form's page, now."""
    return str(_signer(purpose).dumps([form_id, clock.now().timestamp()]))


def drawn_at(purpose: str, form_id: int, token: str) -> datetime | None:
    """When a page was drawn. None for a token that is not of this form."""
    try:
        drawn_id, stamp = _signer(purpose).loads(token)
        return datetime.fromtimestamp(stamp, tz=clock.now().tzinfo) if drawn_id == form_id else None
    except (BadSignature, ValueError, TypeError, OverflowError):
        return None


def is_fresh(drawn: datetime | None) -> bool:
    """Whether a page was drawn by us within the day."""
    return drawn is not None and clock.now() - drawn < LASTS


def email_address(_form: Form, field: Field) -> None:
    """An address that can be written to, or nothing."""
    if field.data and addresses.clean_email(field.data) is None:
        raise ValidationError(_("This address looks incomplete. Check the part after the @."))


def phone_number(_form: Form, field: Field) -> None:
    """A number that can be called, or nothing."""
    if field.data and addresses.clean_phone(field.data) is None:
        raise ValidationError(
            _("This is no phone number we can call. Write it with its country code, like +33 6 12 34 56 78.")
        )


def too_old() -> str:
    return str(_("This page has been open for long. Send it once more."))


def _signer(purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt=purpose)

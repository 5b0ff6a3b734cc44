"""What a buyer types on a checkout."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import EmailField, Field, RadioField, StringField, TelField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import InputRequired, Length, ValidationError

from app.contacts import public_forms
from app.contacts.public_forms import PublicForm
from app.studio.checkouts import Typed
from app.studio.payments import Payment

LONGEST_NAME = 200
LONGEST_ADDRESS = 254
LONGEST_NUMBER = 40


def at_most(length: int) -> Length:
    return Length(max=length, message=_l("At most %(max)d characters."))


def tidy(typed: str | None) -> str:
    """What was typed, without blanks around it and without the one character no database takes."""
    return (typed or "").replace("\0", "").strip()


class CheckoutForm(PublicForm):
    """Who buys, and how they pay."""

    first_name = StringField(
        _l("First name"), [InputRequired(_l("Tell us your name.")), at_most(LONGEST_NAME)], filters=[tidy]
    )
    last_name = StringField(_l("Last name"), [at_most(LONGEST_NAME)], filters=[tidy])
    email = EmailField(
        _l("E-mail"),
        [InputRequired(_l("Tell us your e-mail address.")), at_most(LONGEST_ADDRESS), public_forms.email_address],
        filters=[tidy],
    )
    phone = TelField(_l("Phone"), [at_most(LONGEST_NUMBER), public_forms.phone_number], filters=[tidy])
    payment = RadioField(_l("Payment"), validate_choice=True)

    def offer(self, payments: Sequence[Payment]) -> None:
        """Let the buyer choose between the ways to pay; the first is chosen."""
        self.payment.choices = [SelectChoice(one.key, one.label) for one in payments]
        self.payment.data = self.payment.data or payments[0].key

    def validate_first_name(self, field: Field) -> None:
        if not field.data:
            raise ValidationError(_("Tell us your name."))

    def typed(self, language: str) -> Typed:
        """What stands in the fields, finished or not: never more than is kept."""
        return Typed(
            first_name=(self.first_name.data or "")[:LONGEST_NAME],
            last_name=(self.last_name.data or "")[:LONGEST_NAME],
            email=(self.email.data or "")[:LONGEST_ADDRESS],
            phone=(self.phone.data or "")[:LONGEST_NUMBER],
            language=language,
        )

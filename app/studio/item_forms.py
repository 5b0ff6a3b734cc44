"""What the staff types about items and orders: shape and cleaning, never a decision."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, Form, IntegerField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import TextInput

from app.contacts.models import Tag
from app.studio import item_words
from app.studio.item_models import INTRO, PACK, SUBSCRIPTION, Item
from app.studio.items import Design

MOST_CENTS = 10_000_000
MOST_CREDITS = 1000
MOST_DAYS = 3650

_AMOUNT = re.compile(r"\d{1,7}([.,]\d{1,2})?")


def at_most(length: int) -> Length:
    return Length(max=length, message=_l("At most %(max)d characters."))


def between(least: int, most: int) -> NumberRange:
    return NumberRange(least, most, message=_l("From %(min)s to %(max)s."))


class PriceField(Field):
    """An amount of money, "89", "89.50" or "89,50", kept in cents."""

    widget = TextInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        if self.data is None:
            return ""
        whole, cents = divmod(self.data, 100)
        return f"{whole}.{cents:02}" if cents else str(whole)

    def process_formdata(self, valuelist: list[Any]) -> None:
        typed = str(valuelist[0] if valuelist else "").replace("\u00a0", "").replace("\u202f", "").replace(" ", "")
        if not typed:
            self.data = None
        elif _AMOUNT.fullmatch(typed):
            self.data = int(Decimal(typed.replace(",", ".")) * 100)
        else:
            self.data = None
            raise ValueError(_("Type an amount, like 89 or 89.50."))


class WholeNumberField(IntegerField):
    """A number without decimals, or nothing; what is neither is said in our words."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        typed = str(valuelist[0] if valuelist else "").strip()
        if not typed:
            self.data = None
        elif typed.isascii() and typed.isdecimal() and len(typed) < 10:  # noqa: PLR2004 - what the column holds
            self.data = int(typed)
        else:
            self.data = None
            raise ValueError(_("Type a whole number."))


class ItemForm(Form):
    """What every item has; `form_for` adds what its kind has."""

    name = StringField(_l("Name"), [DataRequired(_l("Give it a name.")), at_most(120)])
    price_cents = PriceField(_l("Price"))
    description = TextAreaField(_l("Description"), [at_most(600)])
    tag_ids = SelectMultipleField(_l("Only for clients with one of these tags"), coerce=int)

    def offer(self, tags: Sequence[Tag]) -> None:
        self.tag_ids.choices = [SelectChoice(tag.id, tag.name) for tag in tags]

    def validate_name(self, field: StringField) -> None:
        if not (field.data or "").replace("\0", "").strip():
            raise ValidationError(_("Give it a name."))

    def validate_price_cents(self, field: PriceField) -> None:
        if field.data is None and not field.errors:
            raise ValidationError(_("Say what it costs."))
        if field.data is not None and field.data > MOST_CENTS:
            raise ValidationError(_("That is more than anything costs here."))

    def design(self, kind: str, tags: Sequence[Tag]) -> Design:
        chosen = set(self.tag_ids.data or [])
        return Design(
            kind=kind,
            name=(self.name.data or "").replace("\0", ""),
            price_cents=self.price_cents.data,
            description=(self.description.data or "").replace("\0", ""),
            period=self["period"].data if "period" in self else "",
            credits=self["credits"].data if "credits" in self else None,
            validity_days=self["validity_days"].data if "validity_days" in self else None,
            tags=[tag for tag in tags if tag.id in chosen],
        )


def form_for(kind: str, given: Any, item: Item | None = None) -> ItemForm:
    """The form of an item of a kind: a subscription's period, a pack's credits, how long an intro offer is valid."""
    fields: dict[str, Any] = {}
    if kind == SUBSCRIPTION:
        periods = [SelectChoice(key, label) for key, label in item_words.PERIODS.items()]
        fields["period"] = SelectField(_l("Paid"), choices=periods, default="month")
    if kind == PACK:
        fields["credits"] = WholeNumberField(
            _l("Credits"), [InputRequired(_l("Say how many classes it is good for.")), between(1, MOST_CREDITS)]
        )
        fields["validity_days"] = WholeNumberField(_l("Valid for so many days"), [Optional(), between(1, MOST_DAYS)])
    if kind == INTRO:
        fields["credits"] = WholeNumberField(_l("Credits"), [Optional(), between(1, MOST_CREDITS)])
        fields["validity_days"] = WholeNumberField(
            _l("Valid for so many days"), [InputRequired(_l("Say how long it is valid.")), between(1, MOST_DAYS)]
        )
    begun = {"tag_ids": [tag.id for tag in item.tags]} if item is not None else {}
    made: type[ItemForm] = type("ItemForm", (ItemForm,), fields)
    return made(given, obj=item, data=begun)


PAID_WITH = {"cash": _l("Cash"), "card": _l("Card"), "transfer": _l("Bank transfer"), "other": _l("Other")}


class PaidForm(Form):
    """How an order was paid at the desk."""

    paid_with = RadioField(
        _l("Paid with"), choices=[SelectChoice(key, label) for key, label in PAID_WITH.items()], default="card"
    )

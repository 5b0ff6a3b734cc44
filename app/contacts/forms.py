"""What is typed about people, tags and custom fields: shape and cleaning."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, Length, NumberRange, Optional
from wtforms.widgets import DateInput, TextInput

from app import i18n
from app.contacts import custom_fields, tags
from app.contacts.addresses import clean_email, clean_phone
from app.contacts.custom_fields import CHOICE, DATE, NUMBER, YES_NO, BadValue
from app.contacts.details import Changes
from app.contacts.models import Contact, CustomField
from app.contacts.people import Details
from app.db import db
from app.staff.models import Location

CUSTOM = "custom_"  # before the key of a custom field, in the names of form fields


def tidy(typed: str | None) -> str | None:
    """What was typed, without blanks around it and without the one character no database takes."""
    return typed.replace("\0", "").strip() if typed else typed


def options(labels: Mapping[Any, Any]) -> list[SelectChoice]:
    """What a list offers: values and how they are called."""
    return [SelectChoice(str(value), label) for value, label in labels.items()]


class PersonForm(FlaskForm):  # type: ignore[misc]
    """Who somebody is and how to reach them."""

    first_name = StringField(_l("First name"), [Length(max=200, message=_l("At most 200 characters."))], [tidy])
    last_name = StringField(_l("Last name"), [Length(max=200, message=_l("At most 200 characters."))], [tidy])
    email = EmailField(_l("E-mail"), filters=[tidy])
    phone = TelField(_l("Phone"), filters=[tidy])
    location = SelectField(_l("Home location"), coerce=lambda value: int(value) if value else None)

    def __init__(self, *args: Any, locations: Sequence[Location], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.location.choices = options({"": _("None")} | {location.id: location.name for location in locations})

    def validate_email(self, field: Field) -> None:
        if field.data and clean_email(field.data) is None:
            raise ValidationError(_("This address looks incomplete. Check the part after the @."))

    def validate_phone(self, field: Field) -> None:
        if field.data and clean_phone(field.data) is None:
            raise ValidationError(_("No number looks like this. Begin with + and the country’s code if it is abroad."))

    def validate(self, extra_validators: Any = None) -> bool:
        is_right = bool(super().validate(extra_validators))
        if is_right and not any(field.data for field in (self.first_name, self.last_name, self.email, self.phone)):
            self.first_name.errors = [_("Give a name, an e-mail address or a phone number.")]
            return False
        return is_right

    @property
    def chosen_location(self) -> Location | None:
        return db.session.get(Location, self.location.data) if self.location.data else None

    def as_details(self) -> Details:
        return Details(
            first_name=self.first_name.data or "",
            last_name=self.last_name.data or "",
            email=self.email.data,
            phone=self.phone.data,
            location=self.chosen_location,
        )


class EditForm(PersonForm):
    """All that can be edited of a contact; a class of its own is made for the studio's custom fields (`edit_form`)."""

    language = SelectField(_l("Language"), choices=options({"": _l("The studio’s")} | i18n.LANGUAGES))
    rev = HiddenField()

    custom_fields: Sequence[CustomField] = ()

    @property
    def asked(self) -> list[Field]:
        return [self[CUSTOM + field.key] for field in self.custom_fields]

    @property
    def believed_rev(self) -> int | None:
        shown = str(self.rev.data or "")
        return int(shown) if shown.isdecimal() else None

    def as_changes(self) -> Changes:
        return Changes(
            first_name=self.first_name.data or "",
            last_name=self.last_name.data or "",
            email=self.email.data,
            phone=self.phone.data,
            language=self.language.data or "",
            location=self.chosen_location,
            custom={
                field.key: custom_fields.clean_value(field, self[CUSTOM + field.key].data)
                for field in self.custom_fields
            },
        )


def edit_form(contact: Contact, fields: Sequence[CustomField], locations: Sequence[Location]) -> EditForm:
    """The form of one contact, filled with what is known unless something was posted."""
    asked: dict[str, Any] = {CUSTOM + field.key: _asking(field) for field in fields}
    form: EditForm = type("EditFormOfStudio", (EditForm,), {"custom_fields": fields, **asked})(
        locations=locations,
        data={
            "first_name": contact.first_name,
            "last_name": contact.last_name,
            "email": contact.email or "",
            "phone": contact.phone or "",
            "language": contact.language,
            "location": contact.location_id or "",
            "rev": contact.rev,
            **{CUSTOM + field.key: _as_typed(contact.custom.get(field.key)) for field in fields},
        },
    )
    return form


def _asking(field: CustomField) -> Any:
    if field.kind in {CHOICE, YES_NO}:
        offered = {choice: choice for choice in field.choices} if field.kind == CHOICE else _yes_no()
        return SelectField(
            field.name, choices=options({"": "—"} | offered), validate_choice=False, validators=[_fits(field)]
        )
    widget = DateInput() if field.kind == DATE else TextInput()
    mode = {"inputmode": "decimal"} if field.kind == NUMBER else {}
    return StringField(field.name, [_fits(field)], [tidy], widget=widget, render_kw=mode)


def _yes_no() -> dict[str, str]:
    return {"yes": _("Yes"), "no": _("No")}


def _fits(field: CustomField) -> Callable[[Any, Field], None]:
    def check(_form: Any, typed: Field) -> None:
        try:
            custom_fields.clean_value(field, typed.data)
        except BadValue as error:
            raise ValidationError(str(error)) from None

    return check


def _as_typed(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


class TagForm(FlaskForm):  # type: ignore[misc]
    """A tag, and the badge it may be turned into."""

    name = StringField(_l("Name"), [DataRequired(_l("Type a name.")), Length(max=80)], [tidy])
    applies_to = SelectMultipleField(_l("What may have this tag?"), choices=options(tags.APPLIES_TO))
    is_badge = BooleanField(_l("Turn into a client badge"))
    badge_label = StringField(_l("Badge label"), [Length(max=12, message=_l("At most 12 characters."))], [tidy])
    badge_colour = RadioField(_l("Colour"), choices=options(tags.BADGE_COLOURS), default="plum")
    discount_percent = IntegerField(
        _l("Discount in percent"), [Optional(), NumberRange(1, 100, message=_l("From %(min)s to %(max)s."))]
    )

    def validate_applies_to(self, field: Field) -> None:
        if not field.data:
            raise ValidationError(_("Choose at least one."))

    def validate_badge_label(self, field: Field) -> None:
        if self.is_badge.data and not field.data:
            raise ValidationError(_("A badge needs a label: a few letters."))

    @property
    def badge(self) -> tags.Badge | None:
        return tags.Badge(self.badge_label.data or "", self.badge_colour.data) if self.is_badge.data else None


class CustomFieldForm(FlaskForm):  # type: ignore[misc]
    """A custom field. Only its name and kind have to be given (CUS-04)."""

    name = StringField(_l("Name"), [DataRequired(_l("Type a name.")), Length(max=80)], [tidy])
    kind = SelectField(_l("Type"), choices=options(custom_fields.KINDS))
    choices = TextAreaField(_l("Choices, one a line"), [Length(max=4000)], [tidy])
    on_leads = BooleanField(_l("Also ask it of leads"), default=True)

    def validate_choices(self, field: Field) -> None:
        if self.kind.data == CHOICE and len(listed(field.data)) < 2:  # noqa: PLR2004 - one is no choice
            raise ValidationError(_("Give at least two choices."))


def listed(lines: str | None) -> list[str]:
    """What was typed one a line."""
    return [line.strip() for line in (lines or "").splitlines() if line.strip()]


class ConsentForm(FlaskForm):  # type: ignore[misc]
    """Why somebody may be written to again."""

    ground = RadioField(
        _l("How do you know?"),
        choices=options(
            {
                "in_person": _l("Said so in person"),
                "by_phone": _l("Said so on the phone"),
                "in_writing": _l("Wrote so"),
            }
        ),
        default="in_person",
    )
    note = StringField(_l("Note"), [Length(max=500)], [tidy])


class OrderForm(FlaskForm):  # type: ignore[misc]
    """A new order: ids, separated by commas."""

    order = StringField()

    @property
    def ids(self) -> list[int]:
        return [int(one) for one in (self.order.data or "").split(",") if one.strip().isdecimal()]

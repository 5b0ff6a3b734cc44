"""What is typed about accounts, the studio and its places. Shape and cleaning only: the verbs decide."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from zoneinfo import available_timezones

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    EmailField,
    Form,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields import Field
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import DataRequired, EqualTo, Length, Optional, StopValidation

from app.i18n import LANGUAGES
from app.staff import accounts, passwords, tokens
from app.staff.models import Location, Role, Staff

CURRENCIES = ("EUR", "CHF", "GBP", "USD", "CAD", "AUD", "NZD", "SEK", "NOK", "DKK", "PLN", "CZK")
THEMES = {"system": _l("Like this device"), "light": _l("Light"), "dark": _l("Dark")}

SHORTEST_PASSWORD = 10


def choices(pairs: Iterable[tuple[object, object]]) -> Any:
    """What a select offers: values and what they are called."""
    return [SelectChoice(value, label) for value, label in pairs]


def plausible_address(_form: Form, field: Field) -> None:
    """An address has an @ with something before it and a name with a dot, or a lone host, behind."""
    before, at, behind = (field.data or "").strip().rpartition("@")
    if not (before and at and behind) or " " in field.data.strip() or behind.startswith("."):
        raise ValidationError(_("This address looks incomplete. Check the part after the @."))


def long_enough(_form: Form, field: Field) -> None:
    if len(field.data or "") < SHORTEST_PASSWORD:
        raise ValidationError(_("At least %(n)s characters.", n=SHORTEST_PASSWORD))


class WholeNumber:
    """A whole number within bounds, said in words when it is none."""

    def __init__(self, least: int, most: int) -> None:
        self.least, self.most = least, most

    def __call__(self, _form: Form, field: Field) -> None:
        if field.data is None or not self.least <= field.data <= self.most:
            field.errors = []
            raise StopValidation(_("A whole number from %(least)s to %(most)s.", least=self.least, most=self.most))


class StaffForm(FlaskForm):  # type: ignore[misc]
    """An account: who, with which role, where."""

    name = StringField(_l("Name"), [DataRequired(_l("Type a name.")), Length(max=120)])
    email = EmailField(_l("E-mail"), [DataRequired(_l("Type an e-mail address.")), Length(max=254), plausible_address])
    role_id = SelectField(_l("Role"), coerce=int)
    location_ids = SelectMultipleField(_l("Works at"), coerce=int)
    only_location_id = SelectField(_l("Sees only the people of"), coerce=int)

    def __init__(self, *args: Any, staff: Staff | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.roles = {role.id: role for role in accounts.all_roles()}
        self.places = {place.id: place for place in accounts.all_locations()}
        self.role_id.choices = choices((role.id, role.name) for role in self.roles.values())
        self.location_ids.choices = choices((place.id, place.name) for place in self.places.values())
        self.only_location_id.choices = [*choices([(0, _("All locations"))]), *self.location_ids.choices]
        if staff is not None and not self.is_submitted():
            self.name.data, self.email.data, self.role_id.data = staff.name, staff.email, staff.role_id
            self.location_ids.data = [place.id for place in staff.locations]
            self.only_location_id.data = staff.only_location_id or 0

    @property
    def role(self) -> Role:
        return self.roles[self.role_id.data]

    @property
    def locations(self) -> list[Location]:
        return [self.places[one] for one in self.location_ids.data or ()]

    @property
    def only_location(self) -> Location | None:
        return self.places.get(self.only_location_id.data)


class NewPasswordForm(FlaskForm):  # type: ignore[misc]
    """A password, twice."""

    password = PasswordField(_l("New password"), [DataRequired(_l("Type a password.")), long_enough])
    again = PasswordField(_l("Once more"), [EqualTo("password", _l("These are not the same."))])


class InvitationForm(NewPasswordForm):
    """How somebody who was invited is called, and their first password. A name left empty stays as it is."""

    name = StringField(_l("Your name"), [Length(max=120)])


class ChangePasswordForm(NewPasswordForm):
    """A password in place of the one in use."""

    current = PasswordField(_l("Password at present"), [DataRequired(_l("Type the one you use now."))])

    def __init__(self, *args: Any, staff: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.staff = staff

    def validate_current(self, field: PasswordField) -> None:
        if passwords.check(self.staff.email, field.data or "") is None:
            raise ValidationError(_("This is not your password."))


class PreferencesForm(FlaskForm):  # type: ignore[misc]
    """How somebody likes Encore."""

    theme = RadioField(_l("Theme"), choices=choices(THEMES.items()), validators=[Optional()])
    language = RadioField(_l("Language"), choices=choices(LANGUAGES.items()), validators=[Optional()])


class StudioForm(FlaskForm):  # type: ignore[misc]
    """The studio's description of itself."""

    name = StringField(_l("Name"), [DataRequired(_l("Type a name.")), Length(max=120)])
    email = EmailField(_l("E-mail"), [DataRequired(_l("Type an e-mail address.")), Length(max=254), plausible_address])
    address = TextAreaField(_l("Address"), [Length(max=500)])
    zone = SelectField(_l("Time zone"))
    currency = SelectField(_l("Currency"), choices=choices(zip(CURRENCIES, CURRENCIES, strict=True)))
    language = SelectField(_l("Language for clients"), choices=choices(LANGUAGES.items()))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone.choices = _zones()


class LocationForm(FlaskForm):  # type: ignore[misc]
    """A place."""

    name = StringField(_l("Name"), [DataRequired(_l("Type a name.")), Length(max=120)])
    zone = SelectField(_l("Time zone"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone.choices = _zones()


class TokenForm(FlaskForm):  # type: ignore[misc]
    """A key for another system."""

    name = StringField(_l("What is it for?"), [DataRequired(_l("Say which system uses it.")), Length(max=120)])
    scopes = SelectMultipleField(_l("It may"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scopes.choices = choices(tokens.SCOPES.items())


def _zones() -> Any:
    """Zones that people know by name: a continent or ocean and a city."""
    cities = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/")))
    return choices((zone, zone.replace("_", " ")) for zone in cities)

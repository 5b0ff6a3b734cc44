"""The fields a studio adds to its contacts (CUS-04), and the values in them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import g, has_request_context
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from app.contacts import naming
from app.contacts.models import Contact, CustomField
from app.db import db
from app.web import Refusal

TEXT, NUMBER, DATE, CHOICE, YES_NO = "text", "number", "date", "choice", "yes_no"

KINDS = {TEXT: _l("Text"), NUMBER: _l("Number"), DATE: _l("Date"), CHOICE: _l("Choice"), YES_NO: _l("Yes or no")}

LONGEST_TEXT = 2000
CHUNK = 500

_YES = {"1", "true", "yes", "y", "on", "oui", "o", "vrai"}
_NO = {"0", "false", "no", "n", "off", "non", "faux"}

Value = str | int | float | bool | None


class NameTaken(Refusal):
    """Two fields of one name could not be told apart, nor matched to a heading."""

    def __init__(self, name: str) -> None:
        super().__init__(_("There is a field named “%(name)s” already.", name=name))


class BadValue(ValueError):
    """A value its field cannot hold. The text is a sentence for the person who typed it."""


class NoSuchField(KeyError):
    """No custom field goes by that key or name."""


def all_fields(*, on_leads: bool = False) -> list[CustomField]:
    """The fields in their order, or those of them that are asked of leads."""
    wanted = select(CustomField).order_by(CustomField.position, CustomField.id)
    return list(db.session.scalars(wanted.where(CustomField.on_leads) if on_leads else wanted))


def find_field(name: str, fields: Sequence[CustomField]) -> CustomField:
    """The field of this key or name, however it is written, in either language (GEN-11). Raises NoSuchField."""
    for field in fields:
        if name == field.key or naming.plain(name) == naming.plain(field.name):
            return field
    meant = naming.meaning(name)
    for field in fields:
        if meant is not None and naming.meaning(field.name) == meant:
            return field
    raise NoSuchField(name)


def field_of_key(key: str) -> CustomField | None:
    """One field. They are few: a page that asks for several reads them once."""
    if not has_request_context():
        return db.session.scalar(select(CustomField).where(CustomField.key == key))
    if "custom_fields" not in g:
        g.custom_fields = {field.key: field for field in all_fields()}
    found: dict[str, CustomField] = g.custom_fields
    return found.get(key)


def birthday_fields() -> list[CustomField]:
    """The date fields whose name contains the word for a birthday, whatever its case, in either language (TRG-27)."""
    dates = [field for field in all_fields() if field.kind == DATE]
    return [field for field in dates if naming.is_about("birthday", field.name)]


def create_field(name: str, kind: str, *, choices: Sequence[str] = (), on_leads: bool = True) -> CustomField:
    """Add a field at the end. Only name and kind are needed (CUS-04). Raises NameTaken."""
    fields = all_fields()
    _refuse_same_name(name, fields)
    field = CustomField(
        key=naming.key_for(name, {field.key for field in fields}),
        name=name.strip(),
        kind=kind,
        choices=_distinct(choices),
        on_leads=on_leads,
        position=max((field.position for field in fields), default=-1) + 1,
    )
    db.session.add(field)
    db.session.flush()
    return field


def change_field(field: CustomField, *, name: str, choices: Sequence[str] = (), on_leads: bool = True) -> None:
    """Rename a field or change what it offers. Its kind stays: values of another kind would make no sense in it."""
    _refuse_same_name(name, [other for other in all_fields() if other.id != field.id])
    field.name = name.strip()
    field.choices = _distinct(choices)
    field.on_leads = on_leads


def order_fields(ids: Sequence[int]) -> None:
    """Put the fields in this order; those not named keep theirs, behind."""
    place = {field_id: position for position, field_id in enumerate(ids)}
    fields = sorted(all_fields(), key=lambda field: place.get(field.id, len(place)))
    for position, field in enumerate(fields):
        field.position = position


def delete_field(field: CustomField) -> int:
    """Take a field away, and its values with it. Answers how many contacts had one."""
    ids = list(db.session.scalars(select(Contact.id).where(_has_value(field))))
    for start in range(0, len(ids), CHUNK):
        for contact in db.session.scalars(select(Contact).where(Contact.id.in_(ids[start : start + CHUNK]))):
            contact.custom = {key: value for key, value in contact.custom.items() if key != field.key}
    db.session.delete(field)
    db.session.flush()
    return len(ids)


def count_values(field: CustomField) -> int:
    """How many contacts have something in a field."""
    return db.session.scalar(select(func.count()).select_from(Contact).where(_has_value(field))) or 0


def clean_values(values: Mapping[str, Any], fields: Sequence[CustomField]) -> tuple[dict[str, Value], dict[str, str]]:
    """Values by key as they are stored, out of values by key or name; and what is wrong, by the name that was given."""
    clean: dict[str, Value] = {}
    wrong: dict[str, str] = {}
    for name, value in values.items():
        try:
            field = find_field(name, fields)
            clean[field.key] = clean_value(field, value)
        except NoSuchField:
            wrong[name] = str(_("There is no custom field of this name."))
        except BadValue as error:
            wrong[name] = str(error)
    return clean, wrong


def clean_value(field: CustomField, value: Any) -> Value:
    """One value as its field stores it: dates as 2026-11-23, numbers as numbers; None for nothing. Raises BadValue."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    match field.kind:
        case "number":
            return _number(value)
        case "date":
            return _date(value)
        case "yes_no":
            return _yes_no(value)
        case "choice":
            return _choice(field, value)
        case _:
            return _text(value)


def _text(value: Any) -> str:
    text = str(value).strip()
    if len(text) > LONGEST_TEXT:
        raise BadValue(_("At most %(n)s characters.", n=LONGEST_TEXT))
    return text


def _number(value: Any) -> int | float:
    try:
        number = float(str(value).replace("\N{NO-BREAK SPACE}", "").replace(" ", "").replace(",", "."))
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or isinstance(value, bool):
        raise BadValue(_("This is not a number."))
    return int(number) if number.is_integer() else number


def _date(value: Any) -> str:
    try:
        return date.fromisoformat(str(value).strip()).isoformat()
    except ValueError:
        raise BadValue(_("This is not a date; write it as 2026-11-23.")) from None


def _yes_no(value: Any) -> bool:
    said = str(value).strip().casefold()
    if said not in _YES | _NO:
        raise BadValue(_("This is neither yes nor no."))
    return said in _YES


def _choice(field: CustomField, value: Any) -> str:
    wanted = naming.plain(str(value))
    for choice in field.choices:
        if naming.plain(choice) == wanted:
            return choice
    raise BadValue(_("Choose one of: %(choices)s.", choices=", ".join(field.choices)))


def _has_value(field: CustomField) -> Any:
    return Contact.custom[field.key].as_string().is_not(None)


def _refuse_same_name(name: str, others: Sequence[CustomField]) -> None:
    if any(naming.plain(other.name) == naming.plain(name) for other in others):
        raise NameTaken(name.strip())


def _distinct(choices: Sequence[str]) -> list[str]:
    return list({choice.strip(): None for choice in choices if choice.strip()})

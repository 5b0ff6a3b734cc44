"""Variables in messages: `##{{first_name}}` becomes the person's own (TXN-05, SEQ-26).

Each is declared once; what stands in a text and is not declared, or is spelled otherwise, stays as typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import lazy_gettext as _
from markupsafe import escape

from app.contacts.models import Contact
from app.staff import studio

SEQUENCE, MANUAL, TRANSACTIONAL = "sequence", "manual", "transactional"
EVERYWHERE = frozenset({SEQUENCE, MANUAL, TRANSACTIONAL})

Values = Mapping[str, str]

_MARKED = re.compile(r"##\{\{([A-Za-z][A-Za-z0-9_]*)\}\}")
_BARE = re.compile(r"(?<!#)\{\{([A-Za-z][A-Za-z0-9_]*)\}\}")


@dataclass(frozen=True)
class Variable:
    """A declared variable. `values` answers for many people at once, by contact id."""

    key: str
    label: LazyString
    where: frozenset[str]
    values: Callable[[Sequence[Contact]], Mapping[int, str]]

    @property
    def token(self) -> str:
        """What one types into a message."""
        return f"##{{{{{self.key}}}}}"


VARIABLES: dict[str, Variable] = {}

ValuesOfMany = Callable[[Sequence[Contact]], Mapping[int, str]]


def variable(key: str, label: LazyString, where: frozenset[str] = EVERYWHERE) -> Callable[[ValuesOfMany], ValuesOfMany]:
    """Declare a variable by the function that knows its values."""

    def declare(values: ValuesOfMany) -> ValuesOfMany:
        VARIABLES[key] = Variable(key, label, where, values)
        return values

    return declare


def usable(where: str) -> list[Variable]:
    """The variables that work in messages of this kind, for the list above an editor."""
    return [one for one in VARIABLES.values() if where in one.where]


def keys_in(*texts: str) -> set[str]:
    """The names of the variables that stand in these texts, known or not."""
    return {found for text in texts for found in _MARKED.findall(text)}


def named(text: str) -> str:
    """A text with the names of its variables, as it stands in lists and headings: "Welcome, First name"."""
    return _fill(_MARKED, text, {key: str(one.label) for key, one in VARIABLES.items()}, html=False)


def values_for(
    contacts: Sequence[Contact], where: str, keys: Collection[str] | None = None
) -> dict[int, dict[str, str]]:
    """What each variable usable there says for each of these people; only those in `keys`, where given."""
    filled: dict[int, dict[str, str]] = {contact.id: {} for contact in contacts}
    for one in usable(where):
        if keys is None or one.key in keys:
            for contact_id, value in one.values(contacts).items():
                filled[contact_id][one.key] = value
    return filled


def fill(text: str, values: Values, *, html: bool = False) -> str:
    """Put the values in. In HTML they are escaped: a name is a name, whatever somebody typed into a form."""
    return _fill(_MARKED, text, values, html=html)


def fill_bare(text: str, values: Values) -> str:
    """Put the values in where they stand as `{{first_name}}`, as in the titles of tasks."""
    return _fill(_BARE, fill(text, values), values, html=False)


def _fill(pattern: re.Pattern[str], text: str, values: Values, *, html: bool) -> str:
    def value(found: re.Match[str]) -> str:
        said = values.get(found[1])
        if said is None:
            return found[0]
        return str(escape(said)) if html else said

    return pattern.sub(value, text)


@variable("first_name", _("First name"))
def _first_names(contacts: Sequence[Contact]) -> Mapping[int, str]:
    return {contact.id: contact.first_name for contact in contacts}


@variable("last_name", _("Last name"))
def _last_names(contacts: Sequence[Contact]) -> Mapping[int, str]:
    return {contact.id: contact.last_name for contact in contacts}


@variable("email", _("E-mail address"))
def _emails(contacts: Sequence[Contact]) -> Mapping[int, str]:
    return {contact.id: contact.email or "" for contact in contacts}


@variable("phone", _("Phone number"))
def _phones(contacts: Sequence[Contact]) -> Mapping[int, str]:
    return {contact.id: contact.phone or "" for contact in contacts}


@variable("location", _("Home location"))
def _locations(contacts: Sequence[Contact]) -> Mapping[int, str]:
    return {contact.id: contact.location.name if contact.location else "" for contact in contacts}


@variable("studio_name", _("Name of the studio"))
def _studio_names(contacts: Sequence[Contact]) -> Mapping[int, str]:
    name = studio.studio().name
    return {contact.id: name for contact in contacts}

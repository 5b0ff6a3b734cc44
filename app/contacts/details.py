"""Changing what is known of a contact, by hand or through the API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from app import events
from app.contacts import people
from app.contacts.addresses import clean_email, clean_phone
from app.contacts.models import Contact
from app.db import db
from app.events.log import Acting
from app.staff.models import Location
from app.web import Refusal


@dataclass(frozen=True)
class Changes:
    """The details as they shall be, all of them but `custom`: there, keys not named keep their values."""

    first_name: str = ""
    last_name: str = ""
    email: str | None = None
    phone: str | None = None
    language: str = ""
    location: Location | None = None
    custom: Mapping[str, Any] = field(default_factory=dict)


class AddressTaken(Refusal):
    """Somebody else has this e-mail address or number; one address is one person (GEN-07)."""

    def __init__(self, which: str, owner: Contact | None) -> None:
        self.which = which  # "email" or "phone"
        self.owner = owner
        name = owner.name if owner is not None else _("somebody else")
        super().__init__(_("This is already the address of %(name)s.", name=name))


class ChangedMeanwhile(Refusal):
    """Somebody saved these details between the moment they were shown and now."""

    def __init__(self) -> None:
        super().__init__(_("Somebody was faster and changed these details. Look at them again, then save."))


def change_details(
    contact: Contact, changes: Changes, *, by: events.Actor | Acting, believed_rev: int | None = None
) -> list[str]:
    """Change a contact's details. Answers the names of those that are different now; none of them: no event.

    `believed_rev` is the revision that was shown when editing began. Raises ChangedMeanwhile or AddressTaken.
    """
    wanted = _as_columns(contact, changes)
    changed = {name: value for name, value in wanted.items() if getattr(contact, name) != value}
    if believed_rev is not None and contact.rev != believed_rev:
        raise ChangedMeanwhile
    _refuse_taken(contact, changed)
    if changed:
        _write(contact, changed)
        events.record("contact.changed", contact, by=by, fields=sorted(changed))
    return sorted(changed)


def _as_columns(contact: Contact, changes: Changes) -> dict[str, Any]:
    custom = {key: value for key, value in (contact.custom | dict(changes.custom)).items() if value is not None}
    return {
        "first_name": changes.first_name.strip(),
        "last_name": changes.last_name.strip(),
        "email": clean_email(changes.email),
        "phone": clean_phone(changes.phone),
        "language": changes.language,
        "location_id": changes.location.id if changes.location is not None else None,
        "custom": custom,
    }


def _refuse_taken(contact: Contact, changed: Mapping[str, Any]) -> None:
    for which in ("email", "phone"):
        if changed.get(which):
            owner = people.find_contact(people.Details(**{which: changed[which]}))
            if owner is not None and owner.id != contact.id:
                raise AddressTaken(which, owner)


def _write(contact: Contact, changed: Mapping[str, Any]) -> None:
    """Save only what is different, and only over the revision that was read."""
    try:
        with db.session.begin_nested():
            done = db.session.execute(
                update(Contact)
                .where(Contact.id == contact.id, Contact.rev == contact.rev)
                .values(**changed, rev=Contact.rev + 1)
                .execution_options(synchronize_session=False)
            )
    except IntegrityError:
        # Between the look and the write somebody was given the same address.
        raise AddressTaken("email" if "email" in changed else "phone", None) from None
    if not done.rowcount:  # type: ignore[attr-defined]
        raise ChangedMeanwhile
    db.session.refresh(contact)

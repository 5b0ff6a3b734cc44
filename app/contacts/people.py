"""Finding, making and changing contacts. One person is one record, however they come (GEN-01, GEN-07)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import String, func, select
from sqlalchemy.exc import IntegrityError

from app import clock, events
from app.contacts.addresses import clean_email, clean_phone
from app.contacts.models import Contact
from app.db import db, one_of
from app.events import log
from app.events.log import Acting
from app.lifecycle import stages
from app.lifecycle.models import LifecycleStage
from app.staff.models import Location


@dataclass(frozen=True)
class Details:
    """What is known of a person. E-mail and phone may be as typed; those that cannot be used are left out."""

    first_name: str = ""
    last_name: str = ""
    email: str | None = None
    phone: str | None = None
    external_id: str | None = None
    language: str = ""
    location: Location | None = None
    custom: dict[str, Any] = field(default_factory=dict)


def find_contact(details: Details) -> Contact | None:
    """Somebody we know already: by external id, else by e-mail whatever its case, else by phone number (GEN-07)."""
    email, phone = clean_email(details.email), clean_phone(details.phone)
    if details.external_id:
        found = db.session.scalar(select(Contact).where(Contact.external_id == details.external_id))
        if found is not None:
            return found
    if email:
        found = db.session.scalar(select(Contact).where(func.lower(Contact.email) == email.lower()))
        if found is not None:
            return found
    if phone:
        return db.session.scalar(select(Contact).where(Contact.phone == phone))
    return None


def find_or_create(details: Details, *, by: events.Actor | Acting, via: str) -> tuple[Contact, bool]:
    """The contact these details belong to, made where there is none. Answers also whether it is new.

    Details of a known contact fill its gaps and erase nothing. `via` says what brought them: "form", "import", "api" …
    """
    known = find_contact(details)
    if known is not None:
        fill_gaps(known, details)
        return known, False
    try:
        with db.session.begin_nested():
            return create_contact(details, by=by, via=via), True
    except IntegrityError:
        # Somebody made the same person between the look and the write.
        known = find_contact(details)
        if known is None:
            raise
        fill_gaps(known, details)
        return known, False


def find_or_create_many(
    many: Sequence[Details], *, by: events.Actor | Acting, via: str, **about: Any
) -> list[tuple[Contact, bool]]:
    """The same for many people in a handful of statements, in their order; each is known by the e-mail address only.

    No two of them may have the same address. `about` is what else their events say.
    """
    try:
        with db.session.begin_nested():
            return _find_or_create_many(many, by, via, about)
    except IntegrityError:
        # Somebody made one of them between the look and the write: now they are found.
        return _find_or_create_many(many, by, via, about)


def _find_or_create_many(
    many: Sequence[Details], by: events.Actor | Acting, via: str, about: dict[str, Any]
) -> list[tuple[Contact, bool]]:
    addresses = [clean_email(one.email) for one in many]
    known = find_by_email([address for address in addresses if address])
    stage = stages.default_stage()
    found: list[tuple[Contact, bool]] = []
    for details, address in zip(many, addresses, strict=True):
        contact = known.get(address.lower()) if address else None
        if contact is not None:
            fill_gaps(contact, details)
        found.append((contact or _new_contact(details, stage), contact is None))
    fresh = [contact for contact, is_new in found if is_new]
    db.session.add_all(fresh)
    db.session.flush()
    actor = log.actor(by)
    events.record_many([events.Entry("contact.created", one.id, {"via": via, **about}, actor) for one in fresh])
    return found


def find_by_email(addresses: Sequence[str]) -> dict[str, Contact]:
    """Who has one of these addresses, whatever its case; by the address in lower case."""
    wanted = one_of(func.lower(Contact.email, type_=String()), [address.lower() for address in addresses])
    return {(one.email or "").lower(): one for one in db.session.scalars(select(Contact).where(wanted))}


def create_contact(details: Details, *, by: events.Actor | Acting, via: str) -> Contact:
    """Make a contact, in the default lifecycle stage (LIFE-12). The caller has made sure that nobody matches."""
    contact = _new_contact(details, stages.default_stage())
    db.session.add(contact)
    events.record("contact.created", contact, by=by, via=via)
    return contact


def _new_contact(details: Details, stage: LifecycleStage | None) -> Contact:
    now = clock.now()
    return Contact(
        first_name=details.first_name.strip(),
        last_name=details.last_name.strip(),
        email=clean_email(details.email),
        phone=clean_phone(details.phone),
        external_id=details.external_id or None,
        language=details.language,
        location=details.location,
        custom=details.custom,
        lifecycle_stage=stage,
        lifecycle_changed_at=now,
        lifecycle_position=-now.timestamp(),  # on top of its lane (`app/lifecycle/board.py`)
        created_at=now,
    )


def fill_gaps(contact: Contact, details: Details) -> None:
    """Add to a contact what was not known yet. What stands is kept; an address somebody else has is left to them."""
    contact.first_name = contact.first_name or details.first_name.strip()
    contact.last_name = contact.last_name or details.last_name.strip()
    contact.language = contact.language or details.language
    contact.location = contact.location or details.location
    contact.custom = details.custom | contact.custom
    email, phone = clean_email(details.email), clean_phone(details.phone)
    if not contact.email and email and find_contact(Details(email=email)) is None:
        contact.email = email
    if not contact.phone and phone and find_contact(Details(phone=phone)) is None:
        contact.phone = phone
    if not contact.external_id and details.external_id:
        contact.external_id = details.external_id


def make_client(contact: Contact, *, by: events.Actor | Acting, via: str) -> None:
    """Put a contact on the client list (GEN-03). Somebody who is there already stays there."""
    if not contact.is_client:
        contact.is_client = True
        contact.client_since = clock.now()
        events.record("client.created", contact, by=by, via=via)


def add_client(details: Details, *, by: events.Actor | Acting) -> tuple[Contact, bool]:
    """Put somebody on the client list by hand, without any purchase (CUS-03). Somebody we know becomes the client.

    Answers also whether they were put there now: False for one who was a client already.
    """
    contact, _is_new = find_or_create(details, by=by, via="dashboard")
    if contact.is_client:
        return contact, False
    make_client(contact, by=by, via="dashboard")
    events.record("client.created_from_dashboard", contact, by=by)
    return contact, True

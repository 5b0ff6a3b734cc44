"""Reading contacts: as somebody of the staff may see them."""

from __future__ import annotations

from collections.abc import Sequence

from flask import abort
from sqlalchemy import ColumnElement, Select, or_, select, true
from sqlalchemy.orm import joinedload, selectinload

from app.contacts.models import Contact
from app.db import db
from app.staff.models import Staff


def is_seen_by(staff: Staff) -> ColumnElement[bool]:
    """What a contact must be for this person to see it: anyone, or those of the one location of a pre-filter (ROLE-05).

    A contact without a home location is seen by all.
    """
    if staff.only_location_id is None:
        return true()
    return or_(Contact.location_id == staff.only_location_id, Contact.location_id.is_(None))


def contacts_seen_by(staff: Staff) -> Select[Contact]:
    """Everyone this person may see, but for the erased."""
    return select(Contact).where(Contact.erased_at.is_(None), is_seen_by(staff))


def recent_contacts(seen_by: Staff, limit: int) -> Sequence[Contact]:
    """Those one had to do with last: whom to try something out on."""
    latest = contacts_seen_by(seen_by).order_by(Contact.last_interaction_at.desc().nulls_last(), Contact.id.desc())
    return db.session.scalars(latest.limit(limit)).all()


def get_contact(contact_id: int, *, seen_by: Staff) -> Contact:
    """One contact, with what its pages show of it. Answers 404 for one this person may not see."""
    found = db.session.scalar(
        contacts_seen_by(seen_by)
        .where(Contact.id == contact_id)
        .options(
            joinedload(Contact.location),
            joinedload(Contact.owner),
            joinedload(Contact.lifecycle_stage),
            selectinload(Contact.tags),
        )
    )
    if found is None:
        abort(404)
    return found

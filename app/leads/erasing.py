"""What leads say of a person who is erased."""

from __future__ import annotations

from sqlalchemy import update

from app.contacts import erase
from app.contacts.models import Contact
from app.db import db
from app.leads.models import Lead


@erase.also
def clear_leads(contact: Contact) -> None:
    """The lead stays in the counts; what was typed in it goes."""
    db.session.execute(update(Lead).where(Lead.contact_id == contact.id).values(note="", custom={}, faults={}))

"""What the receipts of imports say of a person who is erased."""

from __future__ import annotations

from sqlalchemy import func, or_, update

from app.contacts import erase
from app.contacts.models import Contact
from app.db import db
from app.leads.importing.models import LeadImportRow


@erase.also
def clear_rows(contact: Contact) -> None:
    """The row stays in the counts; who it was goes, also from rows of which nothing became."""
    theirs = [LeadImportRow.contact_id == contact.id]
    if contact.email:
        theirs.append(func.lower(LeadImportRow.email) == contact.email.lower())
    db.session.execute(update(LeadImportRow).where(or_(*theirs)).values(first_name="", last_name="", email=""))

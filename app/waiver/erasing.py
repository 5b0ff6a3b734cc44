"""What signatures say of a person who is erased."""

from __future__ import annotations

from sqlalchemy import update

from app.contacts import erase
from app.contacts.models import Contact
from app.db import db
from app.waiver.models import WaiverSignature


@erase.also
def clear_signatures(contact: Contact) -> None:
    """A version was signed on a day, which is counted; the name goes."""
    db.session.execute(update(WaiverSignature).where(WaiverSignature.contact_id == contact.id).values(name=""))

"""What bookings say of a person who is erased."""

from __future__ import annotations

from sqlalchemy import update

from app.contacts import erase
from app.contacts.models import Contact
from app.db import db
from app.studio.models import Booking


@erase.also
def clear_bookings(contact: Contact) -> None:
    """A place was taken in a class; what else another system told of it goes."""
    db.session.execute(update(Booking).where(Booking.contact_id == contact.id).values(data={}))

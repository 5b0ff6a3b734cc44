"""What bookings and checkouts say of a person who is erased."""

from __future__ import annotations

from sqlalchemy import func, or_, update

from app import clock
from app.contacts import erase
from app.contacts.models import Contact
from app.db import db
from app.studio.checkout_models import Checkout, Order
from app.studio.models import Booking


@erase.also
def clear_bookings(contact: Contact) -> None:
    """A place was taken in a class; what else another system told of it goes."""
    db.session.execute(update(Booking).where(Booking.contact_id == contact.id).values(data={}))


@erase.also
def clear_checkouts(contact: Contact) -> None:
    """Orders stay, for they are counted; what was typed goes, also where it was never sent."""
    db.session.execute(update(Order).where(Order.contact_id == contact.id).values(buyer_name=""))
    theirs = Checkout.contact_id == contact.id
    if contact.email:
        theirs = or_(theirs, func.lower(Checkout.email) == contact.email.lower())
    nothing = dict.fromkeys(("first_name", "last_name", "email", "phone"), "")
    db.session.execute(update(Checkout).where(theirs).values(**nothing, named_at=None, cleared_at=clock.now()))

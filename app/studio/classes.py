"""Classes: booked, moved, cancelled, attended or missed, whoever tells of it."""

from __future__ import annotations

from typing import Any

from app.contacts.models import Contact
from app.events.posting import How, posts
from app.studio import bookings


@posts("class.booked")
def book_class(contact: Contact, data: dict[str, Any], how: How) -> int | None:
    """Somebody books a class, through Classpass too (CP-05)."""
    return bookings.book(bookings.CLASS, contact, data, how)


@posts("class.booking_cancelled")
def cancel_booking(contact: Contact, data: dict[str, Any], how: How) -> int | None:
    """A booking is cancelled: by the client, unless it says by whom."""
    return bookings.cancel(bookings.CLASS, "class.booking_cancelled", contact, data, how)


@posts("class.cancelled")
def cancel_class(contact: Contact, data: dict[str, Any], how: How) -> int | None:
    """The studio cancels a class that somebody had booked: their booking counts no more, their credit comes back."""
    return bookings.cancel(bookings.CLASS, "class.cancelled", contact, data | {"credit_lost": False}, how)


@posts("class.booking_moved")
def move_class(contact: Contact, data: dict[str, Any], how: How) -> int | None:
    """A class that somebody has booked takes place at another time."""
    return bookings.move(bookings.CLASS, "class.booking_moved", contact, data, how)


@posts("class.visited")
def visit_class(contact: Contact, data: dict[str, Any], how: How) -> int | None:
    """Somebody is checked in to a class, booked before or not."""
    return bookings.visit(bookings.CLASS, contact, data, how)


@posts("class.no_show")
def miss_class(contact: Contact, data: dict[str, Any], how: How) -> int | None:
    """Somebody did not come to a class they had booked."""
    return bookings.stay_away(bookings.CLASS, contact, data, how)

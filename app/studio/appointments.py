"""Appointments: booked, moved, cancelled, kept, whoever tells of it."""

from __future__ import annotations

from typing import Any

from app.contacts.models import Contact
from app.events.posting import How, posts
from app.studio import bookings


@posts("appointment.booked")
def book_appointment(contact: Contact, data: dict[str, Any], how: How) -> int | None:
    """Somebody books an appointment."""
    return bookings.book(bookings.APPOINTMENT, contact, data, how)


@posts("appointment.cancelled")
def cancel_appointment(contact: Contact, data: dict[str, Any], how: How) -> int | None:
    """An appointment is cancelled, by whomever: it is not reminded of any more."""
    return bookings.cancel(bookings.APPOINTMENT, "appointment.cancelled", contact, data, how)


@posts("appointment.moved")
def move_appointment(contact: Contact, data: dict[str, Any], how: How) -> int | None:
    """An appointment takes place at another time."""
    return bookings.move(bookings.APPOINTMENT, "appointment.moved", contact, data, how)


@posts("appointment.visited")
def visit_appointment(contact: Contact, data: dict[str, Any], how: How) -> int | None:
    """Somebody is checked in to an appointment, booked before or not."""
    return bookings.visit(bookings.APPOINTMENT, contact, data, how)

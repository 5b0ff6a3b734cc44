"""What somebody holds, books and buys, on their profile (CUS-02)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import render_template
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from app import clock, panels
from app.contacts.models import Contact
from app.db import db
from app.studio.models import Booking, Holding, Purchase

SHOWN = 6


def about_contact(contact: Contact) -> Markup:
    """Nothing for those who have not yet booked or bought."""
    holdings = _latest(Holding, contact, Holding.bought_at)
    bookings = _latest(Booking, contact, Booking.booked_at)
    purchases = _latest(Purchase, contact, Purchase.bought_at)
    if not (holdings or bookings or purchases):
        return Markup()
    return Markup(  # noqa: S704 - a rendered template
        render_template(
            "studio/_panel.html",
            contact=contact,
            holdings=holdings,
            bookings=bookings,
            purchases=purchases,
            now=clock.now(),
        )
    )


def _latest(
    kind: type[Holding | Booking | Purchase], contact: Contact, at: InstrumentedAttribute[datetime]
) -> list[Any]:
    theirs = select(kind).where(kind.contact_id == contact.id).order_by(at.desc(), kind.id.desc())
    return list(db.session.scalars(theirs.limit(SHOWN)))


panels.register(panels.Panel("contact", "studio", 30, about_contact))

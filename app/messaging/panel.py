"""The last messages on a contact's or a lead's page, and the way to write one more (INB-15)."""

from __future__ import annotations

from flask import render_template
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app import panels
from app.contacts.models import Contact
from app.db import db
from app.leads.models import Lead
from app.messaging.models import Message
from app.panels import Panel

LAST = 4


def hang() -> None:
    """Hang the panel on the pages about people and their leads."""
    panels.register(Panel("contact", "messages", 30, about_contact))
    panels.register(Panel("lead", "messages", 30, about_lead))


def about_contact(contact: Contact) -> Markup:
    if not current_user.may("inbox.use"):
        return Markup()
    found = db.session.scalars(
        select(Message)
        .where(Message.contact_id == contact.id)
        .options(joinedload(Message.sender))
        .order_by(Message.id.desc())
        .limit(LAST)
    ).all()
    return Markup(render_template("messaging/_panel.html", contact=contact, messages=found))  # noqa: S704 - our template


def about_lead(lead: Lead) -> Markup:
    return about_contact(lead.contact)

"""Somebody's leads, on their profile (CUS-02)."""

from __future__ import annotations

from flask import render_template
from flask_login import current_user
from markupsafe import Markup

from app import panels
from app.contacts.models import Contact
from app.db import db
from app.leads import queries
from app.leads.models import Lead


def about_contact(contact: Contact) -> Markup:
    """Those this person may see, the newest first; nothing where there is none."""
    if not current_user.may("leads.see"):
        return Markup()
    theirs = queries.leads_seen_by(current_user).where(Lead.contact_id == contact.id)
    leads = db.session.scalars(theirs.order_by(Lead.created_at.desc(), Lead.id.desc())).all()
    if not leads:
        return Markup()
    return Markup(render_template("leads/_panel.html", contact=contact, leads=leads))  # noqa: S704 - a rendered template


panels.register(panels.Panel("contact", "leads", 15, about_contact))

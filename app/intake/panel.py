"""What somebody has filled in, on their profile (STU-21)."""

from __future__ import annotations

from flask import render_template
from flask_login import current_user
from markupsafe import Markup

from app import panels
from app.contacts.models import Contact
from app.intake import forms, submitting


def about_contact(contact: Contact) -> Markup:
    """Their answers, and a way to send them a form; nothing where the studio has neither."""
    if not current_user.may("contacts.see"):
        return Markup()
    submissions = submitting.submissions_of(contact)
    can_send = current_user.may("contacts.edit") and bool(forms.open_forms())
    if not submissions and not can_send:
        return Markup()
    return Markup(  # noqa: S704 - a rendered template
        render_template("intake/_panel.html", contact=contact, submissions=submissions, can_send=can_send)
    )


panels.register(panels.Panel("contact", "intake", 40, about_contact))

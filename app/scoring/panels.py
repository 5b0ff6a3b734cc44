"""The score and what it is made of, on the page of a contact."""

from __future__ import annotations

from flask import render_template
from flask_login import current_user
from markupsafe import Markup

from app import panels
from app.contacts.models import Contact
from app.scoring import ledger, points
from app.scoring.settings import scoring


def about_contact(contact: Contact) -> Markup:
    if not current_user.may("contacts.see"):
        return Markup()
    return Markup(  # noqa: S704 - a rendered template
        render_template(
            "scoring/_receipt.html",
            contact=contact,
            lines=ledger.live_lines(contact.id),
            rules=points.RULES,
            threshold=scoring().threshold,
            oob="",
        )
    )


panels.register(panels.Panel("contact", "score", 10, about_contact))

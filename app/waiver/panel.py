"""Which versions somebody has signed, on their profile, and whether the current one is still to be signed (WVR-06)."""

from __future__ import annotations

from flask import render_template
from flask_login import current_user
from markupsafe import Markup

from app import panels
from app.contacts.models import Contact
from app.waiver import asking, signing, versions


def about_contact(contact: Contact) -> Markup:
    """Their signatures and a way to ask for the one that is missing; nothing where the studio has no waiver."""
    version = versions.current() if current_user.may("contacts.see") else None
    if version is None:
        return Markup()
    signatures = signing.signatures_of(contact)
    is_signed = any(one.version_id == version.id for one in signatures)
    return Markup(  # noqa: S704 - a rendered template
        render_template(
            "waiver/_panel.html",
            contact=contact,
            version=version,
            signatures=signatures,
            is_signed=is_signed,
            asked_at=asking.asked_at(version, [contact.id]).get(contact.id),
            link=signing.link_for(version, contact.id),
        )
    )


panels.register(panels.Panel("contact", "waiver", 41, about_contact))

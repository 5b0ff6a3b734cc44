"""Open tasks on the pages of the people and leads they are about."""

from __future__ import annotations

from flask import render_template
from flask_login import current_user
from markupsafe import Markup

from app import clock, panels
from app.contacts.models import Contact
from app.leads.models import Lead
from app.tasks import queries


def about_contact(contact: Contact) -> Markup:
    return _panel(f"contact-{contact.id}", contact_id=contact.id)


def about_lead(lead: Lead) -> Markup:
    return _panel(f"lead-{lead.id}", contact_id=lead.contact_id, lead_id=lead.id)


def _panel(key: str, *, contact_id: int, lead_id: int | None = None) -> Markup:
    if not current_user.may("tasks.use"):
        return Markup()
    return Markup(  # noqa: S704 - a rendered template
        render_template(
            "tasks/_panel.html",
            key=key,
            tasks=queries.tasks_about(contact_id=contact_id),
            contact_id=contact_id,
            lead_id=lead_id,
            now=clock.now(),
            oob="",
        )
    )


panels.register(panels.Panel("contact", "tasks", 20, about_contact))
panels.register(panels.Panel("lead", "tasks", 10, about_lead))

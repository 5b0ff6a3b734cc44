"""What is due to somebody, on their profile, and settling one of it by hand."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup

from app import clock, panels, web
from app.apps import suite
from app.contacts import queries
from app.contacts.models import Contact
from app.sequences import due
from app.sequences.views import bp
from app.web import needs


def about_contact(contact: Contact) -> Markup:
    if not (current_user.may("inbox.use") or current_user.may("sequences.see")):
        return Markup()
    return Markup(render_template("sequences/_due.html", oob="", **_shown(contact)))  # noqa: S704 - our template


panels.register(panels.Panel("contact", "due", 25, about_contact))


@bp.post("/contacts/<int:contact_id>/due/<int:message_id>/now")
@needs("sequences.edit")
def send_now(contact_id: int, message_id: int) -> Response:
    contact = queries.get_contact(contact_id, seen_by=current_user)
    due.send_now(contact, message_id)
    return _again(contact, _("On its way."))


@bp.post("/contacts/<int:contact_id>/due/<int:message_id>/skip")
@needs("sequences.edit")
def skip(contact_id: int, message_id: int) -> Response:
    contact = queries.get_contact(contact_id, seen_by=current_user)
    due.skip(contact, message_id, by=current_user)
    return _again(contact, _("Skipped. The sequence goes on."))


def _again(contact: Contact, said: str) -> Response:
    back = url_for("contacts.show", contact_id=contact.id)
    return web.reply("sequences/_due.html", back=back, toast=said, **_shown(contact))


def _shown(contact: Contact) -> dict[str, Any]:
    may_see = current_user.may("sequences.see") and suite.is_on()
    return {
        "contact": contact,
        "due": due.due_to(contact),
        "now": clock.now(),
        "may_edit": may_see and current_user.may("sequences.edit"),
        "may_see": may_see,
    }

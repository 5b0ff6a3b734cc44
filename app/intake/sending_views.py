"""Sending somebody an intake form from their profile."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app import web
from app.contacts.queries import get_contact
from app.intake import forms, inviting, submitting

bp = Blueprint("intake_sending", __name__)


@bp.get("/contacts/<int:contact_id>/intake")
@web.needs("contacts.edit")
def choose(contact_id: int) -> Response:
    """Which form: send it, or copy the person's own link to it."""
    contact = get_contact(contact_id, seen_by=current_user)
    offered = [(form, submitting.link_for(form, contact.id)) for form in forms.open_forms()]
    return web.page("intake/send.html", contact=contact, offered=offered)


@bp.post("/contacts/<int:contact_id>/intake")
@web.needs("contacts.edit")
def send(contact_id: int) -> Response:
    contact = get_contact(contact_id, seen_by=current_user)
    form = forms.get_form(request.form.get("intake_form", 0, type=int))
    inviting.send(form, contact)
    said = _("“%(form)s” is on its way to %(name)s", form=form.title, name=contact.name)
    flash(said)
    return web.go(url_for("contacts.show", contact_id=contact.id))

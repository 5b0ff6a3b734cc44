"""Pages about people: contacts, the client list, a profile."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_login import current_user

from app import web
from app.contacts import queries, timeline

bp = Blueprint("contacts", __name__)


@bp.get("/contacts/<int:contact_id>/timeline", endpoint="timeline")
@web.needs("contacts.see")
def timeline_page(contact_id: int) -> Response:
    contact = queries.get_contact(contact_id, seen_by=current_user)
    page = timeline.timeline_of(contact, before=request.args.get("before"))
    return web.page("contacts/timeline.html", contact=contact, timeline=page)

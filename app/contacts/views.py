"""Pages about people: contacts, the client list, a drawer beside them, a profile."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from flask_login import current_user
from sqlalchemy import select

from app import panels, web
from app.contacts import custom_fields, filters, queries, segments, tags, timeline
from app.contacts.filters import Filters
from app.contacts.models import CONSENTS, Contact
from app.db import db
from app.lifecycle import stages
from app.staff.models import Location

bp = Blueprint("contacts", __name__)

DRAWER_TABS = ("about", "activities")


@bp.get("/contacts")
@web.needs("contacts.see")
def index() -> Response:
    """Everyone (GEN-08)."""
    return _list("contacts.index", clients_only=False)


@bp.get("/clients")
@web.needs("contacts.see")
def clients() -> Response:
    """Those who have bought or booked, and those the staff put there (GEN-03, GEN-08)."""
    return _list("contacts.clients", clients_only=True)


@bp.get("/contacts/<int:contact_id>")
@web.needs("contacts.see")
def show(contact_id: int) -> Response:
    contact = queries.get_contact(contact_id, seen_by=current_user)
    return web.page(
        "contacts/show.html",
        contact=contact,
        timeline=timeline.timeline_of(contact),
        panels=panels.shown("contact", contact),
        custom_fields=custom_fields.all_fields(),
        **beside(contact),
    )


@bp.get("/contacts/<int:contact_id>/drawer")
@web.needs("contacts.see")
def drawer(contact_id: int) -> Response:
    """The details beside a list (CUS-01); without HTMX, the profile."""
    contact = queries.get_contact(contact_id, seen_by=current_user)
    if not web.wants_partial():
        return redirect(url_for("contacts.show", contact_id=contact.id))  # type: ignore[return-value]
    tab = request.args.get("tab", "")
    return web.page(
        "contacts/drawer.html",
        contact=contact,
        tab=tab if tab in DRAWER_TABS else DRAWER_TABS[0],
        timeline=timeline.timeline_of(contact) if tab == "activities" else None,
        custom_fields=custom_fields.all_fields(),
        **beside(contact),
    )


@bp.get("/contacts/<int:contact_id>/timeline", endpoint="timeline")
@web.needs("contacts.see")
def timeline_page(contact_id: int) -> Response:
    contact = queries.get_contact(contact_id, seen_by=current_user)
    page = timeline.timeline_of(contact, before=request.args.get("before"))
    return web.page("contacts/timeline.html", contact=contact, timeline=page)


@bp.get("/contacts/<int:contact_id>/heat")
@web.needs("contacts.see")
def heat(contact_id: int) -> Response:
    """Somebody's score and hot label alone, asked for again when they change."""
    return web.page("contacts/heat.html", contact=queries.get_contact(contact_id, seen_by=current_user))


def beside(contact: Contact) -> dict[str, Any]:
    """What the parts at the side of a contact need: lifecycle stage, tags, subscriptions."""
    carried = {tag.id for tag in contact.tags}
    return {
        "stages": stages.all_stages() if stages.is_shown() else [],
        "addable_tags": [tag for tag in tags.all_tags(tags.CLIENT) if tag.id not in carried],
    }


def _list(endpoint: str, *, clients_only: bool) -> Response:
    wanted = Filters.read(request.args, by=current_user)
    after = request.args.get("after")
    page = filters.page(wanted, clients_only=clients_only, seen_by=current_user, after=after)
    is_shown = stages.is_shown()
    shown: dict[str, Any] = {
        "endpoint": endpoint,
        "page": page,
        "filters": wanted,
        "show_stages": is_shown,
        "drawer": not clients_only,
    }
    if after and web.wants_partial():
        return web.page("contacts/rows.html", **shown)
    scope = segments.CLIENTS if clients_only else segments.CONTACTS
    known = segments.shown(scope, seen_by=current_user)
    everyone = filters.of_list(clients_only=clients_only, seen_by=current_user)
    return web.page(
        "contacts/index.html",
        scope=scope,
        segments=known,
        segment_counts=segments.counts(known, everyone, filters.subject()),
        total=filters.count(wanted, clients_only=clients_only, seen_by=current_user),
        stages=stages.all_stages() if is_shown and current_user.may("lifecycle.see") else [],
        tags=tags.all_tags(tags.CLIENT),
        consent_names={key: timeline.WORDS["channel"][key] for key in CONSENTS},
        locations=list(db.session.scalars(select(Location).order_by(Location.name))),
        **shown,
    )

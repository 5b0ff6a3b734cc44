"""The bell: what one has been told, in a panel at the left of the screen (NOTE-02)."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app import web
from app.notifications import bell, settings
from app.notifications.forms import LeadNoticesForm

bp = Blueprint("notifications", __name__)


@bp.get("/notifications")
@web.signed_in
def index() -> Response:
    told = bell.latest(current_user)
    return web.page("notifications/index.html", told=told, newest=bell.newest_id(told))


@bp.get("/notifications/count")
@web.signed_in
def count() -> Response:
    """The number on the bell, asked for again when something is new."""
    return web.page("notifications/bell.html", count=bell.count_new(current_user))


@bp.post("/notifications/seen")
@web.signed_in
def mark_seen() -> Response:
    bell.mark_seen(current_user, request.form.get("upto", 0, type=int))
    if not web.wants_partial():
        return web.go(url_for("notifications.index"))
    return web.trigger(Response("", 204), "notified")


@bp.get("/settings/notifications")
@web.needs("settings.see")
def edit() -> Response:
    return web.page("notifications/settings.html", form=LeadNoticesForm(obj=settings.lead_notices()))


@bp.post("/settings/notifications")
@web.needs("leads.configure")
def save() -> Response:
    form = LeadNoticesForm()
    if not form.validate():
        return web.page("notifications/settings.html", status=422, form=form)
    settings.announce(form.roles.data or [], form.sources.data or [])
    if not web.wants_partial():
        return web.go(url_for("notifications.edit"))
    return web.tell(web.page("notifications/settings.html", form=form), _("Saved"))

"""Home › Activity: what happens with everyone (CUS-07)."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from app import web
from app.contacts import timeline
from app.events import catalogue

bp = Blueprint("activity", __name__)

# What the feed may be narrowed to: the beginnings of kinds.
GROUPS = {
    "": (_l("Everything"), ()),
    "hot": (_l("Hot and cold"), ("score.became_",)),
    "leads": (_l("Leads"), ("lead.", "form.")),
    "messages": (_l("Messages"), ("message.", "call.", "consent.")),
    "bookings": (_l("Bookings and purchases"), ("class.", "membership.", "intro.", "purchase.", "appointment.")),
    "lifecycle": (_l("Lifecycle"), ("lifecycle.",)),
    "tasks": (_l("Tasks"), ("task.",)),
}


@bp.get("/activity")
@web.needs("activity.see")
def index() -> Response:
    group = request.args.get("show", "")
    group = group if group in GROUPS else ""
    prefixes = GROUPS[group][1]
    kinds = {kind for kind in catalogue.KINDS if kind.startswith(prefixes)} if prefixes else ()
    before = request.args.get("before")
    feed = timeline.feed_seen_by(current_user, before=before, limit=40, kinds=kinds)
    shown = "contacts/feed.html" if before and web.wants_partial() else "contacts/activity.html"
    return web.page(shown, feed=feed, group=group, groups={key: label for key, (label, _kinds) in GROUPS.items()})

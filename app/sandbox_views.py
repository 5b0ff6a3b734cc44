"""The button that moves the sandbox's clock on. It exists in sandbox installations only."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from markupsafe import Markup

from app import sandbox
from app.sandbox import Played
from app.web import needs

bp = Blueprint("sandbox", __name__)


@bp.post("/sandbox/clock")
@needs("sandbox.use")
def advance() -> Response:
    """Play what falls due, then show the page at hand anew: much of it may have changed."""
    seconds = request.form.get("seconds", type=int)
    if seconds is None or not 0 < seconds <= sandbox.LONGEST.total_seconds():
        abort(400)
    flash(_summary(sandbox.advance(timedelta(seconds=seconds))))
    if request.headers.get("HX-Request") == "true":
        return Response("", 204, {"HX-Refresh": "true"})
    return redirect(urlsplit(request.referrer or "/").path or "/", code=303)  # type: ignore[return-value]


def _summary(played: Played) -> Markup:
    happened = [
        ngettext("%(num)s event", "%(num)s events", played.events),
        ngettext("%(num)s step", "%(num)s steps", played.steps),
        ngettext("%(num)s message", "%(num)s messages", played.messages),
    ]
    if not (played.events or played.steps or played.messages):
        return Markup.escape(_("The clock moved on. Nothing fell due."))
    said = _("The clock moved on. Meanwhile: %(what)s.", what=", ".join(happened))
    if not (played.events and current_user.may("activity.see")):
        return Markup.escape(said)
    return Markup('{} <a class="lnk" href="{}">{}</a>').format(said, url_for("activity.index"), _("See what happened"))


def init_app(app: Flask) -> None:
    if app.config["SETTINGS"].encore_sandbox:
        app.register_blueprint(bp)

"""Apps & Integrations › App store: the marketing suite and its switch (APP-01)."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from flask_login import current_user

from app import web
from app.apps import suite

bp = Blueprint("app_store", __name__)


@bp.get("/apps")
@web.needs("settings.see")
def index() -> Response:
    return web.page("apps/store.html", suite=suite.suite(), standing_still=suite.what_stands_still())


@bp.post("/apps/suite")
@web.needs("settings.edit")
def switch() -> Response:
    """Switch the suite, and show the page anew: the menu beside it has changed as well."""
    suite.switch(on=request.form.get("on") == "1", by=current_user)
    return web.go(url_for("app_store.index"))

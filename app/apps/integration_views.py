"""Apps & Integrations › Integrations: each with its switch, what it does today and what it was not let do (APP-06)."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, abort, current_app, request, url_for
from flask_login import current_user

from app import web
from app.apps import classpass, integrations
from app.apps.integrations import INTEGRATIONS, Integration
from app.staff import accounts

bp = Blueprint("integrations", __name__, url_prefix="/apps/integrations")


@bp.get("")
@web.needs("settings.see")
def index() -> Response:
    return web.page("apps/integrations.html", rows=[(one, _state(one)) for one in INTEGRATIONS.values()])


@bp.get("/<key>")
@web.needs("settings.see")
def show(key: str) -> Response:
    one = _integration(key)
    return web.page(
        "apps/integration.html",
        one=one,
        state=_state(one),
        ignored=integrations.ignored_events(one),
        example=_example(one),
        **(_classpass() if one.key == classpass.KEY else {}),
    )


@bp.post("/<key>/switch")
@web.needs("settings.edit")
def switch(key: str) -> Response:
    one = _integration(key)
    integrations.switch(one, on=request.form.get("on") == "1", by=current_user)
    return web.go(url_for("integrations.index") if "list" in request.form else url_for("integrations.show", key=key))


@bp.post("/classpass/consolidated-venue")
@web.needs("settings.edit")
def consolidate() -> Response:
    classpass.consolidate()
    return web.go(url_for("integrations.show", key=classpass.KEY))


def _integration(key: str) -> Integration:
    return INTEGRATIONS.get(key) or abort(404)


def _state(one: Integration) -> dict[str, bool]:
    return {"is_on": integrations.is_on(one), "is_within_plan": integrations.is_within_plan(one)}


def _classpass() -> dict[str, Any]:
    locations, ids = accounts.all_locations(), classpass.classpass()
    return {
        "ids": ids,
        "locations": locations,
        "together": classpass.locations_of(ids.consolidated_id) if ids.consolidated_id else [],
        "answer": classpass.answer(locations),
    }


def _example(one: Integration) -> str:
    """A command that sends such an event, to try or to hand to whoever sets the other system up."""
    address = current_app.config["SETTINGS"].public_url
    event = json.dumps(one.example, indent=2, ensure_ascii=False)
    return (
        f"curl {address}/api/v1/events \\\n"
        "  -H 'Authorization: Bearer TOKEN' \\\n"
        "  -H 'Content-Type: application/json' \\\n"
        f"  -d '{event}'"
    )

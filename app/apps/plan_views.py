"""Settings › Switch to Studio account: the plan, and its trial (APP-05)."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request, url_for
from flask_login import current_user

from app import web
from app.apps import plan
from app.apps.integrations import INTEGRATIONS

bp = Blueprint("plan", __name__)


@bp.get("/settings/plan")
@web.needs("settings.see")
def index() -> Response:
    return web.page(
        "apps/plan.html",
        plan=plan.plan(),
        is_on_trial=plan.is_on_trial(),
        may_try=plan.may_try(),
        needing=[one.name for one in INTEGRATIONS.values() if one.needs_studio_plan],
    )


@bp.post("/settings/plan")
@web.needs("plan.change")
def change() -> Response:
    level = request.form.get("level")
    if level == plan.STUDIO:
        plan.change(plan.STUDIO, by=current_user)
    elif level == plan.BASIC:
        plan.change(plan.BASIC, by=current_user)
    else:
        abort(400)
    return web.go(url_for("plan.index"))


@bp.post("/settings/plan/trial")
@web.needs("plan.change")
def start_trial() -> Response:
    plan.start_trial(by=current_user)
    return web.go(url_for("plan.index"))

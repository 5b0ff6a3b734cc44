"""The dashboard: whom to help next on top, then how the studio does."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_login import current_user

from app import clock, web
from app.dashboard import figures, first_steps
from app.staff.studio import studio
from app.tasks import queries as tasks

bp = Blueprint("dashboard", __name__)

PERIODS = (7, 30, 90)
SHOWN = 5


@bp.get("/")
@web.signed_in
def home() -> Response:
    """Where one arrives: the dashboard for those who have one, else one's tasks."""
    if current_user.may("dashboard.see"):
        return _page()
    return web.go(url_for("tasks.index"))


@bp.get("/dashboard")
@web.needs("dashboard.see")
def index() -> Response:
    return _page()


@bp.get("/dashboard/next")
@web.needs("dashboard.see")
def next_people() -> Response:
    """Whom to help next, looked at again."""
    return web.page("dashboard/next.html", **_next())


@bp.get("/dashboard/lifecycle")
@web.needs("lifecycle.see")
def lifecycle() -> Response:
    """The figures by stage, for owners and managers (ROLE-04)."""
    return web.page("dashboard/lifecycle.html", cards=figures.stage_cards(current_user))


@bp.post("/dashboard/first-steps/dismissal")
@web.needs("settings.edit")
def put_first_steps_away() -> Response:
    first_steps.put_away()
    return web.reply("dashboard/_first_steps.html", back=url_for(".index"), first_steps=None)


def _page() -> Response:
    days = request.args.get("days", type=int)
    days = days if days in PERIODS else 30
    here, since = studio(), _since(days)
    return web.page(
        "dashboard/index.html",
        days=days,
        periods=PERIODS,
        hour=clock.now().astimezone(here.tz).hour,
        since=since,
        cards=figures.stage_cards(current_user) if current_user.may("lifecycle.see") else None,
        sources=figures.sources(since, current_user),
        traffic=figures.traffic(since, clock.now(), here.tz, current_user),
        first_steps=first_steps.progress(current_user),
        **_next(),
    )


def _next() -> dict[str, Any]:
    waiting, are_waiting = figures.waiting(current_user, SHOWN) if current_user.may("inbox.use") else ([], 0)
    hot, are_hot = figures.hot_people(current_user, SHOWN) if current_user.may("contacts.see") else ([], 0)
    desk = tasks.desk_of(current_user)
    due = [*desk.hot, *desk.today]
    return {
        "waiting": waiting,
        "are_waiting": are_waiting,
        "hot": hot,
        "are_hot": are_hot,
        "due": due[:SHOWN],
        "are_due": len(due),
        "now": clock.now(),
    }


def _since(days: int) -> datetime:
    """The first midnight, where the studio is, of a period that ends now."""
    today = clock.now().astimezone(studio().tz).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=days - 1)

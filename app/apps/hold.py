"""Pages that need the marketing suite, while it is off: they say so, and where to switch it on (APP-02)."""

from __future__ import annotations

from flask import Flask, Response, request

from app import navigation, web
from app.apps import suite


def init_app(app: Flask) -> None:
    app.before_request(_hold_back)


def _hold_back() -> Response | None:
    """Answer for every page below *Marketing*, whatever its room, before it is asked."""
    if request.blueprint not in navigation.NEEDS_SUITE or suite.is_on():
        return None
    if request.method == "GET" and web.is_page():
        return web.page("apps/needed.html", status=409)
    raise suite.SuiteIsOff

"""Ctrl K: people by name, address or number. The pages of the menu are found in the browser."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_login import current_user

from app import web
from app.contacts import filters
from app.contacts.filters import Filters

bp = Blueprint("search", __name__)

MOST = 8
SHORTEST = 2


@bp.get("/search")
@web.needs("contacts.see")
def jump() -> Response:
    typed = Filters.read(request.args, by=current_user).q
    wanted = Filters(q=typed, sort="-active")
    found = filters.page(wanted, clients_only=False, seen_by=current_user).rows[:MOST] if len(typed) >= SHORTEST else []
    return web.page("contacts/jump.html", people=found, typed=typed)

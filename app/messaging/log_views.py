"""Settings › Messages: everything that was sent, each one to be opened as it was received."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app import web
from app.messaging import doubts, kinds, log, preview
from app.messaging.advice import what_to_do
from app.messaging.log import Filters

bp = Blueprint("messages", __name__, url_prefix="/settings/messages")

# A mail is somebody's HTML: shown in a frame of its own, it runs nothing, sends nothing and knows nobody here.
CONTENT_POLICY = "default-src 'none'; img-src https: data:; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"


@bp.get("")
@web.needs("messages.see")
def index() -> Response:
    filters = Filters.read(request.args)
    cursor = request.args.get("cursor")
    page = log.messages(filters, seen_by=current_user, cursor=cursor)
    if cursor and web.wants_partial():
        return web.page("messaging/rows.html", filters=filters, page=page)
    return web.page(
        "messaging/log.html",
        filters=filters,
        page=page,
        choices=log.choices(filters.category),
        uncertain=log.uncertain(current_user),
    )


@bp.get("/<int:message_id>")
@web.needs("messages.see")
def show(message_id: int) -> Response:
    message = log.get_message(message_id, seen_by=current_user)
    kind = kinds.name_of(message.kind)
    return web.page("messaging/shown.html", message=message, kind=kind, advice=what_to_do(message))


@bp.get("/<int:message_id>/content")
@web.needs("messages.see")
def content(message_id: int) -> Response:
    message = log.get_message(message_id, seen_by=current_user)
    response = make_response(preview.as_received(message))
    response.headers["Content-Security-Policy"] = CONTENT_POLICY
    return response


@bp.post("/<int:message_id>/resending")
@web.needs("messages.see")
def resend(message_id: int) -> Response:
    doubts.resend(log.get_message(message_id, seen_by=current_user), by=current_user)
    return _settled(_("On its way again"))


@bp.post("/<int:message_id>/settlement")
@web.needs("messages.see")
def settle(message_id: int) -> Response:
    doubts.mark_as_sent(log.get_message(message_id, seen_by=current_user))
    return _settled(_("Marked as sent"))


def _settled(said: str) -> Response:
    left = log.uncertain(current_user)
    return web.reply("messaging/_uncertain.html", back=url_for(".index"), toast=said, uncertain=left)

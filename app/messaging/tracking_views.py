"""Where the links and the open markers of mails lead."""

from __future__ import annotations

import base64

from flask import Blueprint, Response, abort, make_response, redirect, request

from app import web
from app.messaging import tokens, tracking
from app.messaging.tokens import BadToken

bp = Blueprint("tracking", __name__)

_PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


@bp.get("/c/<token>")
@web.public
@web.writes
def follow(token: str) -> Response:
    message_id, link_id = _numbers("click", token, 2)
    target = tracking.follow(message_id, link_id, method=request.method, headers=dict(request.headers))
    if target is None:
        return make_response("", 204)
    response: Response = redirect(target, code=302)  # type: ignore[assignment]
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@bp.get("/o/<token>.gif")
@web.public
@web.writes
def opened(token: str) -> Response:
    (message_id,) = _numbers("open", token, 1)
    tracking.note_open(message_id, method=request.method, headers=dict(request.headers))
    return Response(_PIXEL, mimetype="image/gif")


def _numbers(purpose: str, token: str, how_many: int) -> tuple[int, ...]:
    try:
        numbers = tokens.read(purpose, token)
    except BadToken:
        abort(404)
    if len(numbers) != how_many:
        abort(404)
    return numbers

"""What Twilio tells us: incoming SMS, and what became of those we sent. Only its own word, signed, is believed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import Blueprint, Response, abort, current_app, request
from twilio.request_validator import RequestValidator, get_signature_algorithm

from app import web
from app.messaging import inbound, receipts
from app.messaging.inbound import IncomingSms

bp = Blueprint("twilio_webhooks", __name__, url_prefix="/webhooks/twilio")
web.csrf.exempt(bp)

P = ParamSpec("P")

_DELIVERED = {"delivered", "read"}
_FAILED = {"failed", "undelivered"}
# What the commonest codes of https://www.twilio.com/docs/api/errors mean.
_MEANINGS = {
    "21610": "the number has texted STOP",
    "30003": "the phone is switched off or out of reach",
    "30004": "the number blocks messages",
    "30005": "the number does not exist",
    "30006": "the number is a landline or cannot receive SMS",
    "30007": "the carrier took it for spam",
    "30008": "the carrier does not say why",
}


def signed(view: Callable[P, Response]) -> Callable[P, Response]:
    """Let only Twilio in: 403 without its signature over the public address and every field."""

    @wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> Response:
        if not _is_signed():
            abort(403)
        return view(*args, **kwargs)

    return checked


@bp.post("/sms")
@web.public
@signed
def sms() -> Response:
    form = request.form
    if not form.get("MessageSid") or not form.get("From"):
        abort(400)
    inbound.receive_sms(
        IncomingSms(
            provider_id=form["MessageSid"],
            sender=form["From"],
            recipient=form.get("To", ""),
            text=form.get("Body", ""),
            media=form.get("NumMedia", 0, type=int),
            is_answered="OptOutType" in form,
        )
    )
    return Response("<Response/>", mimetype="text/xml")


@bp.post("/status")
@web.public
@signed
def status() -> Response:
    message_id, sid = request.args.get("message", type=int), request.form.get("MessageSid", "")
    state, code = request.form.get("MessageStatus", ""), request.form.get("ErrorCode", "")
    if message_id is None or not sid:
        abort(400)
    if state in _DELIVERED:
        receipts.delivered(message_id, sid)
    elif state in _FAILED:
        receipts.failed(message_id, sid, code=code, said=_MEANINGS.get(code, ""))
    return Response(status=204)


def _is_signed() -> bool:
    settings = current_app.config["SETTINGS"]
    signature = request.headers.get("X-Twilio-Signature", "")
    if not settings.has_twilio or not signature:
        return False
    query = request.query_string.decode()
    # The address Twilio knows us by: behind a proxy, the request's own looks different.
    url = settings.public_url + request.path + (f"?{query}" if query else "")
    algorithm = get_signature_algorithm(request.headers.get("X-Twilio-Webhooks-Signature-Settings"))
    return bool(RequestValidator(settings.twilio_auth_token).validate(url, request.form, signature, algorithm))

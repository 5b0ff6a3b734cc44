"""Settings › Phone number, and the voicemails that callers have left."""

from __future__ import annotations

from flask import Blueprint, Response, abort, current_app, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app import web
from app.messaging.carriers import Unreachable
from app.phone import calls, number, usage
from app.phone.forms import ForwardForm
from app.phone.number import CallsItself

bp = Blueprint("phone_number", __name__)


@bp.get("/settings/phone")
@web.needs("settings.see")
def index() -> Response:
    return _page(ForwardForm(obj=number.phone()))


@bp.post("/settings/phone")
@web.needs("settings.edit")
def save() -> Response:
    form = ForwardForm()
    if not form.validate():
        return _page(form, status=422)
    try:
        number.forward(form.forward_to.data or "")
    except CallsItself as refusal:
        form.forward_to.errors = [str(refusal)]
        return _page(form, status=422)
    if not web.wants_partial():
        return web.go(url_for("phone_number.index"))
    return web.tell(_page(form), _("Saved"))


@bp.get("/calls/<int:event_id>/voicemail")
@web.needs("inbox.use")
def voicemail(event_id: int) -> Response:
    """What a caller has said. It lies with the provider: the browser never learns where."""
    try:
        return Response(calls.voicemail(event_id, seen_by=current_user), mimetype="audio/mpeg")
    except Unreachable:
        abort(404)


def _page(form: ForwardForm, *, status: int = 200) -> Response:
    return web.page(
        "phone/index.html",
        status=status,
        form=form,
        number=number.own_number(),
        usage=usage.this_month(),
        address=current_app.config["SETTINGS"].public_url,
    )

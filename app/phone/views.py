"""Settings › Phone number, and the voicemails that callers have left."""

from __future__ import annotations

from flask import Blueprint, Response, abort, current_app, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app import web
from app.messaging import allowance, usage
from app.messaging.carriers import Unreachable
from app.phone import calls, number
from app.phone.forms import ForwardForm, TierForm, tier_name
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


@bp.post("/settings/phone/tier")
@web.needs("settings.edit")
def choose_tier() -> Response:
    form = TierForm()
    if not form.validate():
        abort(400)
    allowance.choose(form.tier.data or allowance.NO_LIMIT, by=current_user)
    return web.go(url_for("phone_number.index"))


def _page(form: ForwardForm, *, status: int = 200) -> Response:
    tier = allowance.allowance()
    return web.page(
        "phone/index.html",
        status=status,
        form=form,
        number=number.own_number(),
        usage=usage.this_month(),
        tier=tier,
        tiers=TierForm(formdata=None, data={"tier": (tier.next_segments if tier.next_from else tier.segments) or 0}),
        next_tier=tier_name(tier.next_segments) if tier.next_from else None,
        address=current_app.config["SETTINGS"].public_url,
    )

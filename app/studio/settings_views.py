"""Settings › Clients: the cancellation policy and the waiting list."""

from __future__ import annotations

from flask import Blueprint, Response, url_for
from flask_babel import gettext as _

from app import web
from app.studio import policy, waitlist
from app.studio.forms import PolicyForm, WaitlistForm

policy_bp = Blueprint("cancellation_policy", __name__, url_prefix="/settings/cancellation-policy")
waitlist_bp = Blueprint("waitlist", __name__, url_prefix="/settings/waitlist")


@policy_bp.get("")
@web.needs("settings.see")
def edit() -> Response:
    return web.page("studio/policy.html", form=PolicyForm(obj=policy.policy()))


@policy_bp.post("")
@web.needs("settings.edit")
def save() -> Response:
    form = PolicyForm()
    if not form.validate():
        return web.page("studio/policy.html", status=422, form=form)
    policy.change(form.late_hours.data or 0, form.credit_hours.data or 0)
    if not web.wants_partial():
        return web.go(url_for("cancellation_policy.edit"))
    return web.tell(web.page("studio/policy.html", form=form), _("Saved. It counts for cancellations from now on."))


@waitlist_bp.get("", endpoint="edit")
@web.needs("settings.see")
def edit_waitlist() -> Response:
    return web.page("studio/waitlist.html", form=WaitlistForm(obj=waitlist.waitlist()))


@waitlist_bp.post("", endpoint="save")
@web.needs("settings.edit")
def save_waitlist() -> Response:
    form = WaitlistForm()
    if not form.validate():
        return web.page("studio/waitlist.html", status=422, form=form)
    waitlist.change(form.mode.data, form.minutes.data or 1)
    if not web.wants_partial():
        return web.go(url_for("waitlist.edit"))
    return web.tell(web.page("studio/waitlist.html", form=form), _("Saved. It counts for places from now on."))

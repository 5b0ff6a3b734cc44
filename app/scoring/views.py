"""Settings › Lead scoring, the receipt of a score, and taking the hot label off."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app import web
from app.contacts import queries as contacts
from app.scoring import ledger, points, settings
from app.scoring.forms import ScoringForm
from app.scoring.preview import preview
from app.scoring.settings import MOST_THRESHOLD

bp = Blueprint("scoring", __name__)


@bp.get("/settings/scoring")
@web.needs("settings.see")
def edit() -> Response:
    return _page(ScoringForm(worth=settings.scoring()))


@bp.post("/settings/scoring")
@web.needs("settings.edit")
def save() -> Response:
    before = settings.scoring()
    form = ScoringForm(worth=before)
    if not form.validate():
        return _page(form, status=422)
    after = settings.change(**form.changed())
    if after.threshold != before.threshold:
        ledger.compare_everybody(after, by=current_user)
    if not web.wants_partial():
        return web.go(url_for("scoring.edit"))
    return web.tell(_page(ScoringForm(formdata=None, worth=after)), _("Saved. It counts for what happens from now on."))


@bp.get("/settings/scoring/preview")
@web.needs("settings.see")
def look_ahead() -> Response:
    """Who would be hot with a threshold that is not set yet."""
    threshold = min(max(request.args.get("threshold", 1, type=int), 1), MOST_THRESHOLD)
    return web.page("scoring/preview.html", preview=preview(threshold, seen_by=current_user))


@bp.post("/contacts/<int:contact_id>/cooling")
@web.needs("contacts.edit")
def cool(contact_id: int) -> Response:
    contact = contacts.get_contact(contact_id, seen_by=current_user)
    ledger.cool(contact, by=current_user)
    if not web.wants_partial():
        return web.go(request.referrer or url_for("tasks.index"))
    response = web.tell(Response("", 204), _("%(name)s is no longer hot", name=contact.name))
    web.trigger(response, "score-changed")
    return web.trigger(response, "tasks-changed")


@bp.get("/contacts/<int:contact_id>/score")
@web.needs("contacts.see")
def receipt(contact_id: int) -> Response:
    """What a score is made of (BEY-12)."""
    contact = contacts.get_contact(contact_id, seen_by=current_user)
    return web.page(
        "scoring/receipt.html",
        contact=contact,
        lines=ledger.live_lines(contact.id),
        rules=points.RULES,
        threshold=settings.scoring().threshold,
    )


def _page(form: ScoringForm, *, status: int = 200) -> Response:
    typed = None if form.threshold.errors else form.threshold.data
    return web.page(
        "scoring/edit.html",
        status=status,
        form=form,
        rules=points.RULES.values(),
        preview=preview(typed or settings.scoring().threshold, seen_by=current_user),
    )

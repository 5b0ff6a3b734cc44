"""Settings › General configuration › Waiver: its text, its versions, who is asked, who has still to sign."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app import web
from app.contacts.queries import get_contact
from app.waiver import asking, audience, versions
from app.waiver.forms import RequestForm, WaiverForm
from app.waiver.models import WaiverVersion
from app.waiver.versions import ChangedMeanwhile

bp = Blueprint("waiver", __name__, url_prefix="/settings/general/waiver")
contact_bp = Blueprint("waiver_request", __name__)


@bp.get("")
@web.needs("settings.see")
def edit() -> Response:
    version = versions.current()
    form = WaiverForm(obj=version, after=version.number if version else 0)
    return _editor(form, version, opens_request=request.args.get("saved") == "1" and not (version and version.asking))


@bp.post("")
@web.needs("settings.edit")
def save() -> Response:
    form = WaiverForm()
    if not form.validate():
        return _editor(form, versions.current(), status=422)
    try:
        made = versions.save(form.title.data or "", form.text.data or "", after=form.after.data or 0, by=current_user)
    except ChangedMeanwhile as changed:
        form.overtaken(str(changed), by=versions.the_current().number)
        return _editor(form, versions.current(), status=422)
    flash(_("Saved as version %(number)s", number=made.number) if made else _("Nothing has changed"))
    return web.go(url_for(".edit", saved=1 if made else None))


@bp.get("/request")
@web.needs("settings.edit")
def choose() -> Response:
    """How many will be asked to sign, and a note to them."""
    return _request(RequestForm(), versions.the_current())


@bp.post("/request")
@web.needs("settings.edit")
def send() -> Response:
    version, form = versions.the_current(), RequestForm()
    if not form.validate():
        return _request(form, version, status=422)
    asking.ask_all(version, form.note.data or "", by=current_user)
    flash(_("The requests are on their way"))
    return web.go(url_for(".edit"))


@bp.get("/versions/<int:number>")
@web.signed_in
def version(number: int) -> Response:
    """A version as it was saved. Whoever is in the team may read what clients read."""
    return web.page("waiver/version.html", version=versions.numbered(number), current=versions.the_current())


@bp.get("/waiting")
@web.needs("contacts.see")
def waiting() -> Response:
    """Who has still to sign; who comes next stands first."""
    current = versions.the_current()
    cursor = request.args.get("cursor")
    page = audience.waiting(current, seen_by=current_user, cursor=cursor)
    asked_at = asking.asked_at(current, [one.contact.id for one in page.rows])
    template = "waiver/waiting_rows.html" if cursor and web.wants_partial() else "waiver/waiting.html"
    return web.page(template, page=page, version=current, asked_at=asked_at)


@contact_bp.post("/contacts/<int:contact_id>/waiver-request")
@web.needs("contacts.edit")
def ask(contact_id: int) -> Response:
    """Ask one person to sign."""
    contact = get_contact(contact_id, seen_by=current_user)
    asking.ask(versions.the_current(), contact, by=current_user)
    flash(_("%(name)s is asked to sign", name=contact.name))
    back = "waiver.waiting" if request.form.get("from") == "waiting" else None
    return web.go(url_for(back) if back else url_for("contacts.show", contact_id=contact.id))


def _editor(
    form: WaiverForm, current: WaiverVersion | None, *, opens_request: bool = False, status: int = 200
) -> Response:
    return web.page(
        "waiver/edit.html",
        status=status,
        form=form,
        current=current,
        lines=versions.lines(),
        to_sign=audience.count(current) if current else None,
        missing=asking.missing_from_message(),
        opens_request=opens_request and current_user.may("settings.edit"),
    )


def _request(form: RequestForm, current: WaiverVersion, *, status: int = 200) -> Response:
    return web.page(
        "waiver/request.html",
        status=status,
        form=form,
        version=current,
        count=audience.count(current),
        goes_by_email=asking.goes_by_email(),
        has_place_for_note=asking.has_place_for_note(),
        missing=asking.missing_from_message(),
    )

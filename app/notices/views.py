"""Studio configuration › Email templates: the messages the product sends by itself (NAV-05, TXN-01)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user

from app import web
from app.contacts.models import Contact
from app.contacts.queries import get_contact
from app.messaging import outgoing
from app.notices import overview, setup, showing, texts
from app.notices.catalogue import GROUPS, Notice
from app.notices.forms import NoticeForm
from app.notices.models import NoticeVersion
from app.notices.setup import Standing
from app.notices.texts import Missing

bp = Blueprint("email_templates", __name__, url_prefix="/studio/email-templates")


@bp.get("")
@web.needs("settings.see")
def index() -> Response:
    return web.page("notices/index.html", **_listed())


@bp.post("/reported")
@web.needs("settings.edit")
def answer_reported() -> Response:
    setup.answer_reported(on=request.form.get("is_on") == "1")
    return web.reply("notices/_index.html", back=url_for(".index"), toast=_("Saved"), **_listed())


@bp.post("/<key>/channels/<channel>")
@web.needs("settings.edit")
def switch(key: str, channel: str) -> Response:
    notice = setup.standing_of(key).notice
    is_on = request.form.get("is_on") == "1"
    setup.switch(notice, channel, on=is_on)
    said = _("%(message)s is on", message=notice.name) if is_on else _("%(message)s is off", message=notice.name)
    return web.reply("notices/_index.html", back=url_for(".index"), toast=said, **_listed())


@bp.get("/<key>")
@web.needs("settings.see")
def edit(key: str) -> Response:
    """The editor, with the text in use or, to look at it again, an earlier one."""
    standing = setup.standing_of(key)
    wanted = request.args.get("version", type=int)
    version = setup.version_of(standing.notice, wanted) if wanted else None
    shown = texts.stored(version.texts) if version else standing.texts
    language = request.args.get("language") or get_locale().language
    return _editor(standing, NoticeForm.of(standing, shown, language), version=version)


@bp.post("/<key>")
@web.needs("settings.edit")
def save(key: str) -> Response:
    standing, form = setup.standing_of(key), NoticeForm()
    if not form.validate():
        return _editor(standing, form, status=422)
    setup.write(standing.notice, form.texts, by=current_user)
    if standing.notice.is_reminder and form.hours_before.data:
        setup.remind_before(standing.notice, form.hours_before.data)
    flash(_saved(texts.missing_in(standing.notice, form.texts)))
    return web.go(url_for(".edit", key=key, language=form.shown.data))


@bp.post("/<key>/preview")
@web.needs("settings.see")
def preview(key: str) -> Response:
    """The message as somebody will get it, of what is typed and not saved yet."""
    standing, form = setup.standing_of(key), NoticeForm()
    return web.reply("notices/_preview.html", back=url_for(".edit", key=key), **_previewed(standing.notice, form))


@bp.post("/<key>/test")
@web.needs("settings.edit")
def send_test(key: str) -> Response:
    """The message as it is typed, to the e-mail address of whoever asks."""
    notice, form = setup.standing_of(key).notice, NoticeForm()
    contact, language = _contact(), form.shown.data or "en"
    text = form.texts[language]
    if contact is not None:
        text = showing.preview(notice, text, contact, language).text
    outgoing.queue_to_staff(current_user, notice.key, _("Test: %(subject)s", subject=text.subject), text.body)
    said = _("On its way to %(address)s", address=current_user.email)
    return web.reply("notices/_preview.html", back=url_for(".edit", key=key), toast=said, **_previewed(notice, form))


@bp.post("/<key>/original")
@web.needs("settings.edit")
def restore(key: str) -> Response:
    setup.restore(setup.standing_of(key).notice)
    flash(_("The original text is back"))
    return web.go(url_for(".edit", key=key))


@bp.post("/<key>/versions/<int:version_id>")
@web.needs("settings.edit")
def use(key: str, version_id: int) -> Response:
    notice = setup.standing_of(key).notice
    setup.use(notice, setup.version_of(notice, version_id))
    flash(_("This text is in use again"))
    return web.go(url_for(".edit", key=key))


def _saved(missing: Sequence[Missing]) -> str:
    return str(_("Saved, but without %(token)s", token=missing[0].token) if missing else _("Saved"))


def _listed() -> dict[str, Any]:
    return {"groups": GROUPS, "lines": overview.lines(), "answers_reported": setup.answers_reported()}


def _editor(
    standing: Standing, form: NoticeForm, *, version: NoticeVersion | None = None, status: int = 200
) -> Response:
    return web.page(
        "notices/edit.html",
        status=status,
        standing=standing,
        form=form,
        looked_at=version,
        versions=setup.versions(standing.notice),
        people=overview.people(current_user),
        **_previewed(standing.notice, form),
    )


def _contact() -> Contact | None:
    """The person the message is previewed with: the one chosen, else whom one had to do with last."""
    chosen = request.values.get("contact", type=int)
    if chosen:
        return get_contact(chosen, seen_by=current_user)
    return next(iter(overview.people(current_user)), None)


def _previewed(notice: Notice, form: NoticeForm) -> dict[str, Any]:
    contact, language = _contact(), form.shown.data or "en"
    text = form.texts[language]
    return {
        "notice": notice,
        "contact": contact,
        "preview": showing.preview(notice, text, contact, language) if contact else None,
        "unknown": texts.unknown_in(notice, text),
        "missing": texts.missing_in(notice, form.texts),
    }

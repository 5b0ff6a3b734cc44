"""The gallery of ready-made folders, and making a folder of one (TPL-01, TPL-02)."""

from __future__ import annotations

from flask import Response, abort, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from app import i18n, web
from app.sequences import folders, library
from app.sequences.builder import miniature, rule_words, words
from app.sequences.dialogs import dialog
from app.sequences.page_forms import TemplateForm
from app.sequences.views import bp
from app.staff import studio
from app.web import needs


@bp.get("/sequences/templates")
@needs("sequences.edit")
def templates() -> Response:
    group = request.args.get("group", "")
    shown = [one for one in library.templates(i18n.language()) if group in {"", one.group}]
    cards = [(one, miniature.draw(one.documents())) for one in shown]
    kinds = [("", _("All"), url_for(".templates"), None)]
    kinds += [(key, str(name), url_for(".templates", group=key), None) for key, name in library.GROUPS.items()]
    return web.page("sequences/templates.html", cards=cards, kinds=kinds, group=group)


@bp.get("/sequences/templates/<key>")
@needs("sequences.edit")
def template(key: str) -> Response:
    """What a template does, step by step, and the form that makes a folder of it."""
    found = _template(key, request.args.get("language") or studio.studio().language)
    return _preview(found, TemplateForm(data={"name": found.title, "language": found.language}))


@bp.post("/sequences/templates/<key>")
@needs("sequences.edit")
def make_folder(key: str) -> Response:
    form = TemplateForm(request.form)
    found = _template(key, form.language.data or "")
    if not form.validate():
        return _preview(found, form, status=422)
    try:
        folder = folders.create_from_template(found, form.name.data or "", by=current_user)
    except folders.NameTaken as taken:
        form.name.errors = [str(taken)]
        return _preview(found, form, status=422)
    said = ngettext(
        "%(num)s sequence made, switched off: read it and fill in the brackets first.",
        "%(num)s sequences made, all switched off: read them and fill in the brackets first.",
        len(found.sequences),
    )
    return web.go(url_for("sequences.index", folder=folder.id), toast=said)


def _preview(found: library.Template, form: TemplateForm, *, status: int = 200) -> Response:
    parts = [(document, words.trigger(document.trigger), words.outline(document)) for document in found.documents()]
    return dialog("template", status=status, ready=found, parts=parts, form=form, said=rule_words.rule)


def _template(key: str, language: str) -> library.Template:
    try:
        return library.template(key, language)
    except library.NotInLibrary:
        abort(404)

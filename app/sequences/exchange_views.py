"""Sequences as files: handing one out, and taking one in."""

from __future__ import annotations

import re

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from app import web
from app.sequences import checking, drafts, formats, overview, secrets_in_use
from app.sequences.dialogs import dialog
from app.sequences.models import Sequence
from app.sequences.page_forms import ImportForm
from app.sequences.views import bp
from app.web import needs


@bp.get("/sequences/<int:sequence_id>/document")
@needs("sequences.see")
def export(sequence_id: int) -> Response:
    """The draft as a file: YAML, or JSON where it is asked for."""
    sequence = overview.get_sequence(sequence_id)
    document = drafts.draft_of(sequence)
    folder = sequence.folder.name if sequence.folder is not None else None
    document = document.model_copy(update={"folder": folder})
    if request.args.get("format") == "json":
        return _file(sequence, "json", formats.to_json(document), "application/json")
    return _file(sequence, "yaml", formats.to_yaml(document), "application/yaml")


def _file(sequence: Sequence, ending: str, text: str, kind: str) -> Response:
    name = "-".join(re.findall(r"[a-z0-9]+", sequence.title.lower())) or f"sequence-{sequence.id}"
    response = Response(text, content_type=f"{kind}; charset=utf-8")
    response.headers["Content-Disposition"] = f"attachment; filename={name}.{ending}"
    return response


@bp.get("/sequences/import")
@needs("sequences.edit")
def ask_import() -> Response:
    return dialog("import", form=ImportForm(), faults=[])


@bp.post("/sequences/import")
@needs("sequences.edit")
def take_in() -> Response:
    """Make a sequence of a file or of pasted text; it does nothing until it is activated."""
    form = ImportForm(request.form)
    form.file.data = request.files.get("file")
    if not form.validate():
        return dialog("import", status=422, form=form, faults=[])
    try:
        document = checking.read(form.given())
    except formats.Invalid as invalid:
        return dialog("import", status=422, form=form, faults=invalid.faults)
    sequence = drafts.create_sequence(document, by=current_user)
    said = _("“%(title)s” is here, switched off.", title=sequence.title)
    missing = secrets_in_use.missing_in(document)
    if missing:
        names = ", ".join(f"“{name}”" for name in missing)
        said += " " + ngettext(
            "Enter the secret %(names)s at its webhook first: a file carries none.",
            "Enter the secrets %(names)s at their webhooks first: a file carries none.",
            len(missing),
            names=names,
        )
    return web.go(url_for("sequences.build", sequence_id=sequence.id), toast=said)

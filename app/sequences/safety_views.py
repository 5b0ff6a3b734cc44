"""The dialog "Safety", and the answer to what an outage has kept back (BEY-05, BEY-14)."""

from __future__ import annotations

from flask import Response, abort, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from app import web
from app.sequences import asked, overview, safety
from app.sequences.dialogs import dialog
from app.sequences.safety_forms import SafetyForm
from app.sequences.views import bp
from app.web import needs


@bp.get("/sequences/safety")
@needs("sequences.see")
def show_safety() -> Response:
    form = SafetyForm()
    form.read(safety.safety())
    return dialog("safety", form=form, may_edit=current_user.may("sequences.edit"))


@bp.post("/sequences/safety")
@needs("sequences.edit")
def set_safety() -> Response:
    form = SafetyForm(request.form)
    if not form.validate():
        return dialog("safety", status=422, form=form, may_edit=True)
    safety.set_safety(form.wanted())
    return web.go(url_for("sequences.index"), toast=_("Safety saved."))


@bp.post("/sequences/<int:sequence_id>/late/<step_id>")
@needs("sequences.edit")
def answer_late(sequence_id: int, step_id: str) -> Response:
    """Send or skip all late messages of a step."""
    sequence = overview.get_sequence(sequence_id)
    match request.form.get("answer"):
        case "send":
            count = asked.send(sequence, step_id)
            said = ngettext("%(num)s late message leaves now.", "%(num)s late messages leave, in turn.", count)
        case "skip":
            count = asked.skip(sequence, step_id, by=current_user)
            said = ngettext("%(num)s late message is not sent.", "%(num)s late messages are not sent.", count)
        case _:
            abort(422)
    to = url_for("sequences.index") if request.form.get("back") == "list" else None
    return web.go(to or url_for("sequences.build", sequence_id=sequence_id), toast=said)

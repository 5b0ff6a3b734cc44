"""The check beside the canvas: what stands against the draft as it now is, and one click that mends it (SEQ-24)."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app import web
from app.sequences import checks, drafts, graph, overview, publishing
from app.sequences.builder import answers, edits, words
from app.sequences.models import Sequence
from app.web import needs

bp = Blueprint("checks", __name__, url_prefix="/sequences/<int:sequence_id>/checks")


class NothingToMend(web.Refusal):
    """The draft says something else by now, or nothing was typed."""

    status = 422


@bp.get("")
@needs("sequences.see")
def show(sequence_id: int) -> Response:
    """What the check finds, for the page to ask anew after each edit."""
    sequence = overview.get_sequence(sequence_id)
    back = url_for("sequences.build", sequence_id=sequence_id)
    chip = "sequences/build/_check_chip.html"
    return web.reply("sequences/build/_checks.html", also=(chip,), back=back, **_shown(sequence))


@bp.post("/<key>")
@needs("sequences.edit")
def mend(sequence_id: int, key: str) -> Response:
    """Do about a finding what its one click does: an edit like any other, with a way back."""
    sequence = overview.get_sequence(sequence_id)
    found = next((one for one in publishing.check(sequence) if one.key == key and one.mend is not None), None)
    if found is None or found.mend is None:
        raise NothingToMend(_("This has been mended meanwhile."))
    typed = request.form.get("typed", "").strip()
    if found.mend.asks and not typed:
        raise NothingToMend(_("Type what is to stand there."))
    try:
        changed = found.mend.change(drafts.draft_of(sequence), typed)
    except ValueError:
        raise NothingToMend(_("That cannot stand there. Open the step and change it.")) from None
    edits.save(sequence, changed, by=current_user, summary=_("%(found)s: mended", found=found.detail)[:200])
    return answers.told(sequence, **_drawer_after(changed, request.form.get("open", ""), found.step_id))


def _drawer_after(document: graph.Document, is_open: str, step_id: str | None) -> dict[str, Any]:
    """What becomes of the drawer: the step in it is shown as it is now, or closed where it is gone."""
    steps = {place.step.id for place in graph.walk(document)}
    if is_open in steps:
        return {"opened": is_open}
    if is_open and is_open != "trigger":
        return {"closed": True}
    return {"chosen": step_id if step_id in steps else None}


def _shown(sequence: Sequence) -> dict[str, Any]:
    found = publishing.check(sequence)
    places = graph.walk(drafts.draft_of(sequence))
    return {
        "sequence": sequence,
        "findings": found,
        "counts": Counter(one.severity for one in found),
        "names": {place.step.id: words.plain(words.title(place.step)) for place in places},
        "may_edit": current_user.may("sequences.edit"),
        "grades": checks.SEVERITIES,
    }

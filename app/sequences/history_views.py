"""The history of a sequence: its versions and edits, what changed between any two, and going back to one."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app import web
from app.sequences import drafts, history, overview
from app.sequences.builder import diff_words
from app.sequences.models import Sequence
from app.sequences.views import bp
from app.web import needs


@bp.get("/sequences/<int:sequence_id>/history")
@needs("sequences.see")
def versions(sequence_id: int) -> Response:
    """Every version, the edits since, and two of them side by side."""
    sequence = overview.get_sequence(sequence_id)
    every_edit, cursor = "every" in request.args, request.args.get("cursor")
    page = history.entries(sequence, every_edit=every_edit, cursor=cursor)
    template = "sequences/history_rows.html" if cursor and web.wants_partial() else "sequences/history.html"
    return web.page(
        template,
        sequence=sequence,
        page=page,
        every_edit=every_edit,
        may_edit=current_user.may("sequences.edit"),
        **_compared(sequence),
    )


@bp.get("/sequences/<int:sequence_id>/history/comparison")
@needs("sequences.see")
def comparison(sequence_id: int) -> Response:
    """What is different between two versions."""
    sequence = overview.get_sequence(sequence_id)
    return web.page("sequences/comparison.html", sequence=sequence, **_compared(sequence))


@bp.post("/sequences/<int:sequence_id>/history/<int:number>/restoration")
@needs("sequences.edit")
def restore(sequence_id: int, number: int) -> Response:
    """Make an older version the draft again. Nothing that is live changes."""
    sequence = overview.get_sequence(sequence_id)
    before = drafts.draft_revision(sequence).number
    revision = drafts.restore(sequence, history.get_revision(sequence, number), by=current_user)
    if revision.number == before:
        said = _("The draft says what version %(number)s says already.", number=number)
    else:
        said = _("The draft says what version %(number)s says. Undo takes it back.", number=number)
    return web.go(url_for("sequences.build", sequence_id=sequence_id), toast=said)


def _compared(sequence: Sequence) -> dict[str, Any]:
    """The two versions asked for, or those most likely meant, and what is different in the later."""
    older, newer = request.args.get("from", type=int), request.args.get("to", type=int)
    pair = (older, newer) if older is not None and newer is not None else history.pair_to_compare(sequence)
    if pair is None:
        return {"older": None, "newer": None, "lines": [], "sums": ""}
    one, other = (history.get_revision(sequence, number) for number in pair)
    lines = diff_words.between(drafts.document_of(one), drafts.document_of(other))
    return {"older": one, "newer": other, "lines": lines, "sums": diff_words.sums(lines)}

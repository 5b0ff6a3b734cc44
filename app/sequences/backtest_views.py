"""The backtest over HTTP: a dialog of the builder, whose figures come when they are ready."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_login import current_user

from app.sequences import backtesting, drafts, graph, overview
from app.sequences.builder import words
from app.sequences.dialogs import dialog
from app.web import needs

bp = Blueprint("backtests", __name__, url_prefix="/sequences/<int:sequence_id>/backtest")

SPANS = (30, 90, 365)


@bp.get("")
@needs("sequences.see")
def ask(sequence_id: int) -> Response:
    return dialog("backtest", sequence=overview.get_sequence(sequence_id), days=_days(), spans=SPANS)


@bp.get("/figures")
@needs("sequences.see")
def figures(sequence_id: int) -> Response:
    """What the draft would have done. Reads only: it writes nothing, and locks nobody."""
    sequence = overview.get_sequence(sequence_id)
    found = backtesting.backtest(sequence, days=_days(), seen_by=current_user)
    places = {place.step.id: place.step for place in graph.walk(drafts.draft_of(sequence))}
    return dialog(
        "backtest_figures",
        sequence=sequence,
        days=_days(),
        found=found,
        names={step_id: words.plain(words.title(step)) for step_id, step in places.items()},
        kinds={step_id: words.kind(step) for step_id, step in places.items()},
    )


def _days() -> int:
    """The days that are wished for, of those on offer."""
    wished = request.args.get("days", type=int)
    return wished if wished in SPANS else 90

"""The backtest over HTTP: a dialog of the builder, whose figures come when they are ready."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_login import current_user

from app import web
from app.sequences import backtest_counts, backtesting, drafts, graph, models, overview
from app.sequences.backtest_counts import BacktestCount
from app.sequences.backtest_figures import Backtest
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
    """What the draft would have done: counted of everybody, where that was asked for, else of as many as there is time
    for. Reads only: it writes nothing, and locks nobody.
    """
    sequence = overview.get_sequence(sequence_id)
    counted = backtest_counts.count_of(sequence, _days())
    if counted is None:
        found = backtesting.backtest(sequence, days=_days(), seen_by=current_user)
    else:
        found = counted.figures(current_user)
    return dialog("backtest_figures", **_told(sequence, found, counted))


@bp.post("/count")
@needs("sequences.edit")
def count(sequence_id: int) -> Response:
    """Have everybody counted in the background."""
    sequence = overview.get_sequence(sequence_id)
    counted = backtest_counts.count_everyone(sequence, days=_days(), by=current_user)
    return web.reply(
        "sequences/_backtest_figures.html",
        back=_there(sequence),
        **_told(sequence, counted.figures(current_user), counted),
    )


@bp.post("/count/end")
@needs("sequences.edit")
def end_count(sequence_id: int) -> Response:
    """Call a count off, or forget what it has found."""
    sequence = overview.get_sequence(sequence_id)
    backtest_counts.call_off(sequence, _days())
    return web.reply("sequences/_backtest_wait.html", back=_there(sequence), sequence=sequence, days=_days())


def _told(sequence: models.Sequence, found: Backtest, counted: BacktestCount | None) -> dict[str, Any]:
    """What the figures are shown with."""
    places = {place.step.id: place.step for place in graph.walk(drafts.draft_of(sequence))}
    return {
        "sequence": sequence,
        "days": _days(),
        "found": found,
        "counted": counted,
        "names": {step_id: words.plain(words.title(step)) for step_id, step in places.items()},
        "kinds": {step_id: words.kind(step) for step_id, step in places.items()},
    }


def _there(sequence: models.Sequence) -> str:
    return url_for("backtests.ask", sequence_id=sequence.id, days=_days())


def _days() -> int:
    """The days that are wished for, of those on offer."""
    wished = request.args.get("days", type=int)
    return wished if wished in SPANS else 90

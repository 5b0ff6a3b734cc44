"""The Results tab of a sequence, whom each figure is about, the same as a file, and the goal it is measured by."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app import clock, web
from app.sequences import behind, drafts, goals, graph, history, insiders, overview, periods, results, results_lines
from app.sequences.behind import Figure, NoSuchFigure
from app.sequences.dialogs import dialog
from app.sequences.goals import Goal
from app.sequences.models import Sequence, SequenceRevision
from app.sequences.page_forms import GoalForm
from app.sequences.periods import Period
from app.sequences.results import Asked
from app.sequences.views import bp
from app.staff import studio
from app.web import needs


@bp.get("/sequences/<int:sequence_id>/results")
@needs("sequences.see")
def show_results(sequence_id: int) -> Response:
    """What became of those who entered in some days: the funnel, each step, conversions, revenue."""
    sequence = overview.get_sequence(sequence_id)
    period, version = _period(), _version(sequence)
    asked = _asked(sequence, period, version)
    found = results.results(asked)
    before = period.before
    return web.page(
        "sequences/results.html",
        sequence=sequence,
        period=period,
        version=version,
        versions=history.versions(sequence),
        goal=asked.goal,
        is_chosen=sequence.goal is not None,
        found=found,
        before=results.totals(_asked(sequence, before, version)) if before is not None else None,
        rows=results_lines.rows(_document(sequence, version), found, asked),
        bars=results_lines.bars(results.by_hour(asked), period.first, period.last, period.zone)
        if found.entered
        else [],
        query=_query(period, version),
        lengths=periods.LENGTHS,
        has_money=_has_money(),
        may_edit=current_user.may("sequences.edit"),
    )


@bp.get("/sequences/<int:sequence_id>/results/people")
@needs("sequences.see")
def people_behind(sequence_id: int) -> Response:
    """Whom a figure of the results is about."""
    sequence = overview.get_sequence(sequence_id)
    period, version = _period(), _version(sequence)
    asked = _asked(sequence, period, version)
    try:
        figure = Figure.asked_for(request.args)
    except NoSuchFigure:
        abort(404)
    cursor = request.args.get("cursor")
    page = behind.people(asked, figure, cursor=cursor)
    query = _query(period, version)
    own: dict[str, Any] = {"of": figure.of, "step": figure.step_id, "branch": figure.branch}
    more = url_for("sequences.people_behind", sequence_id=sequence_id, **query, **own, cursor=page.next)
    return web.page(
        "sequences/people_rows.html" if cursor and web.wants_partial() else "sequences/behind.html",
        sequence=sequence,
        figure=figure,
        step=_named(sequence, version, figure),
        count=behind.count(asked, figure),
        period=period,
        query=query,
        goal=asked.goal,
        page=page,
        more=more if page.next else None,
        names=insiders.step_names(page.rows),
        may_edit=current_user.may("sequences.edit"),
    )


@bp.get("/sequences/<int:sequence_id>/results.csv")
@needs("sequences.see")
def results_file(sequence_id: int) -> Response:
    """The results as a file for a spreadsheet."""
    sequence = overview.get_sequence(sequence_id)
    version = _version(sequence)
    asked = _asked(sequence, _period(), version)
    found = results.results(asked)
    shown = results_lines.rows(_document(sequence, version), found, asked)
    return web.spreadsheet(f"results-{sequence.id}", results_lines.table(shown, found, has_money=_has_money()))


@bp.get("/sequences/<int:sequence_id>/goal")
@needs("sequences.edit")
def ask_goal(sequence_id: int) -> Response:
    """Choose what the sequence is for."""
    sequence = overview.get_sequence(sequence_id)
    form = GoalForm()
    form.read(goals.goal_of(sequence))
    return dialog("goal", sequence=sequence, form=form, is_chosen=sequence.goal is not None)


@bp.post("/sequences/<int:sequence_id>/goal")
@needs("sequences.edit")
def choose_goal(sequence_id: int) -> Response:
    sequence = overview.get_sequence(sequence_id)
    if "reset" in request.form:
        goals.set_goal(sequence, None)
    else:
        form = GoalForm(request.form)
        form.offer()
        if not form.validate():
            return dialog("goal", status=422, sequence=sequence, form=form, is_chosen=sequence.goal is not None)
        goals.set_goal(sequence, form.goal())
    said = _("Results are counted by the new goal.")
    return web.go(url_for("sequences.show_results", sequence_id=sequence_id), toast=said)


def _period() -> Period:
    zone = studio.studio().tz
    return periods.asked_for(request.args, today=clock.now().astimezone(zone).date(), zone=zone)


def _version(sequence: Sequence) -> SequenceRevision | None:
    number = request.args.get("version", type=int)
    return history.get_revision(sequence, number) if number is not None else None


def _asked(sequence: Sequence, period: Period, version: SequenceRevision | None) -> Asked:
    goal: Goal = goals.goal_of(sequence)
    revision_id = version.id if version is not None else None
    return Asked(sequence, goal, current_user, period.since, period.until, revision_id)


def _query(period: Period, version: SequenceRevision | None) -> dict[str, Any]:
    return period.as_query | ({"version": version.number} if version is not None else {})


def _document(sequence: Sequence, version: SequenceRevision | None) -> graph.Document:
    """What the steps are called by: the version asked for, else what is live, else the draft."""
    return drafts.document_of(version or sequence.live or drafts.draft_revision(sequence))


def _named(sequence: Sequence, version: SequenceRevision | None, figure: Figure) -> tuple[str, str]:
    """The step of a figure and its way out, in words; its id where it is in the document no more."""
    return results_lines.named(_document(sequence, version), figure.step_id, figure.branch)


def _has_money() -> bool:
    """Revenue is for those who may see what is sold."""
    return bool(current_user.may("memberships.see"))

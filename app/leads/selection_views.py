"""Changing many leads at once: those that are ticked, or all that the list's filter leaves (IMP-05)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from flask import Response, abort, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from app import web
from app.db import db
from app.leads import board, listing, queries
from app.leads.filters import Filters
from app.leads.models import Lead, LeadStage
from app.leads.record_views import place
from app.leads.views import bp, listed
from app.staff.models import Staff

NOBODY = 0

MOST_UNDONE = 500  # whose former place fits into the address of the way back

Goal = LeadStage | Staff | None


@bp.post("/leads/selection/<any(stage, assignee):what>")
@web.needs("leads.edit")
def change_selection(what: str) -> Response:
    """Put the selected leads in a stage, or give them to somebody."""
    ids = None if request.form.get("whole") == "1" else _ids(request.form.getlist("ids"))
    leads = listing.chosen(Filters.from_args(request.args), ids, seen_by=current_user)
    goal = _goal(what, request.form.get("to", -1, type=int))
    before = {lead.id: (lead.stage_id if what == "stage" else lead.assignee_id) or NOBODY for lead in leads}
    changed = _change(what)(leads, goal, by=current_user)
    was: dict[int, list[int]] = defaultdict(list)
    for lead in changed:
        was[before[lead.id]].append(lead.id)
    return _answer(_said(goal, len(changed), len(leads)), _way_back(what, was))


@bp.post("/leads/selection/<any(stage, assignee):what>/undoing")
@web.needs("leads.edit")
def restore_selection(what: str) -> Response:
    """Put leads back to where they were before: `was` says who, as 3:12-15,4:9."""
    for group in request.args.get("was", "").split(","):
        goal, _colon, ids = group.partition(":")
        leads = listing.chosen(Filters(), _ids(ids.split("-")), seen_by=current_user)
        _change(what)(leads, _goal(what, int(goal) if goal.isdecimal() else -1), by=current_user)
    return _answer(_("As it was"), None)


def _change(what: str) -> Callable[..., list[Lead]]:
    return board.move_leads if what == "stage" else board.assign_leads


def _goal(what: str, to: int) -> Goal:
    """The stage or the person; nobody for 0. Aborts with 404 where there is none."""
    if what == "stage":
        return queries.get_stage(to)
    if to == NOBODY:
        return None
    return next((one for one in queries.assignable_staff() if one.id == to), None) or abort(404)


def _said(goal: Goal, changed: int, asked: int) -> str:
    if isinstance(goal, LeadStage):
        said = ngettext(
            "%(num)s lead is in %(stage)s now", "%(num)s leads are in %(stage)s now", changed, stage=goal.name
        )
    elif goal is None:
        said = ngettext("%(num)s lead is nobody’s now", "%(num)s leads are nobody’s now", changed)
    else:
        said = ngettext("%(num)s lead is %(name)s’s now", "%(num)s leads are %(name)s’s now", changed, name=goal.name)
    left = asked - changed
    return f"{said}. {ngettext('%(num)s was already.', '%(num)s were already.', left)}" if left else said


def _way_back(what: str, was: dict[int, list[int]]) -> str | None:
    if not 0 < sum(map(len, was.values())) <= MOST_UNDONE:
        return None
    said = ",".join(f"{goal}:{'-'.join(map(str, ids))}" for goal, ids in was.items())
    return url_for(".restore_selection", what=what, was=said)


def _answer(said: str, undo: str | None) -> Response:
    db.session.expire_all()
    _where, filters = place()
    back = url_for(".index", **filters.to_args())
    context = listed(filters, None) | {"is_partial": False}
    return web.reply("leads/_selection_changed.html", back=back, toast=said, undo=undo, **context)


def _ids(typed: Sequence[str]) -> list[int]:
    return [int(one) for one in typed if one.isdecimal() and len(one) < 19]  # noqa: PLR2004 - what a database can hold

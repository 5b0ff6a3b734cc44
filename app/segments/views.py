"""Narrowing a list by criteria, and its segments: saved, renamed, put in order, removed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request, url_for
from flask_login import current_user

from app import web
from app.contacts import criteria, segments
from app.contacts.forms import OrderForm
from app.contacts.models import Segment
from app.db import db
from app.rules import RuleUse
from app.segments import forms, lists, watched
from app.segments.lists import Listed

bp = Blueprint("segments", __name__, url_prefix="/segments")


@bp.get("/<any(clients, contacts, leads):scope>/criteria")
@web.needs("contacts.see")
def show_criteria(scope: str) -> Response:
    """What the list is narrowed by, as criteria to change (SEG-01, SEG-05)."""
    listed = _list(scope)
    begun, match = segments.begun_from(request.args.get("segment", type=int), scope, seen_by=current_user)
    own = listed.uses()
    if begun and own:
        match = criteria.ALL  # never wider than the list at hand
    uses = begun + own
    rows = [forms.rule_form(use, number) for number, use in enumerate(uses)]
    return web.page("segments/criteria.html", **_criteria(listed, uses, rows, match if begun else ""))


@bp.post("/<any(clients, contacts, leads):scope>/criteria")
@web.needs("contacts.see")
def change_criteria(scope: str) -> Response:
    """The same after a change: how many it would leave is said before it is applied."""
    listed = _list(scope)
    rows = forms.sent(request.form)
    uses = forms.results(rows)
    removed = request.form.get("remove", type=int)
    new = forms.added(request.form.get("add", ""))
    if removed is not None or new:
        uses = [use for number, use in enumerate(uses) if number != removed] + new
        rows = [forms.rule_form(use, number) for number, use in enumerate(uses)]
    return web.page("segments/criteria.html", **_criteria(listed, uses, rows, request.form.get("match", "")))


@bp.route("/<any(clients, contacts, leads):scope>/new", methods=["GET", "POST"])
@web.needs("contacts.edit")
def save(scope: str) -> Response:
    """Keep what narrows a list under a name (SEG-03, SEG-06, SEG-07, SEG-11)."""
    listed, form = _list(scope), forms.SegmentForm()
    uses, match = listed.uses(), listed.match()
    if request.method == "POST" and form.validate():
        keeps = form.kind.data == forms.STATIC and scope != segments.LEADS
        people = listed.with_rules(uses, match).rows() if keeps else None
        try:
            segment = segments.save(form.name.data or "", scope, uses, match, people=people, by=current_user)
            return web.go(url_for(listed.endpoint, segment=segment.id))
        except segments.NameTaken as taken:
            form.name.errors = [str(taken)]
    status = 200 if request.method == "GET" else 422
    narrowed = listed.with_rules(uses, match)
    return web.page("segments/new.html", status=status, form=form, listed=narrowed, uses=uses, match=match)


@bp.get("/<any(clients, contacts, leads):scope>/all")
@web.needs("contacts.edit")
def manage(scope: str) -> Response:
    """The segments of a list, to be renamed, put in order, removed (SEG-04)."""
    return web.page("segments/manage.html", **_managed(scope))


@bp.post("/<any(clients, contacts, leads):scope>/order")
@web.needs("contacts.edit")
def order(scope: str) -> Response:
    segments.order(scope, OrderForm().ids)
    return _rows(scope)


@bp.post("/<int:segment_id>/name")
@web.needs("contacts.edit")
def rename(segment_id: int) -> Response:
    segment = segments.get_segment(segment_id, seen_by=current_user)
    form = forms.SegmentForm()
    if not form.name.validate(form):
        abort(422)
    if (form.name.data or "").strip().lower() != segment.name.lower():
        watched.refuse_if_watched(segment)
    segments.rename(segment, form.name.data or "")
    return _rows(segment.scope)


@bp.post("/<int:segment_id>/deletion")
@web.needs("contacts.edit")
def remove(segment_id: int) -> Response:
    segment = segments.get_segment(segment_id, seen_by=current_user)
    scope = segment.scope
    watched.refuse_if_watched(segment)
    segments.remove(segment)
    db.session.flush()
    return _rows(scope)


def _list(scope: str) -> Listed:
    return lists.at(scope, request.args, seen_by=current_user)


def _criteria(listed: Listed, uses: list[RuleUse], rows: list[Any], match: str = "") -> dict[str, Any]:
    how = match if match in {criteria.ALL, criteria.ANY} else listed.match()
    narrowed = listed.with_rules(uses, how)
    return {
        "listed": narrowed,
        "total": narrowed.count(),
        "rules": rows,
        "uses": uses,
        "written": criteria.write(uses) or "[]",
        "match": how,
        "offered": forms.offered(with_stages=current_user.may("lifecycle.see")),
    }


def _managed(scope: str) -> dict[str, Any]:
    shown = _segments(scope)
    listed = lists.at(scope, request.args, seen_by=current_user)
    return {"listed": listed, "segments": shown, "watchers": watched.watchers(shown)}


def _segments(scope: str) -> list[Segment]:
    return segments.shown(scope, seen_by=current_user)


def _rows(scope: str) -> Response:
    return web.reply("segments/_rows.html", back=url_for(".manage", scope=scope), **_managed(scope))

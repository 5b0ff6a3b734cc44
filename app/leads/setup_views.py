"""Board settings: stages, sources, and who gets new leads (LEAD-07). What is changed is asked in dialogs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from flask import Response, request, url_for
from flask_babel import gettext as _

from app import web
from app.leads import pipeline, queries, round_robin
from app.leads.forms import ReplacementForm, SourceSetupForm, StageSetupForm
from app.leads.models import LeadSource, LeadStage
from app.leads.views import bp

T = TypeVar("T", LeadStage, LeadSource)


@bp.get("/leads/settings")
@web.needs("leads.configure")
def settings() -> Response:
    return web.page("leads/settings.html", **_shown())


@bp.route("/leads/settings/stages/new", methods=["GET", "POST"])
@web.needs("leads.configure")
def add_stage() -> Response:
    form = StageSetupForm(request.form)
    if request.method == "POST" and form.validate():
        pipeline.add_stage(form.name.data or "", form.emoji.data or "")
        return _saved(_("Stage added"))
    return _ask("leads/stage_setup.html", form=form, title=_("New stage"), url=url_for(".add_stage"))


@bp.route("/leads/settings/stages/<int:stage_id>", methods=["GET", "POST"])
@web.needs("leads.configure")
def change_stage(stage_id: int) -> Response:
    stage = queries.get_stage(stage_id)
    form = StageSetupForm(request.form, obj=stage)
    if request.method == "POST" and form.validate():
        pipeline.change_stage(stage, form.name.data or "", form.emoji.data or "")
        return _saved(_("Stage saved"))
    url = url_for(".change_stage", stage_id=stage.id)
    return _ask("leads/stage_setup.html", form=form, title=_("Edit %(name)s", name=stage.name), url=url)


@bp.route("/leads/settings/stages/<int:stage_id>/removal", methods=["GET", "POST"])
@web.needs("leads.configure")
def remove_stage(stage_id: int) -> Response:
    stage = queries.get_stage(stage_id)
    form, others = _replacement([other for other in queries.all_stages() if other != stage])
    if request.method == "POST" and form.validate():
        pipeline.delete_stage(stage, others.get(form.replacement.data))
        return _saved(_("Stage deleted"))
    url = url_for(".remove_stage", stage_id=stage.id)
    return _ask("leads/removal.html", form=form, name=stage.name, count=pipeline.count_leads(stage), url=url)


@bp.post("/leads/settings/stages/order")
@web.needs("leads.configure")
def order_stages() -> Response:
    pipeline.order_stages([int(one) for one in request.form.get("order", "").split(",") if one.isdecimal()])
    return _saved(_("Order saved"))


@bp.post("/leads/settings/stages/<int:stage_id>/place")
@web.needs("leads.configure")
def shift_stage(stage_id: int) -> Response:
    pipeline.shift_stage(queries.get_stage(stage_id), request.form.get("steps", 0, type=int))
    return _saved(_("Order saved"))


@bp.route("/leads/settings/sources/new", methods=["GET", "POST"])
@web.needs("leads.configure")
def add_source() -> Response:
    form = SourceSetupForm(request.form)
    if request.method == "POST" and form.validate():
        pipeline.add_source(form.name.data or "", form.icon.data)
        return _saved(_("Source added"))
    return _ask("leads/source_setup.html", form=form, title=_("New source"), url=url_for(".add_source"))


@bp.route("/leads/settings/sources/<int:source_id>", methods=["GET", "POST"])
@web.needs("leads.configure")
def change_source(source_id: int) -> Response:
    source = queries.get_source(source_id)
    form = SourceSetupForm(request.form, obj=source)
    if request.method == "POST" and form.validate():
        pipeline.change_source(source, form.name.data or "", form.icon.data)
        return _saved(_("Source saved"))
    url = url_for(".change_source", source_id=source.id)
    return _ask("leads/source_setup.html", form=form, title=_("Edit %(name)s", name=source.name), url=url)


@bp.route("/leads/settings/sources/<int:source_id>/removal", methods=["GET", "POST"])
@web.needs("leads.configure")
def remove_source(source_id: int) -> Response:
    source = queries.get_source(source_id)
    form, others = _replacement([other for other in queries.all_sources() if other != source])
    if request.method == "POST" and form.validate():
        pipeline.delete_source(source, others.get(form.replacement.data))
        return _saved(_("Source deleted"))
    url = url_for(".remove_source", source_id=source.id)
    return _ask("leads/removal.html", form=form, name=source.name, count=pipeline.count_leads(source), url=url)


@bp.post("/leads/settings/round-robin")
@web.needs("leads.configure")
def set_round_robin() -> Response:
    chosen = set(request.form.getlist("member", type=int))
    round_robin.choose_members([one for one in queries.assignable_staff() if one.id in chosen])
    round_robin.switch(on=request.form.get("is_on") == "1")
    return _saved(_("Saved: it holds for leads that come from now on"))


def _replacement(others: Sequence[T]) -> tuple[ReplacementForm, dict[int, T]]:
    form = ReplacementForm(request.form)
    form.offer(others)
    return form, {other.id: other for other in others}


def _ask(template: str, **context: Any) -> Response:
    """A dialog on the settings page, or that page where a dialog cannot open."""
    if not web.wants_partial():
        return web.go(url_for(".settings"))
    return web.page(template, status=200 if request.method == "GET" else 422, **context)


def _saved(said: str) -> Response:
    response = web.reply("leads/_settings_saved.html", back=url_for(".settings"), toast=said, **_shown())
    return web.trigger(response, "modal-close") if web.wants_partial() else response


def _shown() -> dict[str, Any]:
    return {
        "stages": queries.all_stages(),
        "stage_counts": pipeline.lead_counts("stage_id"),
        "sources": queries.all_sources(),
        "source_counts": pipeline.lead_counts("source_id"),
        "rotation": round_robin.setting(),
        "members": round_robin.members(),
        "staff": queries.assignable_staff(),
    }

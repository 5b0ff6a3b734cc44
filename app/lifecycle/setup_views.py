"""Settings › Lifecycle: the switch, the stages, the lost stages."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app import web
from app.contacts.forms import OrderForm, options
from app.db import db
from app.lifecycle import setup, stages
from app.lifecycle.forms import DeleteStageForm, StageForm
from app.lifecycle.models import LifecycleStage
from app.lifecycle.views import bp


@bp.get("/settings/lifecycle")
@web.needs("settings.see")
def settings() -> Response:
    return web.page("lifecycle/settings.html", **_setup())


@bp.post("/settings/lifecycle")
@web.needs("settings.edit")
def switch() -> Response:
    """Show the stages, or hide them; nobody loses theirs (LIFE-01)."""
    is_shown = request.form.get("is_shown") == "1"
    setup.show_lifecycle(is_shown)
    toast = _("Stages are shown in inbox and contacts.") if is_shown else _("Stages are hidden. Nobody lost theirs.")
    return web.reply("lifecycle/_settings.html", back=url_for("lifecycle.settings"), toast=toast, **_setup())


@bp.get("/settings/lifecycle/stages/new")
@web.needs("settings.edit")
def new_stage() -> Response:
    return web.page("lifecycle/edit_stage.html", stage=None, is_lost=_is_lost(), form=StageForm())


@bp.post("/settings/lifecycle/stages/new")
@web.needs("settings.edit")
def create_stage() -> Response:
    form = StageForm()
    if form.validate():
        try:
            setup.add_stage(
                form.name.data or "",
                description=form.description.data or "",
                emoji=form.emoji.data or "",
                is_lost=_is_lost(),
            )
            return web.go(url_for("lifecycle.settings"))
        except setup.StageNameTaken as taken:
            form.name.errors = [str(taken)]
        except setup.TooManyStages as refused:
            form.form_errors = [str(refused)]
    return web.page("lifecycle/edit_stage.html", status=422, stage=None, is_lost=_is_lost(), form=form)


@bp.get("/settings/lifecycle/stages/<int:stage_id>")
@web.needs("settings.edit")
def edit_stage(stage_id: int) -> Response:
    stage = db.get_or_404(LifecycleStage, stage_id)
    form = StageForm(data={"name": stage.name, "description": stage.description, "emoji": stage.emoji})
    return web.page("lifecycle/edit_stage.html", stage=stage, is_lost=stage.is_lost, form=form)


@bp.post("/settings/lifecycle/stages/<int:stage_id>")
@web.needs("settings.edit")
def save_stage(stage_id: int) -> Response:
    stage, form = db.get_or_404(LifecycleStage, stage_id), StageForm()
    if form.validate():
        try:
            setup.change_stage(
                stage,
                name=form.name.data or "",
                description=form.description.data or "",
                emoji=form.emoji.data or "",
            )
            return web.go(url_for("lifecycle.settings"))
        except setup.StageNameTaken as taken:
            form.name.errors = [str(taken)]
    return web.page("lifecycle/edit_stage.html", status=422, stage=stage, is_lost=stage.is_lost, form=form)


@bp.post("/settings/lifecycle/order/<any(ordinary, lost):column>")
@web.needs("settings.edit")
def order(column: str) -> Response:
    """The new order of one column; a stage dragged in from the other is refused (LIFE-09, LIFE-10)."""
    setup.order_stages(OrderForm().ids, is_lost=column == "lost")
    return web.reply("lifecycle/_settings.html", back=url_for("lifecycle.settings"), **_setup())


@bp.get("/settings/lifecycle/default")
@web.needs("settings.edit")
def ask_default() -> Response:
    """What a new default means, before it is saved (LIFE-11)."""
    stage = db.session.get(LifecycleStage, request.args.get("stage", 0, type=int))
    return web.page("lifecycle/default.html", stage=stage, now=stages.default_stage())


@bp.post("/settings/lifecycle/default")
@web.needs("settings.edit")
def set_default() -> Response:
    setup.make_default(db.session.get(LifecycleStage, request.form.get("stage", 0, type=int)))
    return web.go(url_for("lifecycle.settings"))


@bp.get("/settings/lifecycle/stages/<int:stage_id>/deletion")
@web.needs("settings.edit")
def confirm_deletion(stage_id: int) -> Response:
    return _deletion(db.get_or_404(LifecycleStage, stage_id), DeleteStageForm())


@bp.post("/settings/lifecycle/stages/<int:stage_id>/deletion")
@web.needs("settings.edit")
def delete_stage(stage_id: int) -> Response:
    """Delete a stage, its contacts going where the box says (LIFE-17)."""
    stage, form = db.get_or_404(LifecycleStage, stage_id), DeleteStageForm()
    target = stages.stage_by_key(form.to.data or "") if form.move.data else None
    if form.move.data and (target is None or target is stage):
        form.to.errors = [_("Choose where they go.")]
        return _deletion(stage, form, status=422)
    name = stage.name
    try:
        moved = setup.delete_stage(stage, by=current_user, move_to=target)
    except setup.LastStage as refused:
        form.form_errors = [str(refused)]
        return _deletion(stage, form, status=refused.status)
    flash(_("%(name)s is gone. Contacts moved: %(n)s.", name=name, n=moved))
    return web.go(url_for("lifecycle.settings"))


def _deletion(stage: LifecycleStage, form: DeleteStageForm, *, status: int = 200) -> Response:
    others = [other for other in stages.all_stages() if other.id != stage.id]
    form.to.choices = options({other.key: f"{other.emoji} {other.name}".strip() for other in others})
    return web.page("lifecycle/deletion.html", status=status, stage=stage, inside=setup.count_inside(stage), form=form)


def _setup() -> dict[str, Any]:
    known = stages.all_stages()
    return {
        "is_shown": stages.is_shown(),
        "ordinary": [stage for stage in known if not stage.is_lost],
        "lost": [stage for stage in known if stage.is_lost],
        "is_full": len(known) >= setup.MOST_STAGES,
        "most": setup.MOST_STAGES,
    }


def _is_lost() -> bool:
    return request.args.get("lost") == "1"

"""The builder over HTTP: every edit answers the canvas as it now is, and out of band what stands around it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from pydantic import ValidationError

from app import web
from app.rules import UnknownRule
from app.sequences import drafts, graph, overview
from app.sequences.builder import answers, canvas, edits, figures, forms, meanwhile, rule_forms
from app.sequences.graph import NoSuchStep
from app.sequences.models import Sequence
from app.sequences.triggers import TRIGGERS
from app.sequences.waits import Wait
from app.web import needs

bp = Blueprint("builder", __name__, url_prefix="/sequences/<int:sequence_id>")


@bp.errorhandler(NoSuchStep)
@bp.errorhandler(UnknownRule)
def _gone(_error: NoSuchStep | UnknownRule) -> Any:
    return answers.gone()


# ------------------------------------------------------------------ steps


@bp.post("/steps")
@needs("sequences.edit")
def add(sequence_id: int) -> Response:
    sequence = overview.get_sequence(sequence_id)
    step_id = edits.add_step(sequence, request.form.get("spot", "top"), request.form.get("kind", ""), by=current_user)
    return answers.edited(sequence, opened=step_id)


@bp.get("/steps/<step_id>")
@needs("sequences.see")
def step(sequence_id: int, step_id: str) -> Response:
    sequence = overview.get_sequence(sequence_id)
    if not web.wants_partial():
        return web.go(url_for("sequences.build", sequence_id=sequence_id, step=step_id))
    return web.page("sequences/build/step.html", **canvas.drawer(sequence, step_id))


@bp.post("/steps/<step_id>")
@needs("sequences.edit")
def change(sequence_id: int, step_id: str) -> Response:
    sequence = overview.get_sequence(sequence_id)
    document = drafts.draft_of(sequence)
    seen = meanwhile.find(meanwhile.document_shown(sequence), step_id)
    shown = canvas.drawer(sequence, step_id, request.form, seen=seen)
    guard, wait_form = shown["guard"], shown["wait"]
    parts = [shown["form"], wait_form, wait_form.filters, *([guard] if guard else []), *shown["rules"]]
    if not all([part.validate() for part in parts]):  # noqa: C419 - every part shall show its mistakes
        return _refused(shown)
    edited = shown["step"]
    theirs = meanwhile.asked(sequence, meanwhile.step_itself(step_id))
    if theirs is not None:
        return _refused(shown | {"theirs": theirs})
    title = shown["form"].title.data
    values = ({"title": title} if title else {}) | shown["form"].values() | (guard.values() if guard else {})
    if isinstance(edited, graph.IfStep):
        rules = [part.result().model_dump(by_alias=True, exclude_unset=True) for part in shown["rules"]]
        values |= {"if": {"match": shown["form"].match.data, "rules": rules}}
    elif isinstance(edited, graph.SplitStep):
        values |= {"split": _split(graph.find(document, step_id), shown["form"])}
    try:
        wait = shown["wait"].wait(edited.wait)
        edits.change_step(sequence, step_id, values, wait, by=current_user)
    except ValidationError as error:
        shown["form"].form_errors.extend(one["msg"].removeprefix("Value error, ") for one in error.errors())
        return _refused(shown)
    is_asked = "over" in request.form or _asks_anew(edited, wait)
    return answers.edited(sequence, chosen=step_id, opened=step_id if is_asked else None)


def _asks_anew(edited: graph.AnyStep, wait: Wait | None) -> bool:
    """Whether the drawer has more to ask now: of what the step waits for, or in a condition whether it came."""
    before, after = (
        one.event.kind if one is not None and one.event is not None else None for one in (edited.wait, wait)
    )
    is_shown = after is None or request.form.get("awaited") == after
    return before != after and (not is_shown or isinstance(edited, graph.IfStep))


def _refused(shown: dict[str, Any]) -> Response:
    if web.wants_partial():
        return web.page("sequences/build/step.html", status=422, **shown)
    whole = canvas.context(shown["sequence"], shown["step"].id)
    return web.page(
        "sequences/build.html",
        status=422,
        **(shown | whole | canvas.add_menu(whole["document"])),
        drawer_template="sequences/build/_step.html",
        spot=None,
        asked=None,
    )


def _split(step: graph.AnyStep, form: forms.SplitForm) -> list[dict[str, Any]]:
    """The branches with new shares and names; what is in them stays, and a third keeps its share."""
    if not isinstance(step, graph.SplitStep):
        raise NoSuchStep(step.id)
    said = [branch.model_dump(mode="json", by_alias=True, exclude_unset=True) for branch in step.split]
    others = sum(branch.share for branch in step.split[2:])
    first = min(form.share.data or 50, 100 - others)
    said[0] |= {"share": first, "name": form.name_a.data}
    said[1] |= {"share": 100 - others - first, "name": form.name_b.data}
    return said


@bp.post("/steps/<step_id>/rules")
@needs("sequences.edit")
def add_rule(sequence_id: int, step_id: str) -> Response:
    sequence = overview.get_sequence(sequence_id)
    rules = _rules_of(drafts.draft_of(sequence), step_id)
    edits.change_rules(sequence, step_id, [*rules, rule_forms.new_use(request.form.get("rule", ""))], by=current_user)
    return answers.edited(sequence, opened=step_id)


@bp.post("/steps/<step_id>/rules/<int:number>/deletion")
@needs("sequences.edit")
def remove_rule(sequence_id: int, step_id: str, number: int) -> Response:
    sequence = overview.get_sequence(sequence_id)
    rules = list(_rules_of(drafts.draft_of(sequence), step_id))
    at = meanwhile.place_now(rules, _rules_of(meanwhile.document_shown(sequence), step_id), number)
    if at is None:
        raise web.Refusal(_("Somebody else has changed this rule meanwhile. Look at it as it is now, then go on."))
    del rules[at]
    if not rules:
        raise web.Refusal(_("A condition has at least one rule."))
    edits.change_rules(sequence, step_id, rules, by=current_user)
    return answers.edited(sequence, opened=step_id)


def _rules_of(document: graph.Document, step_id: str) -> list[Any]:
    found = graph.find(document, step_id)
    if not isinstance(found, graph.IfStep):
        raise NoSuchStep(step_id)
    return found.condition.rules


# ------------------------------------------------------------------ trigger, exits


@bp.get("/trigger")
@needs("sequences.see")
def trigger(sequence_id: int) -> Response:
    sequence = overview.get_sequence(sequence_id)
    if not web.wants_partial():
        return web.go(url_for("sequences.build", sequence_id=sequence_id, step="trigger"))
    return web.page("sequences/build/trigger.html", **canvas.trigger_drawer(sequence))


@bp.post("/trigger")
@needs("sequences.edit")
def change_trigger(sequence_id: int) -> Response:
    """Another trigger begins without filters; those of the same trigger are kept as they were sent."""
    sequence = overview.get_sequence(sequence_id)
    before = drafts.draft_of(sequence).trigger
    kind = request.form.get("kind", before.kind)
    if kind not in TRIGGERS:
        abort(422)
    filters: dict[str, Any] = before.filters if kind == before.kind else {}
    form = None
    if "filtering" in request.form:
        form = rule_forms.filter_form(TRIGGERS[kind].filters, filters, request.form)
        if not form.validate():
            return _trigger_refused(sequence, kind, form)
        filters = rule_forms.filters_of(form)
    theirs = meanwhile.asked(sequence, lambda document: document.trigger.model_dump_json())
    if theirs is not None:
        return _trigger_refused(sequence, kind, form, theirs=theirs)
    edits.set_trigger(sequence, graph.Trigger(kind=kind, filters=filters), by=current_user)
    is_other = kind != before.kind or "over" in request.form
    return answers.edited(sequence, chosen="trigger", opened="trigger" if is_other else None)


def _trigger_refused(sequence: Sequence, kind: str, form: Any, *, theirs: str | None = None) -> Response:
    kept = "filter-form" if form is not None else "trigger-form"
    shown = canvas.trigger_drawer(sequence, form, kind) | {"theirs": theirs, "kept": kept}
    return web.page("sequences/build/trigger.html", status=422, **shown)


@bp.post("/exits")
@needs("sequences.edit")
def add_exit(sequence_id: int) -> Response:
    sequence = overview.get_sequence(sequence_id)
    exits = drafts.draft_of(sequence).exits
    edits.set_exits(sequence, [*exits, rule_forms.new_use(request.form.get("rule", ""), is_exit=True)], by=current_user)
    return answers.edited(sequence, opened=f"exit-{len(exits)}")


@bp.get("/exits/<int:number>")
@needs("sequences.see")
def show_exit(sequence_id: int, number: int) -> Response:
    sequence = overview.get_sequence(sequence_id)
    if not web.wants_partial():
        return web.go(url_for("sequences.build", sequence_id=sequence_id, step=f"exit-{number}"))
    return web.page("sequences/build/exit.html", **canvas.exit_drawer(sequence, number))


@bp.post("/exits/<int:number>")
@needs("sequences.edit")
def change_exit(sequence_id: int, number: int) -> Response:
    sequence = overview.get_sequence(sequence_id)
    seen = meanwhile.document_shown(sequence).exits
    shown = canvas.exit_drawer(sequence, number, request.form, seen=seen)
    if not shown["rule"].validate():
        return web.page("sequences/build/exit.html", status=422, **shown)
    exits = list(drafts.draft_of(sequence).exits)
    at = meanwhile.place_now(exits, seen, number)
    theirs = meanwhile.editor(sequence) if at is None and "over" not in request.form else None
    if theirs is not None:
        return web.page("sequences/build/exit.html", status=422, **(shown | {"theirs": theirs}))
    if at is None:
        at = number if len(exits) == len(seen) else len(exits)  # changed meanwhile, or taken away
    exits[at : at + 1] = [shown["rule"].result()]
    edits.set_exits(sequence, exits, by=current_user)
    exit_id = f"exit-{at}"
    return answers.edited(sequence, chosen=exit_id, opened=exit_id if at != number or "over" in request.form else None)


@bp.post("/exits/<int:number>/deletion")
@needs("sequences.edit")
def remove_exit(sequence_id: int, number: int) -> Response:
    sequence = overview.get_sequence(sequence_id)
    exits = list(drafts.draft_of(sequence).exits)
    at = meanwhile.place_now(exits, meanwhile.document_shown(sequence).exits, number)
    if at is None:
        raise web.Refusal(_("Somebody else has changed this exit meanwhile. Look at it as it is now, then go on."))
    del exits[at]
    edits.set_exits(sequence, exits, by=current_user)
    undo_url = url_for("builder.undo", sequence_id=sequence_id)
    return answers.edited(sequence, closed=True, toast=_("Exit removed"), undo=undo_url)


# ------------------------------------------------------------------ undo, redo, live counts


@bp.post("/undo")
@needs("sequences.edit")
def undo(sequence_id: int) -> Response:
    sequence = overview.get_sequence(sequence_id)
    said = sequence.draft.summary if sequence.draft is not None else ""
    drafts.undo(sequence)
    return answers.edited(sequence, closed=True, toast=_("Undone: %(edit)s", edit=said))


@bp.post("/redo")
@needs("sequences.edit")
def redo(sequence_id: int) -> Response:
    sequence = overview.get_sequence(sequence_id)
    drafts.redo(sequence)
    said = sequence.draft.summary if sequence.draft is not None else ""
    return answers.edited(sequence, closed=True, toast=_("Done again: %(edit)s", edit=said))


@bp.get("/outline")
@needs("sequences.see")
def outline(sequence_id: int) -> Response:
    """The sequence as a list, for the page to lay over the canvas."""
    sequence = overview.get_sequence(sequence_id)
    if not web.wants_partial():
        return web.go(url_for("sequences.build", sequence_id=sequence_id))
    return web.page("sequences/build/outline.html", **canvas.outline_of(sequence, request.args.get("step")))


@bp.get("/counts")
@needs("sequences.see")
def counts(sequence_id: int) -> Response:
    """The counts that have changed since the page was drawn, to be put where they stand; nothing when none has."""
    sequence = overview.get_sequence(sequence_id)
    if not web.wants_partial():
        return web.go(url_for("sequences.build", sequence_id=sequence_id))
    counted, seen = figures.of(sequence), request.args.get("seen", "")
    if seen == counted.seen:
        return Response(status=204)
    document, changed = drafts.draft_of(sequence), counted.changed_since(seen)
    return web.page(
        "sequences/build/counts.html",
        sequence=sequence,
        figures=counted,
        is_news=True,
        changed=changed,
        values=counted.changed_values(changed, canvas.drawn(drafts.draft_revision(sequence))),
        exits=canvas.exits_of(sequence, document, counted),
    )

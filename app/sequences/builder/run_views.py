"""Steps taken as they are: moved, copied, cut, pasted, switched, removed; one, or several that follow each other.

Several stand in the address as their ids with commas between: `/steps/hello,mail/place`.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app import web
from app.sequences import drafts, overview
from app.sequences.builder import answers, canvas, clipboard, edits, forms, places, runs, words
from app.sequences.dialogs import dialog
from app.sequences.graph import NoSuchStep
from app.web import needs

bp = Blueprint("runs", __name__, url_prefix="/sequences/<int:sequence_id>")


@bp.errorhandler(NoSuchStep)
def _gone(_error: NoSuchStep) -> Any:
    return answers.gone()


@bp.get("/steps/<step_ids>/place")
@needs("sequences.edit")
def ask_place(sequence_id: int, step_ids: str) -> Response:
    """The places that steps can go to, in words: what dragging does, without a mouse."""
    sequence = overview.get_sequence(sequence_id)
    document = drafts.draft_of(sequence)
    steps = runs.find(document, runs.read(step_ids))
    return dialog(
        "build/place",
        sequence=sequence,
        step_ids=step_ids,
        said=words.run(steps),
        spots=places.open_to(document, runs.read(step_ids)),
    )


@bp.post("/steps/<step_ids>/place")
@needs("sequences.edit")
def move(sequence_id: int, step_ids: str) -> Response:
    sequence = overview.get_sequence(sequence_id)
    ids, before = runs.read(step_ids), sequence.draft_id
    edits.move_steps(sequence, ids, request.form.get("spot", ""), by=current_user)
    if sequence.draft_id == before:
        return answers.edited(sequence, chosen=ids[0], toast=_("It stands there already."))
    return web.trigger(answers.told(sequence, chosen=ids[0]), "modal-close")


@bp.post("/steps/<step_ids>/copy")
@needs("sequences.edit")
def duplicate(sequence_id: int, step_ids: str) -> Response:
    sequence = overview.get_sequence(sequence_id)
    twins = edits.copy_steps(sequence, runs.read(step_ids), by=current_user)
    return answers.told(sequence, **_shown(twins))


@bp.post("/steps/<step_ids>/clipboard")
@needs("sequences.edit")
def copy(sequence_id: int, step_ids: str) -> Response:
    """Remember steps for pasting, here or in another sequence; `cut` takes them out as well."""
    sequence = overview.get_sequence(sequence_id)
    ids = runs.read(step_ids)
    steps = clipboard.keep(sequence, ids)
    if request.form.get("cut"):
        edits.remove_steps(sequence, ids, by=current_user)
        return answers.told(sequence, closed=True, copied=words.run(steps))
    back = url_for("sequences.build", sequence_id=sequence_id, step=ids[0])
    said = _("Copied %(steps)s", steps=words.run(steps))
    return web.reply("sequences/build/_copied.html", back=back, toast=said, copied=words.run(steps), sequence=sequence)


@bp.get("/clipboard")
@needs("sequences.edit")
def show_clipboard(sequence_id: int) -> Response:
    """What can be pasted, for a page that was opened before it was copied."""
    sequence = overview.get_sequence(sequence_id)
    if not web.wants_partial():
        return web.go(url_for("sequences.build", sequence_id=sequence_id))
    return web.page("sequences/build/copied.html", sequence=sequence, copied=clipboard.said())


@bp.post("/clipboard")
@needs("sequences.edit")
def paste(sequence_id: int) -> Response:
    sequence = overview.get_sequence(sequence_id)
    spot = request.form.get("spot", "top")
    twins = edits.paste_steps(sequence, clipboard.taken(), spot, by=current_user)
    return answers.told(sequence, **_shown(twins))


@bp.post("/steps/<step_ids>/switch")
@needs("sequences.edit")
def switch(sequence_id: int, step_ids: str) -> Response:
    sequence = overview.get_sequence(sequence_id)
    form = forms.OnOffForm(request.form)
    ids = runs.read(step_ids)
    edits.switch_steps(sequence, ids, is_on=bool(form.enabled.data), by=current_user)
    return answers.told(sequence, chosen=ids[0])


@bp.get("/steps/<step_id>/deletion")
@needs("sequences.edit")
def ask_removal(sequence_id: int, step_id: str) -> Response:
    sequence = overview.get_sequence(sequence_id)
    return dialog("build/removal", **canvas.drawer(sequence, step_id))


@bp.post("/steps/<step_ids>/deletion")
@needs("sequences.edit")
def remove(sequence_id: int, step_ids: str) -> Response:
    """Take steps out; of a fork alone, the steps of one branch may stay (`keep`)."""
    sequence = overview.get_sequence(sequence_id)
    if keep := request.form.get("keep"):
        edits.remove_fork(sequence, step_ids, keep=keep, by=current_user)
    else:
        edits.remove_steps(sequence, runs.read(step_ids), by=current_user)
    return web.trigger(answers.told(sequence, closed=True), "modal-close")


def _shown(twins: list[str]) -> dict[str, str]:
    """A single new step is opened; of several, none."""
    return {"opened": twins[0]} if len(twins) == 1 else {"chosen": twins[0]}

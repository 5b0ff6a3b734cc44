"""The message editor over HTTP: a page of its own for what one step says."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, make_response, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app import web
from app.contacts.models import Contact
from app.contacts.queries import get_contact, recent_contacts
from app.sequences import drafts, overview
from app.sequences.builder import edits, meanwhile, message_editor, message_tests
from app.sequences.builder.answers import StepGone
from app.sequences.builder.message_editor import Typed
from app.sequences.graph import ActionStep, NoSuchStep
from app.sequences.models import Sequence
from app.staff.accounts import all_staff
from app.web import needs

bp = Blueprint("message_editor", __name__, url_prefix="/sequences/<int:sequence_id>/steps/<step_id>/message")

PAGE = "sequences/build/message.html"
CONTENT_POLICY = "default-src 'none'; img-src https: data:; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"


@bp.errorhandler(NoSuchStep)
def _gone(_error: NoSuchStep) -> Any:
    return current_app.handle_user_exception(StepGone())


@bp.get("")
@needs("sequences.see")
def show(sequence_id: int, step_id: str) -> Response:
    sequence = overview.get_sequence(sequence_id)
    step = message_editor.step_of(sequence, step_id)
    return web.page(PAGE, **_shown(sequence, step, message_editor.as_stored(step)))


@bp.post("")
@needs("sequences.edit")
def save(sequence_id: int, step_id: str) -> Response:
    """Keep what is typed, and do what a button says: with blocks, the plain text, or the last edit."""
    sequence, said = overview.get_sequence(sequence_id), request.form.get("act", "")
    if said in {"undo", "redo"}:
        return _turned(sequence, step_id, drafts.undo if said == "undo" else drafts.redo)
    step = message_editor.step_of(sequence, step_id)
    typed = message_editor.read(step, request.form)
    if said == "html" and message_editor.checked(step, typed) is None:
        return _refused(sequence, step, typed)
    moved = message_editor.act(typed, said)
    params = message_editor.checked(step, typed)
    if params is None:
        return _refused(sequence, step, typed)
    theirs = meanwhile.asked(sequence, meanwhile.message_of(step_id))
    if theirs is not None:
        return _refused(sequence, step, typed, theirs=theirs)
    edits.change_message(sequence, step_id, params, by=current_user)
    if said == "done":
        return web.go(url_for("sequences.build", sequence_id=sequence_id, step=step_id))
    edited = message_editor.step_of(sequence, step_id)
    is_whole = bool(said) or "over" in request.form
    return _edited(sequence, edited, whole=is_whole, moved=(moved, said.partition(":")[0]) if moved else None)


@bp.get("/preview")
@needs("sequences.see")
def preview(sequence_id: int, step_id: str) -> Response:
    """The e-mail alone, for the frame that shows it: nothing in it may run, and no link leads anywhere."""
    step, contact = message_editor.step_of(overview.get_sequence(sequence_id), step_id), _contact()
    response = make_response(message_editor.sheet(message_editor.filled(step.params, contact), contact))
    response.headers["Content-Security-Policy"] = CONTENT_POLICY
    return response


@bp.post("/test")
@needs("sequences.edit")
def test(sequence_id: int, step_id: str) -> Response:
    sequence = overview.get_sequence(sequence_id)
    step = message_editor.step_of(sequence, step_id)
    to = message_tests.send(step, _contact(), request.form.get("to", "").strip(), by=current_user)
    shown = _shown(sequence, step, message_editor.as_stored(step))
    said = _("On its way to %(address)s", address=to)
    return web.reply("sequences/build/message/_test.html", back=_page_of(sequence, step_id), toast=said, **shown)


def _turned(sequence: Sequence, step_id: str, turn: Any) -> Response:
    """Undo or redo. Where that takes the step itself away, the canvas is shown again."""
    turn(sequence)
    try:
        step = message_editor.step_of(sequence, step_id)
    except NoSuchStep:
        return web.go(url_for("sequences.build", sequence_id=sequence.id))
    return _edited(sequence, step, whole=True)


def _edited(sequence: Sequence, step: ActionStep, *, whole: bool, moved: tuple[str, str] | None = None) -> Response:
    """What has been saved: the preview alone while somebody types, else all of the editor.

    `moved` is where a block stands now, and by which button it got there.
    """
    shown = _shown(sequence, step, message_editor.as_stored(step)) | {"moved": moved}
    back, others = _page_of(sequence, step.id), meanwhile.with_others(sequence, None)
    if not whole:
        return web.reply("sequences/build/message/_side.html", back=back, toast=others, **shown)
    response = web.reply("sequences/build/_message.html", back=back, toast=others, **shown)
    response.headers.update({"HX-Retarget": "#message-editor", "HX-Reswap": "outerHTML"})
    return response


def _refused(sequence: Sequence, step: ActionStep, typed: Typed, *, theirs: str | None = None) -> Response:
    """What was typed, again. Until it is decided whose words stand, the page goes on showing what it showed."""
    shown = _shown(sequence, step, typed) | {"theirs": theirs}
    seen = meanwhile.shown(sequence)
    return web.page(PAGE, status=422, **(shown | ({"shown_id": seen.id} if seen is not None else {})))


def _page_of(sequence: Sequence, step_id: str) -> str:
    contact = request.values.get("contact", type=int)
    return url_for("message_editor.show", sequence_id=sequence.id, step_id=step_id, contact=contact)


def _shown(sequence: Sequence, step: ActionStep, typed: Typed) -> dict[str, Any]:
    found = message_editor.context(sequence, step, typed, _contact())
    return found | {
        "screen": "phone" if request.values.get("screen") == "phone" else "desktop",
        "moved": None,
        "theirs": None,
        "shown_id": sequence.draft_id,
        "team": [one.email for one in all_staff() if one.is_active_account],
    }


def _contact() -> Contact | None:
    """Whom the message is shown for: the one chosen, else whom one had to do with last; 0 is an example."""
    chosen = request.values.get("contact", type=int)
    if chosen:
        return get_contact(chosen, seen_by=current_user)
    return None if chosen == 0 else next(iter(recent_contacts(current_user, 1)), None)

"""The answer to an edit: what it changed of the canvas the page shows, and out of band what is around it."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, url_for
from flask_babel import gettext as _

from app import web
from app.sequences.builder import canvas, changes, meanwhile
from app.sequences.models import Sequence

AROUND = (
    "sequences/build/_minimap.html",
    "sequences/build/_state.html",
    "sequences/build/_exits.html",
    "sequences/build/_totals.html",
)


class StepGone(web.Refusal):
    """Somebody has removed the step meanwhile."""

    status = 404

    def __init__(self) -> None:
        super().__init__(_("This step is not in the draft any more."))


def gone() -> Any:
    """The answer where a step is asked for that the draft does not have."""
    return current_app.handle_user_exception(StepGone())


def told(sequence: Sequence, **shown: Any) -> Response:
    """The canvas after an edit that is said aloud, with a way back. `shown` is what `edited` takes."""
    undo_url = url_for("builder.undo", sequence_id=sequence.id)
    said = sequence.draft.summary if sequence.draft is not None else ""
    return edited(sequence, toast=said, undo=undo_url, **shown)


def edited(
    sequence: Sequence,
    *,
    chosen: str | None = None,
    opened: str | None = None,
    closed: bool = False,
    toast: str | None = None,
    undo: str | None = None,
    copied: str | None = None,
) -> Response:
    """The canvas after an edit.

    `opened`: what the drawer shall show now; `closed`: nothing; else it stays as it is. `copied`: what can be pasted
    now, in words.
    """
    step_id = opened or chosen
    also: tuple[str, ...] = AROUND
    drawer: dict[str, Any] = {}
    if opened is not None:
        template, drawer = canvas.drawer_of(sequence, opened)
        also = (*AROUND, template)
    elif closed:
        also = (*AROUND, "sequences/build/_closed.html")
    if copied is not None:
        also = (*also, "sequences/build/_copied.html")
    shown = drawer | {"copied": copied} | canvas.context(sequence, step_id)
    changed = canvas.changes_since(meanwhile.shown(sequence), shown["drawing"])
    if changed is not None:
        shown |= {"changes": changed, "values": changes.as_values(changed)}
    response = web.reply(
        "sequences/build/_world.html" if changed is None else "sequences/build/_changes.html",
        also=also,
        back=url_for("sequences.build", sequence_id=sequence.id, step=step_id),
        toast=meanwhile.with_others(sequence, toast),
        undo=undo,
        **shown,
    )
    if changed is not None:
        response.headers.update({"HX-Retarget": "#changes", "HX-Reswap": "outerHTML"})
    if opened is not None:
        web.trigger(response, "step-opened", {"id": opened})
    elif closed:
        web.trigger(response, "step-closed", {"id": ""})
    else:
        web.trigger(response, "step-saved", {"id": step_id})
    return response

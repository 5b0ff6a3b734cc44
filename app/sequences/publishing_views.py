"""Putting a sequence to work: the review before it is published, activating, pausing, going on."""

from __future__ import annotations

from typing import Literal

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app import web
from app.sequences import checks, drafts, graph, hours, overdue, overview, publishing
from app.sequences.builder import diff_words, words
from app.sequences.dialogs import dialog
from app.sequences.engine import carrying
from app.sequences.models import PAUSED, Sequence
from app.sequences.views import bp
from app.web import needs


@bp.get("/sequences/<int:sequence_id>/publication")
@needs("sequences.edit")
def review(sequence_id: int) -> Response:
    sequence = overview.get_sequence(sequence_id)
    document = drafts.draft_of(sequence)
    findings = publishing.check(sequence)
    lines = _lines(sequence)
    return dialog(
        "review",
        sequence=sequence,
        findings=findings,
        errors=sum(1 for one in findings if one.severity == checks.ERROR),
        warnings=sum(1 for one in findings if one.severity == checks.WARNING),
        may_edit=True,
        names={place.step.id: _name(place.step) for place in graph.walk(document)},
        step_name=_name,
        preview=publishing.preview(sequence),
        lines=lines,
        sums=diff_words.sums(lines),
        steps=sum(1 for _place in graph.walk(document)),
        exits=len(document.exits),
        hours_said=words.hours(hours.sending_hours()),
    )


def _lines(sequence: Sequence) -> list[diff_words.Line]:
    if sequence.live is None:
        return []
    return diff_words.between(drafts.document_of(sequence.live), drafts.draft_of(sequence))


def _name(step: graph.AnyStep) -> str:
    return words.plain(words.title(step))


@bp.post("/sequences/<int:sequence_id>/publication")
@needs("sequences.edit")
def publish(sequence_id: int) -> Response:
    sequence = overview.get_sequence(sequence_id)
    carry = request.form.get("carry", "1") == "1"
    publishing.publish(sequence, carry=carry, fates=_fates(), by=current_user)
    if request.form.get("activate"):
        publishing.activate(sequence, by=current_user)
        said = _("“%(title)s” is active.", title=sequence.title)
    else:
        said = _("Version %(number)s is published.", number=sequence.live.number if sequence.live else 0)
    return _done(sequence_id, said)


def _fates() -> dict[str, carrying.Fate]:
    """What was chosen for those who wait on each deleted step."""
    chosen = {name.removeprefix("fate-"): value for name, value in request.form.items() if name.startswith("fate-")}
    return {
        step_id: fate for step_id, value in chosen.items() for fate in (carrying.FINISH, carrying.EXIT) if fate == value
    }


@bp.post("/sequences/<int:sequence_id>/activation")
@needs("sequences.edit")
def activate(sequence_id: int) -> Response:
    """The switch of the list. What is not published yet, has findings or overdue steps, is looked at first."""
    sequence = overview.get_sequence(sequence_id)
    if request.form.get("active"):
        if _is_to_be_looked_at(sequence):
            return _to_builder(sequence_id, open_dialog="review")
        if sequence.status == PAUSED and overdue.overdue_in(sequence).messages:
            return _to_builder(sequence_id, open_dialog="resume")
        publishing.activate(sequence, by=current_user)
        said = _("“%(title)s” is active.", title=sequence.title)
    else:
        publishing.pause(sequence)
        said = _("“%(title)s” is paused. Everybody inside keeps their place.", title=sequence.title)
    return _done(sequence_id, said)


def _is_to_be_looked_at(sequence: Sequence) -> bool:
    """Whether switching it on would put to work what nobody has been warned of."""
    if sequence.live_id is None:
        return True
    is_known = sequence.status == PAUSED and not drafts.has_unpublished_changes(sequence)
    found = publishing.check(sequence, about={checks.DOCUMENT, checks.STUDIO})
    return any(one.severity == checks.ERROR or (one.severity == checks.WARNING and not is_known) for one in found)


def _to_builder(sequence_id: int, *, open_dialog: Literal["review", "resume"]) -> Response:
    """The builder, with a question open that is to be answered first."""
    return web.go(url_for("sequences.build", sequence_id=sequence_id, question=open_dialog))


@bp.get("/sequences/<int:sequence_id>/pause")
@needs("sequences.edit")
def pause(sequence_id: int) -> Response:
    sequence = overview.get_sequence(sequence_id)
    return dialog("pause", sequence=sequence, inside=publishing.preview(sequence).inside)


@bp.get("/sequences/<int:sequence_id>/resumption")
@needs("sequences.edit")
def resume(sequence_id: int) -> Response:
    """What has fallen due meanwhile, and what is to be done about the messages (SEQ-18)."""
    sequence = overview.get_sequence(sequence_id)
    return dialog(
        "resume",
        sequence=sequence,
        overdue=overdue.overdue_in(sequence),
        step_name=_name,
        kind=words.kind,
        hours=hours.sending_hours(),
        hours_said=words.hours(hours.sending_hours()),
    )


@bp.post("/sequences/<int:sequence_id>/resumption")
@needs("sequences.edit")
def go_on(sequence_id: int) -> Response:
    sequence = overview.get_sequence(sequence_id)
    publishing.resume(sequence, messages="send" if request.form.get("messages") == "send" else "skip")
    return _done(sequence_id, _("“%(title)s” goes on.", title=sequence.title))


def _done(sequence_id: int, said: str) -> Response:
    """Back where one was, the list or the builder, with what has happened."""
    came_from = request.form.get("back", "")
    to = url_for("sequences.index") if came_from == "list" else url_for("sequences.build", sequence_id=sequence_id)
    return web.go(to, toast=said)

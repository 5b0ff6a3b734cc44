"""What somebody else has done to a draft since the page at hand was drawn.

Each edit says which revision its page shows. An edit is made to the draft as it is now, so nobody's work is lost;
whoever made it is told of the other's. Only where both have changed the same thing, a step, a message, an exit, is the
second one asked: `over` in the form is their answer.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from collections.abc import Sequence as Several

from flask import g, request
from flask_babel import gettext as _
from flask_login import current_user

from app.db import db
from app.rules import RuleUse
from app.sequences import drafts, graph
from app.sequences.graph import ActionStep, AnyStep, Document, NoSuchStep
from app.sequences.models import Sequence, SequenceRevision
from app.staff.models import Staff


def shown(sequence: Sequence) -> SequenceRevision | None:
    """The revision that the page shows; None where it does not say, or says another sequence's."""
    number = request.headers.get("X-Canvas", type=int) or request.form.get("shown", type=int)
    revision = db.session.get(SequenceRevision, number) if number is not None else None
    g.shown_revision = revision  # held, or the session would forget it and read it again
    return revision if revision is not None and revision.sequence_id == sequence.id else None


def document_shown(sequence: Sequence) -> Document:
    """What the page shows, or the draft as it is now."""
    seen = shown(sequence)
    return drafts.document_of(seen) if seen is not None else drafts.draft_of(sequence)


def editor(sequence: Sequence) -> str | None:
    """Who else has edited the sequence since the page was drawn, by name."""
    seen = shown(sequence)
    edit = drafts.edited_since(seen, by_others_than=current_user) if seen is not None else None
    if edit is None:
        return None
    staff = db.session.get(Staff, edit.by_id) if edit.by_id is not None else None
    return staff.name if staff is not None else str(_("Somebody"))


def asked(sequence: Sequence, of: Callable[[Document], Hashable]) -> str | None:
    """Who else has changed a part of the sequence since the page was drawn, where that is still to be decided on.

    `of` takes the part out of a document; None is a part that is not there.
    """
    if "over" in request.form or of(document_shown(sequence)) in {None, of(drafts.draft_of(sequence))}:
        return None
    return editor(sequence)


def step_itself(step_id: str) -> Callable[[Document], str | None]:
    """All that a step says, without the steps in its branches."""

    def said(document: Document) -> str | None:
        step = find(document, step_id)
        if step is None:
            return None
        bare = step.model_copy(deep=True)
        for branch in graph.branches(bare).values():
            branch.clear()
        return bare.model_dump_json(by_alias=True)

    return said


def message_of(step_id: str) -> Callable[[Document], str | None]:
    """What a message says, whenever it is sent."""

    def said(document: Document) -> str | None:
        step = find(document, step_id)
        return step.params.model_dump_json() if isinstance(step, ActionStep) else None

    return said


def find(document: Document, step_id: str) -> AnyStep | None:
    """A step, or None where there is no such step."""
    try:
        return graph.find(document, step_id)
    except NoSuchStep:
        return None


def place_now(rules: Several[RuleUse], seen: Several[RuleUse], number: int) -> int | None:
    """Where a rule that the page calls by its number among `seen` stands now; None where it is another by now."""
    if number >= len(seen):
        raise NoSuchStep(str(number))
    if list(rules) == list(seen):
        return number
    return next((at for at, rule in enumerate(rules) if rule == seen[number]), None)


def with_others(sequence: Sequence, said: str | None) -> str | None:
    """What is said, and who else has been at work since the page was drawn: both edits are in the answer."""
    name = editor(sequence)
    if name is None:
        return said
    other = _("%(name)s changed this sequence a moment ago. Both changes are kept.", name=name)
    return f"{said}. {other}" if said else other

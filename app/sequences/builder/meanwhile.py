"""What somebody else has done to a draft since the page at hand was drawn.

Each edit says which revision its page shows. An edit is made to the draft as it is now, so nobody's work is lost;
whoever made it is told of the other's. Only where both have changed the same step is the second one asked.
"""

from __future__ import annotations

from flask import request
from flask_babel import gettext as _
from flask_login import current_user

from app.db import db
from app.sequences import drafts, graph
from app.sequences.graph import Document, NoSuchStep
from app.sequences.models import Sequence, SequenceRevision
from app.staff.models import Staff


def shown(sequence: Sequence) -> SequenceRevision | None:
    """The revision that the page shows; None where it does not say, or says another sequence's."""
    number = request.headers.get("X-Canvas", type=int)
    revision = db.session.get(SequenceRevision, number) if number is not None else None
    return revision if revision is not None and revision.sequence_id == sequence.id else None


def editor(sequence: Sequence) -> str | None:
    """Who else has edited the sequence since the page was drawn, by name."""
    seen = shown(sequence)
    edit = drafts.edited_since(seen, by_others_than=current_user) if seen is not None else None
    if edit is None:
        return None
    staff = db.session.get(Staff, edit.by_id) if edit.by_id is not None else None
    return staff.name if staff is not None else str(_("Somebody"))


def editor_of(sequence: Sequence, step_id: str) -> str | None:
    """Who else has changed a step since the page was drawn. What is in its branches is not of the step."""
    seen = shown(sequence)
    if seen is None or _own(drafts.document_of(seen), step_id) in {None, _own(drafts.draft_of(sequence), step_id)}:
        return None
    return editor(sequence)


def _own(document: Document, step_id: str) -> str | None:
    """All that a step says, without the steps in its branches; None where there is no such step."""
    try:
        bare = graph.find(document, step_id).model_copy(deep=True)
    except NoSuchStep:
        return None
    for branch in graph.branches(bare).values():
        branch.clear()
    return bare.model_dump_json(by_alias=True)

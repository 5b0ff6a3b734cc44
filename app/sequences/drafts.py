"""Making sequences and editing their drafts. Every edit is a new revision; undo and redo move a pointer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from flask_babel import gettext as _
from sqlalchemy import func, select

from app import clock
from app.db import db
from app.sequences import checking, formats, graph
from app.sequences.models import Sequence, SequenceFolder, SequenceRevision
from app.staff.models import Staff
from app.web import Refusal

# The typed documents of the revisions that a session holds.
_read: WeakKeyDictionary[SequenceRevision, graph.Document] = WeakKeyDictionary()


class NothingToUndo(Refusal):
    """The draft stands at its first, or its last, revision."""

    def __init__(self) -> None:
        super().__init__(_("There is nothing further to undo or redo."))


class DraftMoved(Refusal):
    """Somebody else has edited the draft since it was read: what they did would be lost."""

    def __init__(self) -> None:
        super().__init__(_("Somebody else has changed this sequence meanwhile. Look at it as it is now, then go on."))


def create_sequence(
    document: graph.Document | Mapping[str, Any] | str, *, by: Staff | None = None, folder: SequenceFolder | None = None
) -> Sequence:
    """Make a sequence, as a draft that does nothing yet (SEQ-18). Its folder is made where missing.

    Anything but a Document is read first, and may raise formats.Invalid.
    """
    if not isinstance(document, graph.Document):
        document = checking.read(document)
    if folder is None and document.folder:
        folder = folder_named(document.folder)
    sequence = Sequence(title=document.title, folder=folder, created_at=clock.now())
    db.session.add(sequence)
    db.session.flush()
    _add_revision(sequence, formats.dump(document), summary=_("Created"), by=by)
    return sequence


def save_draft(
    sequence: Sequence,
    document: graph.Document,
    *,
    by: Staff | None = None,
    summary: str = "",
    over: int | None = None,
) -> SequenceRevision:
    """Keep an edit as the new draft. What is live stays as it is until it is published.

    Saving what the draft says already makes no revision. `summary` says what the edit did, for undo and history;
    `over` is the number of the revision that was edited, where somebody had it before them for a while. Raises
    DraftMoved where the draft is another one by now.
    """
    draft = sequence.draft
    if over is not None and (draft is None or draft.number != over):
        raise DraftMoved
    said = formats.dump(document)
    if draft is not None and draft.document == said:
        return draft
    sequence.title = document.title
    if document.folder:
        sequence.folder = folder_named(document.folder)
    return _add_revision(sequence, said, summary=summary, by=by)


def edited_since(revision: SequenceRevision, *, by_others_than: Staff) -> SequenceRevision | None:
    """The last edit that somebody else has made to a sequence after a revision of it."""
    return db.session.scalar(
        select(SequenceRevision)
        .where(
            SequenceRevision.sequence_id == revision.sequence_id,
            SequenceRevision.number > revision.number,
            SequenceRevision.by_id.is_distinct_from(by_others_than.id),
        )
        .order_by(SequenceRevision.number.desc())
        .limit(1)
    )


def undo(sequence: Sequence) -> SequenceRevision:
    """Take the last edit back. Raises NothingToUndo at the first revision."""
    parent_id = draft_revision(sequence).parent_id
    before = db.session.get(SequenceRevision, parent_id) if parent_id is not None else None
    if before is None:
        raise NothingToUndo
    return _point_to(sequence, before)


def redo(sequence: Sequence) -> SequenceRevision:
    """Make the edit again that was last taken back. Raises NothingToUndo where none was."""
    after = _redo_target(sequence)
    if after is None:
        raise NothingToUndo
    return _point_to(sequence, after)


def restore(sequence: Sequence, revision: SequenceRevision, *, by: Staff | None = None) -> SequenceRevision:
    """Edit on from an older revision: what it says becomes a new draft, which can be undone like any edit."""
    said = _("Went back to version %(number)s", number=revision.number)
    return save_draft(sequence, document_of(revision), by=by, summary=said)


def can_undo(sequence: Sequence) -> bool:
    return draft_revision(sequence).parent_id is not None


def can_redo(sequence: Sequence) -> bool:
    return _redo_target(sequence) is not None


def document_of(revision: SequenceRevision) -> graph.Document:
    """A stored document, typed again, once for each revision at hand. It was checked when it was stored."""
    document = _read.get(revision)
    if document is None:
        document = _read[revision] = graph.Document.model_validate(revision.document)
    return document


def draft_of(sequence: Sequence) -> graph.Document:
    """The document being edited."""
    return document_of(draft_revision(sequence))


def draft_revision(sequence: Sequence) -> SequenceRevision:
    """The revision being edited; a sequence has one from its creation on."""
    if sequence.draft is None:
        raise RuntimeError(f"sequence {sequence.id} has lost its draft")
    return sequence.draft


def has_unpublished_changes(sequence: Sequence) -> bool:
    """Whether the draft says something else than what is live."""
    if sequence.draft is None or sequence.draft_id == sequence.live_id:
        return False
    return sequence.live is None or sequence.live.document != sequence.draft.document


def folder_named(name: str) -> SequenceFolder:
    """The folder of that name, whatever its case, made where there is none."""
    found = db.session.scalar(
        select(SequenceFolder).where(func.lower(SequenceFolder.name) == name.strip().lower()).limit(1)
    )
    if found is None:
        position = db.session.scalar(select(func.count()).select_from(SequenceFolder)) or 0
        found = SequenceFolder(name=name.strip(), position=position)
        db.session.add(found)
        db.session.flush()
    return found


def _add_revision(sequence: Sequence, said: dict[str, Any], *, summary: str, by: Staff | None) -> SequenceRevision:
    _hold(sequence)
    latest = db.session.scalar(
        select(func.max(SequenceRevision.number)).where(SequenceRevision.sequence_id == sequence.id)
    )
    revision = SequenceRevision(
        sequence_id=sequence.id,
        number=(latest or 0) + 1,
        parent_id=sequence.draft_id,
        document=said,
        summary=summary[:200],
        by_id=by.id if by is not None else None,
        created_at=clock.now(),
    )
    db.session.add(revision)
    db.session.flush()
    sequence.draft = revision
    db.session.flush()
    return revision


def _hold(sequence: Sequence) -> None:
    """Keep others from editing until the end of the transaction, and make sure that none has since it began."""
    db.session.flush()
    draft_id = db.session.scalar(select(Sequence.draft_id).where(Sequence.id == sequence.id).with_for_update())
    if draft_id != sequence.draft_id:
        raise DraftMoved


def _redo_target(sequence: Sequence) -> SequenceRevision | None:
    """The latest edit made on top of the present draft."""
    return db.session.scalar(
        select(SequenceRevision)
        .where(SequenceRevision.sequence_id == sequence.id, SequenceRevision.parent_id == sequence.draft_id)
        .order_by(SequenceRevision.number.desc())
        .limit(1)
    )


def _point_to(sequence: Sequence, revision: SequenceRevision) -> SequenceRevision:
    _hold(sequence)
    sequence.draft = revision
    sequence.title = document_of(revision).title
    db.session.flush()
    return revision

"""Reads for the history of a sequence: its versions and edits, by whom and when, and which to compare."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import abort
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import aliased

from app.contacts import keyset
from app.db import db
from app.sequences.models import Sequence, SequenceRevision
from app.staff.models import Staff

PAGE = 30


@dataclass(frozen=True)
class Entry:
    """A revision in the list, without its document. `over` is the revision it is an edit of, `version_before` the
    published one before it: the numbers it is compared with. What was undone and edited anew `is_aside`.
    """

    number: int
    summary: str
    by: str | None
    created_at: datetime
    published_at: datetime | None
    published_by: str | None
    over: int | None
    version_before: int | None
    is_live: bool
    is_draft: bool
    is_aside: bool

    @property
    def compared_with(self) -> int | None:
        """Of a version the one before it, of an edit what it was made on."""
        return self.version_before if self.published_at is not None else self.over


def entries(sequence: Sequence, *, every_edit: bool = False, cursor: str | None = None) -> keyset.Page[Entry]:
    """The versions of a sequence and the edits since the live one, or every edit there was; newest first. One query."""
    wanted = _entries(sequence)
    if not every_edit and sequence.live is not None:
        wanted = wanted.where(_is_version_or_newer(sequence.live.number))
    order = keyset.Order(SequenceRevision.number.expression, SequenceRevision.id.expression)
    found = db.session.execute(keyset.ordered(wanted, order, cursor).limit(PAGE + 1)).all()
    return keyset.page([(_entry(sequence, row), row.number, row.id) for row in found], PAGE)


def versions(sequence: Sequence) -> list[int]:
    """The numbers of what was published, the latest first."""
    published = select(SequenceRevision.number).where(
        SequenceRevision.sequence_id == sequence.id, SequenceRevision.published_at.is_not(None)
    )
    return list(db.session.scalars(published.order_by(SequenceRevision.number.desc()).limit(PAGE)))


def get_revision(sequence: Sequence, number: int) -> SequenceRevision:
    """A revision of a sequence by its number, or 404."""
    found = find_revision(sequence, number)
    if found is None:
        abort(404)
    return found


def find_revision(sequence: Sequence, number: int) -> SequenceRevision | None:
    """A revision of a sequence by its number."""
    return db.session.scalar(
        select(SequenceRevision).where(
            SequenceRevision.sequence_id == sequence.id, SequenceRevision.number == min(number, 2**31 - 1)
        )
    )


def pair_to_compare(sequence: Sequence) -> tuple[int, int] | None:
    """What a person most likely wants to see: the draft beside what is live, else the last version beside the one
    before it, else the last edit. None for a sequence that has never been edited.
    """
    draft, live = sequence.draft, sequence.live
    if draft is None:
        return None
    if live is not None and live.id != draft.id:
        return live.number, draft.number
    before = _version_before(sequence.id, draft.number) if live is not None else None
    if before is None and draft.parent_id is not None:
        before = db.session.scalar(select(SequenceRevision.number).where(SequenceRevision.id == draft.parent_id))
    return (before, draft.number) if before is not None else None


def _version_before(sequence_id: int, number: int) -> int | None:
    return db.session.scalar(
        select(func.max(SequenceRevision.number)).where(
            SequenceRevision.sequence_id == sequence_id,
            SequenceRevision.number < number,
            SequenceRevision.published_at.is_not(None),
        )
    )


def _is_version_or_newer(live: int) -> ColumnElement[bool]:
    return or_(SequenceRevision.published_at.is_not(None), SequenceRevision.number > live)


def _entries(sequence: Sequence) -> Any:
    edited, author, publisher, earlier = (
        aliased(SequenceRevision),
        aliased(Staff),
        aliased(Staff),
        aliased(SequenceRevision),
    )
    before = (
        select(func.max(earlier.number))
        .where(
            earlier.sequence_id == SequenceRevision.sequence_id,
            earlier.number < SequenceRevision.number,
            earlier.published_at.is_not(None),
        )
        .scalar_subquery()
    )
    line = _line_of(sequence.draft_id)
    return (
        select(
            SequenceRevision.id,
            SequenceRevision.number,
            SequenceRevision.summary,
            SequenceRevision.created_at,
            SequenceRevision.published_at,
            author.name.label("by"),
            publisher.name.label("published_by"),
            edited.number.label("over"),
            before.label("version_before"),
            SequenceRevision.id.in_(select(line.c.id)).label("is_in_line"),
        )
        .outerjoin(author, author.id == SequenceRevision.by_id)
        .outerjoin(publisher, publisher.id == SequenceRevision.published_by_id)
        .outerjoin(edited, edited.id == SequenceRevision.parent_id)
        .where(SequenceRevision.sequence_id == sequence.id)
    )


def _line_of(draft_id: int | None) -> Any:
    """The draft, what it is an edit of, and so on to the first: the rest has been undone and edited anew."""
    line = select(SequenceRevision.id, SequenceRevision.parent_id).where(SequenceRevision.id == draft_id)
    found = line.cte("line", recursive=True)
    return found.union_all(
        select(SequenceRevision.id, SequenceRevision.parent_id).join(found, found.c.parent_id == SequenceRevision.id)
    )


def _entry(sequence: Sequence, row: Any) -> Entry:
    return Entry(
        number=row.number,
        summary=row.summary,
        by=row.by,
        created_at=row.created_at,
        published_at=row.published_at,
        published_by=row.published_by,
        over=row.over,
        version_before=row.version_before,
        is_live=row.id == sequence.live_id,
        is_draft=row.id == sequence.draft_id,
        is_aside=not row.is_in_line and row.published_at is None,
    )

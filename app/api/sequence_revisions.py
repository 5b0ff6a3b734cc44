"""The revisions of sequences: what each said, what is different between two, and what activating would change."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence as Many
from typing import Any

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import defer

from app.api import paging, sequences
from app.api.operations import Answer, operation
from app.api.problems import not_found
from app.api.shapes import (
    ActivationOut,
    ChangeOut,
    DiffOut,
    FieldOut,
    OverdueOut,
    RevisionDocumentOut,
    RevisionOut,
    SequenceOut,
    StrandedOut,
    Strict,
)
from app.db import db
from app.sequences import diff, drafts, history, overdue, publishing
from app.sequences.builder import words
from app.sequences.models import Sequence, SequenceRevision
from app.staff.models import Staff


class RevisionQuery(paging.Page):
    """How to narrow the revisions."""

    published: bool | None = None


class DiffQuery(Strict):
    """Which two revisions to compare: by default what is live with the draft."""

    older: int | None = Field(None, alias="from", ge=1, le=2**31 - 1)
    newer: int | None = Field(None, alias="to", ge=1, le=2**31 - 1)


@operation(
    "GET",
    "/sequences/<id:sequence_id>/revisions",
    scope="sequences:read",
    asks=RevisionQuery,
    gives=RevisionOut,
    is_list=True,
)
def list_revisions(sequence_id: int, query: RevisionQuery) -> Answer:
    """List the revisions of a sequence, newest first."""
    sequence = sequences.get(sequence_id)
    rows = (
        select(SequenceRevision)
        .where(SequenceRevision.sequence_id == sequence.id)
        .options(defer(SequenceRevision.document))
    )
    if query.published is not None:
        is_published = SequenceRevision.published_at.is_not(None)
        rows = rows.where(is_published if query.published else ~is_published)
    return paging.page(rows, SequenceRevision.id, query, lambda found: _show_revisions(sequence, found))


@operation(
    "GET",
    "/sequences/<id:sequence_id>/revisions/<id:number>",
    scope="sequences:read",
    gives=RevisionDocumentOut,
)
def show_revision(sequence_id: int, number: int) -> Answer:
    """One revision of a sequence, with its document."""
    sequence = sequences.get(sequence_id)
    revision = _revision(sequence, number)
    [shown] = _show_revisions(sequence, [revision])
    return Answer(shown | {"document": revision.document})


@operation(
    "POST", "/sequences/<id:sequence_id>/revisions/<id:number>/restore", scope="sequences:write", gives=SequenceOut
)
def restore_revision(sequence_id: int, number: int) -> Answer:
    """Make what a revision says the draft again, as a new revision. What is live stays as it is."""
    sequence = sequences.get(sequence_id)
    drafts.restore(sequence, _revision(sequence, number))
    return Answer(sequences.show(sequence))


@operation("GET", "/sequences/<id:sequence_id>/diff", scope="sequences:read", asks=DiffQuery, gives=DiffOut)
def show_diff(sequence_id: int, query: DiffQuery) -> Answer:
    """What is different between two revisions of a sequence."""
    sequence = sequences.get(sequence_id)
    draft = drafts.draft_revision(sequence)
    older = _revision(sequence, query.older) if query.older is not None else sequence.live or draft
    newer = _revision(sequence, query.newer) if query.newer is not None else draft
    found = diff.compare(drafts.document_of(older), drafts.document_of(newer))
    changes = [one.model_dump(mode="json") for one in _changes(found)]
    return Answer({"from": older.number, "to": newer.number, "changes": changes})


@operation("GET", "/sequences/<id:sequence_id>/activation", scope="sequences:read", gives=ActivationOut)
def preview_activation(sequence_id: int) -> Answer:
    """What activating would change, and for whom who is inside."""
    sequence = sequences.get(sequence_id)
    preview, late = publishing.preview(sequence), overdue.overdue_in(sequence)
    return Answer(
        ActivationOut(
            changes=_changes(preview.diff),
            inside=preview.inside,
            waiting=preview.waiting,
            removed=[
                StrandedOut(
                    step_id=one.step.id,
                    title=words.title(one.step),
                    people=one.people,
                    goes_on_with=one.goes_on_with.id if one.goes_on_with is not None else None,
                )
                for one in preview.stranded
            ],
            overdue=[
                OverdueOut(
                    step_id=one.step.id,
                    title=words.title(one.step),
                    people=one.people,
                    messages=one.messages,
                    since=one.since,
                )
                for one in late.steps
            ],
            overdue_messages=late.messages,
        )
    )


def _revision(sequence: Sequence, number: int) -> SequenceRevision:
    found = history.find_revision(sequence, number)
    if found is None:
        raise not_found("revision")
    return found


def _show_revisions(sequence: Sequence, found: Many[SequenceRevision]) -> list[dict[str, Any]]:
    ids = {one for revision in found for one in (revision.by_id, revision.published_by_id) if one is not None}
    names = {row.id: row.name for row in db.session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(ids)))}
    parents = {revision.parent_id for revision in found if revision.parent_id is not None}
    numbers = {
        row.id: row.number
        for row in db.session.execute(
            select(SequenceRevision.id, SequenceRevision.number).where(SequenceRevision.id.in_(parents))
        )
    }
    return [
        RevisionOut(
            number=one.number,
            summary=one.summary,
            created_at=one.created_at,
            by=names.get(one.by_id or 0),
            published_at=one.published_at,
            published_by=names.get(one.published_by_id or 0),
            over=numbers.get(one.parent_id or 0),
            live=one.id == sequence.live_id,
            draft=one.id == sequence.draft_id,
        ).model_dump(mode="json")
        for one in found
    ]


def _changes(found: diff.Diff) -> list[ChangeOut]:
    return list(_each_change(found))


def _each_change(found: diff.Diff) -> Iterator[ChangeOut]:
    for one in found.settings:
        yield ChangeOut(about="setting", kind="changed", step_id=None, title=one.name, fields=[_field(one)])
    for one in found.trigger:
        yield ChangeOut(about="trigger", kind="changed", step_id=None, title=one.new["kind"], fields=[_field(one)])
    for use in found.exits:
        said = _field(use.field)
        title = (said.new or said.old)["rule"]
        yield ChangeOut(about="exit", kind=use.kind, step_id=None, title=title, fields=[said])
    for step in found.steps:
        yield ChangeOut(
            about="step",
            kind=step.kind,
            step_id=step.step_id,
            title=words.title(step.step),
            fields=[_field(one) for one in step.fields],
        )


def _field(one: diff.Field) -> FieldOut:
    return FieldOut(name=one.name, old=one.old, new=one.new)

"""Reads for the list of sequences: folders, and each sequence with its figures."""

from __future__ import annotations

from collections.abc import Sequence as Several
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from flask import abort
from sqlalchemy import case, func, select
from sqlalchemy.orm import contains_eager, joinedload

from app import clock
from app.db import db
from app.sequences import graph, results
from app.sequences.models import RUNNING, Enrolment, Sequence, SequenceFolder, SequenceRevision

WEEKS = 12


@dataclass(frozen=True)
class Row:
    """A sequence in the list."""

    sequence: Sequence
    draft: dict[str, Any]
    draft_number: int
    edited_at: datetime
    live_number: int | None
    inside: int
    entered: int
    converted: int
    weeks: list[int]

    @property
    def converted_share(self) -> float:
        return self.converted / self.entered if self.entered else 0.0

    @property
    def has_draft(self) -> bool:
        return self.live_number is not None and self.draft_number != self.live_number

    @property
    def trigger_kind(self) -> str:
        return str(self.draft["trigger"]["kind"])

    @property
    def priority(self) -> str:
        return str(self.draft.get("priority", graph.NORMAL))


def get_sequence(sequence_id: int) -> Sequence:
    """A sequence, or 404."""
    found = db.session.scalar(
        select(Sequence)
        .where(Sequence.id == sequence_id, Sequence.deleted_at.is_(None))
        .options(joinedload(Sequence.draft), joinedload(Sequence.live), joinedload(Sequence.folder))
    )
    if found is None:
        abort(404)
    return found


def get_folder(folder_id: int) -> SequenceFolder:
    """A folder, or 404."""
    found = db.session.get(SequenceFolder, folder_id)
    if found is None:
        abort(404)
    return found


def folders() -> list[tuple[SequenceFolder, int]]:
    """Every folder with how many sequences are in it, in order."""
    counted = (
        select(Sequence.folder_id, func.count().label("count"))
        .where(Sequence.deleted_at.is_(None))
        .group_by(Sequence.folder_id)
        .subquery()
    )
    rows = db.session.execute(
        select(SequenceFolder, func.coalesce(counted.c.count, 0))
        .outerjoin(counted, counted.c.folder_id == SequenceFolder.id)
        .order_by(SequenceFolder.position, SequenceFolder.id)
    )
    return [(folder, int(count)) for folder, count in rows]


def rows(folder_id: int | None = None) -> list[Row]:
    """The sequences of a folder, or all, in the order of folders and places, with their figures: four queries."""
    wanted = (
        select(Sequence)
        .where(Sequence.deleted_at.is_(None), Sequence.draft_id.is_not(None))
        .outerjoin(SequenceFolder, SequenceFolder.id == Sequence.folder_id)
        .options(contains_eager(Sequence.folder), joinedload(Sequence.draft), joinedload(Sequence.live))
        .order_by(SequenceFolder.position.nulls_last(), SequenceFolder.id, Sequence.position, Sequence.id)
    )
    if folder_id is not None:
        wanted = wanted.where(Sequence.folder_id == folder_id)
    sequences = [(one, one.draft) for one in db.session.scalars(wanted)]
    ids = [one.id for one, _draft in sequences]
    people, weeks, converted = _people(ids), _weeks(ids), results.converted(one for one, _draft in sequences)
    return [
        _row(one, draft, people.get(one.id, {}), converted.get(one.id, 0), weeks.get(one.id, [0] * WEEKS))
        for one, draft in sequences
        if draft is not None
    ]


def by_folder(rows: Several[Row]) -> list[tuple[SequenceFolder | None, list[Row]]]:
    """Rows folder by folder, as they come."""
    return [(folder, list(inside)) for folder, inside in groupby(rows, key=lambda row: row.sequence.folder)]


def _row(sequence: Sequence, draft: SequenceRevision, people: dict[str, int], converted: int, weeks: list[int]) -> Row:
    return Row(
        sequence,
        draft.document,
        draft.number,
        draft.created_at,
        sequence.live.number if sequence.live is not None else None,
        people.get(RUNNING, 0),
        sum(people.values()),
        converted,
        weeks,
    )


def _people(ids: Several[int]) -> dict[int, dict[str, int]]:
    """Per sequence: how many runs by status."""
    counted = db.session.execute(
        select(Enrolment.sequence_id, Enrolment.status, func.count())
        .where(Enrolment.sequence_id.in_(ids))
        .group_by(Enrolment.sequence_id, Enrolment.status)
    )
    people: dict[int, dict[str, int]] = {}
    for sequence_id, status, count in counted:
        people.setdefault(sequence_id, {})[status] = count
    return people


def _weeks(ids: Several[int]) -> dict[int, list[int]]:
    """Per sequence: how many entered in each of the last twelve weeks, the latest last."""
    now = clock.now()
    in_week = [(Enrolment.started_at > now - timedelta(weeks=back + 1), WEEKS - 1 - back) for back in range(WEEKS)]
    week = case(*in_week, else_=0).label("week")
    entered = db.session.execute(
        select(Enrolment.sequence_id, week, func.count())
        .where(Enrolment.sequence_id.in_(ids), Enrolment.started_at > now - timedelta(weeks=WEEKS))
        .group_by(Enrolment.sequence_id, "week")
    )
    weeks: dict[int, list[int]] = {}
    for sequence_id, at, count in entered:
        weeks.setdefault(sequence_id, [0] * WEEKS)[at] = count
    return weeks

"""Taking the people inside a sequence over to a new revision, step id by step id (SEQ-28)."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence as Many
from typing import Literal

from sqlalchemy import func, select, update

from app import clock, wake
from app.db import db, insert_rows
from app.sequences import books, reasons
from app.sequences.engine import ending, rows, timing
from app.sequences.engine.program import Program, programs
from app.sequences.models import EXITED, PAUSED, RUNNING, Enrolment, Sequence, SequenceRevision

CHUNK = 5000

# What becomes of people who wait on a step that has gone: on with the next that is left, through the old version to its
# end, or out.
Fate = Literal["go_on", "finish", "exit"]
GO_ON: Fate = "go_on"
FINISH: Fate = "finish"
EXIT: Fate = "exit"


def carry_over(sequence: Sequence, fates: Mapping[str, Fate] | None = None) -> int:
    """Put everybody inside on the live revision. Answers how many.

    Who waits on a step that is still there keeps waiting on it, until the time its wait says now. Who waits on one that
    has gone meets the fate chosen for that step, by its id; they go on with the next that is left where none was, at
    once where it has no wait of its own.
    """
    moved, last_id = 0, 0
    live = sequence.live
    if live is None:
        return 0  # never published: nobody can be inside
    while chunk := _inside(sequence.id, live.id, last_id):
        last_id = chunk[-1].id
        by_fate = _by_fate(chunk, live.id, fates or {})
        moved += len(by_fate[GO_ON])
        _move(by_fate[GO_ON], live, is_paused=sequence.status == PAUSED)
        _let_out(by_fate[EXIT], sequence)
    if moved:
        wake.ring("advance_enrolments")
    return moved


def mark_who_has_been_through(sequence_id: int) -> None:
    """Give everybody who was ever in the sequence their key, so that single enrolment counts the past too (ENR-08)."""
    keyed = select(Enrolment.contact_id).where(Enrolment.sequence_id == sequence_id, Enrolment.once_key.is_not(None))
    firsts = (
        select(func.min(Enrolment.id))
        .where(Enrolment.sequence_id == sequence_id, Enrolment.contact_id.not_in(keyed))
        .group_by(Enrolment.contact_id)
    )
    db.session.execute(
        update(Enrolment)
        .where(Enrolment.id.in_(firsts))
        .values(once_key=Enrolment.contact_id)
        .execution_options(synchronize_session=False)
    )


def _inside(sequence_id: int, live_id: int, after: int) -> list[timing.Standing]:
    return timing.standing(
        Enrolment.sequence_id == sequence_id,
        Enrolment.status == RUNNING,
        Enrolment.revision_id != live_id,
        Enrolment.id > after,
        limit=CHUNK,
    )


def _by_fate(
    chunk: Many[timing.Standing], live_id: int, fates: Mapping[str, Fate]
) -> dict[Fate, list[timing.Standing]]:
    left = programs({live_id})[live_id].nodes
    found: dict[Fate, list[timing.Standing]] = {GO_ON: [], FINISH: [], EXIT: []}
    for one in chunk:
        is_there = one.step_id is None or one.step_id in left
        found[GO_ON if is_there else fates.get(one.step_id or "", GO_ON)].append(one)
    return found


def _let_out(leaving: Many[timing.Standing], sequence: Sequence) -> None:
    """End the runs of those who waited on a step that has gone."""
    known = programs({one.revision_id for one in leaving})
    ended = []
    for one in leaving:
        step = known[one.revision_id].nodes[one.step_id or ""].step
        why = reasons.code("step_removed", step.title)
        ended.append(ending.Ended(one.id, one.contact_id, sequence.id, sequence.title, EXITED, why))
    ending.end(ended, clock.now())


def _move(chunk: list[timing.Standing], live: SequenceRevision, *, is_paused: bool) -> None:
    known = programs({live.id, *(one.revision_id for one in chunk)})
    new = known[live.id]
    now = clock.now()
    changed, passed_over = [], []
    for one in chunk:
        old = known[one.revision_id]
        step_id, woken_by_id = surviving(one.step_id, old, new), None
        if step_id != one.step_id:
            gone = reasons.code("step_gone", live.number)
            passed_over.append((one.id, live.sequence_id, one.step_id, "skipped", gone, now))
        if step_id is None:
            due = now
        elif step_id == one.step_id and old.nodes[step_id].step.wait == new.nodes[step_id].step.wait:
            due = one.due_at or now
            woken_by_id = one.woken_by_id
        else:
            due = timing.put_now(timing.due_at(new, step_id, one), one.moved_at, now)
        changed.append((one.id, live.id, step_id, None if is_paused else due, due if is_paused else None, woken_by_id))
    columns = ("revision_id", "step_id", "due_at", "held_due_at", "woken_by_id")
    rows.update_enrolments(changed, columns, where_status=RUNNING)
    written = insert_rows(rows.STEP_RUNS, rows.RUN, passed_over, returning=("sequence_id",))
    books.tally(step_runs=[row.sequence_id for row in written])


def surviving(step_id: str | None, old: Program, new: Program) -> str | None:
    """The step itself, else where its people go on: in a branch of it that was kept in its place, else behind it."""
    if step_id is None or step_id in new.nodes:
        return step_id
    node = old.nodes[step_id]
    behind = surviving(node.follows, old, new)
    inside = (surviving(begin, old, new) for begin in node.branches.values())
    return next((one for one in inside if one != behind), behind)

"""Nobody vanishes (BEY-03): what was ever written is counted as it is written, and held against what is there.

Each batch of the engine adds its counts to the tally, in the transaction of what it counts. The audit compares the two
once a minute. Where they differ, somebody has changed the tables by hand, or we have made a mistake: a line stands
above every page until it is put right or, with `flask --app wsgi doctor --accept-books`, accepted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel
from sqlalchemy import ColumnElement, Table, delete, func, literal, or_, select

from app import clock
from app.db import db, insert_rows
from app.sequences.models import (
    COMPLETED,
    EXITED,
    FAILED,
    RUNNING,
    STOPPED,
    Enrolment,
    Sequence,
    StepRun,
    Tally,
)
from app.staff import studio

KEY = "sequences.books"
What = Literal["entered", "step_runs", "stuck"]
TALLY: Table = Tally.__table__  # type: ignore[assignment]

EVERY = timedelta(seconds=50)  # so that an alarm is there within a minute
STEPS_EVERY = timedelta(hours=1)  # step runs are many: they are counted less often, and whenever a person asks
ROWS_LEFT = 200  # more rows of the tally than this are added up


@dataclass(frozen=True)
class Books:
    """Everybody who ever entered a sequence, by what became of them."""

    entered: int
    waiting: int
    completed: int
    exited: int
    stopped: int
    failed: int

    @property
    def balance(self) -> bool:
        return self.entered == self.waiting + self.completed + self.exited + self.stopped + self.failed


class Gap(BaseModel):
    """Where the books of a sequence do not balance: how many rows were written, and how many are there.

    `what`: "entered" (enrolments), "step_runs", or "stuck": runs that have neither an end nor a next step, of which
    there should be none.
    """

    sequence_id: int
    title: str
    what: What
    written: int
    found: int


class Findings(BaseModel):
    """What the last audit found, and when each kind was last made."""

    at: AwareDatetime | None = None
    steps_at: AwareDatetime | None = None
    gaps: list[Gap] = []


def tally(*, entered: Iterable[int] = (), step_runs: Iterable[int] = ()) -> None:
    """Count what is being written: the sequences of new enrolments and of step runs, one for each row."""
    came, ran = Counter(entered), Counter(step_runs)
    insert_rows(
        TALLY,
        ("sequence_id", "entered", "step_runs"),
        [(sequence_id, came[sequence_id], ran[sequence_id]) for sequence_id in sorted(came | ran)],
    )


def untally(entered: Iterable[int]) -> None:
    """Take out of the count what is deleted on purpose: the sequences of enrolments, one for each."""
    gone = Counter(entered)
    rows = [(sequence_id, -gone[sequence_id], 0) for sequence_id in sorted(gone)]
    insert_rows(TALLY, ("sequence_id", "entered", "step_runs"), rows)


def books(sequence_id: int) -> Books:
    """Who ever entered a sequence, and what became of them."""
    found = db.session.execute(
        select(Enrolment.status, func.count()).where(Enrolment.sequence_id == sequence_id).group_by(Enrolment.status)
    )
    counted: Mapping[str, int] = {status: count for status, count in found}  # noqa: C416 - a Row is no pair to mypy
    entered = select(func.coalesce(func.sum(Tally.entered), 0)).where(Tally.sequence_id == sequence_id)
    return Books(
        entered=db.session.scalar(entered) or 0,
        waiting=counted.get(RUNNING, 0),
        completed=counted.get(COMPLETED, 0),
        exited=counted.get(EXITED, 0),
        stopped=counted.get(STOPPED, 0),
        failed=counted.get(FAILED, 0),
    )


def gaps(*, steps: bool = True) -> list[Gap]:
    """Where the books do not balance. With `steps`, every step run is counted too.

    One statement, so that what is written meanwhile is on both sides or on neither.
    """
    whose = Sequence.id
    written = select(func.coalesce(func.sum(Tally.entered), 0)).where(Tally.sequence_id == whose)
    found = select(func.count()).select_from(Enrolment).where(Enrolment.sequence_id == whose)
    stuck = select(func.count()).select_from(Enrolment).where(Enrolment.sequence_id == whose, _is_stuck())
    counts: dict[What, Any] = {"entered": (written, found), "stuck": (select(literal(0)), stuck)}
    if steps:
        ran = select(func.coalesce(func.sum(Tally.step_runs), 0)).where(Tally.sequence_id == whose)
        runs = select(func.count()).select_from(StepRun).where(StepRun.sequence_id == whose)
        counts["step_runs"] = (ran, runs)
    columns = [
        query.scalar_subquery().label(f"{what}_{side}")
        for what, pair in counts.items()
        for side, query in zip(("written", "found"), pair, strict=True)
    ]
    rows = db.session.execute(select(Sequence.id, Sequence.title, *columns).order_by(Sequence.id)).mappings()
    return [
        Gap(sequence_id=row["id"], title=row["title"], what=what, written=written, found=found)
        for row in rows
        for what in counts
        if (written := row[f"{what}_written"]) != (found := row[f"{what}_found"])
    ]


def audit() -> int:
    """Look whether the books balance, where the last look was a minute ago. Answers how many gaps there are."""
    last, now = findings(), clock.now()
    if last.at is not None and timedelta() <= now - last.at < EVERY:
        return 0
    steps = last.steps_at is None or now - last.steps_at >= STEPS_EVERY
    found = gaps(steps=steps)
    if not steps:
        found += [gap for gap in last.gaps if gap.what == "step_runs"]
    studio.put(KEY, Findings(at=now, steps_at=now if steps else last.steps_at, gaps=found))
    _add_up()
    return len(found)


def findings() -> Findings:
    """What the last audit found."""
    return studio.get(KEY, Findings)


def accept() -> int:
    """Take what is there as what was written, once somebody knows why they differ. Answers how many gaps that closes.

    Stuck runs stay stuck: those have to be put right.
    """
    closed = [gap for gap in gaps() if gap.what != "stuck"]
    for gap in closed:
        short = {"entered": 0, "step_runs": 0} | {gap.what: gap.found - gap.written}
        db.session.add(Tally(sequence_id=gap.sequence_id, **short))
    db.session.flush()
    now = clock.now()
    studio.put(KEY, Findings(at=now, steps_at=now, gaps=gaps()))
    return len(closed)


def _is_stuck() -> ColumnElement[bool]:
    return or_(
        Enrolment.status.not_in((RUNNING, COMPLETED, EXITED, STOPPED, FAILED)),
        (Enrolment.status == RUNNING) & Enrolment.due_at.is_(None) & Enrolment.held_due_at.is_(None),
        Enrolment.status.in_((COMPLETED, EXITED, STOPPED)) & Enrolment.ended_at.is_(None),
    )


def _add_up() -> None:
    """Make the many rows of the tally a few. Readers see them all before, or their sums after."""
    if (db.session.scalar(select(func.count()).select_from(Tally)) or 0) <= ROWS_LEFT:
        return
    taken = db.session.execute(delete(Tally).returning(Tally.sequence_id, Tally.entered, Tally.step_runs)).all()
    entered: Counter[int] = Counter()
    step_runs: Counter[int] = Counter()
    for sequence_id, came, ran in taken:
        entered[sequence_id] += came
        step_runs[sequence_id] += ran
    db.session.add_all(
        Tally(sequence_id=sequence_id, entered=entered[sequence_id], step_runs=step_runs[sequence_id])
        for sequence_id in sorted(entered)
    )

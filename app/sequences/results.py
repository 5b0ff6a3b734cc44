"""What has become of those who entered a sequence: step by step, in the end, and in sales.

Everything is about the runs that began in the days asked for, however long they took: so each share has all of them
below the line, and the parts add up. A fixed number of queries, whatever the number of people.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from app.contacts.models import Contact
from app.contacts.queries import is_seen_by
from app.db import db, hour_of
from app.messaging.models import Message
from app.sequences import goals, graph
from app.sequences.goals import Goal
from app.sequences.marks import counted
from app.sequences.models import COMPLETED, EXITED, FAILED, RUNNING, STOPPED, Attribution, Enrolment, Sequence, StepRun
from app.staff.models import Staff

MARKS = (
    "queued",
    "sent",
    "arrived",
    "opened",
    "clicked",
    "replied",
    "unsubscribed",
    "bounced",
    "failed",
    "held",
)
PLAIN = ("done", "skipped", "failed")  # outcomes that lead on along the same way


@dataclass(frozen=True)
class Asked:
    """Which runs a report is about: of one sequence, begun since and before, in one version, of people one may see."""

    sequence: Sequence
    goal: Goal
    seen_by: Staff | None = None
    since: datetime | None = None
    until: datetime | None = None
    revision_id: int | None = None

    @property
    def is_all(self) -> bool:
        """Whether every run is meant: then what hangs on runs need not be asked about them."""
        sees_all = self.seen_by is None or self.seen_by.only_location_id is None
        return sees_all and self.since is None and self.until is None and self.revision_id is None

    def runs(self) -> list[ColumnElement[bool]]:
        """What a run must be."""
        wanted = [Enrolment.sequence_id == self.sequence.id]
        if self.since is not None:
            wanted.append(Enrolment.started_at >= self.since)
        if self.until is not None:
            wanted.append(Enrolment.started_at < self.until)
        if self.revision_id is not None:
            wanted.append(Enrolment.revision_id == self.revision_id)
        if self.seen_by is not None and self.seen_by.only_location_id is not None:
            wanted.append(Enrolment.contact_id.in_(select(Contact.id).where(is_seen_by(self.seen_by))))
        return wanted

    def of_runs(
        self, query: Select[*tuple[Any, ...]], enrolment_id: InstrumentedAttribute[Any]
    ) -> Select[*tuple[Any, ...]]:
        """A query about what hangs on runs, of these only."""
        return query if self.is_all else query.join(Enrolment, Enrolment.id == enrolment_id).where(*self.runs())


@dataclass
class BranchResult:
    """Those who took one way out of a fork."""

    runs: int = 0
    converted: int = 0
    cents: int = 0


@dataclass
class StepResult:
    """What one step has done. `reached`: who came to it, whatever came of it."""

    waiting: int = 0
    done: int = 0
    skipped: int = 0
    left: int = 0  # by an exit, or stopped, when this step would have been next
    parked: int = 0  # the step itself failed
    marks: Counter[str] = field(default_factory=Counter)  # of its messages
    converted: int = 0
    cents: int = 0
    branches: dict[str, BranchResult] = field(default_factory=lambda: defaultdict(BranchResult))

    @property
    def reached(self) -> int:
        return self.waiting + self.done + self.skipped + self.left + self.parked


@dataclass
class Totals:
    """How many runs there are, by what became of them, and what they brought."""

    statuses: Counter[str] = field(default_factory=Counter)
    converted: int = 0
    cents: int = 0
    marks: Counter[str] = field(default_factory=Counter)

    @property
    def entered(self) -> int:
        return self.statuses.total()

    @property
    def inside(self) -> int:
        return self.statuses[RUNNING]

    @property
    def converted_share(self) -> float:
        return self.converted / self.entered if self.entered else 0.0


@dataclass
class Results(Totals):
    """A sequence's results, by step."""

    steps: dict[str, StepResult] = field(default_factory=lambda: defaultdict(StepResult))


def results(asked: Asked) -> Results:
    """All about the runs asked for, in six queries."""
    found = Results()
    found.steps = by_step(asked, MARKS, found.statuses)
    for step in found.steps.values():
        found.marks += step.marks
    _total(asked, found)
    for step_id, outcome, converted, cents in _by_branch(asked):
        branch = found.steps[step_id].branches[branch_of(outcome)]
        branch.converted, branch.cents = converted, cents
    return found


def by_step(asked: Asked, marks: Collection[str], statuses: Counter[str] | None = None) -> dict[str, StepResult]:
    """What each step has done that anybody has come to, by its id: four queries. Fills `statuses` with all runs'."""
    found: dict[str, StepResult] = defaultdict(StepResult)
    for step_id, status, count in _standing(asked):
        if statuses is not None:
            statuses[status] += count
        if step_id is not None and status != COMPLETED:
            _stand(found[step_id], status, count)
    for step_id, outcome, count in step_runs(asked):
        step = found[step_id]
        step.skipped += count if outcome == "skipped" else 0
        step.done += count if outcome != "skipped" else 0
        if outcome not in PLAIN:
            step.branches[branch_of(outcome)].runs += count
    for row in messages(asked, marks, Message.step_id):
        found[row.step_id].marks = Counter({name: getattr(row, name) for name in marks})
    for step_id, converted, cents in successes(asked, Attribution.step_id):
        found[step_id].converted, found[step_id].cents = converted, cents
    return found


def branch_of(outcome: str) -> str:
    """The way out of a fork that an outcome is: "true" is the branch "then", an A/B split's letter is its own."""
    return {"true": graph.THEN, "false": graph.ELSE}.get(outcome, outcome)


def totals(asked: Asked) -> Totals:
    """The sums alone, in three queries: to hold days against the days before."""
    found = Totals()
    for _step_id, status, count in _standing(asked):
        found.statuses[status] += count
    for row in messages(asked, MARKS):
        found.marks = Counter({name: getattr(row, name) for name in MARKS})
    _total(asked, found)
    return found


def converted(sequences: Iterable[Sequence]) -> dict[int, int]:
    """How many runs of each of several sequences have reached its goal, by the sequence's id: one query."""
    ids: dict[Goal, list[int]] = defaultdict(list)
    for sequence in sequences:
        ids[goals.goal_of(sequence)].append(sequence.id)
    reached = [Attribution.sequence_id.in_(of_goal) & goals.is_reached(goal) for goal, of_goal in ids.items()]
    query = goals.successes(Attribution.sequence_id, func.count(Attribution.enrolment_id.distinct()))
    found = db.session.execute(query.where(or_(false(), *reached)).group_by(Attribution.sequence_id))
    return {sequence_id: count for sequence_id, count in found}  # noqa: C416 - a Row is no pair to mypy


def by_hour(asked: Asked) -> list[tuple[str, int, int]]:
    """When they entered, and how many of those have converted: by the hour, in UTC, as "2026-11-23 14"."""
    hour = hour_of(Enrolment.started_at)
    converted = _converted(asked).subquery()
    query = (
        select(hour, func.count(), func.count(converted.c.enrolment_id))
        .outerjoin(converted, converted.c.enrolment_id == Enrolment.id)
        .where(*asked.runs())
        .group_by(hour)
        .order_by(hour)
    )
    return [(at, entered, count) for at, entered, count in db.session.execute(query)]


def _standing(asked: Asked) -> Iterable[Row[str | None, str, int]]:
    """Where people stand: those inside, and those who left from there."""
    return db.session.execute(
        select(Enrolment.step_id, Enrolment.status, func.count())
        .where(*asked.runs())
        .group_by(Enrolment.step_id, Enrolment.status)
    )


def _stand(step: StepResult, status: str, count: int) -> None:
    if status == RUNNING:
        step.waiting += count
    elif status == FAILED:
        step.parked += count
    elif status in {EXITED, STOPPED}:
        step.left += count


def step_runs(asked: Asked) -> Iterable[Row[str, str, int]]:
    """How often each step came to each outcome."""
    query = select(StepRun.step_id, StepRun.outcome, func.count()).where(StepRun.sequence_id == asked.sequence.id)
    return db.session.execute(asked.of_runs(query, StepRun.enrolment_id).group_by(StepRun.step_id, StepRun.outcome))


def messages(asked: Asked, marks: Iterable[str], *by: InstrumentedAttribute[Any]) -> Iterable[Any]:
    """How many messages have each of these marks."""
    query = select(*by, *counted(marks)).where(Message.sequence_id == asked.sequence.id)
    return db.session.execute(asked.of_runs(query, Message.enrolment_id).group_by(*by))


def successes(asked: Asked, *by: InstrumentedAttribute[Any]) -> Iterable[Any]:
    """How many runs have converted, and the cents of all their sales."""
    runs = func.count(Attribution.enrolment_id.distinct()).filter(goals.is_reached(asked.goal))
    query = goals.successes(*by, runs, goals.earned_cents(asked.goal)).where(
        Attribution.sequence_id == asked.sequence.id
    )
    return db.session.execute(asked.of_runs(query, Attribution.enrolment_id).group_by(*by))


def _total(asked: Asked, found: Totals) -> None:
    for converted, cents in successes(asked):
        found.converted, found.cents = converted, cents


def _converted(asked: Asked) -> Select[*tuple[Any, ...]]:
    """The runs that have converted, each once."""
    return (
        goals.successes(Attribution.enrolment_id)
        .where(Attribution.sequence_id == asked.sequence.id, goals.is_reached(asked.goal))
        .distinct()
    )


def _by_branch(asked: Asked) -> Iterable[Any]:
    """What came of those who took each way out of a fork: of their whole run, for that is what the way led to."""
    is_reached = goals.is_reached(asked.goal)
    per_run = (
        goals.successes(
            Attribution.enrolment_id,
            func.count().filter(is_reached).label("reached"),
            goals.earned_cents(asked.goal).label("cents"),
        )
        .where(Attribution.sequence_id == asked.sequence.id)
        .group_by(Attribution.enrolment_id)
        .subquery()
    )
    query = (
        select(
            StepRun.step_id,
            StepRun.outcome,
            func.count().filter(per_run.c.reached > 0),
            func.coalesce(func.sum(per_run.c.cents), 0),
        )
        .join(per_run, per_run.c.enrolment_id == StepRun.enrolment_id)
        .where(StepRun.outcome.not_in(PLAIN))
    )
    return db.session.execute(asked.of_runs(query, StepRun.enrolment_id).group_by(StepRun.step_id, StepRun.outcome))

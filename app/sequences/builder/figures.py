"""How many people stand where in a sequence: one query for who is inside, one for what the steps did."""

from __future__ import annotations

import zlib
from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import func, select

from app.db import db
from app.sequences.models import COMPLETED, EXITED, RUNNING, Enrolment, StepRun


@dataclass
class Figures:
    """The counts of one sequence: per step, per branch, per exit and in all."""

    waiting: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    branches: Counter[tuple[str, str]] = field(default_factory=Counter)
    exits: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)

    @property
    def entered(self) -> int:
        return sum(self.statuses.values())

    @property
    def inside(self) -> int:
        return self.statuses[RUNNING]

    @property
    def exited(self) -> int:
        return self.statuses[EXITED]

    @property
    def completed(self) -> int:
        return self.statuses[COMPLETED]

    @property
    def mark(self) -> str:
        """Changes when any count does."""
        counted = (self.waiting, self.done, self.left, self.branches, self.exits, self.statuses)
        said = repr([sorted(one.items(), key=str) for one in counted])
        return f"{zlib.crc32(said.encode()):x}"

    def as_values(self) -> dict[str, dict[str, int]]:
        """What the page's script is told: by figure, the number of each step, of `trigger`, or of `fork-branch`."""
        return {
            "waiting": {**self.waiting, "trigger": self.inside},
            "done": {**self.done, "trigger": self.entered},
            "left": dict(self.left),
            "went": {f"{fork}-{branch}": number for (fork, branch), number in self.branches.items()},
        }


BRANCH_OUTCOMES = {"true": "then", "false": "else"}


def of(sequence_id: int) -> Figures:
    """Count a sequence's people, whatever revision they are in."""
    figures = Figures()
    inside = db.session.execute(
        select(Enrolment.status, Enrolment.step_id, Enrolment.reason, func.count())
        .where(Enrolment.sequence_id == sequence_id)
        .group_by(Enrolment.status, Enrolment.step_id, Enrolment.reason)
    )
    for status, step_id, reason, count in inside:
        figures.statuses[status] += count
        if status == RUNNING and step_id:
            figures.waiting[step_id] += count
        elif status == EXITED:
            figures.left[step_id or ""] += count
            figures.exits[reason.removeprefix("exit:").partition("?")[0]] += count
    runs = db.session.execute(
        select(StepRun.step_id, StepRun.outcome, func.count())
        .where(StepRun.sequence_id == sequence_id)
        .group_by(StepRun.step_id, StepRun.outcome)
    )
    for step_id, outcome, count in runs:
        figures.done[step_id] += count
        figures.branches[step_id, BRANCH_OUTCOMES.get(outcome, outcome)] += count
    return figures

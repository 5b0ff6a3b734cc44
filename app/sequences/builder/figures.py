"""How many people stand where in a sequence, and what its steps have brought: six queries, however many they are."""

from __future__ import annotations

import time
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import func, select

from app.db import db
from app.messaging.models import Message
from app.sequences import goals, results
from app.sequences.builder.drawing import Drawing
from app.sequences.models import COMPLETED, EXITED, RUNNING, Attribution, Enrolment, Sequence

MARKS = ("opened", "clicked")
OF_STEPS = ("waiting", "done", "left", *MARKS, "converted")

DRAWERS = 128  # so that what a page says it shows is as long for five hundred steps as for five

Changed = Callable[[str, str], bool]

QUICKEST, SLOWEST = 3, 60  # seconds between two looks of an open page
PART = 20  # a look takes one part in so many of the time between


@dataclass
class Figures:
    """The counts of one sequence: per step, per branch, per exit and in all."""

    waiting: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    opened: Counter[str] = field(default_factory=Counter)
    clicked: Counter[str] = field(default_factory=Counter)
    converted: Counter[str] = field(default_factory=Counter)
    branches: Counter[tuple[str, str]] = field(default_factory=Counter)
    exits: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    converts: int = 0  # the runs that have reached the goal
    took_seconds: float = 0.0

    @property
    def entered(self) -> int:
        return self.statuses.total()

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
    def seen(self) -> str:
        """What a page says that shows these counts: a short digest for each of some drawers that they are put into."""
        drawers: list[list[object]] = [[] for _number in range(DRAWERS)]
        for what, numbers in sorted((self.as_values() | {"exits": dict(self.exits)}).items()):
            for where, number in sorted(numbers.items()):
                if number:
                    drawers[_drawer(what, where)].append((what, where, number))
        return "".join(f"{zlib.crc32(repr(held).encode()) % 0x10000:04x}" if held else "0000" for held in drawers)

    def changed_since(self, seen: str) -> Changed:
        """Whether a count may be another one on a page that has said what it shows: `changed("waiting", "hello")`."""
        now, digits = self.seen, 4
        fresh = {at // digits for at in range(0, len(now), digits) if now[at : at + digits] != seen[at : at + digits]}
        return lambda what, where: _drawer(what, where) in fresh

    @property
    def next_look_seconds(self) -> int:
        """When to look again: soon, unless looking takes long."""
        return round(min(max(self.took_seconds * PART, QUICKEST), SLOWEST))

    def as_values(self) -> dict[str, dict[str, int]]:
        """What the page's script is told: by figure, the number of each step, of `trigger`, or of `fork-branch`."""
        return {
            **{what: dict(getattr(self, what)) for what in OF_STEPS},
            "waiting": {**self.waiting, "trigger": self.inside},
            "done": {**self.done, "trigger": self.entered},
            "went": {f"{fork}-{branch}": number for (fork, branch), number in self.branches.items()},
        }

    def changed_values(self, changed: Changed, drawing: Drawing) -> dict[str, dict[str, int]]:
        """Of what the script is told, what has changed on a drawing: also what is nought again."""
        values = self.as_values()
        shown = [(what, card.id) for what in OF_STEPS for card in drawing.cards]
        shown += [("went", f"{label.fork}-{label.key}") for label in drawing.labels]
        told: dict[str, dict[str, int]] = {}
        for what, where in shown:
            if changed(what, where):
                told.setdefault(what, {})[where] = values[what].get(where, 0)
        return told


def _drawer(*key: str) -> int:
    return zlib.crc32("/".join(key).encode()) % DRAWERS


def of(sequence: Sequence) -> Figures:
    """Count a sequence's people, whatever revision they are in."""
    began = time.monotonic()
    figures = Figures()
    asked = results.Asked(sequence, goals.goal_of(sequence))
    inside = db.session.execute(
        select(Enrolment.status, Enrolment.step_id, Enrolment.reason, func.count())
        .where(*asked.runs())
        .group_by(Enrolment.status, Enrolment.step_id, Enrolment.reason)
    )
    for status, step_id, reason, count in inside:
        figures.statuses[status] += count
        if status == RUNNING and step_id:
            figures.waiting[step_id] += count
        elif status == EXITED:
            figures.left[step_id or ""] += count
            figures.exits[reason.removeprefix("exit:").partition("?")[0]] += count
    for step_id, outcome, count in results.step_runs(asked):
        figures.done[step_id] += count
        figures.branches[step_id, results.branch_of(outcome)] += count
    for row in results.messages(asked, MARKS, Message.step_id):
        figures.opened[row.step_id], figures.clicked[row.step_id] = row.opened, row.clicked
    for step_id, converted, _cents in results.successes(asked, Attribution.step_id):
        figures.converted[step_id] = converted
    for converted, _cents in results.successes(asked):
        figures.converts = converted
    figures.took_seconds = time.monotonic() - began
    return figures

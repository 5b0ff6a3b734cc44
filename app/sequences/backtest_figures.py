"""What a backtest has counted: plain values, which can be kept and counted on from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import select

from app.contacts.models import Contact
from app.contacts.queries import is_seen_by
from app.db import db, one_of
from app.sequences import graph
from app.staff.models import Staff

EXAMPLES = 5
CANDIDATES = 100  # of whom examples are named: not everybody who asks may see everybody


@dataclass
class StepFigures:
    """What one step would have done: how often each outcome, and what became of its messages."""

    step_id: str
    do: str
    title: str
    outcomes: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)  # by reason
    sent: int = 0
    held_back: Counter[str] = field(default_factory=Counter)  # messages that would not have gone after all, by reason
    waiting: int = 0


@dataclass(frozen=True)
class Example:
    """One of those it would have enrolled. The name is looked up for who asks."""

    contact_id: int
    entered_at: datetime
    status: str
    reason: str
    messages: int
    name: str = ""


@dataclass
class Backtest:
    """What would have happened. Where not everybody was `read` in time, the figures are those of the people read."""

    since: datetime
    until: datetime
    steps: list[StepFigures]
    limits: list[str]
    of: int = 0  # people with something in the log that the trigger listens to
    read: int = 0
    enrolled: int = 0
    people: int = 0
    kept_out: Counter[str] = field(default_factory=Counter)
    exited: Counter[str] = field(default_factory=Counter)
    completed: int = 0
    failed: int = 0
    inside: int = 0
    sent: Counter[str] = field(default_factory=Counter)  # by channel
    tasks: int = 0
    over_three: int = 0  # people with more than three messages in some seven days
    most_a_week: int = 0
    firsts: list[Example] = field(default_factory=list)  # the first few it came to, each once
    examples: list[Example] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def messages(self) -> int:
        return self.sent.total()

    @property
    def is_sample(self) -> bool:
        return self.read < self.of

    @property
    def share(self) -> float:
        """Which share of the people was read."""
        return self.read / self.of if self.of else 1.0


def blank(document: graph.Document, since: datetime, until: datetime, limits: list[str]) -> Backtest:
    """Figures of a document in which nobody has been read."""
    steps = [StepFigures(place.step.id, _do(place.step), place.step.title or "") for place in graph.walk(document)]
    return Backtest(since, until, steps, limits)


def name_examples(found: Backtest, seen_by: Staff | None) -> None:
    """Name a few of those who would have been in it: people whom `seen_by` may see; none: anybody."""
    wanted = select(Contact).where(one_of(Contact.id, [one.contact_id for one in found.firsts]))
    wanted = wanted.where(Contact.erased_at.is_(None))
    if seen_by is not None:
        wanted = wanted.where(is_seen_by(seen_by))
    known: dict[int, Any] = {one.id: one for one in db.session.scalars(wanted)}
    seen: Sequence[Example] = [one for one in found.firsts if one.contact_id in known]
    found.examples = [replace(one, name=known[one.contact_id].name) for one in seen[:EXAMPLES]]


def packed(found: Backtest) -> dict[str, Any]:
    """The figures as they can be kept; examples by their ids only."""
    found.examples = []
    kept: dict[str, Any] = _KEPT.dump_python(found, mode="json")
    return kept


def unpacked(kept: dict[str, Any]) -> Backtest:
    return _KEPT.validate_python(kept)


def _do(step: graph.AnyStep) -> str:
    if isinstance(step, graph.ActionStep):
        return step.do
    return "if" if isinstance(step, graph.IfStep) else "split"


_KEPT = TypeAdapter(Backtest)

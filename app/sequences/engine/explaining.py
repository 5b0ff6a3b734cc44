"""Why a condition answered as it did: each of its rules asked alone, at the instant it was asked (BEY-06)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.rules import RuleUse
from app.rules.registry import find as find_rule
from app.sequences import graph
from app.sequences.actions.registry import Outcome
from app.sequences.engine.advancing import Batch
from app.sequences.engine.asking import About, who_match
from app.sequences.engine.claiming import Walker
from app.sequences.engine.program import Node, Program, Question

# Beyond that many it is only said that there are more than enough.
MOST_COUNTED = 1_000


@dataclass(frozen=True)
class Answer:
    """What one rule of a condition said of somebody; `has` is what it counted, where it counts."""

    use: RuleUse
    holds: bool
    has: int | None = None


class Explaining(Batch):
    """A batch that notes the answers of each rule, by enrolment and step. For simulations: it asks one by one."""

    def __init__(
        self, walkers: Sequence[Walker], now: datetime, *, answers: dict[int, dict[str, list[Answer]]]
    ) -> None:
        super().__init__(walkers, now)
        self.answers = answers

    def _perform(self, program: Program, node: Node, group: Sequence[Walker]) -> Sequence[Outcome]:
        step = node.step
        if isinstance(step, graph.IfStep):
            for one in group:
                about = (one.id, one.contact_id, one.started_at)
                found = [_answer(use, about, self.now) for use in step.condition.rules]
                self.answers.setdefault(one.id, {})[step.id] = found
        return super()._perform(program, node, group)


def _answer(use: RuleUse, about: About, now: datetime) -> Answer:
    holds = _holds(use, about, now)
    rule = find_rule(use.rule)
    return Answer(use, holds, _count(use, about, now) if rule.value == "number" and ">=" in rule.ops else None)


def _holds(use: RuleUse, about: About, now: datetime) -> bool:
    return bool(who_match(Question.of("all", [use]), [about], now, are_runs=True))


def _count(use: RuleUse, about: About, now: datetime) -> int | None:
    """The greatest number that they have at least. None below nought, or beyond what is counted."""

    def has(number: int) -> bool:
        asked = use.model_copy(update={"op": ">=", "value": number, "negate": False})
        return _holds(asked, about, now)

    if not has(0) or has(MOST_COUNTED):
        return None
    least, most = 0, 1
    while has(most):
        least, most = most, most * 2
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (middle, most) if has(middle) else (least, middle)
    return least

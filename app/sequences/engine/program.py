"""A revision made ready to run: its steps as a flat table, each knowing what follows. Compiled once, kept by
revision.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.db import db
from app.rules import RuleUse
from app.rules.registry import find as find_rule
from app.sequences import drafts, graph, triggers
from app.sequences.models import ACTIVE, Sequence, SequenceRevision
from app.sequences.waits import Awaited

MOST_KEPT = 500


@dataclass(frozen=True, slots=True)
class Node:
    """A step, what follows it, and where its branches begin: by name, the id of their first step or of what follows."""

    step: graph.AnyStep
    follows: str | None
    branches: dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Question:
    """Rules asked together. `key` tells the same question in two sequences: it is asked once for both."""

    key: str
    match: str
    rules: tuple[RuleUse, ...]

    @classmethod
    def of(cls, match: str, rules: Collection[RuleUse]) -> Question:
        said = [use.model_dump(mode="json", by_alias=True, exclude_unset=True) for use in rules]
        return cls(json.dumps([match, said], sort_keys=True), match, tuple(rules))

    @property
    def waits_for(self) -> frozenset[str]:
        """The kinds of events after which the answer may have changed."""
        return frozenset().union(*(find_rule(use.rule).waits_for for use in self.rules))


@dataclass(frozen=True, slots=True)
class Program:
    """What the engine runs."""

    revision_id: int
    sequence_id: int
    title: str
    trigger: triggers.Trigger
    filters: dict[str, Any]
    moment: triggers.Moment
    hears: frozenset[str]  # the kinds of events that enrol people
    is_single: bool
    priority: int  # the higher goes first, where one person may not get all at once
    first: str | None
    nodes: dict[str, Node]
    exits: tuple[Question, ...]
    questions: dict[str, Question]  # by the id of the condition
    exit_kinds: frozenset[str]

    @property
    def counts_from_anchor(self) -> bool:
        """Whether the trigger's instant is its anchor: people are in before it, and delays count from it."""
        return self.moment == triggers.BOOKING

    @property
    def awaited(self) -> list[Awaited]:
        """What its steps wait for."""
        waits = (node.step.wait for node in self.nodes.values())
        return [wait.event for wait in waits if wait is not None and wait.event is not None]

    @property
    def number(self) -> int | None:
        """Which of somebody's bookings it is about; None for every one."""
        count = self.trigger.count
        return None if count is None else count.number or self.filters.get("count")


_programs: dict[int, Program] = {}


def programs(revision_ids: Collection[int]) -> dict[int, Program]:
    """The programs of these revisions; those not met before are read with one query."""
    known = {one: _programs[one] for one in set(revision_ids) if one in _programs}
    missing = set(revision_ids) - set(known)
    if missing:
        rows = db.session.scalars(select(SequenceRevision).where(SequenceRevision.id.in_(missing)))
        fresh = {row.id: compile_revision(row) for row in rows}
        if len(_programs) + len(fresh) > MOST_KEPT:
            forget_programs()
        _programs.update(fresh)
        known |= fresh
    return known


def forget_programs() -> None:
    """Compile anew from now on: for tests, whose databases give the same ids to other revisions."""
    _programs.clear()


@event.listens_for(Session, "after_rollback")
def _after_rollback(_session: Session) -> None:
    # What was compiled may never have been: SQLite gives the id of a revision rolled back to the next one.
    _programs.clear()


def live_programs(trigger_kinds: Collection[str], status: str = ACTIVE) -> list[tuple[Program, datetime]]:
    """The programs of the active sequences with one of these triggers, and since when each acts (SEQ-18)."""
    if not trigger_kinds:
        return []
    found = db.session.execute(
        select(Sequence.live_id, Sequence.activated_at)
        .where(
            Sequence.status == status,
            Sequence.deleted_at.is_(None),
            Sequence.trigger_kind.in_(trigger_kinds),
            Sequence.live_id.is_not(None),
        )
        .order_by(Sequence.id)
    ).all()
    known = programs([row.live_id for row in found])
    return [(known[row.live_id], row.activated_at) for row in found]


def compile_revision(revision: SequenceRevision) -> Program:
    """Make a program of a stored document."""
    return compile_document(drafts.document_of(revision), revision.id, revision.sequence_id)


def compile_document(document: graph.Document, revision_id: int, sequence_id: int) -> Program:
    """Make a program of a document."""
    nodes: dict[str, Node] = {}
    questions: dict[str, Question] = {}
    _flatten(document.steps, None, nodes)
    for place in graph.walk(document):
        if isinstance(place.step, graph.IfStep):
            questions[place.step.id] = Question.of(place.step.condition.match, place.step.condition.rules)
    exits = tuple(Question.of("all", [use]) for use in document.exits)
    trigger = triggers.TRIGGERS[document.trigger.kind]
    moment = trigger.moment(document.trigger.filters, is_wanted_early=_begins_early(document))
    return Program(
        revision_id=revision_id,
        sequence_id=sequence_id,
        title=document.title,
        trigger=trigger,
        filters=document.trigger.filters,
        moment=moment,
        hears=trigger.hears(moment),
        is_single=document.single_enrolment,
        priority=graph.PRIORITIES.index(document.priority),
        first=document.steps[0].id if document.steps else None,
        nodes=nodes,
        exits=exits,
        questions=questions,
        exit_kinds=frozenset().union(*(one.waits_for for one in exits)),
    )


def _begins_early(document: graph.Document) -> bool:
    waits = (place.step.wait for place in graph.walk(document))
    return any(wait is not None and wait.before_anchor is not None for wait in waits)


def _flatten(steps: list[graph.AnyStep], after: str | None, nodes: dict[str, Node]) -> str | None:
    """Enter these steps, the last of which is followed by `after`. Answers where to begin."""
    follows = after
    for step in reversed(steps):
        inside = {name: _flatten(within, follows, nodes) for name, within in graph.branches(step).items()}
        ends = isinstance(step, graph.ActionStep) and step.action.ends
        nodes[step.id] = Node(step, None if ends and step.enabled else follows, inside)
        follows = step.id
    return follows

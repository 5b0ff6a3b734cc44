"""Advancing: everybody whose step is due goes on until they wait again or are through, a batch in one transaction.

A batch is played in rounds. In each, exits are asked about, then each step is done for all who stand at it; who is due
again at once takes part in the next round. What a batch does to a table it does with one statement.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select

from app import clock
from app.apps import suite
from app.db import db, insert_rows, one_of
from app.sequences import books, graph, reasons, waits
from app.sequences.actions.registry import Item, Outcome
from app.sequences.engine import awaiting, claiming, ending, overdue, rows, timing
from app.sequences.engine.asking import About, who_match
from app.sequences.engine.claiming import Walker
from app.sequences.engine.leaving import exits_of
from app.sequences.engine.program import Node, Program, Question, programs
from app.sequences.models import COMPLETED, EXITED, FAILED, RUNNING, StepRun
from app.staff import studio

log = structlog.get_logger(__name__)

# A step done this soon after it was due was done on time: what follows counts from when it was due, to the second.
ON_TIME = timedelta(minutes=1)

DISABLED = Outcome("skipped", reasons.code("disabled"))
NO_ANCHOR = Outcome("skipped", reasons.code("no_anchor"))

Perform = Callable[[Sequence[Walker]], Sequence[Outcome]]


@studio.read_once()
def advance(limit: int = 500, *, contact_id: int | None = None, batch: MakeBatch | None = None) -> int:
    """Let a batch of people go on, or one contact's runs. Answers how many; 0 when nobody is due, or others have them
    all in hand. `batch` makes another kind of batch than the usual one.
    """
    now = clock.now()
    walkers = claiming.claim(now, limit, contact_id=contact_id)
    if walkers:
        moving = (batch or Batch)(walkers, now)
        moving.play()
        moving.write()
    return len(walkers)


class Batch:
    """A batch on its way. `play` moves everybody, `write` keeps what came of it."""

    def __init__(self, walkers: Sequence[Walker], now: datetime) -> None:
        self.now = now
        self.suite_back_since = suite.back_since()
        self.walkers = walkers
        self.programs = programs({one.revision_id for one in walkers})
        self.done = _done_before(walkers)
        self.runs: list[rows.Row] = []

    def play(self) -> None:
        """Move everybody until they wait, leave, or are through."""
        moving: list[Walker] = list(self.walkers)
        caused: frozenset[str] | None = None  # the first time, every exit is asked about
        while moving:
            caused = self.play_round(moving, caused)
            moving = [one for one in moving if one.status == RUNNING and one.due_at <= self.now]

    def play_round(self, moving: Sequence[Walker], caused: frozenset[str] | None = None) -> frozenset[str]:
        """Let everybody out who has to leave, and let the others do the step they stand before. Answers the kinds of
        events that this may have caused.
        """
        self._let_out(moving, caused)
        causes: frozenset[str] = frozenset()
        for (revision_id, step_id), group in _by_step(moving).items():
            program = self.programs[revision_id]
            node = program.nodes.get(step_id) if step_id is not None else None
            if node is None:
                self._finish(group)
            else:
                self._step(program, node, group)
                if isinstance(node.step, graph.ActionStep):
                    causes |= node.step.action.causes
        return causes

    def write(self) -> None:
        """Keep where everybody stands now, what each step did, and who is through."""
        insert_rows(rows.STEP_RUNS, rows.RUN, self.runs)
        books.tally(step_runs=[run[1] for run in self.runs])
        rows.update_enrolments([self._row(one) for one in self.walkers], _WRITTEN, where_status=RUNNING)
        ending.record(
            [
                ending.Ended(
                    one.id,
                    one.contact_id,
                    one.sequence_id,
                    self.programs[one.revision_id].title,
                    one.status,
                    one.reason,
                )
                for one in self.walkers
                if one.status in _OVER
            ]
        )

    def _row(self, one: Walker) -> rows.Row:
        """Where somebody stands now, in the order of `_WRITTEN`."""
        due_at = one.due_at if one.status == RUNNING else None
        ended_at = self.now if one.status in _OVER else None
        standing = (one.step_id, due_at, one.moved_at, one.woken_by_id)
        return (one.id, one.status, one.reason, one.error, *standing, ended_at)

    def _let_out(self, moving: Iterable[Walker], caused: frozenset[str] | None) -> None:
        """End the runs of those for whom an exit holds: of all, or where the last round did something, of its kind."""
        asked = [
            (program, (one.id, one.contact_id, one.started_at))
            for one in moving
            if (program := self.programs[one.revision_id]).exits and (caused is None or program.exit_kinds & caused)
        ]
        why = self._exits(asked) if asked else {}
        for one in moving:
            if one.id in why:
                one.status, one.reason = EXITED, reasons.code("exit", why[one.id])

    def _exits(self, asked: Sequence[tuple[Program, About]]) -> dict[int, str]:
        return exits_of(asked, self.now)

    def _finish(self, group: Iterable[Walker]) -> None:
        for one in group:
            if one.status == RUNNING:
                one.status = COMPLETED

    def _step(self, program: Program, node: Node, group: Sequence[Walker]) -> None:
        """Do one step for all who stand at it and have not been through it before."""
        standing = [one for one in group if one.status == RUNNING]
        for one in standing:
            if (one.id, node.step.id) in self.done:
                self._go_on(program, node, one, self.done[one.id, node.step.id])
        fresh = [one for one in standing if (one.id, node.step.id) not in self.done]
        passed: list[Walker] = []
        for one in fresh:
            why_not = self._why_not(node, one)
            if why_not is None:
                passed.append(one)
            else:
                self._record(program, node, one, why_not)
        for one, outcome in self._attempt(program, node, passed):
            self._record(program, node, one, outcome)

    def _why_not(self, node: Node, one: Walker) -> Outcome | None:
        """Why somebody passes over a step, as far as the step's own setting and time decide it."""
        step = node.step
        if not step.enabled:
            return DISABLED
        if step.wait is not None and step.wait.is_anchored and (lost := self._lost(step.wait, one)) is not None:
            return lost
        is_message = isinstance(step, graph.ActionStep) and step.action.channel is not None
        if is_message and one.skip_before is not None and one.due_at < one.skip_before:
            return _skipped("was_paused", one.due_at, one)
        if is_message and self.suite_back_since is not None and one.due_at < self.suite_back_since:
            return _skipped("suite_was_off", one.due_at, one)
        return None

    def _lost(self, wait: waits.Wait, one: Walker) -> Outcome | None:
        """Why a step placed before or after a date has lost its sense."""
        if one.anchor_gone_at is not None:
            return _skipped("date_gone", one.anchor_at, one)
        if wait.before_anchor is None:
            return None
        if one.anchor_at is None:
            return NO_ANCHOR
        is_late = one.due_at < one.moved_at or self._now(one) >= one.anchor_at
        return _skipped("too_late", one.due_at, one) if is_late else None

    def _attempt(self, program: Program, node: Node, group: Sequence[Walker]) -> Sequence[tuple[Walker, Outcome]]:
        """Do a step for a group; where that fails, for each half of it. Who fails alone is parked with the error."""
        if not group:
            return []
        try:
            with db.session.begin_nested():
                return list(zip(group, self._perform(program, node, group), strict=True))
        except Exception as error:
            if len(group) > 1:
                middle = len(group) // 2
                halves = (group[:middle], group[middle:])
                return [pair for half in halves for pair in self._attempt(program, node, half)]
            log.exception("step.failed", enrolment_id=group[0].id, step_id=node.step.id, error=type(error).__name__)
            group[0].status, group[0].error = FAILED, f"{type(error).__name__}: {error}"[:2000]
            group[0].reason = reasons.code("error", type(error).__name__)
            return []

    def _perform(self, program: Program, node: Node, group: Sequence[Walker]) -> Sequence[Outcome]:
        step = node.step
        if isinstance(step, graph.IfStep):
            matching = self._who(program.questions[step.id], group)
            return [Outcome("true" if one.id in matching else "false") for one in group]
        if isinstance(step, graph.SplitStep):
            return [Outcome(side_of(step, one.contact_id)) for one in group]
        late = self._late(group) if step.action.channel is not None else {}
        return self._act(step, [self._item(program, step, one, late.get(one.id)) for one in group])

    def _late(self, group: Sequence[Walker]) -> dict[int, datetime]:
        """Since when a message is late for those whom an outage has kept back, by enrolment."""
        return overdue.missed(group, self.now)

    def _act(self, step: graph.ActionStep, items: Sequence[Item]) -> Sequence[Outcome]:
        return step.action.run(items, self.now)

    def _now(self, _one: Walker) -> datetime:
        """The instant it is for somebody: the same for all of a batch, but in a backtest."""
        return self.now

    def _who(self, question: Question, group: Sequence[Walker]) -> set[int]:
        """The ids of those for whom the rules of a condition hold."""
        about = [(one.id, one.contact_id, one.started_at) for one in group]
        return who_match(question, about, self.now, are_runs=True)

    def _item(self, program: Program, step: graph.ActionStep, one: Walker, late_since: datetime | None) -> Item:
        is_before = step.wait is not None and step.wait.before_anchor is not None
        return Item(
            enrolment_id=one.id,
            sequence_id=one.sequence_id,
            sequence=program.title,
            revision_id=one.revision_id,
            contact_id=one.contact_id,
            lead_id=one.lead_id,
            step_id=step.id,
            title=step.title,
            params=step.params,
            due_at=one.due_at,
            anchor_at=one.anchor_at if is_before else None,
            zone=one.zone,
            late_since=late_since,
        )

    def _record(self, program: Program, node: Node, one: Walker, outcome: Outcome) -> None:
        why = outcome.reason or awaiting.how_it_ended(node.step.wait, one.woken_by_id)
        self.runs.append((one.id, one.sequence_id, node.step.id, outcome.outcome, why, self._now(one)))
        self._go_on(program, node, one, outcome.outcome)

    def _go_on(self, program: Program, node: Node, one: Walker, outcome: str) -> None:
        """Put somebody before the step that follows, due when its wait says."""
        now, one.woken_by_id = self._now(one), None
        one.moved_at = one.due_at if now - one.due_at < ON_TIME else now
        one.step_id = node.branches.get(_BRANCHES.get(outcome, outcome), node.follows)
        if one.step_id is None:
            one.status = COMPLETED
        else:
            bearings = waits.Bearings(one.moved_at, one.started_at, one.anchor_at, one.zone)
            one.due_at = timing.due(program, one.step_id, bearings)


def _skipped(what: str, at: datetime | None, one: Walker) -> Outcome:
    """A step passed over, and on which moment that turns."""
    return Outcome("skipped", reasons.code(what, reasons.moment(at, one.zone) if at is not None else ""))


MakeBatch = Callable[[Sequence[Walker], datetime], Batch]

_WRITTEN = ("status", "reason", "error", "step_id", "due_at", "moved_at", "woken_by_id", "ended_at")
_OVER = frozenset({COMPLETED, EXITED})

_BRANCHES = {"true": graph.THEN, "false": graph.ELSE}


def side_of(step: graph.SplitStep, contact_id: int) -> str:
    """On which side of a split somebody falls: always the same, and as many on each as its share says."""
    digest = hashlib.blake2b(f"{step.id}:{contact_id}".encode(), digest_size=8).digest()
    at = int.from_bytes(digest, "big") % 10_000
    reached = 0
    for branch in step.split:
        reached += branch.share * 100
        if at < reached:
            return branch.key
    return step.split[-1].key


def _by_step(moving: Iterable[Walker]) -> dict[tuple[int, str | None], list[Walker]]:
    groups: dict[tuple[int, str | None], list[Walker]] = defaultdict(list)
    for one in moving:
        if one.status == RUNNING:
            groups[one.revision_id, one.step_id].append(one)
    return groups


def _done_before(walkers: Sequence[Walker]) -> dict[tuple[int, str], str]:
    """What these people have been through already: nobody meets a step twice in one run, however it was edited."""
    found = db.session.execute(
        select(StepRun.enrolment_id, StepRun.step_id, StepRun.outcome).where(
            one_of(StepRun.enrolment_id, (one.id for one in walkers))
        )
    )
    return {(row.enrolment_id, row.step_id): row.outcome for row in found}

"""People on their way through a sequence that was not there: the engine's own steps, exits and waits, over what the log
says has happened, each person at an instant of their own. Nothing is written.

Between two steps lies a stretch of somebody's time. What happens in it lets them out, or moves the date they wait for;
else they come to the step. So everybody goes on by a stretch and a step a round, and a round asks each rule once, of
all, as of the instant each has come to.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from app.contacts.models import Contact
from app.contacts.rules import subscribed
from app.events import Event
from app.rules import RuleUse, Subject
from app.sequences import graph, hours, reasons, safety
from app.sequences.actions import messages
from app.sequences.actions.registry import DONE, Item, Outcome
from app.sequences.engine import asking, awaiting, counting, following, matching
from app.sequences.engine.advancing import Batch
from app.sequences.engine.asking import About, who_match
from app.sequences.engine.claiming import Walker
from app.sequences.engine.leaving import first_exits
from app.sequences.engine.program import Program, Question
from app.sequences.models import COMPLETED, EXITED, RUNNING
from app.sequences.waits import Awaited


@dataclass(slots=True)
class Letter:
    """A message that would have gone at `due_at`, unless there is a reason why not. `words`: what it would have
    said.
    """

    contact_id: int
    step: graph.ActionStep
    queued_at: datetime
    due_at: datetime
    words: tuple[Any, ...]
    reason: str = ""


@dataclass(slots=True)
class Traveller(Walker):
    """Somebody on their way in the past. `now` is the instant they have come to; of what happens to them, the first
    `seen` lie behind it.
    """

    now: datetime = field(kw_only=True)
    seen: int = 0
    left_at: datetime | None = None
    is_through: bool = False  # come to the horizon
    letters: list[Letter] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Stretch:
    """What lies between somebody and their next step: what happens up to `until`, at the last a `change` of the date
    they wait for, or what their step waits for, if there is one.
    """

    happening: Sequence[Event]
    until: datetime
    change: following.Change | None = None
    came: Event | None = None

    @property
    def is_quiet(self) -> bool:
        """Whether nothing comes between them and the step, or the horizon."""
        return self.change is None and self.came is None


@dataclass(frozen=True, slots=True)
class Point:
    """An instant at which somebody may have to leave: `is_count` asks for the number of what they wait for."""

    traveller: Traveller
    at: datetime
    is_count: bool = False


class Past(Batch):
    """Travellers of one program, as far as a horizon. `happened` is what happened to each contact, in its order."""

    def __init__(
        self,
        program: Program,
        travellers: Sequence[Traveller],
        happened: Mapping[int, Sequence[Event]],
        horizon: datetime,
    ) -> None:
        self.program, self.travellers, self.happened, self.horizon = program, travellers, happened, horizon
        self.by_id = {one.id: one for one in travellers}
        # What a live batch reads from the database: no revision but this one, and nobody has been through a step.
        self.now = horizon
        self.suite_back_since = None
        self.walkers = travellers
        self.programs = {program.revision_id: program}
        self.done = {}
        self.runs = []

    def play(self) -> None:
        """Move everybody until they are through, have left, or have come to the horizon."""
        moving = self.travellers
        while moving:
            arrived = self._travel(moving)
            self.play_round(arrived)
            for one in arrived:
                if one.status == EXITED:
                    one.left_at = one.now
            moving = [one for one in moving if one.status == RUNNING and not one.is_through]
        self._decide_on_letters()

    # ------------------------------------------------------------------ between two steps

    def _travel(self, moving: Sequence[Traveller]) -> list[Traveller]:
        """Take everybody as far as their next step, or let them out on the way. Answers who stands before one now."""
        came = self._what_came(moving)
        stretches = {one.id: self._stretch(one, came.get(one.id)) for one in moving}
        left = self._let_out_at([point for one in moving for point in self._points(one, stretches[one.id])])
        arrived = []
        for one in moving:
            stretch = stretches[one.id]
            one.seen += len(stretch.happening)
            way_out = min(filter(None, (left.get(one.id), self._came_back(one, stretch))), default=None)
            if way_out is not None:
                _leave(one, *way_out)
                continue
            one.now = stretch.until
            if stretch.came is not None:
                one.woken_by_id, one.due_at = stretch.came.id, one.now
            if stretch.change is not None:
                self._follow(one, stretch.change)
            if stretch.is_quiet:
                one.is_through = one.due_at > self.horizon
                arrived += [] if one.is_through else [one]
        return arrived

    def _what_came(self, moving: Sequence[Traveller]) -> dict[int, Event]:
        """What the steps of those who wait for something are ended by in time, by id."""
        found: list[tuple[Traveller, Event, Awaited]] = []
        for one in moving:
            awaited = awaiting.awaited_by(self.program, one) if one.woken_by_id is None else None
            if awaited is not None:
                found += [
                    (one, event, awaited)
                    for event in self._ahead(one)
                    if matching.is_news(event) and awaiting.may_end(awaited, event, one)
                ]
        then = {number: event.recorded_at for number, (_one, event, _awaited) in enumerate(found)}
        met = awaiting.meeting(found, then)
        return {one.id: event for one, event in awaiting.first_of_each([found[number][:2] for number in sorted(met)])}

    def _ahead(self, one: Traveller) -> Iterator[Event]:
        """What happens to somebody until their next step is due."""
        until = self._until(one)
        return itertools.takewhile(
            lambda event: event.recorded_at <= until, self.happened.get(one.contact_id, ())[one.seen :]
        )

    def _until(self, one: Traveller) -> datetime:
        return min(max(one.due_at, one.now), self.horizon)

    def _stretch(self, one: Traveller, came: Event | None) -> Stretch:
        happening: list[Event] = []
        for event in self._ahead(one):
            happening.append(event)
            is_theirs = one.anchor_at is not None and event.data.get("origin_id") == one.event_id
            change = following.change_by(event) if is_theirs else None
            if change is not None or event is came:
                until = max(event.recorded_at, one.now)
                return Stretch(happening, until, change, came if event is came else None)
        return Stretch(happening, self._until(one))

    def _points(self, one: Traveller, stretch: Stretch) -> Iterator[Point]:
        for event in stretch.happening:
            if event.kind in self.program.exit_kinds:
                yield Point(one, event.recorded_at)
            if self._recounts(one, event):
                yield Point(one, event.recorded_at, is_count=True)
        for letter in one.letters:
            if one.now < letter.due_at <= stretch.until:
                yield Point(one, letter.due_at)

    def _recounts(self, one: Traveller, event: Event) -> bool:
        """Whether an event may make another booking the one that somebody inside waits for."""
        program, ahead = self.program, self.program.trigger.ahead
        if ahead is None or program.number is None or not program.counts_from_anchor or one.event_id is None:
            return False
        is_ahead = one.anchor_at is not None and one.anchor_at > event.recorded_at
        return is_ahead and event.kind in {*ahead.listens, *ahead.changes}

    def _let_out_at(self, points: Sequence[Point]) -> dict[int, tuple[datetime, str]]:
        """Who has to leave at the first of these points at which somebody does, by id: when, and why."""
        why = self._exits_at({number: point for number, point in enumerate(points) if not point.is_count})
        recounted = {number: point for number, point in enumerate(points) if point.is_count}
        people = {number: (point.traveller.contact_id, point.at) for number, point in recounted.items()}
        wanted = counting.wanted_as_of(self.program, people)
        for number, point in recounted.items():
            if number not in wanted or wanted[number].origin_id != point.traveller.event_id:
                why[number] = reasons.code("not_the_one")
        found: dict[int, tuple[datetime, str]] = {}
        for number in sorted(why, key=lambda number: points[number].at):
            found.setdefault(points[number].traveller.id, (points[number].at, why[number]))
        return found

    def _exits_at(self, points: Mapping[int, Point]) -> dict[int, str]:
        asked = [
            (self.program, (number, point.traveller.contact_id, point.traveller.started_at))
            for number, point in points.items()
        ]
        held = first_exits(asked, {number: point.at for number, point in points.items()})
        return {number: _exit(use) for number, use in held.items()}

    def _came_back(self, one: Traveller, stretch: Stretch) -> tuple[datetime, str] | None:
        """When what somebody's trigger waits after has begun anew (TRG-33)."""
        for event in stretch.happening:
            if event.kind in self.program.trigger.ended_by and event.occurred_at > one.started_at:
                return event.recorded_at, reasons.code("came_back")
        return None

    def _follow(self, one: Traveller, change: following.Change) -> None:
        """Let somebody follow the date they wait for; where that will never come, they leave or pass over what hangs on
        it.
        """
        if change.at is None and self.program.counts_from_anchor:
            _leave(one, one.now, reasons.code("date_gone"))
            return
        one.anchor_at, one.anchor_gone_at, due_at = following.re_anchored(self.program, one, change, one.now)
        one.due_at = due_at or one.due_at
        for letter in one.letters if change.at is None else ():
            if letter.due_at >= one.now and letter.step.wait is not None and letter.step.wait.is_anchored:
                letter.reason = letter.reason or reasons.code("date_gone")

    # ------------------------------------------------------------------ what a batch does, as of each one's instant

    def _now(self, one: Walker) -> datetime:
        return self.by_id[one.id].now

    def _who(self, question: Question, group: Sequence[Walker]) -> set[int]:
        about = [(one.id, one.contact_id, one.started_at) for one in group]
        woken = [one.id for one in group if one.woken_by_id is not None]
        return who_match(question, about, {one.id: self.by_id[one.id].now for one in group}, woken=woken)

    def _exits(self, asked: Sequence[tuple[Program, About]]) -> dict[int, str]:
        held = first_exits(asked, {about[0]: self.by_id[about[0]].now for _program, about in asked})
        return {person: reasons.about_rule(use) for person, use in held.items()}

    def _late(self, _group: Sequence[Walker]) -> dict[int, datetime]:
        return {}  # nothing stood still

    def _act(self, step: graph.ActionStep, items: Sequence[Item]) -> Sequence[Outcome]:
        if step.action.channel is not None:
            return self._write(step, step.action.channel, items)
        if step.action.foresee is None:
            return [DONE] * len(items)
        return step.action.foresee(items, lambda use: self._held(items, use))

    def _held(self, items: Sequence[Item], use: RuleUse) -> Collection[int]:
        return self._who(Question.of("all", [use]), [self.by_id[item.enrolment_id] for item in items])

    def _write(self, step: graph.ActionStep, channel: str, items: Sequence[Item]) -> list[Outcome]:
        group = [self.by_id[item.enrolment_id] for item in items]
        people = _people({one.id: (one.contact_id, one.now) for one in group})
        open_hours = hours.sending_hours()
        words = (channel, *(getattr(step.params, field) for field in step.action.texts))
        outcomes = []
        for item, one in zip(items, group, strict=True):
            outcome, due_at = messages.plan(channel, item, people[one.id], one.now, open_hours)
            outcomes.append(outcome)
            if due_at is not None:
                one.letters.append(Letter(one.contact_id, step, one.now, due_at, words))
        return outcomes

    # ------------------------------------------------------------------ what becomes of the messages

    def _decide_on_letters(self) -> None:
        """Say of each message why it would not have gone after all: the run had ended, an exit held by then, nobody
        wanted it any more, the same words had just gone (UPT-05, BEY-05).
        """
        for one in self.travellers:
            for letter in one.letters:
                if one.left_at is not None and letter.due_at >= one.left_at:
                    letter.reason = letter.reason or one.reason
        self._ask_exits_when_sent()
        letters = [letter for one in self.travellers for letter in one.letters]
        _ask_consent_when_sent([letter for letter in letters if self._was_put_off(letter)])
        _hold_back_repeats([letter for letter in letters if self._is_going(letter)])

    def _is_going(self, letter: Letter) -> bool:
        return not letter.reason and letter.due_at <= self.horizon

    def _was_put_off(self, letter: Letter) -> bool:
        return self._is_going(letter) and letter.due_at > letter.queued_at

    def _ask_exits_when_sent(self) -> None:
        """A message may outlive its run: what is due later is held back if an exit holds by then."""
        late = [
            (one, letter)
            for one in self.travellers
            if one.status == COMPLETED
            for letter in one.letters
            if self._was_put_off(letter) and letter.due_at > one.now
        ]
        asked = [(self.program, (number, one.contact_id, one.started_at)) for number, (one, _letter) in enumerate(late)]
        held = first_exits(asked, {number: letter.due_at for number, (_one, letter) in enumerate(late)})
        for number, use in held.items():
            late[number][1].reason = _exit(use)


def _leave(one: Traveller, at: datetime, reason: str) -> None:
    one.status, one.left_at, one.reason, one.now = EXITED, at, reason, max(one.now, at)


def _exit(use: RuleUse) -> str:
    return reasons.code("exit", reasons.about_rule(use))


def _people(asked: Mapping[int, tuple[int, datetime]]) -> dict[int, Any]:
    """What decides whether somebody is written to: their consents as of then, their addresses as they are today."""
    columns = (Contact.email, Contact.phone, Contact.erased_at)

    def wanted(about: Subject) -> Select[*tuple[Any, ...]]:
        consents = (subscribed(about, Contact, name).label(name) for name in messages.CONSENTS)
        return select(asking.KEY.label("key"), *columns, *consents)

    def is_theirs(about: Subject) -> ColumnElement[bool]:
        return Contact.id == about.contact_id

    rows = asking.as_of_then(
        [(key, contact_id, at) for key, (contact_id, at) in asked.items()],
        {key: at for key, (_contact, at) in asked.items()},
        wanted,
        join=(Contact, is_theirs),
    )
    return {row.key: row for row in rows}


def _ask_consent_when_sent(letters: Sequence[Letter]) -> None:
    people = _people({number: (letter.contact_id, letter.due_at) for number, letter in enumerate(letters)})
    for number, letter in enumerate(letters):
        letter.reason = messages.why_not(people[number], letter.step.action.channel or "") or ""


def _hold_back_repeats(letters: Sequence[Letter]) -> None:
    """The same words reach the same person once in a while (BEY-05)."""
    window = safety.safety().window
    said: dict[tuple[Any, ...], datetime] = defaultdict(lambda: datetime.min.replace(tzinfo=UTC))
    for letter in sorted(letters, key=lambda one: one.due_at):
        key = (letter.contact_id, *letter.words)
        may_repeat = isinstance(letter.step.params, messages.MessageParams) and letter.step.params.repeat
        if may_repeat or window is None or said[key] <= letter.due_at - window:
            said[key] = letter.due_at
        else:
            letter.reason = reasons.code("repeated")

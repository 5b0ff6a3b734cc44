"""What a sequence's draft would have done in the past days (BEY-07): whom it would have enrolled, what it would have
sent, and why not.

What happened is read from the log, and everybody goes through the draft as the engine would have taken them, each rule
asked as of the instant they had come to. Nothing is written, nothing is sent, nobody is locked.

People are read a chunk at a time, in an order that is the same each time and has nothing to do with them: what there is
time to read of a large studio is a fair sample.
"""

from __future__ import annotations

import hashlib
import time
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from app import clock
from app.db import db, one_of
from app.events import Event
from app.sequences import absence, backtest_figures, backtest_limits, dates, drafts, models, reasons, waits
from app.sequences.backtest_figures import CANDIDATES, Backtest, Example
from app.sequences.engine import counting, enrolling, following, matching, timing
from app.sequences.engine.leaving import first_exits
from app.sequences.engine.matching import Candidate
from app.sequences.engine.past import Letter, Past, Traveller
from app.sequences.engine.program import Program, compile_revision
from app.sequences.models import COMPLETED, EXITED, FAILED, Enrolment
from app.sequences.triggers import TRIGGERS
from app.staff.models import Staff

CHUNK = 500
BUDGET = 10.0  # seconds; what is not read by then is left out, and said to be
WEEK = timedelta(days=7)
MANY_A_WEEK = 3

# Triggers that the clock finds for sequences at work only: what it would have found is found anew.
FOUND_BY_THE_CLOCK = {"client.birthday", "client.date_field", "client.winback"}

Heard = tuple[datetime, Candidate]


def backtest(
    sequence: models.Sequence, *, days: int = 90, seen_by: Staff | None = None, budget: float = BUDGET
) -> Backtest:
    """What the draft would have done, had it been switched on so many days ago. `budget`: after how many seconds no
    further people are read. Examples are people whom `seen_by` may see; none: anybody.
    """
    began = time.monotonic()
    revision = drafts.draft_revision(sequence)
    found = begin(revision, days)
    for _last in read_on(revision, found):
        if time.monotonic() - began > budget:
            break
    backtest_figures.name_examples(found, seen_by)
    found.seconds = time.monotonic() - began
    return found


def begin(revision: models.SequenceRevision, days: int) -> Backtest:
    """The figures of a revision over so many days until now, before anybody has been read."""
    until, document = clock.now(), drafts.document_of(revision)
    limits = backtest_limits.of(compile_revision(revision), document)
    return backtest_figures.blank(document, until - timedelta(days=days), until, limits)


def read_on(revision: models.SequenceRevision, found: Backtest, after: str = "") -> Iterator[str]:
    """Read people a chunk at a time and count what comes of them. After each, answers how far it has come, from where
    it can be gone on another time (`after`).
    """
    program = compile_revision(revision)
    people = [(place, one) for place, one in _concerned(program, found.since) if place > after]
    found.of = max(found.of, found.read + len(people))
    run = _Run(program, found)
    for start in range(0, len(people), CHUNK):
        chunk = people[start : start + CHUNK]
        run.read([one for _place, one in chunk])
        found.read += len(chunk)
        yield chunk[-1][0]


def _concerned(program: Program, since: datetime) -> list[tuple[str, int]]:
    """Those with something in the log that may enrol them: the place of each in an order of no meaning, and the id."""
    key = program.trigger.key
    if key == "client.winback":
        ids: Collection[int] = absence.visitors(program, since)
    elif key in FOUND_BY_THE_CLOCK:
        ids = dates.holders(program)
    else:
        heard = (Event.occurred_at > since - matching.CAUGHT_UP_FOR, Event.recorded_at >= since)
        named = select(Event.contact_id).where(Event.kind.in_(sorted(_heard(program))), *heard)
        ids = [one for one in db.session.scalars(named.distinct()) if one is not None]
    return sorted((hashlib.blake2b(str(one).encode(), digest_size=8).hexdigest(), one) for one in ids)


def _heard(program: Program) -> frozenset[str]:
    return program.trigger.all_kinds if program.number is not None else program.hears


class _Run:
    """One pass over the past, a chunk of people at a time."""

    def __init__(self, program: Program, found: Backtest) -> None:
        self.program, self.found = program, found
        self.figures = {one.step_id: one for one in found.steps}
        trigger = program.trigger
        follows = (
            {*following.GONE, *following.MOVED, *following.ENDED} if trigger.has_anchor(program.filters) else set()
        )
        awaited = {kind for one in program.awaited for kind in TRIGGERS[one.kind].listens}
        self.kinds = trigger.all_kinds | program.exit_kinds | follows | awaited | set(trigger.ended_by)

    def read(self, contact_ids: Sequence[int]) -> None:
        """Let these people go through it, and count what comes of it. The number of queries is not theirs."""
        happened = self._happened(contact_ids)
        entered = self._enter(contact_ids, [event for events in happened.values() for event in events])
        travellers = self._travellers(entered, happened)
        past = Past(self.program, travellers, happened, self.found.until)
        past.play()
        self._count(past)

    def _happened(self, contact_ids: Sequence[int]) -> dict[int, list[Event]]:
        """What happened to each of them that the sequence would have heard of, in its order."""
        events = list(
            db.session.scalars(
                select(Event)
                .where(one_of(Event.contact_id, contact_ids), Event.kind.in_(sorted(self.kinds)))
                .where(Event.occurred_at > self.found.since - matching.CAUGHT_UP_FOR)
                .where(Event.recorded_at >= self.found.since, Event.recorded_at <= self.found.until)
            )
        )
        for event in events:
            db.session.expunge(event)  # read and forgotten: the session holds no chunk that has been counted
        if self.program.trigger.key in FOUND_BY_THE_CLOCK:
            events = [one for one in events if one.kind not in self.program.hears] + self._found_anew(contact_ids)
        happened: dict[int, list[Event]] = defaultdict(list)
        for event in sorted(events, key=lambda one: (one.recorded_at, one.id)):
            happened[event.contact_id or 0].append(event)
        return happened

    def _found_anew(self, contact_ids: Sequence[int]) -> list[Event]:
        find = absence.would_be_away if self.program.trigger.key == "client.winback" else dates.would_come
        told = find(self.program, contact_ids, self.found.since, self.found.until)
        return [
            Event(id=-number, kind=self.program.trigger.key, contact_id=one, occurred_at=at, recorded_at=at, data=data)
            for number, (one, at, data) in enumerate(told, start=1)
        ]

    # ------------------------------------------------------------------ who comes in

    def _enter(self, contact_ids: Sequence[int], events: Sequence[Event]) -> list[Heard]:
        """Whom the events would have enrolled: whom no exit kept out, and whom single enrolment let in."""
        heard = sorted(matching.would_enrol(self.program, events), key=lambda one: one[0])
        asked = [(self.program, (number, one.contact_id, one.started_at)) for number, (_at, one) in enumerate(heard)]
        kept_out = first_exits(asked, {number: at for number, (at, _one) in enumerate(heard)})
        been_in = self._in_before(contact_ids) if self.program.is_single else set()
        by_event: set[tuple[int, int | None]] = set()
        entered = []
        for number, (at, one) in enumerate(heard):
            if (one.contact_id, one.event_id) in by_event:
                continue
            if number in kept_out:
                self.found.kept_out[reasons.code("kept_out", reasons.about_rule(kept_out[number]))] += 1
            elif one.contact_id in been_in:
                self.found.kept_out[reasons.code("once")] += 1
            else:
                by_event.add((one.contact_id, one.event_id))
                been_in |= {one.contact_id} if self.program.is_single else set()
                entered.append((at, one))
        return entered

    def _in_before(self, contact_ids: Sequence[int]) -> set[int]:
        """Who had really been in it before the days that are looked at."""
        return set(
            db.session.scalars(
                select(Enrolment.contact_id).where(
                    Enrolment.sequence_id == self.program.sequence_id,
                    one_of(Enrolment.contact_id, contact_ids),
                    Enrolment.started_at < self.found.since,
                )
            )
        )

    def _travellers(self, entered: Sequence[Heard], happened: Mapping[int, Sequence[Event]]) -> list[Traveller]:
        zones = enrolling.zones_of({one.contact_id for _at, one in entered})
        program, first = self.program, self.program.first
        travellers = []
        for number, (at, one) in enumerate(entered):
            known = happened[one.contact_id]
            anchor_at = _anchor_then(known, one, at) if program.number is not None else one.anchor_at
            bearings = waits.Bearings(one.started_at, one.started_at, anchor_at, zones[one.contact_id])
            travellers.append(
                Traveller(
                    id=number,
                    sequence_id=program.sequence_id,
                    revision_id=program.revision_id,
                    contact_id=one.contact_id,
                    lead_id=one.lead_id,
                    step_id=first,
                    due_at=timing.due(program, first, bearings) if first is not None else one.started_at,
                    anchor_at=anchor_at,
                    anchor_gone_at=None,
                    started_at=one.started_at,
                    moved_at=one.started_at,
                    woken_by_id=None,
                    skip_before=None,
                    resumed_at=None,
                    zone=zones[one.contact_id],
                    event_id=one.event_id,
                    now=at,
                    seen=sum(1 for event in known if event.recorded_at <= at),
                )
            )
        return travellers

    # ------------------------------------------------------------------ what came of it

    def _count(self, past: Past) -> None:
        found = self.found
        found.enrolled += len(past.travellers)
        found.people += len({one.contact_id for one in past.travellers})
        for one in past.travellers:
            found.completed += one.status == COMPLETED
            found.failed += one.status == FAILED
            if one.status == EXITED:
                found.exited[_sort(one.reason)] += 1
            found.inside += one.status not in {COMPLETED, FAILED, EXITED}
        for _id, _sequence_id, step_id, outcome, reason, *_rest in past.runs:
            figures = self.figures[step_id]
            figures.outcomes[outcome] += 1
            if outcome == "skipped":
                figures.skipped[_sort(reason)] += 1
            found.tasks += figures.do == "task" and outcome == "done"
        going: dict[int, list[Letter]] = defaultdict(list)
        for letter in (letter for one in past.travellers for letter in one.letters):
            figures = self.figures[letter.step.id]
            if letter.reason:
                figures.held_back[_sort(letter.reason)] += 1
            elif letter.due_at > found.until:
                figures.waiting += 1
            else:
                figures.sent += 1
                found.sent[letter.step.action.channel or ""] += 1
                going[letter.contact_id].append(letter)
        found.firsts += _firsts(past.travellers, found.until)[: CANDIDATES - len(found.firsts)]
        for letters in going.values():
            most = _most_in_a_week([letter.due_at for letter in letters])
            found.over_three += most > MANY_A_WEEK
            found.most_a_week = max(found.most_a_week, most)


def _anchor_then(known: Sequence[Event], one: Candidate, at: datetime) -> datetime | None:
    """The date a booking had when it enrolled somebody: it may have been moved since."""
    told = [
        said
        for event in known
        if event.recorded_at <= at and counting.origin_of(event.id, event.data) == one.event_id
        if (said := one.program.trigger.anchor_of(event.data)) is not None
    ]
    return told[-1] if told else one.anchor_at


def _most_in_a_week(instants: Sequence[datetime]) -> int:
    """The most that fall into some seven days."""
    ordered, most, first = sorted(instants), 0, 0
    for last, at in enumerate(ordered):
        while at - ordered[first] >= WEEK:
            first += 1
        most = max(most, last - first + 1)
    return most


def _sort(reason: str) -> str:
    """A reason without the instant it turned on, so that the same ones are counted together."""
    what, _colon, about = reason.partition(":")
    return reason if what in {"exit", "no_such", "no_assignee", "error"} and about else what


def _firsts(travellers: Sequence[Traveller], until: datetime) -> list[Example]:
    """Those of a chunk as examples, none of them twice."""
    firsts = {one.contact_id: one for one in reversed(travellers[:CANDIDATES])}
    return [
        Example(
            contact_id=contact_id,
            entered_at=one.started_at,
            status=one.status,
            reason=one.reason,
            messages=sum(1 for letter in one.letters if not letter.reason and letter.due_at <= until),
        )
        for contact_id, one in firsts.items()
    ]

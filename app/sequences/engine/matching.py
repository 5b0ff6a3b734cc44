"""Matching: which events of a batch would put whom into which sequence.

What an event's data decides is decided without a query; what its contact or their bookings decide takes one query a
question, however many events ask it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import func, select

from app import clock
from app.db import db, one_of
from app.events import Event
from app.leads.models import OPEN_STATUSES, Lead
from app.rules import RuleUse
from app.sequences import triggers
from app.sequences.engine import counting
from app.sequences.engine.asking import About, Present, who_match
from app.sequences.engine.program import Program, Question, live_programs
from app.sequences.models import ACTIVE

# What became known later than this after it happened is history, and starts nothing (WRK-04).
CAUGHT_UP_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody an event would put into a sequence."""

    program: Program
    contact_id: int
    event_id: int | None
    lead_id: int | None
    started_at: datetime
    anchor_at: datetime | None


@dataclass(frozen=True, slots=True)
class Match:
    """An event that a sequence listens to, whose data passes."""

    program: Program
    event: Event

    @property
    def contact_id(self) -> int:
        return self.event.contact_id or 0

    @property
    def origin_id(self) -> int:
        return counting.origin_of(self.event.id, self.event.data)


def candidates(batch: Sequence[Event], *, status: str = ACTIVE) -> list[Candidate]:
    """Everybody whom these events would enrol, exits and earlier enrolments left aside.

    With the status `PAUSED`: whom they would have enrolled in sequences that are paused.
    """
    known = [event for event in batch if event.contact_id is not None and is_news(event)]
    kinds = {event.kind for event in known}
    live = live_programs([one.key for one in triggers.TRIGGERS.values() if not kinds.isdisjoint(one.all_kinds)], status)
    matches = [
        Match(program, event)
        for event in known
        for program, since in live
        if event.recorded_at >= since and event.kind in program.trigger.all_kinds
    ]
    ahead = [one for one in matches if _is_counted_ahead(one.program)]
    plain = [one for one in matches if not _is_counted_ahead(one.program) and passes(one)]
    found = [_candidate(one) for one in numbered(asked_of(plain))]
    return _with_leads([*found, *_counted_ahead(ahead)])


def would_enrol(program: Program, batch: Sequence[Event]) -> list[tuple[datetime, Candidate]]:
    """Whom a sequence would have enrolled by these events, had it listened, and when: each as of the instant at which
    the event became known.
    """
    matches = [
        Match(program, event)
        for event in batch
        if event.contact_id is not None and is_news(event) and event.kind in program.trigger.all_kinds
    ]
    if not _is_counted_ahead(program):
        plain = [one for one in matches if passes(one)]
        asked = asked_of(plain, {number: one.event.recorded_at for number, one in enumerate(plain)})
        wanted = _wanted_then(program, asked)
        return [
            (one.event.recorded_at, _candidate(one))
            for number, one in enumerate(asked)
            if program.number is None or (number in wanted and wanted[number].origin_id == one.origin_id)
        ]
    found = [(matches[number], row) for number, row in sorted(_wanted_then(program, matches).items())]
    return [(one.event.recorded_at, ahead) for one, row in found if (ahead := _ahead(one, row)) is not None]


def _wanted_then(program: Program, matches: Sequence[Match]) -> dict[int, counting.Wanted]:
    people = {number: (one.contact_id, one.event.recorded_at) for number, one in enumerate(matches)}
    return counting.wanted_as_of(program, people)


def is_news(event: Event) -> bool:
    """Whether an event may start anything: it is no history, nor imported without starting anything."""
    return event.recorded_at - event.occurred_at <= CAUGHT_UP_FOR and not event.data.get("starts_nothing")


def _is_counted_ahead(program: Program) -> bool:
    return program.moment == triggers.BOOKING and program.number is not None


def passes(one: Match) -> bool:
    """Whether the event enrols at the moment the sequence wants, and its data lets it."""
    program, event = one.program, one.event
    if event.kind not in program.hears or not program.trigger.matches(program.filters, event.data):
        return False
    if program.trigger.is_per_sequence:
        return bool(event.data.get("sequence_id") == program.sequence_id)
    return not _tells_ahead(one) or _lies_ahead(program.trigger.anchor_of(event.data), event.recorded_at)


def _tells_ahead(one: Match) -> bool:
    ahead = one.program.trigger.ahead
    return ahead is not None and one.event.kind in ahead.listens


def _lies_ahead(anchor: datetime | None, now: datetime) -> bool:
    """Whether there is a date, and something can still be done about it."""
    return anchor is not None and anchor >= now - CAUGHT_UP_FOR


def asked_of(matches: Sequence[Match], heard: Mapping[int, datetime] | None = None) -> list[Match]:
    """Those whose contacts meet what the trigger asks of them, now, or each as of the instant `heard` by its place."""
    asking = [(one.program.trigger.asks(one.program.filters, one.event.data), one.event) for one in matches]
    met = meeting(asking, clock.now() if heard is None else heard)
    return [one for number, one in enumerate(matches) if number in met]


def meeting(asking: Sequence[tuple[tuple[RuleUse, ...], Event]], now: Present) -> set[int]:
    """By place, the events whose contacts meet these rules: each question once, for all it is asked about."""
    asked: dict[str, tuple[Question, list[About]]] = {}
    for number, (uses, event) in enumerate(asking):
        if uses:
            question = Question.of("all", uses)
            about = (number, event.contact_id or 0, event.occurred_at)
            asked.setdefault(question.key, (question, []))[1].append(about)
    out = {
        number
        for question, about in asked.values()
        for number in {about_one[0] for about_one in about} - who_match(question, about, now)
    }
    return set(range(len(asking))) - out


def numbered(matches: Sequence[Match]) -> list[Match]:
    """Those about the wanted one of the contact's bookings, where a number is wanted: one query a sequence."""
    counting_ones: dict[int, list[Match]] = defaultdict(list)
    for one in matches:
        if one.program.number is not None:
            counting_ones[one.program.revision_id].append(one)
    wanted = {
        revision_id: {
            row.origin_id for row in counting.wanted_bookings(group[0].program, {one.contact_id for one in group})
        }
        for revision_id, group in counting_ones.items()
    }
    return [one for one in matches if one.program.number is None or one.origin_id in wanted[one.program.revision_id]]


def _counted_ahead(matches: Sequence[Match]) -> Iterator[Candidate]:
    """Who has booked what will be the wanted visit. Whatever happens to a booking may make it another one."""
    groups: dict[int, dict[int, Match]] = defaultdict(dict)
    for one in matches:
        groups[one.program.revision_id][one.contact_id] = one
    for group in groups.values():
        program = next(iter(group.values())).program
        for row in counting.wanted_bookings(program, group):
            candidate = _ahead(group[row.contact_id], row)
            if candidate is not None:
                yield candidate


def _ahead(one: Match, wanted: counting.Wanted) -> Candidate | None:
    if wanted.origin_id is None or not _lies_ahead(wanted.starts_at, one.event.recorded_at):
        return None
    started_at = max(wanted.booked_at, one.event.occurred_at)
    return Candidate(one.program, wanted.contact_id, wanted.origin_id, None, started_at, wanted.starts_at)


def _candidate(one: Match) -> Candidate:
    program, event = one.program, one.event
    is_early = program.moment == triggers.BOOKING
    anchor_at = program.trigger.anchor_of(event.data) if program.moment != triggers.CHECK_IN else None
    return Candidate(
        program=program,
        contact_id=one.contact_id,
        event_id=one.origin_id if is_early else event.id,
        lead_id=event.data.get("lead_id"),
        started_at=_instant(one),
        anchor_at=anchor_at or (event.occurred_at if is_early else None),
    )


def _instant(one: Match) -> datetime:
    """What delays count from: the event, unless it names another instant; checked in early, the start (TRG-41)."""
    trigger, event = one.program.trigger, one.event
    if trigger.since is not None:
        return triggers.instant(event.data.get(trigger.since)) or event.occurred_at
    starts_at = triggers.instant(event.data.get("starts_at")) if event.kind in trigger.checks_in else None
    return max(event.occurred_at, starts_at) if starts_at is not None else event.occurred_at


def _with_leads(found: list[Candidate]) -> list[Candidate]:
    """The same, those about a lead whose event names none with the contact's open lead."""
    unknown = {one.contact_id for one in found if one.lead_id is None and one.program.trigger.about == "lead"}
    if not unknown:
        return found
    rows = db.session.execute(
        select(Lead.contact_id, func.max(Lead.id))
        .where(one_of(Lead.contact_id, unknown), Lead.status.in_(OPEN_STATUSES))
        .group_by(Lead.contact_id)
    )
    leads = {contact_id: lead_id for contact_id, lead_id in rows}  # noqa: C416 - a Row is not a pair to a type checker
    return [
        replace(one, lead_id=leads.get(one.contact_id))
        if one.lead_id is None and one.program.trigger.about == "lead"
        else one
        for one in found
    ]

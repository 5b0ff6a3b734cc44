"""Leaving a sequence as soon as the event happens that one of its exits is about (EXIT-02)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from app import clock
from app.db import db, one_of
from app.events import Event
from app.rules import RuleUse
from app.rules.registry import find as find_rule
from app.sequences import reasons
from app.sequences.engine.asking import About, Present, who_match
from app.sequences.engine.ending import Ended, end
from app.sequences.engine.program import Program, Question, programs
from app.sequences.models import EXITED, RUNNING, Enrolment
from app.staff import studio


def leave(batch: Sequence[Event]) -> int:
    """Let those out for whom an exit has come true by these events. Answers how many."""
    happened: dict[int, set[str]] = defaultdict(set)
    for event in batch:
        if event.contact_id is not None:
            happened[event.contact_id].add(event.kind)
    inside = db.session.execute(
        select(Enrolment.id, Enrolment.contact_id, Enrolment.revision_id, Enrolment.started_at)
        .where(one_of(Enrolment.contact_id, happened), Enrolment.status == RUNNING)
        .order_by(Enrolment.id)
        .with_for_update()
    ).all()
    known = programs({row.revision_id for row in inside})
    now = clock.now()
    begun_anew = _begun_anew(inside, known, batch)
    end(begun_anew, now)
    gone = {one.enrolment_id for one in begun_anew}
    concerned = [
        row for row in inside if row.id not in gone and known[row.revision_id].exit_kinds & happened[row.contact_id]
    ]
    why = exits_of(((known[row.revision_id], (row.id, row.contact_id, row.started_at)) for row in concerned), now)
    end(
        [
            Ended(
                row.id,
                row.contact_id,
                known[row.revision_id].sequence_id,
                known[row.revision_id].title,
                EXITED,
                reasons.code("exit", why[row.id]),
            )
            for row in concerned
            if row.id in why
        ],
        now,
    )
    return len(why) + len(begun_anew)


def _begun_anew(inside: Iterable[Any], known: dict[int, Program], batch: Sequence[Event]) -> list[Ended]:
    """The runs that end because what they wait after has begun anew: a visit ends a winback (TRG-33)."""
    latest: dict[tuple[int, str], datetime] = {}
    for event in batch:
        if event.contact_id is not None:
            latest[event.contact_id, event.kind] = event.occurred_at
    ended = []
    zone = studio.studio().tz
    for row in inside:
        program = known[row.revision_id]
        again = (latest.get((row.contact_id, kind)) for kind in program.trigger.ended_by)
        came_at = max((at for at in again if at is not None and at > row.started_at), default=None)
        if came_at is not None:
            reason = reasons.code("came_back", came_at.astimezone(zone).date())
            ended.append(Ended(row.id, row.contact_id, program.sequence_id, program.title, EXITED, reason))
    return ended


def exits_of(people: Iterable[tuple[Program, About]], now: datetime) -> dict[int, str]:
    """By key, the first exit of their sequence that holds, if one does: its rule, as reasons keep it."""
    asked = list(people)
    found = first_exits(asked, now)
    contacts = {about[0]: about[1] for _program, about in asked if about[0] in found}
    on = _done_on(found, contacts) if found else {}
    return {person: reasons.about_rule(use, on.get(person)) for person, use in found.items()}


def first_exits(people: Iterable[tuple[Program, About]], now: Present) -> dict[int, RuleUse]:
    """By key, the rule of the first exit of their sequence that holds, or held at their instant.

    The same exit in several sequences is asked about once.
    """
    asked: dict[str, tuple[Question, list[About]]] = {}
    order: dict[int, tuple[Question, ...]] = {}
    for program, about in people:
        if program.exits:
            order[about[0]] = program.exits
        for question in program.exits:
            asked.setdefault(question.key, (question, []))[1].append(about)
    hold = {key: who_match(question, about, now) for key, (question, about) in asked.items()}
    found: dict[int, RuleUse] = {}
    for person, questions in order.items():
        first = next((one for one in questions if person in hold[one.key]), None)
        if first is not None:
            found[person] = first.rules[0]
    return found


def _done_on(found: Mapping[int, RuleUse], contacts: Mapping[int, int]) -> dict[int, date]:
    """The studio's day on which these people last did what their rule speaks of, where it speaks of something done."""
    acts = {person: find_rule(use.rule).waits_for for person, use in found.items() if reasons.is_act(use)}
    if not acts:
        return {}
    rows = db.session.execute(
        select(Event.contact_id, Event.kind, func.max(Event.occurred_at, type_=Event.occurred_at.type))
        .where(one_of(Event.contact_id, {contacts[person] for person in acts}))
        .where(one_of(Event.kind, frozenset().union(*acts.values())))
        .group_by(Event.contact_id, Event.kind)
    )
    last = {(contact_id, kind): at for contact_id, kind, at in rows}
    zone = studio.studio().tz
    found_on = {}
    for person, kinds in acts.items():
        known = [at for kind in kinds if (at := last.get((contacts[person], kind))) is not None]
        if known:
            found_on[person] = max(known).astimezone(zone).date()
    return found_on

"""Leaving a sequence as soon as the event happens that one of its exits is about (EXIT-02)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app import clock
from app.db import db, one_of
from app.events import Event
from app.sequences import reasons
from app.sequences.engine.asking import About, who_match
from app.sequences.engine.ending import Ended, end
from app.sequences.engine.program import Program, Question, programs
from app.sequences.models import EXITED, RUNNING, Enrolment


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
    for row in inside:
        program = known[row.revision_id]
        again = (latest.get((row.contact_id, kind)) for kind in program.trigger.ended_by)
        if any(at is not None and at > row.started_at for at in again):
            reason = reasons.code("came_back")
            ended.append(Ended(row.id, row.contact_id, program.sequence_id, program.title, EXITED, reason))
    return ended


def exits_of(people: Iterable[tuple[Program, About]], now: datetime) -> dict[int, str]:
    """By key, the first exit of their sequence that holds, for those for whom one does: the key of its rule.

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
    found: dict[int, str] = {}
    for person, questions in order.items():
        first = next((one for one in questions if person in hold[one.key]), None)
        if first is not None:
            found[person] = first.rules[0].rule
    return found

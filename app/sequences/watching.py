"""What the clock looks for on behalf of the sequences that act: birthdays, dates of custom
fields, long absences, who comes into a segment.

Each sequence knows how far it has been looked for (`watched_until`). A look takes the stretch from there to now, so
that every instant is looked at once, also after the clock has stood still. What is found becomes ordinary events, whose
keys make a second look harmless. A sequence that is paused is not looked for: its stretch passes unseen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app import clock, scans
from app.apps import suite
from app.db import db
from app.sequences import absence, dates, joining
from app.sequences.engine.matching import CAUGHT_UP_FOR
from app.sequences.engine.program import Program, programs
from app.sequences.models import ACTIVE, PAUSED
from app.sequences.models import Sequence as Stored


@dataclass(frozen=True)
class Watch:
    """How a trigger is looked for: `look` records what lies in a stretch of time, `next_after` says when more comes."""

    look: Callable[[Program, datetime, datetime], int]
    next_after: Callable[[Program, datetime], datetime | None]
    begin: Callable[[Program], object] | None = None  # before the first look, and while the sequence is paused
    is_timed: bool = True  # its instants are known beforehand


WATCHED = {
    "client.birthday": Watch(dates.find_birthdays, dates.next_morning),
    "client.date_field": Watch(dates.find_dates, dates.next_morning),
    "client.winback": Watch(absence.find_absences, absence.next_absence),
    "segment.entered": Watch(joining.find_newcomers, joining.next_look, joining.note_present, is_timed=False),
}


def look() -> int:
    """Look for everything that live sequences wait for. Answers how much was found."""
    now, found = clock.now(), 0
    is_on = suite.is_on()
    for sequence, program in _watching():
        watch = WATCHED[program.trigger.key]
        since = max(sequence.watched_until or sequence.activated_at or now, now - CAUGHT_UP_FOR)
        due = watch.next_after(program, since) if sequence.watched_until is not None or watch.is_timed else now
        if due is None or due > now:
            continue
        if sequence.status == ACTIVE and is_on and (watch.begin is None or sequence.watched_until is not None):
            found += watch.look(program, since, now)
        elif watch.begin is not None:
            watch.begin(program)
        sequence.watched_until = now
    return found


def next_at() -> datetime | None:
    """When the first of them will find something."""
    now = clock.now()
    known = [
        WATCHED[program.trigger.key].next_after(program, max(sequence.watched_until or now, now))
        for sequence, program in _watching()
        if sequence.status == ACTIVE and WATCHED[program.trigger.key].is_timed
    ]
    return min((at for at in known if at is not None), default=None)


def _watching() -> Iterator[tuple[Stored, Program]]:
    """The sequences that wait for something of the kind, at work or paused."""
    found = db.session.scalars(
        select(Stored)
        .where(
            Stored.trigger_kind.in_(WATCHED),
            Stored.status.in_((ACTIVE, PAUSED)),
            Stored.deleted_at.is_(None),
            Stored.live_id.is_not(None),
        )
        .order_by(Stored.id)
    ).all()
    known = programs([sequence.live_id for sequence in found if sequence.live_id is not None])
    return ((sequence, known[sequence.live_id]) for sequence in found if sequence.live_id in known)


scans.register(scans.Scan("dates and absences", look, next_at))

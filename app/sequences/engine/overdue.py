"""What an outage has kept back (BEY-14): sent late at a measured pace, passed over, or put to somebody.

Late by an outage is what nobody looked at in its time. That tells it from what has been put off, whose time is a new
one (sending hours, a pause, the suite, another attempt), and from what waits its turn in a long queue while messages
leave: of that only what was due before the standstill ended is looked at here. See docs/decisions/0014.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import AwareDatetime, BaseModel
from sqlalchemy import Table, case, func, select

from app import clock, events
from app.apps import suite
from app.db import db, is_postgresql, one_of, update_rows
from app.events import Event
from app.messaging.delivery import Decision, Later, Suppress
from app.messaging.models import Message
from app.sequences import reasons, safety
from app.sequences.actions.messages import MessageParams
from app.sequences.engine import enrolling
from app.sequences.engine.claiming import Walker
from app.sequences.engine.letters import Letter
from app.sequences.engine.pace import Slots
from app.sequences.lateness import ASK, Late, SendWithin
from app.staff import studio

MESSAGES: Table = Message.__table__  # type: ignore[assignment]

GRACE = timedelta(minutes=30)  # what is done sooner after its time is on time
NOTED_EVERY = timedelta(minutes=1)
ASKED_AGAIN = timedelta(hours=1)  # what waits for somebody's word is looked at: its exits may have come true

# Two records, each with its own writer, so that the two kinds of workers never wait for one another.
STEPS, SENDING = "sequences.outage.steps", "sequences.outage.sending"


class Outage(BaseModel):
    """When work was last looked at, and when it went on after it had stood still."""

    seen_at: AwareDatetime | None = None
    back_at: AwareDatetime | None = None


def missed(walkers: Sequence[Walker], now: datetime) -> dict[int, datetime]:
    """By enrolment, since when a step is late: whose time came, and nobody looked for longer than the grace.

    A step is not late for being placed in the past, by an event that was told late, a step before it that took longer
    or a resumed sequence: it could not be done before. What the clock finds counts from when it came true.
    """
    since = {one.id: _could_be_done(one) for one in walkers}
    late = [one for one in walkers if now - since[one.id] > GRACE]
    if not late or clock.is_imagined():
        return {}
    known_at = case((Event.actor_kind == "system", Event.occurred_at), else_=Event.recorded_at).label("at")
    wanted = one_of(Event.id, {one.event_id for one in late if one.event_id is not None})
    begun: dict[int | None, datetime] = {
        row.id: row.at for row in db.session.execute(select(Event.id, known_at).where(wanted))
    }
    found = {one.id: max(since[one.id], begun.get(one.event_id, one.moved_at)) for one in late}
    found = {enrolment_id: at for enrolment_id, at in found.items() if now - at > GRACE}
    noted = studio.get(STEPS, Outage).back_at
    if found and (noted is None or now - noted >= NOTED_EVERY):
        _write_down(STEPS, Outage(seen_at=now, back_at=now))
    return found


def _could_be_done(one: Walker) -> datetime:
    return max(at for at in (one.due_at, one.moved_at, one.resumed_at) if at is not None)


def decide(letters: Sequence[Letter], now: datetime) -> dict[int, Decision]:
    """Decide on what is late among messages about to leave, in the order of their times."""
    if not letters or clock.is_imagined():
        return {}
    back_at, suite_back = _back_at(letters, now), suite.back_since()
    waiting = [one for one in letters if one.message.asked_at is not None]
    late = [
        Overdue(one, since, _policy(one))
        for one in sorted(letters, key=lambda one: (one.message.due_at, one.id))
        if one.message.asked_at is None and (since := _late_since(one, back_at, suite_back, now)) is not None
    ]
    asked = [one.letter for one in late if one.policy == ASK]
    _ask(asked, back_at, now)
    decisions: dict[int, Decision] = {
        one.id: Later(now + ASKED_AGAIN, reasons.code("asked")) for one in waiting + asked
    }
    return decisions | _at_a_measured_pace([one for one in late if one.policy != ASK], now)


@dataclass(frozen=True, slots=True)
class Overdue:
    """A late message, since when, and what is to become of it."""

    letter: Letter
    since: datetime
    policy: Late


def _back_at(letters: Sequence[Letter], now: datetime) -> datetime | None:
    """When work last went on after it had stood still: now, where something is late and nobody has looked since."""
    known = studio.get(SENDING, Outage)
    if known.seen_at is None or now - known.seen_at >= NOTED_EVERY:
        stood_still = known.seen_at is None or now - known.seen_at > GRACE
        is_late = stood_still and min(one.message.due_at for one in letters) < now - GRACE
        known = Outage(seen_at=now, back_at=now if is_late else known.back_at)
        _write_down(SENDING, known)
    ends = (known.back_at, studio.get(STEPS, Outage).back_at)
    return max((at for at in ends if at is not None), default=None)


def _write_down(key: str, known: Outage) -> None:
    """Keep a record, unless another worker is just doing so: nobody waits for that."""
    if is_postgresql():
        number = int.from_bytes(hashlib.blake2b(key.encode(), digest_size=7).digest())
        if not db.session.scalar(select(func.pg_try_advisory_xact_lock(number))):
            return
    studio.put(key, known)


def _late_since(
    letter: Letter, back_at: datetime | None, suite_back: datetime | None, now: datetime
) -> datetime | None:
    """Since when a message is late by an outage; None for one that is not."""
    message = letter.message
    if back_at is None or message.due_at > back_at or message.is_urgent:
        return None
    could_leave = [at for at in (letter.enrolment.resumed_at, suite_back) if at is not None]
    if now - max([message.due_at, *could_leave]) <= GRACE:
        return None
    return max([message.meant_at or message.due_at, *could_leave])


def _policy(letter: Letter) -> Late:
    params = letter.step.params if letter.step is not None else None
    own = params.late if isinstance(params, MessageParams) else None
    return own if own is not None else safety.safety().late


def _at_a_measured_pace(late: Sequence[Overdue], now: datetime) -> dict[int, Decision]:
    """Give each its instant, or the reason why it does not go any more."""
    if not late:
        return {}
    zones = enrolling.zones_of({one.letter.message.contact_id or 0 for one in late})
    slots = Slots()
    decisions: dict[int, Decision] = {}
    kept: list[tuple[int, datetime]] = []
    for one in late:
        message = one.letter.message
        zone = zones[message.contact_id or 0]
        told = reasons.moment(one.since, zone)
        at = slots.next(zone) if isinstance(one.policy, SendWithin) else now
        if message.not_after is not None and at >= message.not_after:
            decisions[message.id] = Suppress(reasons.code("too_late", told))
        elif not isinstance(one.policy, SendWithin) or at - one.since > one.policy.longest:
            decisions[message.id] = Suppress(reasons.code("missed", told))
        else:
            slots.take()
            kept.append((message.id, one.since))
            if at > now:
                decisions[message.id] = Later(at, reasons.code("spread", reasons.moment(at, zone)))
    slots.keep()
    update_rows(MESSAGES, ("id",), ("meant_at",), kept, returning=())
    return decisions


def _ask(asked: Sequence[Letter], back_at: datetime | None, now: datetime) -> None:
    """Note what waits for somebody's word, and tell once an outage and step that it does."""
    rows = [(one.id, one.message.meant_at or one.message.due_at, now) for one in asked]
    update_rows(MESSAGES, ("id",), ("meant_at", "asked_at"), rows, returning=())
    steps = {(one.message.sequence_id, one.message.step_id): one.program for one in asked}
    events.record_many(
        [
            events.Entry(
                "sequence.asks",
                None,
                {"sequence_id": sequence_id, "sequence": program.title if program else "", "step_id": step_id},
                dedupe_key=f"asks:{sequence_id}:{step_id}:{back_at.isoformat() if back_at else ''}",
            )
            for (sequence_id, step_id), program in steps.items()
        ]
    )

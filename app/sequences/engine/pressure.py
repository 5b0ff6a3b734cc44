"""Who goes first where several sequences write to one person, and what the others wait for (BEY-16).

Asked when messages leave. The contacts are held until they are marked as leaving, so that of two workers never both
take the last place. Why it is as it is: docs/decisions/0015-who-gives-way.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select

from app.db import db, one_of
from app.messaging.delivery import Decision, Later, Suppress
from app.messaging.models import DELIVERED, OUT, QUEUED, SENDING, SENT, SEQUENCE, UNCERTAIN, Message
from app.sequences import graph, hours, models, pressure, reasons
from app.sequences.engine import claiming
from app.sequences.engine.letters import Letter
from app.sequences.engine.program import Program, programs
from app.sequences.hours import SendingHours
from app.sequences.models import ACTIVE, EXITED, RUNNING, STOPPED, Enrolment
from app.sequences.pressure import Cap, Caps

# The shortest window: what leaves now would stand in the way of all that is due within it.
AHEAD = timedelta(days=1)
# Who gives way looks again so long after the other was due: it has left by then, or will not.
AFTER = timedelta(minutes=1)
# Another worker has something for this person in hand.
BUSY = timedelta(seconds=5)

HAS_LEFT = (SENDING, SENT, DELIVERED, UNCERTAIN)  # or may have: what is in doubt counts as arrived

# Whom, and by which channel.
Door = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Rival:
    """Another message to the same person by the same channel, or a step that will bring one."""

    priority: int
    due_at: datetime
    title: str
    queued: tuple[datetime, int] | None = None  # since when it waits; None for a step
    is_ordered: bool = False  # somebody has said: send now


@dataclass(frozen=True, slots=True)
class Opening:
    """The sending hours on somebody's clocks."""

    hours: SendingHours
    zone: ZoneInfo

    def after(self, instant: datetime) -> datetime:
        return hours.sendable_at(instant, self.hours, self.zone)


@dataclass(slots=True)
class Doorway:
    """All that matters at one door."""

    letters: list[Letter] = field(default_factory=list)
    left: list[datetime] = field(default_factory=list)
    rivals: list[Rival] = field(default_factory=list)


def put_off(letters: Sequence[Letter], decided: Mapping[int, Decision], now: datetime) -> dict[int, Decision]:
    """Decide on those of a batch that must not leave now, by message. What somebody has ordered to leave is not asked
    about, nor what is decided.

    A handful of queries, however many there are; one where there is no cap.
    """
    caps = pressure.caps()
    going = [one for one in letters if one.id not in decided]
    asked = [one for one in going if caps.of(one.message.channel).most is not None and not one.message.is_urgent]
    decisions: dict[int, Decision] = {
        one.id: Suppress(reasons.code("capped_to_none", one.message.channel))
        for one in asked
        if caps.of(one.message.channel).most == 0
    }
    contending = [one for one in asked if one.id not in decisions]
    zones = claiming.hold_contacts(sorted({_door(one)[0] for one in contending}))
    for one in contending:
        if _door(one)[0] not in zones:
            decisions[one.id] = Later(now + BUSY, reasons.code("busy"))
    doorways = _doorways([one for one in contending if one.id not in decisions], caps, now)
    _note_own(doorways, letters, going, now)
    open_hours = hours.sending_hours() if doorways else SendingHours()
    for (contact_id, channel), doorway in doorways.items():
        decisions |= _let_through(doorway, caps.of(channel), Opening(open_hours, zones[contact_id]), now)
    return decisions


def _door(letter: Letter) -> Door:
    return letter.message.contact_id or 0, letter.message.channel


def _note_own(
    doorways: Mapping[Door, Doorway], letters: Sequence[Letter], going: Sequence[Letter], now: datetime
) -> None:
    """What is in the batch itself is no rival of it: it is decided here, or has been. What was ordered goes."""
    own = {one.id for one in letters}
    for doorway in doorways.values():
        doorway.rivals = [one for one in doorway.rivals if one.queued is None or one.queued[1] not in own]
    for one in going:
        if one.message.is_urgent and _door(one) in doorways:
            doorways[_door(one)].left.append(now)


def _doorways(letters: Sequence[Letter], caps: Caps, now: datetime) -> dict[Door, Doorway]:
    """Who contends at each door, with what has gone through it lately and what is still to come."""
    doorways: dict[Door, Doorway] = defaultdict(Doorway)
    for one in letters:
        doorways[_door(one)].letters.append(one)
    if doorways:
        people = {contact_id for contact_id, _channel in doorways}
        since = now - max(caps.of(channel).window for _contact_id, channel in doorways)
        for door, at in _left(people, since, now):
            if door in doorways:
                doorways[door].left.append(at)
        for door, rival in _rivals(people, now):
            if door in doorways:
                doorways[door].rivals.append(rival)
    return doorways


def _left(people: Collection[int], since: datetime, now: datetime) -> list[tuple[Door, datetime]]:
    """When messages that count left: those of sequences, and those to groups.

    One to a group that is about to leave counts as leaving now: nothing holds it back, and another worker may have it
    in hand.
    """
    at = func.coalesce(Message.sent_at, Message.called_at, type_=Message.sent_at.type)
    has_left = Message.status.in_(HAS_LEFT) & (at > since)
    is_leaving = (Message.status == QUEUED) & Message.group_id.is_not(None) & (Message.due_at <= now)
    found = db.session.execute(
        select(Message.contact_id, Message.channel, Message.status, at.label("at")).where(
            one_of(Message.contact_id, people),
            Message.direction == OUT,
            or_(Message.category == SEQUENCE, Message.group_id.is_not(None)),
            or_(has_left, is_leaving),
        )
    )
    return [((row.contact_id, row.channel), now if row.status == QUEUED else row.at) for row in found]


def _rivals(people: Collection[int], now: datetime) -> list[tuple[Door, Rival]]:
    """What else is due to these people by tomorrow, as far as is known: messages that wait, and the next steps."""
    messages, steps = _waiting(people, now), _steps(people, now)
    known = programs({row.revision_id for row in (*messages, *steps)})
    found = []
    for row in messages:
        program = known[row.revision_id]
        queued = (row.queued_at, row.id)
        rival = Rival(program.priority, row.due_at, program.title, queued, row.is_urgent)
        found.append(((row.contact_id, row.channel), rival))
    for row in steps:
        program = known[row.revision_id]
        node = program.nodes.get(row.step_id or "")
        step = node.step if node is not None else None
        if isinstance(step, graph.ActionStep) and step.enabled and step.action.channel is not None:
            rival = Rival(program.priority, row.due_at, program.title)
            found.append(((row.contact_id, step.action.channel), rival))
    return found


def _waiting(people: Collection[int], now: datetime) -> Sequence[Any]:
    return db.session.execute(
        select(
            Message.id,
            Message.contact_id,
            Message.channel,
            Message.queued_at,
            Message.due_at,
            Message.is_urgent,
            Enrolment.revision_id,
        )
        .join(Enrolment, Enrolment.id == Message.enrolment_id)
        .join(models.Sequence, models.Sequence.id == Enrolment.sequence_id)
        .where(
            one_of(Message.contact_id, people),
            Message.status == QUEUED,
            Message.due_at <= now + AHEAD,
            Enrolment.status.not_in((EXITED, STOPPED)),
            models.Sequence.status == ACTIVE,
            models.Sequence.deleted_at.is_(None),
        )
    ).all()


def _steps(people: Collection[int], now: datetime) -> Sequence[Any]:
    return db.session.execute(
        select(Enrolment.contact_id, Enrolment.revision_id, Enrolment.step_id, Enrolment.due_at)
        .join(models.Sequence, models.Sequence.id == Enrolment.sequence_id)
        .where(
            one_of(Enrolment.contact_id, people),
            Enrolment.status == RUNNING,
            Enrolment.due_at <= now + AHEAD,
            models.Sequence.status == ACTIVE,
            models.Sequence.deleted_at.is_(None),
        )
    ).all()


def _let_through(doorway: Doorway, cap: Cap, opening: Opening, now: datetime) -> dict[int, Decision]:
    """Let through a door what is within the cap, the most important first; the others are put off, or lapse."""
    decisions: dict[int, Decision] = {}
    left = list(doorway.left)
    for letter in sorted(doorway.letters, key=lambda one: (-_priority(one.program), *_age(one.message))):
        message = letter.message
        room = pressure.room_at(left, cap, now)
        if room > now:
            decisions[message.id] = _wait(message, cap, opening.after(room))
            continue
        ahead = [one for one in doorway.rivals if _is_ahead(one, message, _priority(letter.program), now)]
        taken = [*left, *(now for _rival in ahead)]
        is_full = bool(ahead) and pressure.room_at(taken, cap, now) > now
        way = _give_way(message, ahead, opening, now) if is_full else None
        if way is None:
            left.append(now)
        else:
            decisions[message.id] = way
    return decisions


def _wait(message: Message, cap: Cap, until: datetime) -> Decision:
    about = f"{message.channel} {cap.most} {cap.days}"
    if message.not_after is not None and until >= message.not_after:
        return Suppress(reasons.code("lapsed", about))
    return Later(until, reasons.code("pressure", about))


def _give_way(message: Message, ahead: Sequence[Rival], opening: Opening, now: datetime) -> Later | None:
    """How a message waits for those that leave it no room; None where it would be too late then: to give way costs
    time, never the message.
    """
    first = min(ahead, key=lambda one: one.due_at)
    at = opening.after(max(first.due_at, now) + AFTER)
    if message.not_after is not None and at >= message.not_after:
        return None
    return Later(at, reasons.code("gives_way", first.title))


def _is_ahead(rival: Rival, message: Message, priority: int, now: datetime) -> bool:
    """Whether another goes before this message: it matters more, or as much, is due as well, and has waited longer."""
    if rival.is_ordered or rival.priority != priority:
        return rival.is_ordered or rival.priority > priority
    return rival.queued is not None and rival.due_at <= now and rival.queued < _age(message)


def _age(message: Message) -> tuple[datetime, int]:
    """What tells which of two has waited longer. Its due time does not: being put off changes it."""
    return message.queued_at, message.id


def _priority(program: Program | None) -> int:
    return program.priority if program is not None else graph.PRIORITIES.index(graph.NORMAL)

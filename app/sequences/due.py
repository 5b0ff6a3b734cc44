"""All that is due to one person, whichever sequence or group it comes from; and settling one of it by hand (BEY-16)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import CursorResult, select, update

from app import clock, events, wake
from app.contacts.models import Contact
from app.db import db
from app.events import log
from app.events.log import Acting
from app.messaging import kinds
from app.messaging.models import OUT, QUEUED, SEQUENCE, SUPPRESSED, TRANSACTIONAL, GroupMessage, Message
from app.sequences import graph, hours, models, reasons, takeover, waits
from app.sequences.builder import words
from app.sequences.engine import timing
from app.sequences.engine.program import Program, programs
from app.sequences.models import PAUSED, RUNNING, Enrolment
from app.staff import studio
from app.web import Refusal

SOON = timedelta(days=2)
MOST = 50  # of each kind: nobody has more, unless something is wrong


class NotWaiting(Refusal):
    """It has left, or somebody has settled it, meanwhile."""

    def __init__(self) -> None:
        super().__init__(_("This message does not wait any more."))


@dataclass(frozen=True)
class Due:
    """Something that will reach somebody: a message that waits, or the next one of a run.

    `at` is None while its sequence is paused. `channel` is "if" where a condition or split comes before any message, so
    that nobody knows. `message_id` is set where it can be settled by hand.
    """

    at: datetime | None
    channel: str
    title: str
    reason: str = ""
    sequence: str = ""
    sequence_id: int | None = None
    is_to_group: bool = False
    message_id: int | None = None

    @property
    def is_automatic(self) -> bool:
        """Whether a sequence writes it: what somebody who writes by hand may want to hold."""
        return self.sequence_id is not None and self.channel != "if"


def due_to(contact: Contact) -> list[Due]:
    """What is due to somebody, the soonest first, as far as is known. Four queries at most."""
    return due_while(contact, takeover.of(contact))


def due_while(contact: Contact, taken: models.Takeover | None) -> list[Due]:
    """The same, where it is known who talks with them."""
    found = [_meanwhile(one, taken) for one in _planned(contact)] if taken is not None else _planned(contact)
    return sorted(found, key=lambda one: (one.at is None, one.at or clock.now()))


def soon(contact: Contact) -> list[Due]:
    """The automatic messages that would reach somebody within two days, whoever talks with them meanwhile."""
    until = clock.now() + SOON
    found = [one for one in _planned(contact) if one.is_automatic and one.at is not None and one.at <= until]
    return sorted(found, key=lambda one: one.at or until)


def _meanwhile(one: Due, taken: models.Takeover) -> Due:
    """The same while somebody of the staff talks with them."""
    if not one.is_automatic or one.at is None or one.at >= taken.until_at:
        return one
    if taken.is_cancelled:
        return replace(one, reason=reasons.code("passed_over", taken.by))
    return replace(one, at=taken.until_at, reason=reasons.code(reasons.TAKEN_OVER, taken.by))


def _planned(contact: Contact) -> list[Due]:
    waiting, runs = _waiting(contact), _runs(contact)
    known = programs({row.revision_id for row in (*waiting, *runs) if row.revision_id is not None})
    found = [_of_message(row, known) for row in waiting]
    if runs:
        zone, open_hours = _zone_of(contact), hours.sending_hours()
        ahead = (_of_run(row, known[row.revision_id], zone, open_hours) for row in runs)
        found += [one for one in ahead if one is not None]
    return found


def send_now(contact: Contact, message_id: int) -> None:
    """Let a sequence's message go at once, whatever the hours and how often: only consent and exits are asked still.

    Raises NotWaiting.
    """
    _settle(contact, message_id, is_urgent=True, due_at=clock.now(), reason="")
    wake.ring("deliver_urgent_messages")


def skip(contact: Contact, message_id: int, *, by: events.Actor | Acting) -> None:
    """Do not send a sequence's message; the run goes on. Raises NotWaiting."""
    _settle(contact, message_id, status=SUPPRESSED, reason=reasons.code("passed_over", log.actor(by).name))


def _settle(contact: Contact, message_id: int, **values: Any) -> None:
    changed: CursorResult[tuple[()]] = db.session.execute(  # type: ignore[assignment]
        update(Message)
        .where(
            Message.id == message_id,
            Message.contact_id == contact.id,
            Message.status == QUEUED,
            Message.category == SEQUENCE,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    if not changed.rowcount:
        raise NotWaiting


def _zone_of(contact: Contact) -> ZoneInfo:
    own = contact.location.zone if contact.location is not None else None
    return timing.zone_named(own or studio.studio().zone)


def _waiting(contact: Contact) -> Sequence[Any]:
    return db.session.execute(
        select(
            Message.id,
            Message.due_at,
            Message.channel,
            Message.category,
            Message.kind,
            Message.subject,
            Message.text,
            Message.reason,
            Message.step_id,
            Enrolment.revision_id,
            models.Sequence.id.label("sequence_id"),
            models.Sequence.title.label("sequence"),
            models.Sequence.status.label("sequence_status"),
            GroupMessage,
        )
        .outerjoin(Enrolment, Enrolment.id == Message.enrolment_id)
        .outerjoin(models.Sequence, models.Sequence.id == Message.sequence_id)
        .outerjoin(GroupMessage, GroupMessage.id == Message.group_id)
        .where(Message.contact_id == contact.id, Message.direction == OUT, Message.status == QUEUED)
        .order_by(Message.due_at, Message.id)
        .limit(MOST)
    ).all()


def _runs(contact: Contact) -> Sequence[Any]:
    return db.session.execute(
        select(
            Enrolment.revision_id,
            Enrolment.step_id,
            Enrolment.due_at,
            Enrolment.held_due_at,
            Enrolment.started_at,
            Enrolment.anchor_at,
            models.Sequence.id.label("sequence_id"),
            models.Sequence.title.label("sequence"),
        )
        .join(models.Sequence, models.Sequence.id == Enrolment.sequence_id)
        .where(Enrolment.contact_id == contact.id, Enrolment.status == RUNNING, models.Sequence.deleted_at.is_(None))
        .order_by(Enrolment.id)
        .limit(MOST)
    ).all()


def _of_message(row: Any, known: dict[int, Program]) -> Due:
    is_held = row.sequence_status == PAUSED
    return Due(
        at=None if is_held else row.due_at,
        channel=row.channel,
        title=_title(row, known),
        reason=reasons.code("paused") if is_held else row.reason,
        sequence=row.sequence or "",
        sequence_id=row.sequence_id,
        is_to_group=row.GroupMessage is not None,
        message_id=row.id if row.category == SEQUENCE else None,
    )


def _title(row: Any, known: dict[int, Program]) -> str:
    if row.GroupMessage is not None:
        return str(row.GroupMessage.headline)
    if row.category == TRANSACTIONAL:
        return kinds.name_of(row.kind)
    node = known[row.revision_id].nodes.get(row.step_id or "") if row.revision_id is not None else None
    return words.plain(words.title(node.step)) if node is not None else str(row.subject or row.text)


def _of_run(row: Any, program: Program, zone: ZoneInfo, open_hours: hours.SendingHours) -> Due | None:
    """The next message of a run; the fork before it, where there is one; None where there is no further message."""
    is_held = row.due_at is None
    for step, due_at in _ahead(row, program, zone):
        if not isinstance(step, graph.ActionStep):
            channel, at = "if", due_at
        elif step.action.channel is not None:
            channel, at = step.action.channel, hours.sendable_at(due_at, open_hours, zone)
        else:
            continue
        return Due(
            at=None if is_held else at,
            channel=channel,
            title=words.plain(words.title(step)),
            reason=reasons.code("paused") if is_held else "",
            sequence=row.sequence,
            sequence_id=row.sequence_id,
        )
    return None


def _ahead(row: Any, program: Program, zone: ZoneInfo) -> Iterator[tuple[graph.AnyStep, datetime]]:
    """The steps a run will do for certain, each with its time: to the first fork, which is the last of them."""
    step_id, due_at = row.step_id, row.due_at or row.held_due_at
    while step_id in program.nodes:
        node = program.nodes[step_id]
        if node.step.enabled:
            yield node.step, due_at
            if not isinstance(node.step, graph.ActionStep):
                return
        step_id = node.follows
        if step_id is not None:
            due_at = timing.due(program, step_id, waits.Bearings(due_at, row.started_at, row.anchor_at, zone))

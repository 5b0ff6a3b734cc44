"""A group's messages: made in batches by a worker, and written for each person when they leave.

The place reached stands in the group's row and moves in the transaction that makes the messages, so that a worker
killed in between costs nothing; the unique key of group and person makes a second one impossible.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from app import clock, wake, work
from app.db import db, insert_new, is_postgresql
from app.messaging import delivery, mail, reasons, variables
from app.messaging.delivery import Content, Decision, Suppress
from app.messaging.groups import CANCELLED, DONE, QUEUEING
from app.messaging.models import EMAIL, MANUAL, QUEUED, GroupMessage, Message, group_recipient
from app.messaging.outgoing import MESSAGES

BATCH = 500


def queue_batch() -> int:
    """Make the messages of the next people of a group. Answers how many people that were, and one for the last look."""
    group = _take()
    if group is None:
        return 0
    people = db.session.scalars(
        select(group_recipient.c.contact_id)
        .where(group_recipient.c.group_id == group.id, group_recipient.c.contact_id > group.queued_to)
        .order_by(group_recipient.c.contact_id)
        .limit(BATCH)
    ).all()
    now = clock.now()
    insert_new(MESSAGES, [_row(group, contact_id, now) for contact_id in people])
    if people:
        group.queued_to = people[-1]
        wake.ring("deliver_messages")
    if len(people) < BATCH:
        group.state = DONE
    return len(people) + 1


def next_due() -> datetime | None:
    """When the group that has waited longest was sent."""
    return db.session.scalar(select(func.min(GroupMessage.sent_at)).where(GroupMessage.state == QUEUEING))


def prepare(messages: Sequence[Message]) -> dict[int, Decision]:
    """Write the messages of groups, each for its person; those to a single person are written already."""
    of_groups = [message for message in messages if message.group_id is not None]
    if not of_groups:
        return {}
    wanted = {message.group_id for message in of_groups}
    groups = {one.id: one for one in db.session.scalars(select(GroupMessage).where(GroupMessage.id.in_(wanted)))}
    texts = [text for one in groups.values() for text in (one.subject, one.text)]
    people = {message.contact.id: message.contact for message in of_groups if message.contact is not None}
    values = variables.values_for(list(people.values()), variables.MANUAL, variables.keys_in(*texts))
    return {
        message.id: _decision(groups[message.group_id or 0], values.get(message.contact_id or 0, {}))
        for message in of_groups
    }


def register() -> None:
    """Make this work known, and who writes what is sent by hand."""
    work.register(work.Work(actor="queue_group_messages", claim=queue_batch, next_due=next_due))
    delivery.register_source(MANUAL, prepare)


def written(group: GroupMessage, values: variables.Values) -> Content:
    """What a group's message says to one person."""
    return Content(
        subject=variables.fill(group.subject, values) if group.channel == EMAIL else "",
        text=variables.fill(group.text, values),
        pattern=mail.Words(group.text, ""),
        values=values,
    )


def _take() -> GroupMessage | None:
    wanted = select(GroupMessage).where(GroupMessage.state == QUEUEING).order_by(GroupMessage.id).limit(1)
    if is_postgresql():
        wanted = wanted.with_for_update(skip_locked=True)
    return db.session.scalar(wanted.execution_options(populate_existing=True))


def _decision(group: GroupMessage, values: variables.Values) -> Decision:
    return Suppress(reasons.CANCELLED) if group.state == CANCELLED else written(group, values)


def _row(group: GroupMessage, contact_id: int, now: datetime) -> dict[str, Any]:
    return {
        "contact_id": contact_id,
        "group_id": group.id,
        "sender_id": group.sender_id,
        "direction": "out",
        "channel": group.channel,
        "category": MANUAL,
        "kind": mail.BULK,
        "status": QUEUED,
        "reason": "",
        "is_urgent": False,
        "subject": "",
        "text": "",
        "html": "",
        "to_address": "",
        "from_address": "",
        "queued_at": now,
        "due_at": now,
        "attempts": 0,
    }

"""Messages to several people at once (MSG-07, SEG-08): begun from a list, written, sent, and called off.

Who gets one is settled when it is begun, so that the list may change while it is written. Whether each of them wants it
is asked when it is written (`groups_standing`) and once more when it leaves (`permission`).
"""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, delete, func, insert, literal, select, update

from app import clock, wake
from app.apps import suite
from app.db import db
from app.messaging import groups_standing, outgoing, reasons
from app.messaging.models import EMAIL, QUEUED, SMS, SUPPRESSED, GroupMessage, Message, group_recipient
from app.staff.models import Staff
from app.web import Refusal

DRAFT, QUEUEING, DONE, CANCELLED = "draft", "queueing", "queued", "cancelled"
CHANNELS = (EMAIL, SMS)

WITH_SUITE = 75  # people; from so many on, an e-mail needs the marketing suite


class CannotSend(Refusal):
    """This cannot go to these people; the text says why."""

    status = 422


class AlreadySent(Refusal):
    """Somebody has sent it, or called it off, meanwhile."""


def begin(
    people: Select[Any], contact_id: ColumnElement[int], *, by: Staff, listed: str = "clients", segment: str = ""
) -> GroupMessage:
    """Begin a message to the people a selection holds under `contact_id`; each gets it once, however often they are in.

    What the same person has begun and left empty goes. Raises CannotSend where the selection is empty.
    """
    _forget_empty(by)
    group = GroupMessage(listed=listed, segment=segment, sender=by, created_at=clock.now())
    db.session.add(group)
    db.session.flush()
    chosen = people.with_only_columns(contact_id).order_by(None)
    group.chosen = db.session.scalar(chosen.with_only_columns(func.count())) or 0
    everyone = chosen.with_only_columns(literal(group.id), contact_id).distinct()
    db.session.execute(insert(group_recipient).from_select(["group_id", "contact_id"], everyone))
    group.people = groups_standing.count(group)
    if not group.people:
        raise CannotSend(_("Nobody is chosen."))
    return group


def write(group: GroupMessage, channel: str, subject: str, text: str) -> None:
    """Put down what a draft says. Raises AlreadySent."""
    _must_be_draft(group)
    group.channel, group.subject, group.text = channel, " ".join(subject.split()), text.strip()


def send(group: GroupMessage) -> int:
    """Put a message on its way; a worker makes everybody's in batches. Answers to how many it goes, as things stand.

    Raises CannotSend for what `why_not` says, AlreadySent for the second press.
    """
    _must_be_draft(group)
    standing = groups_standing.of(group)
    if refusal := why_not(group, standing):
        raise CannotSend(refusal)
    sent = db.session.execute(
        update(GroupMessage)
        .where(GroupMessage.id == group.id, GroupMessage.state == DRAFT)
        .values(state=QUEUEING, sent_at=clock.now())
    )
    if not sent.rowcount:  # type: ignore[attr-defined]
        raise AlreadySent(_("This message is on its way already."))
    wake.ring("queue_group_messages")
    return standing.gets


def why_not(group: GroupMessage, standing: groups_standing.Standing) -> str | None:
    """Why a draft cannot be sent as it is, in a sentence; None when it can."""
    size, sentence = len(group.text), None
    if not group.text:
        sentence = _("Write something first.")
    elif group.channel == EMAIL and not group.subject:
        sentence = _("Give the e-mail a subject.")
    elif group.channel == SMS and size > outgoing.LONGEST_SMS:
        sentence = _("An SMS has 1,600 characters at the most; this one has %(count)d.", count=size)
    elif not standing.gets:
        sentence = _("Nobody of them can get it.")
    elif needs_suite(group, standing):
        sentence = _("An e-mail to %(num)d people or more at once needs the marketing suite.", num=WITH_SUITE)
    return str(sentence) if sentence is not None else None


def needs_suite(group: GroupMessage, standing: groups_standing.Standing) -> bool:
    """Whether it goes to more people than the product does without the marketing suite: e-mail only (MSG-06)."""
    return group.channel == EMAIL and standing.gets >= WITH_SUITE and not suite.is_on()


def cancel(group: GroupMessage, *, by: Staff) -> int:
    """Hold back whatever has not left yet. Answers how many will not get it; calling off twice does nothing."""
    stopped = db.session.execute(
        update(GroupMessage)
        .where(GroupMessage.id == group.id, GroupMessage.state.in_((QUEUEING, DONE)))
        .values(state=CANCELLED, cancelled_at=clock.now(), cancelled_by_id=by.id)
    )
    if not stopped.rowcount:  # type: ignore[attr-defined]
        return 0
    held = db.session.execute(
        update(Message)
        .where(Message.group_id == group.id, Message.status == QUEUED)
        .values(status=SUPPRESSED, reason=reasons.CANCELLED)
    )
    made = db.session.scalar(select(func.count()).where(Message.group_id == group.id)) or 0
    return int(held.rowcount) + group.people - made  # type: ignore[attr-defined]


def discard(group: GroupMessage) -> None:
    """Throw a draft away. Raises AlreadySent."""
    _must_be_draft(group)
    db.session.execute(delete(group_recipient).where(group_recipient.c.group_id == group.id))
    db.session.delete(group)


def _forget_empty(by: Staff) -> None:
    empty = select(GroupMessage.id).where(
        GroupMessage.sender_id == by.id,
        GroupMessage.state == DRAFT,
        GroupMessage.text == "",
        GroupMessage.subject == "",
    )
    ids = list(db.session.scalars(empty))
    db.session.execute(delete(group_recipient).where(group_recipient.c.group_id.in_(ids)))
    db.session.execute(delete(GroupMessage).where(GroupMessage.id.in_(ids)))


def _must_be_draft(group: GroupMessage) -> None:
    if group.state != DRAFT:
        raise AlreadySent(_("This message is on its way already."))

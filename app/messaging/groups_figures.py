"""What became of a group's messages, and the list of groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import abort
from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import joinedload

from app.contacts import keyset
from app.contacts.keyset import Order, Page
from app.contacts.models import ConsentEntry
from app.db import db
from app.messaging.groups import CANCELLED, DONE, DRAFT
from app.messaging.models import (
    BOUNCED,
    DELIVERED,
    FAILED,
    QUEUED,
    SENDING,
    SENT,
    SUPPRESSED,
    UNCERTAIN,
    GroupMessage,
    Message,
)
from app.staff.models import Staff

PAGE = 30

_NEWEST_FIRST = Order(GroupMessage.id.expression, GroupMessage.id.expression)


@dataclass(frozen=True)
class Why:
    """How many messages ended in a state for one reason."""

    status: str
    reason: str
    count: int


@dataclass(frozen=True)
class Figures:
    """A group in numbers."""

    people: int
    by_status: dict[str, int] = field(default_factory=dict)
    opened: int = 0
    clicked: int = 0
    replied: int = 0
    unsubscribed: int = 0
    whys: Sequence[Why] = ()
    is_called_off: bool = False

    @property
    def waiting(self) -> int:
        """Those that have still to leave, whether their message is made yet or not."""
        made = sum(self.by_status.values())
        unmade = 0 if self.is_called_off else self.people - made
        return unmade + self.of(QUEUED, SENDING)

    @property
    def sent(self) -> int:
        return self.of(SENT, DELIVERED)

    @property
    def failed(self) -> int:
        return self.of(FAILED, BOUNCED, UNCERTAIN)

    @property
    def held_back(self) -> int:
        """Those never made, because somebody called it off first."""
        return self.people - sum(self.by_status.values()) if self.is_called_off else 0

    @property
    def skipped(self) -> int:
        return self.of(SUPPRESSED) + self.held_back

    def of(self, *statuses: str) -> int:
        return sum(self.by_status.get(status, 0) for status in statuses)

    def share(self, part: int) -> float:
        """A part of those it went to, 0 to 1."""
        return part / self.sent if self.sent else 0.0


def of(group: GroupMessage) -> Figures:
    """A group's numbers, in two queries."""
    return of_many([group])[group.id]


def of_many(groups: Sequence[GroupMessage]) -> dict[int, Figures]:
    """The numbers of several groups, in the same two queries."""
    ids = [group.id for group in groups]
    rows = db.session.execute(
        select(
            Message.group_id,
            Message.status,
            Message.reason,
            func.count().label("number"),
            func.count(Message.opened_at).label("opened"),
            func.count(Message.clicked_at).label("clicked"),
            func.count(Message.replied_at).label("replied"),
        )
        .where(Message.group_id.in_(ids))
        .group_by(Message.group_id, Message.status, Message.reason)
    ).all()
    left = db.session.execute(
        select(Message.group_id, func.count(ConsentEntry.contact_id.distinct()))
        .join(Message, Message.id == ConsentEntry.message_id)
        .where(Message.group_id.in_(ids), ~ConsentEntry.is_given)
        .group_by(Message.group_id)
    )
    unsubscribed = {group_id: count for group_id, count in left}  # noqa: C416 - a Row is not a pair to a type checker
    found = {}
    for group in groups:
        own = [row for row in rows if row.group_id == group.id]
        statuses = {row.status for row in own}
        found[group.id] = Figures(
            people=group.people,
            by_status={status: sum(row.number for row in own if row.status == status) for status in statuses},
            opened=sum(row.opened for row in own),
            clicked=sum(row.clicked for row in own),
            replied=sum(row.replied for row in own),
            unsubscribed=unsubscribed.get(group.id, 0),
            whys=_whys(own),
            is_called_off=group.state == CANCELLED,
        )
    return found


def groups(*, seen_by: Staff, cursor: str | None = None) -> Page[GroupMessage]:
    """A page of all groups, newest first, drafts included."""
    wanted = select(GroupMessage).where(_is_seen_by(seen_by)).options(joinedload(GroupMessage.sender))
    found = db.session.scalars(keyset.ordered(wanted, _NEWEST_FIRST, cursor).limit(PAGE + 1)).all()
    return keyset.page([(group, group.id, group.id) for group in found], PAGE)


def get_group(group_id: int, *, seen_by: Staff) -> GroupMessage:
    """One group. Answers 404 for one this person may not see."""
    found = db.session.scalar(select(GroupMessage).where(GroupMessage.id == group_id, _is_seen_by(seen_by)))
    return found if found is not None else abort(404)


def is_moving(group: GroupMessage, figures: Figures) -> bool:
    """Whether something of it is still to leave."""
    return group.state not in {DRAFT, CANCELLED} and (group.state != DONE or figures.waiting > 0)


def _is_seen_by(staff: Staff) -> ColumnElement[bool]:
    """Who is held to one location sees their own: the others may name people of other locations (ROLE-05)."""
    return true() if staff.only_location_id is None else GroupMessage.sender_id == staff.id


def _whys(rows: Sequence[object]) -> list[Why]:
    told = [Why(row.status, row.reason, row.number) for row in rows if row.reason]  # type: ignore[attr-defined]
    return sorted(told, key=lambda one: -one.count)

"""Everything that was sent (MSG-01 to MSG-05): by category, to clients or to the staff, each with what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort
from sqlalchemy import ColumnElement, Select, Table, func, or_, select
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import MultiDict

from app.contacts import keyset
from app.contacts.keyset import Order, Page
from app.contacts.models import Contact
from app.contacts.queries import is_seen_by
from app.db import db
from app.messaging import kinds
from app.messaging.models import (
    BOUNCED,
    DELIVERED,
    EMAIL,
    FAILED,
    IN_APP,
    MANUAL,
    OUT,
    QUEUED,
    SENDING,
    SENT,
    SEQUENCE,
    SMS,
    SUPPRESSED,
    TRANSACTIONAL,
    UNCERTAIN,
    Message,
)
from app.staff.models import Staff

PAGE = 40

CATEGORIES = (TRANSACTIONAL, SEQUENCE, MANUAL)
CHANNELS = (EMAIL, SMS, IN_APP)
STATES = (QUEUED, SENDING, SENT, DELIVERED, FAILED, BOUNCED, SUPPRESSED, UNCERTAIN)
CLIENTS, STAFF = "clients", "staff"

_NEWEST_FIRST = Order(Message.id.expression, Message.id.expression)


@dataclass(frozen=True)
class Filters:
    """What of the log one looks at, as it stands in the address."""

    category: str = TRANSACTIONAL
    to: str = CLIENTS
    channel: str = ""
    state: str = ""
    kind: str = ""  # of transactional messages
    sequence_id: int | None = None  # of sequences' messages
    sender_id: int | None = None  # of messages by hand
    group_id: int | None = None  # of messages to several people at once
    text: str = ""

    @classmethod
    def read(cls, args: MultiDict[str, str]) -> Filters:
        """The filters in an address. The fields depend on the category (MSG-03); the others' are left out."""
        category = _one_of(CATEGORIES, args.get("category")) or TRANSACTIONAL
        return cls(
            category=category,
            to=STAFF if args.get("to") == STAFF and category == TRANSACTIONAL else CLIENTS,
            channel=_one_of(CHANNELS, args.get("channel")),
            state=_one_of(STATES, args.get("state")),
            kind=args.get("kind", "")[:40].replace("\0", "") if category == TRANSACTIONAL else "",
            sequence_id=args.get("sequence", type=int) if category == SEQUENCE else None,
            sender_id=args.get("sender", type=int) if category == MANUAL else None,
            group_id=args.get("group", type=int) if category == MANUAL else None,
            text=args.get("q", "").replace("\0", "").strip()[:100],
        )

    def address(self, **changed: Any) -> dict[str, Any]:
        """The arguments of the address of these filters, some of them changed."""
        wanted: dict[str, Any] = {
            "category": self.category if self.category != TRANSACTIONAL else None,
            "to": self.to if self.to != CLIENTS else None,
            "channel": self.channel or None,
            "state": self.state or None,
            "kind": self.kind or None,
            "sequence": self.sequence_id,
            "sender": self.sender_id,
            "group": self.group_id,
            "q": self.text or None,
        }
        return {key: value for key, value in (wanted | changed).items() if value is not None}

    @property
    def narrows(self) -> bool:
        return Filters(category=self.category, to=self.to) != self


@dataclass(frozen=True)
class Choices:
    """What there is to choose from in the filter of a category."""

    kinds: Sequence[tuple[str, str]] = ()  # of templates, with their names
    sequences: Sequence[tuple[int, str]] = ()
    senders: Sequence[Staff] = ()


def messages(filters: Filters, *, seen_by: Staff, cursor: str | None = None, limit: int = PAGE) -> Page[Message]:
    """A page of what was sent, newest first."""
    wanted = _seen_by(seen_by).where(*_conditions(filters))
    found = db.session.scalars(keyset.ordered(wanted, _NEWEST_FIRST, cursor).limit(limit + 1)).all()
    return keyset.page([(message, message.id, message.id) for message in found], limit)


def uncertain(seen_by: Staff, *, limit: int = PAGE) -> list[Message]:
    """The messages of which nobody knows whether they arrived, whatever their category (BEY-01)."""
    wanted = _seen_by(seen_by).where(Message.status == UNCERTAIN).order_by(Message.id.desc()).limit(limit)
    return list(db.session.scalars(wanted))


def choices(category: str) -> Choices:
    """What the filter of a category offers (MSG-03)."""
    if category == TRANSACTIONAL:
        used = select(Message.kind).where(Message.category == TRANSACTIONAL, Message.kind != "").distinct()
        named = [(kind, kinds.name_of(kind)) for kind in db.session.scalars(used)]
        return Choices(kinds=sorted(named, key=lambda pair: pair[1].casefold()))
    if category == SEQUENCE:
        # Sequences are a room above this one, so that only their table is known here.
        sequences: Table = Message.metadata.tables["sequence"]
        titles = select(sequences.c.id, sequences.c.title).order_by(sequences.c.title)
        return Choices(sequences=[(row.id, row.title) for row in db.session.execute(titles)])
    senders = select(Message.sender_id).where(Message.category == MANUAL).distinct()
    return Choices(senders=db.session.scalars(select(Staff).where(Staff.id.in_(senders)).order_by(Staff.name)).all())


def get_message(message_id: int, *, seen_by: Staff) -> Message:
    """One message that was sent. Answers 404 for one this person may not see."""
    found = db.session.scalar(_seen_by(seen_by).where(Message.id == message_id))
    if found is None:
        abort(404)
    return found


def _seen_by(staff: Staff) -> Select[Message]:
    return (
        select(Message)
        .outerjoin(Message.contact)
        .options(
            joinedload(Message.contact).joinedload(Contact.location),
            joinedload(Message.staff),
            joinedload(Message.sender),
        )
        .where(Message.direction == OUT, or_(Message.contact_id.is_(None), is_seen_by(staff)))
    )


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [
        Message.category == filters.category,
        Message.staff_id.is_not(None) if filters.to == STAFF else Message.staff_id.is_(None),
    ]
    exact = (
        (Message.channel, filters.channel),
        (Message.status, filters.state),
        (Message.kind, filters.kind),
        (Message.sequence_id, filters.sequence_id),
        (Message.sender_id, filters.sender_id),
        (Message.group_id, filters.group_id),
    )
    wanted += [column == value for column, value in exact if value]
    if filters.text:
        wanted.append(_mentions(filters.text))
    return wanted


def _mentions(text: str) -> ColumnElement[bool]:
    pattern = "%" + text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    full_name = func.coalesce(Contact.first_name + " " + Contact.last_name, "")
    return or_(
        *(func.lower(place).like(pattern, escape="\\") for place in (full_name, Message.to_address, Message.subject))
    )


def _one_of(known: Sequence[str], given: str | None) -> str:
    return given if given is not None and given in known else ""

"""Reading the inbox: conversations as somebody of the staff may see them, filtered, counted, longest wait first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import abort
from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload
from werkzeug.datastructures import MultiDict

from app.contacts import filters as people_filters
from app.contacts import keyset, segments
from app.contacts.keyset import Order, Page
from app.contacts.models import Contact
from app.contacts.queries import is_seen_by
from app.db import db
from app.lifecycle.models import LifecycleStage
from app.messaging.conversations import CLOSED, OPEN, SNOOZED
from app.messaging.models import EMAIL, IN_APP, SMS, Conversation
from app.staff.models import Staff

PAGE = 30

LONGEST_WAIT, NEWEST, OLDEST = "wait", "newest", "oldest"
SORTS = (LONGEST_WAIT, NEWEST, OLDEST)
VIEWS = ("open", "mine", "unassigned", "hot", "snoozed", "closed")
CHANNELS = (EMAIL, SMS, IN_APP)

_BY_WAIT = Order(Conversation.waiting_since.expression, Conversation.id.expression, descending=False)
_NEWEST_FIRST = Order(Conversation.last_at.expression, Conversation.id.expression)
_OLDEST_FIRST = Order(Conversation.last_at.expression, Conversation.id.expression, descending=False)

# The longest-wait list is two lists in a row: who waits, by how long, then all others, newest first.
_WAITING, _OTHERS = "w", "n"


@dataclass(frozen=True)
class Filters:
    """What of the inbox one looks at, as it stands in the address."""

    view: str = "open"
    is_unread: bool = False
    is_unanswered: bool = False
    channels: tuple[str, ...] = ()  # none: all
    assignee_id: int | None = None
    stage: str = ""  # of the lifecycle, by key (INB-13)
    segment: int | None = None  # of the clients (SEG-09)
    text: str = ""
    sort: str = LONGEST_WAIT

    @classmethod
    def read(cls, args: MultiDict[str, str]) -> Filters:
        """The filters in an address; what makes no sense there is left out."""
        view, sort = args.get("view", "open"), args.get("sort", LONGEST_WAIT)
        channels = tuple(one for one in CHANNELS if one in args.getlist("channel"))
        return cls(
            view=view if view in VIEWS else "open",
            is_unread=args.get("unread") == "1",
            is_unanswered=args.get("unanswered") == "1",
            channels=channels if len(channels) < len(CHANNELS) else (),
            assignee_id=args.get("assignee", type=int),
            stage=args.get("stage", "").replace("\0", "")[:40],
            segment=args.get("segment", type=int),
            text=args.get("q", "").replace("\0", "").strip()[:100],
            sort=sort if sort in SORTS else LONGEST_WAIT,
        )

    def address(self, **changed: Any) -> dict[str, Any]:
        """The arguments of the address of these filters, some of them changed; those that say nothing are left out."""
        wanted: dict[str, Any] = {
            "view": self.view if self.view != "open" else None,
            "unread": "1" if self.is_unread else None,
            "unanswered": "1" if self.is_unanswered else None,
            "channel": list(self.channels) or None,
            "assignee": self.assignee_id,
            "segment": self.segment,
            "stage": self.stage or None,
            "q": self.text or None,
            "sort": self.sort if self.sort != LONGEST_WAIT else None,
        }
        return {key: value for key, value in (wanted | changed).items() if value is not None}

    @property
    def narrows(self) -> bool:
        """Whether anything is left out beyond the view itself."""
        return self != Filters(view=self.view, sort=self.sort)


def threads(filters: Filters, *, seen_by: Staff, cursor: str | None = None, limit: int = PAGE) -> Page[Conversation]:
    """A page of conversations, with their contacts and assignees."""
    wanted = _seen_by(seen_by).where(*_conditions(filters, seen_by))
    if filters.sort != LONGEST_WAIT:
        return _page(wanted, _NEWEST_FIRST if filters.sort == NEWEST else _OLDEST_FIRST, cursor, limit)
    part, _, place = (cursor or _WAITING).partition(":")
    if part == _OTHERS:
        return _tagged(_OTHERS, _page(wanted.where(Conversation.waiting_since.is_(None)), _NEWEST_FIRST, place, limit))
    waiting = _page(wanted.where(Conversation.waiting_since.is_not(None)), _BY_WAIT, place, limit)
    if waiting.next is not None or len(waiting.rows) == limit:
        return Page(waiting.rows, f"{_WAITING}:{waiting.next}" if waiting.next else f"{_OTHERS}:")
    rest = limit - len(waiting.rows)
    others = _page(wanted.where(Conversation.waiting_since.is_(None)), _NEWEST_FIRST, None, rest)
    return _tagged(_OTHERS, Page([*waiting.rows, *others.rows], others.next))


def counts(seen_by: Staff) -> Mapping[str, int]:
    """How many conversations each view holds, and how many of the open ones are unread or unanswered."""
    conditions = {view: and_(*_in_view(view, seen_by)) for view in VIEWS}
    conditions["unread"] = and_(Conversation.state == OPEN, Conversation.unread > 0)
    conditions["unanswered"] = and_(Conversation.state == OPEN, Conversation.waiting_since.is_not(None))
    row = db.session.execute(
        select(*(func.count(case((condition, 1))).label(name) for name, condition in conditions.items()))
        .select_from(Conversation)
        .join(Conversation.contact)
        .where(Contact.erased_at.is_(None), is_seen_by(seen_by))
    ).one()
    return dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it begins with an underscore


def waiting(seen_by: Staff) -> int:
    """How many open conversations wait for an answer: the number on the menu."""
    found = db.session.scalar(
        select(func.count())
        .select_from(Conversation)
        .join(Conversation.contact)
        .where(Conversation.state == OPEN, Conversation.waiting_since.is_not(None))
        .where(Contact.erased_at.is_(None), is_seen_by(seen_by))
    )
    return found or 0


def find_thread(contact: Contact) -> Conversation | None:
    """The conversation with somebody, where one has begun."""
    return db.session.scalar(
        select(Conversation).where(Conversation.contact_id == contact.id).options(joinedload(Conversation.assignee))
    )


def get_thread(contact: Contact) -> Conversation:
    """The conversation with somebody. Answers 404 where none has begun."""
    found = find_thread(contact)
    if found is None:
        abort(404)
    return found


def _seen_by(staff: Staff) -> Select[Conversation]:
    return (
        select(Conversation)
        .join(Conversation.contact)
        .options(contains_eager(Conversation.contact), joinedload(Conversation.assignee))
        .where(Contact.erased_at.is_(None), is_seen_by(staff))
    )


def _conditions(filters: Filters, staff: Staff) -> list[ColumnElement[bool]]:
    wanted = _in_view(filters.view, staff)
    if filters.is_unread:
        wanted.append(Conversation.unread > 0)
    if filters.is_unanswered:
        wanted.append(Conversation.waiting_since.is_not(None))
    if filters.channels:
        wanted.append(Conversation.last_channel.in_(filters.channels))
    if filters.assignee_id is not None:
        wanted.append(Conversation.assignee_id == filters.assignee_id)
    if filters.stage:
        stage = select(LifecycleStage.id).where(LifecycleStage.key == filters.stage)
        wanted.append(Contact.lifecycle_stage_id.in_(stage))
    if filters.segment is not None:
        about = people_filters.subject()
        wanted.append(Contact.is_client & segments.chosen(filters.segment, segments.CLIENTS, about, seen_by=staff))
    if filters.text:
        wanted.append(_mentions(filters.text))
    return wanted


def _in_view(view: str, staff: Staff) -> list[ColumnElement[bool]]:
    match view:
        case "mine":
            return [Conversation.state == OPEN, Conversation.assignee_id == staff.id]
        case "unassigned":
            return [Conversation.state == OPEN, Conversation.assignee_id.is_(None)]
        case "hot":
            return [Conversation.state == OPEN, Contact.hot_since.is_not(None)]
        case "snoozed":
            return [Conversation.state == SNOOZED]
        case "closed":
            return [Conversation.state == CLOSED]
        case _:
            return [Conversation.state == OPEN]


def _mentions(text: str) -> ColumnElement[bool]:
    pattern = "%" + text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    full_name = Contact.first_name + " " + Contact.last_name
    places = (full_name, func.coalesce(Contact.email, ""), func.coalesce(Contact.phone, ""), Conversation.snippet)
    return or_(*(func.lower(place).like(pattern, escape="\\") for place in places))


def _page(wanted: Select[Conversation], order: Order, cursor: str | None, limit: int) -> Page[Conversation]:
    found = db.session.scalars(keyset.ordered(wanted, order, cursor or None).limit(limit + 1)).all()
    key = "waiting_since" if order is _BY_WAIT else "last_at"
    return keyset.page([(one, getattr(one, key), one.id) for one in found], limit)


def _tagged(part: str, page: Page[Conversation]) -> Page[Conversation]:
    return Page(page.rows, f"{part}:{page.next}" if page.next else None)

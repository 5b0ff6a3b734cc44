"""What a list of leads is narrowed and sorted by. The address of the page says it all, for table and board alike."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, String, case, func, or_
from werkzeug.datastructures import MultiDict

from app.contacts import criteria
from app.contacts.keyset import Order
from app.contacts.models import Contact
from app.leads.models import OPEN_STATUSES, STATUSES, Lead, LeadSource, LeadStage
from app.rules import RuleUse
from app.staff.models import Staff

VIEWS = ("table", "board")
OPEN, CLOSED = "open", "closed"
CREATED = ("today", "7", "30", "90")  # days back; or two dates, `from` and `to`
NOBODY = 0  # as an assignee: leads that are nobody's yet

MOST_TYPED = 100

FULL_NAME = func.trim(func.lower(Contact.first_name + " " + Contact.last_name), type_=String())

# What a list may be sorted by; none of these is ever null.
SORTS: dict[str, ColumnElement[Any]] = {
    "created": Lead.created_at.expression,
    "stage_since": Lead.stage_since.expression,
    "score": Contact.score.expression,
    "name": FULL_NAME,
    "status": case({status: place for place, status in enumerate(STATUSES)}, value=Lead.status),
    "stage": LeadStage.position.expression,
    "source": func.lower(LeadSource.name, type_=String()),
    "assignee": func.coalesce(func.lower(Staff.name, type_=String()), "", type_=String()),
}


@dataclass(frozen=True)
class Filters:
    """One narrowing of the leads. What the address says wrongly counts as not said."""

    view: str = "table"
    q: str = ""
    status: str = ""
    stages: tuple[int, ...] = ()
    sources: tuple[int, ...] = ()
    assignees: tuple[int, ...] = ()
    created: str = ""
    since: date | None = None
    until: date | None = None
    is_hot: bool = False
    hides_fraud: bool = False
    segment: int | None = None
    rules: str = ""  # further criteria (`contacts.criteria`), joined by `match`
    match: str = criteria.ALL
    sort: str = ""

    @classmethod
    def from_args(cls, args: MultiDict[str, str]) -> Filters:
        sort = args.get("sort", "")
        created = args.get("created", "")
        status = args.get("status", "")
        return cls(
            view="board" if args.get("view") == "board" else "table",
            q=args.get("q", "").replace("\x00", "").strip()[:MOST_TYPED],
            status=status if status in {OPEN, CLOSED, *STATUSES} else "",
            stages=_ids(args, "stage"),
            sources=_ids(args, "source"),
            assignees=_ids(args, "assignee"),
            created=created if created in CREATED else "",
            since=args.get("from", type=date.fromisoformat),
            until=args.get("to", type=date.fromisoformat),
            is_hot=args.get("hot") == "1",
            hides_fraud=args.get("fraud") == "hidden",
            segment=next(iter(_ids(args, "segment")), None),
            rules=args.get("rules", "").replace("\x00", ""),
            match=criteria.ANY if args.get("match") == criteria.ANY else criteria.ALL,
            sort=sort if sort.removeprefix("-") in SORTS else "",
        )

    def to_args(self) -> dict[str, Any]:
        """The address's query, with what is at its default left out."""
        said: dict[str, Any] = {
            "view": self.view if self.view != "table" else "",
            "q": self.q,
            "status": self.status,
            "stage": [str(one) for one in self.stages],
            "source": [str(one) for one in self.sources],
            "assignee": [str(one) for one in self.assignees],
            "created": self.created,
            "from": self.since.isoformat() if self.since else "",
            "to": self.until.isoformat() if self.until else "",
            "hot": "1" if self.is_hot else "",
            "fraud": "hidden" if self.hides_fraud else "",
            "segment": str(self.segment) if self.segment is not None else "",
            "rules": self.rules,
            "match": self.match if self.match != criteria.ALL else "",
            "sort": self.sort,
        }
        return {name: value for name, value in said.items() if value}

    def but(self, **changes: Any) -> dict[str, Any]:
        """The query of the same list with something changed."""
        return replace(self, **changes).to_args()

    def only(self, **chosen: Any) -> Filters:
        """The same view and order, of all leads or of some chosen in one way."""
        return replace(Filters(view=self.view, sort=self.sort), **chosen)

    def without_search(self) -> Filters:
        return replace(self, q="")

    def next_sort(self, key: str, first: str = "-") -> str:
        """What a click on a column's head sorts by: its own first direction, then the other."""
        other = "" if first else "-"
        return other + key if self.sort == first + key else first + key

    @property
    def further(self) -> list[tuple[RuleUse, dict[str, Any]]]:
        """The criteria beyond the list's own filters, each with the address's query without it."""
        uses = criteria.read(self.rules) or [] if self.rules else []
        return [(use, self.but(rules=criteria.write([one for one in uses if one is not use]))) for use in uses]

    @property
    def narrowing(self) -> int:
        """How many things narrow the list, the search aside."""
        return sum(
            map(
                bool,
                (
                    self.status,
                    self.stages,
                    self.sources,
                    self.assignees,
                    self.created or self.since or self.until,
                    self.is_hot,
                    self.hides_fraud,
                    self.rules,
                ),
            )
        )

    @property
    def order(self) -> Order:
        """Newest first unless said otherwise; on the board, the latest to arrive in a stage on top."""
        sort = self.sort or ("-stage_since" if self.view == "board" else "-created")
        return Order(SORTS[sort.removeprefix("-")], Lead.id.expression, descending=sort.startswith("-"))

    def conditions(self, *, now: datetime, zone: ZoneInfo) -> list[ColumnElement[bool]]:
        """What a lead, joined with its contact, has to be. Days are those of `zone`."""
        wanted: list[ColumnElement[bool]] = [_mentions(word) for word in self._words]
        if self.status:
            wanted.append(Lead.status.in_(_statuses(self.status)))
        if self.stages:
            wanted.append(Lead.stage_id.in_(self.stages))
        if self.sources:
            wanted.append(Lead.source_id.in_(self.sources))
        if self.assignees:
            wanted.append(func.coalesce(Lead.assignee_id, NOBODY).in_(self.assignees))
        if self.is_hot:
            wanted.append(Contact.hot_since.is_not(None))
        if self.hides_fraud:
            wanted.append(~is_fraudulent())
        return wanted + self._created_conditions(now, zone)

    @property
    def _words(self) -> list[str]:
        """What is searched for, word by word; a number stays whole, however it is spaced."""
        return [self.q] if re.fullmatch(r"[\d\s+().-]+", self.q) else self.q.lower().split()[:6]

    def _created_conditions(self, now: datetime, zone: ZoneInfo) -> list[ColumnElement[bool]]:
        since, until = self.since, self.until
        if self.created:
            days = 0 if self.created == "today" else int(self.created)
            since, until = now.astimezone(zone).date() - timedelta(days=days), None
        wanted: list[ColumnElement[bool]] = []
        if since is not None:
            wanted.append(Lead.created_at >= datetime.combine(since, time.min, zone))
        if until is not None and until < date.max:
            wanted.append(Lead.created_at < datetime.combine(until + timedelta(days=1), time.min, zone))
        return wanted


def is_fraudulent(lead: type[Lead] = Lead, contact: type[Contact] = Contact) -> ColumnElement[bool]:
    """In SQL, what `Lead.is_fraudulent` is: something typed cannot be used, and the contact has nothing better."""
    return or_(
        lead.faults["email"].is_not(None) & contact.email.is_(None),
        lead.faults["phone"].is_not(None) & contact.phone.is_(None),
    )


def _mentions(word: str) -> ColumnElement[bool]:
    """Whether a word stands in the name, the address or the number; numbers as one types them, 06 12 for +33 6 12."""
    found = [FULL_NAME.contains(word, autoescape=True), func.lower(Contact.email).contains(word, autoescape=True)]
    digits = re.sub(r"\D", "", word).lstrip("0")
    if len(digits) >= 2:  # noqa: PLR2004 - one digit is in every number
        found.append(Contact.phone.contains(digits))
    return or_(*found)


def _statuses(status: str) -> Collection[str]:
    if status == OPEN:
        return OPEN_STATUSES
    if status == CLOSED:
        return [one for one in STATUSES if one not in OPEN_STATUSES]
    return [status]


def _ids(args: MultiDict[str, str], name: str) -> tuple[int, ...]:
    """The numbers given under a name, those a database can hold."""
    typed = [one for value in args.getlist(name) for one in value.split(",")]
    return tuple(dict.fromkeys(int(one) for one in typed if one.isdecimal() and len(one) <= 12))  # noqa: PLR2004

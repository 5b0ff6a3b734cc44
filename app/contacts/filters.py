"""The lists of people: everyone, or the clients (GEN-08), narrowed, sorted and paged."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, String, and_, case, func, or_, select, true
from sqlalchemy.orm import joinedload, selectinload

from app import clock
from app.contacts import criteria, keyset, segments
from app.contacts.keyset import Order, Page
from app.contacts.models import CONSENTS, Contact, Tag, contact_tag
from app.contacts.queries import contacts_seen_by
from app.contacts.rules import NO_STAGE
from app.db import UtcDateTime, db
from app.lifecycle.models import LifecycleStage
from app.rules import RuleUse, Subject
from app.staff.models import Location, Staff
from app.web import Refusal

PAGE = 50

_NAME: ColumnElement[str] = func.lower(Contact.last_name + " " + Contact.first_name, type_=String)
_ACTIVE: ColumnElement[Any] = func.coalesce(Contact.last_interaction_at, Contact.created_at, type_=UtcDateTime)
_STAGE: ColumnElement[int] = func.coalesce(
    # The lost ones behind the ordinary ones, those without a stage last of all.
    select(LifecycleStage.position + case((LifecycleStage.is_lost, 1000), else_=0))
    .where(LifecycleStage.id == Contact.lifecycle_stage_id)
    .scalar_subquery(),
    9999,
)

# What a list may be sorted by: the next person to help on top, unless somebody asks for another order.
SORTS: dict[str, ColumnElement[Any]] = {
    "score": Contact.score.expression,
    "active": _ACTIVE,
    "created": Contact.created_at.expression,
    "name": _NAME,
    "stage": _STAGE,
}

DEFAULT_SORT = "-score"


class CannotCombine(Refusal):
    """These filters say something that no single segment can."""

    status = 422


@dataclass(frozen=True)
class Filters:
    """What the address of a list says. `stage` and sorting by it are for those who see the lifecycle (ROLE-04)."""

    q: str = ""
    tag: int | None = None
    stage: str = ""
    hot: bool = False
    location: int | None = None
    subscribed: str = ""  # one of CONSENTS
    unsubscribed: str = ""
    segment: int | None = None
    rules: str = ""  # further criteria (`criteria`), joined by `match`
    match: str = criteria.ALL
    sort: str = DEFAULT_SORT

    @classmethod
    def read(cls, said: Mapping[str, str], *, by: Staff) -> Filters:
        """Out of an address's query. What makes no sense, or is not this person's to ask, is left out."""
        may_see_stages = by.may("lifecycle.see")
        sort = said.get("sort", "")
        if sort.lstrip("-") not in SORTS or (sort.lstrip("-") == "stage" and not may_see_stages):
            sort = DEFAULT_SORT
        return cls(
            q=said.get("q", "").replace("\0", "").strip()[:200],
            tag=_number(said.get("tag")),
            stage=said.get("stage", "") if may_see_stages else "",
            hot=said.get("hot") == "1",
            location=_number(said.get("location")),
            subscribed=_consent(said.get("subscribed")),
            unsubscribed=_consent(said.get("unsubscribed")),
            segment=_number(said.get("segment")),
            rules=said.get("rules", "").replace("\0", ""),
            match=criteria.ANY if said.get("match") == criteria.ANY else criteria.ALL,
            sort=sort,
        )

    @property
    def is_narrowed(self) -> bool:
        return replace(self, sort=DEFAULT_SORT) != Filters()

    def args(self, **changed: Any) -> dict[str, Any]:
        """The query of the address that says this, with something changed; what says nothing is left out."""
        said = replace(self, **changed)
        default = Filters()
        given = {field.name: getattr(said, field.name) for field in fields(Filters)}
        return {name: 1 if value is True else value for name, value in given.items() if value != getattr(default, name)}

    def uses(self, *, seen_by: Staff) -> list[RuleUse]:
        """All that narrows the list, the search and the segment aside, as rules: what a segment keeps.

        Raises CannotCombine where "any of these" stands beside a filter that must hold in any case.
        """
        own = list(_uses_of(self))
        further = criteria.read(self.rules, with_stages=seen_by.may("lifecycle.see")) or [] if self.rules else []
        if own and len(further) > 1 and self.match == criteria.ANY:
            raise CannotCombine(_("“Any of these” cannot be kept together with the filters above the list."))
        return own + further

    @property
    def further(self) -> list[tuple[RuleUse, dict[str, Any]]]:
        """The criteria beyond the list's own filters, each with the address's query without it."""
        uses = criteria.read(self.rules) or [] if self.rules else []
        return [(use, self.args(rules=criteria.write([one for one in uses if one is not use]))) for use in uses]

    def sorted_by(self, key: str) -> str:
        """The order that a click on a column asks for: the other way round where the list has it already."""
        first = key if key in {"name", "stage"} else f"-{key}"
        other = f"-{key}" if first == key else key
        return other if self.sort == first else first


def page(filters: Filters, *, clients_only: bool, seen_by: Staff, after: str | None = None) -> Page[Contact]:
    """One page of a list, with all its rows show."""
    value = SORTS[filters.sort.lstrip("-")]
    order = Order(value, Contact.id.expression, descending=filters.sort.startswith("-"))
    rows = keyset.ordered(selection(filters, clients_only=clients_only, seen_by=seen_by), order, after)
    rows = rows.options(
        joinedload(Contact.location), joinedload(Contact.lifecycle_stage), selectinload(Contact.tags)
    ).limit(PAGE + 1)
    found = db.session.execute(rows.add_columns(value)).all()
    return keyset.page([(contact, at, contact.id) for contact, at in found], PAGE)


def count(filters: Filters, *, clients_only: bool, seen_by: Staff) -> int:
    """How many there are in all."""
    found = selection(filters, clients_only=clients_only, seen_by=seen_by).with_only_columns(func.count())
    return db.session.scalar(found) or 0


def selection(filters: Filters, *, clients_only: bool, seen_by: Staff) -> Select[Contact]:
    """The people a list shows, in no order."""
    chosen = of_list(clients_only=clients_only, seen_by=seen_by)
    about = subject()
    if filters.segment is not None:
        scope = segments.CLIENTS if clients_only else segments.CONTACTS
        chosen = chosen.where(segments.chosen(filters.segment, scope, about, seen_by=seen_by))
    if filters.rules:
        uses = criteria.read(filters.rules, with_stages=seen_by.may("lifecycle.see"))
        chosen = chosen.where(criteria.expression(uses, about, filters.match))
    if filters.q:
        chosen = chosen.where(matches(filters.q))
    if filters.tag is not None:
        tagged = select(contact_tag.c.contact_id).where(contact_tag.c.tag_id == filters.tag)
        chosen = chosen.where(Contact.id.in_(tagged))
    if filters.stage:
        chosen = chosen.where(_in_stage(filters.stage))
    if filters.hot:
        chosen = chosen.where(Contact.hot_since.is_not(None))
    if filters.location is not None:
        chosen = chosen.where(Contact.location_id == filters.location)
    if filters.subscribed:
        chosen = chosen.where(getattr(Contact, filters.subscribed))
    if filters.unsubscribed:
        chosen = chosen.where(~getattr(Contact, filters.unsubscribed))
    return chosen


def of_list(*, clients_only: bool, seen_by: Staff) -> Select[Contact]:
    """Everybody of a list: of the clients, or of all contacts."""
    everyone = contacts_seen_by(seen_by)
    return everyone.where(Contact.is_client) if clients_only else everyone


def subject() -> Subject:
    """The contacts of a list, to ask rules about."""
    return Subject(contact_id=Contact.id.expression, now=clock.now())


def _uses_of(filters: Filters) -> Iterator[RuleUse]:
    """The filters above the list, as rules."""
    if filters.tag is not None and (tag := db.session.get(Tag, filters.tag)) is not None:
        yield RuleUse(rule="tag.has", value=tag.name)
    if filters.stage:
        yield RuleUse(rule=criteria.STAGE, value=filters.stage)
    if filters.hot:
        yield RuleUse(rule="hot")
    if filters.location is not None and (place := db.session.get(Location, filters.location)) is not None:
        yield RuleUse(rule="location", value=place.name)
    if filters.subscribed:
        yield RuleUse(rule="consent", value=filters.subscribed)
    if filters.unsubscribed:
        yield RuleUse.model_validate({"rule": "consent", "value": filters.unsubscribed, "not": True})


def matches(typed: str) -> ColumnElement[bool]:
    """Whether each word typed is in a contact's name or e-mail address, or the whole is in the phone number."""
    said = and_(true(), *(_holds(word) for word in typed.split()))
    digits = re.sub(r"\D", "", typed).lstrip("0")
    if len(digits) >= 4 and not re.search(r"[^\d\s().+/-]", typed):  # noqa: PLR2004 - fewer are in every number
        return or_(said, Contact.phone.contains(digits))
    return said


def _holds(word: str) -> ColumnElement[bool]:
    name = Contact.first_name + " " + Contact.last_name
    said = [func.lower(name).contains(word.lower(), autoescape=True)]
    if not word.isascii():
        # SQLite knows small and capital letters of ASCII only: "élodie" is looked for as "Élodie" as well.
        said.append(name.contains(word.capitalize(), autoescape=True))
    address = func.lower(Contact.email)
    # Half of all addresses hold "mail": a word is the beginning of one, unless it says by its @ that it is an address.
    compare = address.contains if "@" in word else address.startswith
    return or_(*said, compare(word.lower(), autoescape=True))


def _in_stage(key: str) -> ColumnElement[bool]:
    if key == NO_STAGE:
        return Contact.lifecycle_stage_id.is_(None)
    return Contact.lifecycle_stage_id.in_(select(LifecycleStage.id).where(LifecycleStage.key == key))


def _number(said: str | None) -> int | None:
    return int(said) if said and said.isdecimal() and len(said) < 19 else None  # noqa: PLR2004 - what a BIGINT holds


def _consent(said: str | None) -> str:
    return said if said in CONSENTS else ""

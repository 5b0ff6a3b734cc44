"""What the lifecycle's board shows: the newest of each stage on top, with as many queries for 20 stages as for 2."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from app.contacts import filters, keyset, timeline
from app.contacts.keyset import Order
from app.contacts.models import Contact
from app.contacts.queries import contacts_seen_by
from app.contacts.timeline import Entry
from app.db import db
from app.lifecycle import stages
from app.lifecycle.models import LifecycleStage
from app.staff.models import Location, Staff

PAGE = 20
PILE = 3  # faces shown of a lost stage


@dataclass(frozen=True)
class Wanted:
    """What the address of the board says."""

    q: str = ""
    location: int | None = None

    @classmethod
    def read(cls, said: Mapping[str, str]) -> Wanted:
        location = said.get("location", "")
        return cls(
            q=said.get("q", "").replace("\0", "").strip()[:200],
            location=int(location) if location.isdecimal() and len(location) < 19 else None,  # noqa: PLR2004 - a BIGINT
        )

    @property
    def is_narrowed(self) -> bool:
        return self != Wanted()

    def args(self, **more: Any) -> dict[str, Any]:
        """The query of the address that says this."""
        return {name: value for name, value in {"q": self.q, "location": self.location, **more}.items() if value}

    def conditions(self) -> list[ColumnElement[bool]]:
        said = [filters.matches(self.q)] if self.q else []
        return said if self.location is None else [*said, Contact.location_id == self.location]


@dataclass(frozen=True)
class Card:
    """A contact on the board, and what happened last."""

    contact: Contact
    last: Entry | None = None


@dataclass(frozen=True)
class Lane:
    """A stage with some of its people; `next` is the cursor of those below."""

    stage: LifecycleStage
    count: int = 0
    cards: Sequence[Card] = field(default_factory=tuple)
    next: str | None = None

    @property
    def more(self) -> int:
        """How many are below those shown of a lane seen from its top."""
        return max(self.count - len(self.cards), 0)


def lanes(wanted: Wanted, *, seen_by: Staff) -> list[Lane]:
    """Every stage in its order, the lost ones last, with the first page of each (of a lost one, a few faces)."""
    all_stages = stages.all_stages()
    counted = counts(all_stages, wanted, seen_by=seen_by)
    on_top = _on_top(all_stages, wanted, seen_by)
    cards = _cards(contact for contacts in on_top.values() for contact in contacts)
    return [
        _lane(stage, counted[stage], [cards[contact.id] for contact in on_top.get(stage.id, ())])
        for stage in all_stages
    ]


def lane(stage: LifecycleStage, wanted: Wanted, *, seen_by: Staff, after: str | None) -> Lane:
    """The next page of one lane."""
    order = Order(Contact.lifecycle_position.expression, Contact.id.expression, descending=False)
    rows = keyset.ordered(_inside(wanted, seen_by).where(Contact.lifecycle_stage_id == stage.id), order, after)
    found = db.session.scalars(rows.options(joinedload(Contact.owner)).limit(PAGE + 1)).all()
    page = keyset.page([(contact, contact.lifecycle_position, contact.id) for contact in found], PAGE)
    return Lane(stage, cards=list(_cards(page.rows).values()), next=page.next)


def counts(of: Sequence[LifecycleStage], wanted: Wanted, *, seen_by: Staff) -> dict[LifecycleStage, int]:
    """How many people are in each of these stages."""
    counted: dict[int, int] = dict(
        db.session.execute(
            _inside(wanted, seen_by)
            .with_only_columns(Contact.lifecycle_stage_id, func.count())
            .where(Contact.lifecycle_stage_id.in_([stage.id for stage in of]))
            .group_by(Contact.lifecycle_stage_id)
        ).all()
    )
    return {stage: counted.get(stage.id, 0) for stage in of}


def card_of(contact: Contact) -> Card:
    """One contact as a card."""
    return _cards([contact])[contact.id]


def locations() -> list[Location]:
    return list(db.session.scalars(select(Location).order_by(Location.name)))


def _inside(wanted: Wanted, seen_by: Staff) -> Any:
    return contacts_seen_by(seen_by).where(*wanted.conditions())


def _lane(stage: LifecycleStage, count: int, cards: Sequence[Card]) -> Lane:
    if stage.is_lost:
        return Lane(stage, count, cards[:PILE])
    page = keyset.page([(card, card.contact.lifecycle_position, card.contact.id) for card in cards], PAGE)
    return Lane(stage, count, page.rows, page.next)


def _on_top(of: Sequence[LifecycleStage], wanted: Wanted, seen_by: Staff) -> dict[int, list[Contact]]:
    place = (
        func.row_number()
        .over(
            partition_by=Contact.lifecycle_stage_id,
            order_by=(Contact.lifecycle_position, Contact.id),
        )
        .label("place")
    )
    inside = (
        _inside(wanted, seen_by)
        .with_only_columns(Contact.id, place)
        .where(Contact.lifecycle_stage_id.in_([stage.id for stage in of]))
        .subquery()
    )
    rows = (
        select(Contact)
        .join(inside, inside.c.id == Contact.id)
        .where(inside.c.place <= PAGE + 1)
        .order_by(Contact.lifecycle_position, Contact.id)
        .options(joinedload(Contact.owner))
    )
    found: dict[int, list[Contact]] = {}
    for contact in db.session.scalars(rows):
        found.setdefault(contact.lifecycle_stage_id or 0, []).append(contact)
    return found


def _cards(contacts: Iterable[Contact]) -> dict[int, Card]:
    shown = list(contacts)
    last = timeline.last_of([contact.id for contact in shown])
    return {contact.id: Card(contact, last.get(contact.id)) for contact in shown}

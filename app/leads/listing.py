"""The leads page's reads: rows and lanes of what somebody may see, their counts, and what happened last with each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select

from app import clock
from app.contacts import keyset, timeline
from app.contacts.keyset import Page
from app.contacts.models import Contact
from app.db import db, one_of
from app.events import catalogue
from app.events.models import Event
from app.leads import queries, segments
from app.leads.filters import Filters
from app.leads.models import OPEN_STATUSES, Lead, LeadStage
from app.staff import studio
from app.staff.models import Staff

ROWS = 50
CARDS = 20
KNOWN = 20  # how far back the page looks for leads whose number came early and whose commit came late

# Of what the person did, not of what the team or the product did about it.
_TELLING = ("message", "form", "class", "membership", "intro", "purchase", "call", "client", "demo", "consent", "api")


@dataclass(frozen=True)
class Lane:
    """A column of the board: the first of its leads, and how many there are."""

    stage: LeadStage
    page: Page[Lead]
    total: int

    @property
    def hidden(self) -> int:
        return self.total - len(self.page.rows)


@dataclass(frozen=True)
class Counts:
    """How many leads there are for this person, whatever the filter."""

    everything: int = 0
    mine: int = 0
    nobodys: int = 0
    hot: int = 0


def rows(filters: Filters, *, seen_by: Staff, after: str | None = None) -> Page[Lead]:
    """A page of the table. `after` is the cursor of the page before."""
    return _page(selection(filters, seen_by), filters, after, ROWS)


def cards(filters: Filters, stage: LeadStage, *, seen_by: Staff, after: str | None = None) -> Page[Lead]:
    """Cards of one column, from the cursor on."""
    return _page(selection(filters, seen_by).where(Lead.stage_id == stage.id), filters, after, CARDS)


def lanes(filters: Filters, *, seen_by: Staff) -> list[Lane]:
    """The board: every column with its first cards, in two queries however many columns there are."""
    order = filters.order
    direction = (order.value.desc(), order.id.desc()) if order.descending else (order.value, order.id)
    place = func.row_number().over(partition_by=Lead.stage_id, order_by=direction)
    total = func.count().over(partition_by=Lead.stage_id)
    ranked = (
        selection(filters, seen_by)
        .with_only_columns(Lead.id, order.value.label("value"), place.label("place"), total.label("total"))
        .subquery()
    )
    found = db.session.execute(
        queries.leads_seen_by(seen_by)
        .join(ranked, ranked.c.id == Lead.id)
        .where(ranked.c.place <= CARDS + 1)
        .order_by(ranked.c.place)
        .add_columns(ranked.c.value, ranked.c.total)
    ).all()
    shown = [stage for stage in queries.all_stages() if not filters.stages or stage.id in filters.stages]
    return [_lane(stage, [row for row in found if row[0].stage_id == stage.id]) for stage in shown]


def lane_totals(filters: Filters, *, seen_by: Staff) -> dict[int, int]:
    """How many leads each column has, by the stage's id."""
    counted = db.session.execute(
        selection(filters, seen_by).with_only_columns(Lead.stage_id, func.count()).group_by(Lead.stage_id)
    )
    return {stage.id: 0 for stage in queries.all_stages()} | {stage_id: count for stage_id, count in counted}  # noqa: C416 - a Row is not a pair to a type checker


def total(filters: Filters, *, seen_by: Staff) -> int:
    """How many leads a filter leaves."""
    return db.session.scalar(selection(filters, seen_by).with_only_columns(func.count())) or 0


def count_open(*, seen_by: Staff) -> int:
    """How many leads are open, for this person."""
    opened = select(func.count()).select_from(Lead).join(Lead.contact).where(Lead.status.in_(OPEN_STATUSES))
    return db.session.scalar(opened.where(queries.is_seen_by(seen_by))) or 0


def source_counts(*, seen_by: Staff) -> dict[int, int]:
    """How many leads came from each source, by its id."""
    counted = db.session.execute(
        select(Lead.source_id, func.count())
        .join(Lead.contact)
        .where(queries.is_seen_by(seen_by))
        .group_by(Lead.source_id)
    )
    return {source_id: count for source_id, count in counted}  # noqa: C416 - a Row is not a pair to a type checker


def counts(*, seen_by: Staff) -> Counts:
    """The numbers on the tabs."""
    ones = select(func.count()).select_from(Lead).join(Lead.contact).where(queries.is_seen_by(seen_by))
    found = db.session.execute(
        ones.add_columns(
            func.count().filter(Lead.assignee_id == seen_by.id),
            func.count().filter(Lead.assignee_id.is_(None)),
            func.count().filter(Contact.hot_since.is_not(None)),
        )
    ).one()
    return Counts(*found)


def known_ids() -> list[int]:
    """The newest leads of all: what the page at hand cannot be told as news."""
    return list(db.session.scalars(select(Lead.id).order_by(Lead.id.desc()).limit(KNOWN)))


def news(filters: Filters, known: Collection[int], *, seen_by: Staff) -> list[Lead]:
    """The leads that came since a page was drawn, oldest first, of those its filter lets through."""
    wanted = selection(filters, seen_by).where(Lead.id > min(known, default=0), Lead.id.not_in(known))
    return list(db.session.scalars(wanted.order_by(Lead.id).limit(ROWS)))


def last_activity(leads: Sequence[Lead]) -> dict[int, timeline.Entry]:
    """What the people behind these leads did last, by the contact's id. Nothing for those who did nothing yet."""
    kinds = [key for key, kind in catalogue.KINDS.items() if kind.feed and key.partition(".")[0] in _TELLING]
    latest = (
        select(Event.id)
        .where(Event.contact_id == Contact.id, Event.kind.in_(kinds))
        .order_by(Event.occurred_at.desc(), Event.id.desc())
        .limit(1)
        .correlate(Contact)
        .scalar_subquery()
    )
    wanted = select(latest).where(Contact.id.in_({lead.contact_id for lead in leads}))
    found = db.session.scalars(select(Event).where(Event.id.in_(wanted)))
    return {event.contact_id: timeline.tell(event) for event in found if event.contact_id is not None}


def chosen(filters: Filters, ids: Collection[int] | None, *, seen_by: Staff) -> list[Lead]:
    """The leads with these ids, or where none are named all that a filter leaves; held until they are changed."""
    wanted = selection(filters if ids is None else Filters(), seen_by)
    if ids is not None:
        wanted = wanted.where(one_of(Lead.id, ids))
    return list(db.session.scalars(wanted.order_by(Lead.id).with_for_update(of=Lead)))


def selection(filters: Filters, seen_by: Staff) -> Select[Lead]:
    """The leads a filter leaves, in no order."""
    conditions = filters.conditions(now=clock.now(), zone=studio.studio().tz)
    return queries.leads_seen_by(seen_by).where(*conditions, *segments.conditions(filters, seen_by=seen_by))


def _page(wanted: Select[Lead], filters: Filters, after: str | None, limit: int) -> Page[Lead]:
    order = filters.order
    value: ColumnElement[object] = order.value.label("value")
    found = db.session.execute(keyset.ordered(wanted, order, after).add_columns(value).limit(limit + 1))
    return keyset.page([(lead, value, lead.id) for lead, value in found], limit)


def _lane(stage: LeadStage, found: Sequence[tuple[Lead, object, int]]) -> Lane:
    page = keyset.page([(lead, value, lead.id) for lead, value, _total in found], CARDS)
    return Lane(stage, page, found[0][2] if found else 0)

"""How items sell: who bought them, how many, for how much. Read from purchases, whoever told of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import contains_eager

from app import clock
from app.contacts import keyset
from app.contacts.keyset import Order as SortOrder
from app.contacts.keyset import Page
from app.contacts.models import Contact
from app.contacts.queries import is_seen_by
from app.db import db
from app.staff import studio
from app.staff.models import Staff
from app.studio.checkout_models import RESERVED, Order
from app.studio.item_models import Item
from app.studio.models import Purchase

PAGE = 40

_LATEST_FIRST = SortOrder(Purchase.bought_at.expression, Purchase.id.expression)


@dataclass(frozen=True)
class Sold:
    """How often something was sold, and for how much."""

    count: int = 0
    cents: int = 0


@dataclass(frozen=True)
class Figures:
    """One item's sales. Of the revenue, `due_cents` are reserved and not paid yet."""

    this_month: Sold
    ever: Sold
    due: Sold


@dataclass(frozen=True)
class Sale:
    """One purchase of an item; with its order where it was made on the item's own checkout."""

    purchase: Purchase
    contact: Contact
    order: Order | None


def sold_this_month() -> dict[int, Sold]:
    """What was sold since the first of the month, by the item's id; items nobody bought are missing."""
    counted = (
        select(Purchase.item_id, func.count(), func.coalesce(func.sum(Purchase.price_cents), 0))
        .where(Purchase.item_id.is_not(None), Purchase.bought_at >= month_began_at())
        .group_by(Purchase.item_id)
    )
    return {item_id: Sold(count, cents) for item_id, count, cents in db.session.execute(counted) if item_id is not None}


def figures_of(item: Item) -> Figures:
    """What an item has brought."""
    is_recent = Purchase.bought_at >= month_began_at()
    count, cents, recent, recent_cents = db.session.execute(
        select(func.count(), _total(), func.count(case((is_recent, 1))), _total(is_recent)).where(
            Purchase.item_id == item.id
        )
    ).one()
    due, due_cents = db.session.execute(
        select(func.count(), func.coalesce(func.sum(Order.price_cents), 0)).where(
            Order.item_id == item.id, Order.state == RESERVED
        )
    ).one()
    return Figures(Sold(recent, recent_cents), Sold(count, cents), Sold(due, due_cents))


def buyers(item: Item, *, seen_by: Staff, cursor: str | None = None, limit: int = PAGE) -> Page[Sale]:
    """Who bought an item, the latest first."""
    bought = (
        select(Purchase, Contact)
        .join(Contact, Purchase.contact_id == Contact.id)
        .where(and_(Purchase.item_id == item.id, Contact.erased_at.is_(None), is_seen_by(seen_by)))
    )
    found = db.session.execute(keyset.ordered(bought, _LATEST_FIRST, cursor).limit(limit + 1)).all()
    orders = _orders_of([purchase for purchase, _contact in found])
    sales = [
        (Sale(purchase, contact, orders.get(purchase.external_id or "")), purchase.bought_at, purchase.id)
        for purchase, contact in found
    ]
    return keyset.page(sales, limit)


def orders_in(state: str, *, seen_by: Staff, cursor: str | None = None, limit: int = PAGE) -> Page[Order]:
    """The orders in one state, the latest first."""
    listed = (
        select(Order)
        .join(Order.contact)
        .join(Order.item)
        .options(contains_eager(Order.contact), contains_eager(Order.item))
        .where(Order.state == state, is_seen_by(seen_by))
    )
    order = SortOrder(Order.placed_at.expression, Order.id.expression)
    found = db.session.scalars(keyset.ordered(listed, order, cursor).limit(limit + 1)).all()
    return keyset.page([(one, one.placed_at, one.id) for one in found], limit)


def count_due(seen_by: Staff) -> int:
    """How many orders wait to be paid."""
    waiting = select(func.count()).select_from(Order).join(Order.contact)
    return db.session.scalar(waiting.where(Order.state == RESERVED, is_seen_by(seen_by))) or 0


def month_began_at() -> datetime:
    """The first instant of this month where the studio is."""
    here = clock.now().astimezone(studio.studio().tz)
    return here.replace(day=1, hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


def _total(where: ColumnElement[bool] | None = None) -> ColumnElement[int]:
    counted = Purchase.price_cents if where is None else case((where, Purchase.price_cents), else_=0)
    return func.coalesce(func.sum(counted), 0)


def _orders_of(purchases: Sequence[Purchase]) -> dict[str, Order]:
    """The orders behind purchases, by their numbers."""
    numbers = [purchase.external_id or "" for purchase in purchases]
    ids = [int(said) for number in numbers if (said := number.removeprefix("order-")) != number and said.isdecimal()]
    if not ids:
        return {}
    return {order.number: order for order in db.session.scalars(select(Order).where(Order.id.in_(ids)))}

"""Orders made on a checkout: placed by the buyer, paid at the desk, or cancelled."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import abort
from flask_babel import gettext as _
from sqlalchemy import Table, delete, select, update
from sqlalchemy.orm import joinedload

from app import clock, events
from app.contacts.models import Contact
from app.contacts.queries import is_seen_by
from app.db import db, insert_new
from app.events import posting
from app.staff.models import Staff
from app.studio import pricing
from app.studio.checkout_models import CANCELLED, PAID, RESERVED, Order
from app.studio.item_models import INTRO, PRODUCT, Item
from app.studio.models import Booking, Holding, Purchase
from app.web import Refusal

ORDERS: Table = Order.__table__  # type: ignore[assignment]


class OrderSettled(Refusal):
    """Somebody else has taken the money for this order, or cancelled it."""

    def __init__(self, state: str) -> None:
        super().__init__(
            _("This order has been paid meanwhile.") if state == PAID else _("This order has been cancelled meanwhile.")
        )


def place_order(item: Item, contact: Contact, *, payment: str, once_key: str, buyer_name: str) -> Order | None:
    """Sell an item to somebody: they hold it from now on, and owe its price. The same key a second time answers None.

    What follows from a purchase follows from its event (`sales.py`): the membership, the client, the lead it converts.
    """
    db.session.flush()
    cents, now = pricing.price_for(item, contact), clock.now()
    row = {
        "once_key": once_key,
        "item_id": item.id,
        "contact_id": contact.id,
        "buyer_name": buyer_name,
        "price_cents": cents,
        "payment": payment,
        "state": RESERVED if cents else PAID,  # what is free has been paid
        "placed_at": now,
        "paid_at": None if cents else now,
        "paid_with": "",
    }
    inserted = insert_new(ORDERS, [row], returning=("id",))
    if not inserted:
        return None
    order = db.session.get_one(Order, inserted[0].id)
    kind, data = _sale(order, item)
    how = posting.How(events.Actor.client(), order.placed_at, dedupe_key=order.number)
    posting.post(kind, contact, data, how)
    return order


def mark_paid(order: Order, paid_with: str, *, by: Staff) -> None:
    """The money for an order has been taken. Raises OrderSettled where somebody was faster."""
    _settle(order, PAID, paid_at=clock.now(), paid_with=paid_with, settled_by_id=by.id)
    _tell("order.paid", order, by, paid_with=paid_with)


def cancel_order(order: Order, *, by: Staff) -> None:
    """Nobody will pay for an order: what it gave is taken back, as if it had not been bought. Raises OrderSettled.

    The log keeps both the purchase and its end; a lead that the purchase had converted stays converted, and classes
    that were booked with it stay booked.
    """
    _settle(order, CANCELLED, cancelled_at=clock.now(), settled_by_id=by.id)
    held = select(Holding.id).where(Holding.external_id == order.number, Holding.contact_id == order.contact_id)
    db.session.execute(update(Booking).where(Booking.holding_id.in_(held)).values(holding_id=None))
    db.session.execute(delete(Holding).where(Holding.id.in_(held)))
    db.session.execute(delete(Purchase).where(Purchase.external_id == order.number))
    _tell("order.cancelled", order, by)


def get_order(order_id: int, *, seen_by: Staff) -> Order:
    """One order. Aborts with 404 for one this person may not see."""
    wanted = select(Order).join(Order.contact).options(joinedload(Order.item), joinedload(Order.contact))
    found = db.session.scalar(wanted.where(Order.id == order_id, is_seen_by(seen_by)))
    return found if found is not None else abort(404)


def order_sent_with(once_key: str) -> Order | None:
    """The order that was made of one sending of a page."""
    return db.session.scalar(select(Order).where(Order.once_key == once_key))


def due_orders_of(contact: Contact) -> list[Order]:
    """What somebody has reserved and not paid, the oldest first."""
    due = select(Order).where(Order.contact_id == contact.id, Order.state == RESERVED).options(joinedload(Order.item))
    return list(db.session.scalars(due.order_by(Order.placed_at, Order.id)))


def _settle(order: Order, state: str, **more: Any) -> None:
    settled = db.session.execute(
        update(Order)
        .where(Order.id == order.id, Order.state == RESERVED)
        .values(state=state, **more)
        .execution_options(synchronize_session=False)
    )
    db.session.refresh(order)
    if not settled.rowcount:  # type: ignore[attr-defined]
        raise OrderSettled(order.state)


def _sale(order: Order, item: Item) -> tuple[str, dict[str, Any]]:
    """The event that tells of the sale, and its data."""
    sold: dict[str, Any] = {
        "price_cents": order.price_cents,
        "sale_id": order.number,
        "payment": order.payment if order.price_cents else "",
    }
    if item.kind == PRODUCT:
        return "purchase.made", {"item": item.name, "item_kind": PRODUCT} | sold
    data = {"membership": item.name, "kind": item.kind, "membership_id": order.number} | sold
    if item.credits is not None:
        data["credits"] = item.credits
    if item.validity_days is not None:
        data["ends_at"] = (order.placed_at + timedelta(days=item.validity_days)).isoformat()
    return ("intro.purchased" if item.kind == INTRO else "membership.purchased"), data


def _tell(kind: str, order: Order, by: Staff, **more: Any) -> None:
    about: dict[str, Any] = {"order_id": order.id, "item": order.item.name, "item_kind": order.item.kind}
    events.record(kind, order.contact, by=by, price_cents=order.price_cents, **about, **more)

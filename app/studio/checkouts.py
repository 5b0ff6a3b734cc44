"""Buying on the web: what is typed is kept as fields are left, and completing it makes the sale (STU-17)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import Select, Table, select

from app import clock, events
from app.contacts import addresses, people
from app.db import db, insert_new
from app.studio import items, orders
from app.studio.checkout_models import Checkout, Order
from app.studio.item_models import Item
from app.web import Refusal

CHECKOUTS: Table = Checkout.__table__  # type: ignore[assignment]

CLIENT = events.Actor.client()


@dataclass(frozen=True)
class Typed:
    """What stands in the fields, finished or not."""

    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""

    @property
    def names_somebody(self) -> bool:
        """Whether a name and an address that can be written to are known (ABN-02)."""
        return bool(self.first_name and addresses.clean_email(self.email))


@dataclass(frozen=True)
class Visit:
    """A checkout page as it was drawn: for which item, for which browser, when."""

    item: Item
    browser: str
    opened_at: datetime


class NotForEverybody(Refusal):
    """The item is reserved for some clients (RST-05). The sentence does not say which tag they have (TAG-05)."""

    status = 422

    def __init__(self) -> None:
        super().__init__(_("This offer is reserved for some of our clients. Write to us: we will tell you more."))


def unfinished(item: Item, browser: str) -> Checkout | None:
    """What this browser has begun to type for an item and not sent."""
    return db.session.scalar(_unfinished(item, browser))


def save_draft(visit: Visit, typed: Typed) -> Checkout:
    """Keep what stands in the fields. The ten minutes of ABN-01 begin when it first says who it is."""
    checkout = _held(visit)
    checkout.first_name, checkout.last_name = typed.first_name, typed.last_name
    checkout.email, checkout.phone, checkout.language = typed.email, typed.phone, typed.language
    checkout.changed_at, checkout.cleared_at = clock.now(), None
    checkout.named_at = (checkout.named_at or clock.now()) if typed.names_somebody else None
    return checkout


def forget_draft(item: Item, browser: str) -> None:
    """Somebody else sits at this browser: what was typed is not shown again. An abandoned checkout stays one."""
    checkout = db.session.scalar(_unfinished(item, browser).with_for_update(of=Checkout))
    if checkout is not None:
        checkout.browser = f"forgotten {checkout.id}"
        if checkout.named_at is None:
            db.session.delete(checkout)


def complete(visit: Visit, typed: Typed, *, payment: str, token: str) -> Order:
    """Buy. Sending one page twice buys once: the second time answers the first's order.

    `token` is the page's own, so that on a tablet at the desk two people may send the same page. Raises
    NotForEverybody.
    """
    email = addresses.clean_email(typed.email) or ""
    once_key = hashlib.sha256(f"{token} {email.lower()}".encode()).hexdigest()
    known = orders.order_sent_with(once_key)
    if known is not None:
        return known
    details = people.Details(typed.first_name, typed.last_name, email, typed.phone, language=typed.language)
    if not items.may_buy(visit.item, people.find_contact(people.Details(email=email))):
        raise NotForEverybody
    contact, _is_new = people.find_or_create(details, by=CLIENT, via="checkout")
    order = orders.place_order(visit.item, contact, payment=payment, once_key=once_key, buyer_name=typed.first_name)
    if order is None:  # the same page, sent by another request at the same moment
        return db.session.scalars(select(Order).where(Order.once_key == once_key)).one()
    checkout = _held(visit)
    checkout.contact_id, checkout.completed_at = contact.id, order.placed_at
    clear(checkout)
    return order


def clear(checkout: Checkout) -> None:
    """Empty what was typed: the contact has it now, or nobody needs it any more."""
    checkout.first_name = checkout.last_name = checkout.email = checkout.phone = ""
    checkout.cleared_at = clock.now()


def _held(visit: Visit) -> Checkout:
    """The unfinished checkout of a visit, made where there is none, and held until the transaction ends."""
    found = _unfinished(visit.item, visit.browser).with_for_update(of=Checkout)
    checkout = db.session.scalar(found)
    if checkout is None:
        row = {
            "item_id": visit.item.id,
            "browser": visit.browser,
            "opened_at": visit.opened_at,
            "changed_at": clock.now(),
            **dict.fromkeys(("first_name", "last_name", "email", "phone", "language"), ""),
        }
        insert_new(CHECKOUTS, [row])
        checkout = db.session.scalars(found).one()
    return checkout


def _unfinished(item: Item, browser: str) -> Select[Checkout]:
    return select(Checkout).where(
        Checkout.browser == browser, Checkout.item_id == item.id, Checkout.completed_at.is_(None)
    )

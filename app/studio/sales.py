"""Selling memberships, intro offers and other things: the event, the fact rules ask about, the lead it converts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.contacts import people
from app.contacts.models import Contact
from app.db import db
from app.events.posting import How, posts
from app.leads import conversion
from app.studio import items, memberships
from app.studio.models import Purchase


@posts("membership.purchased")
def sell_membership(contact: Contact, data: dict[str, Any], how: How) -> int | None:
    """Somebody buys a subscription or a pack."""
    return _sell(contact, "membership.purchased", data, data.get("kind", "subscription"), how)


@posts("intro.purchased")
def sell_intro_offer(contact: Contact, data: dict[str, Any], how: How) -> int | None:
    """Somebody buys an intro offer, which is no membership (STU-15)."""
    return _sell(contact, "intro.purchased", data, "intro", how)


@posts("purchase.made")
def sell(contact: Contact, data: dict[str, Any], how: How) -> int | None:
    """Somebody buys something else: a class, a product, a voucher."""
    event_id = how.record("purchase.made", contact, data)
    if event_id is not None:
        _bought(contact, data.get("item_kind", "product"), data["item"], data, how, event_id=event_id)
    return event_id


def _sell(contact: Contact, event: str, data: dict[str, Any], kind: str, how: How) -> int | None:
    event_id = how.record(event, contact, data | {"kind": kind})
    if event_id is None:
        return None
    db.session.add(memberships.new_holding(contact, data, kind, how, event_id))
    _bought(contact, kind, data["membership"], data, how, event_id=event_id)
    return event_id


def _bought(contact: Contact, kind: str, item: str, data: dict[str, Any], how: How, *, event_id: int) -> None:
    sale_id, listed = data.get("sale_id") or None, items.item_named(item)
    if sale_id is None or db.session.scalar(select(Purchase.id).where(Purchase.external_id == sale_id)) is None:
        sale = Purchase(
            contact_id=contact.id,
            external_id=sale_id,
            item_kind=kind,
            item=item,
            item_id=listed.id if listed is not None else None,
            price_cents=data.get("price_cents", 0),
            bought_at=how.at,
            event_id=event_id,
        )
        db.session.add(sale)
    people.make_client(contact, by=how.by, via="purchase")
    conversion.convert_open_leads(contact, by=how.by, item_kind=kind, item=item, sale=data.get("sale_id", ""))

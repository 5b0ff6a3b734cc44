"""Selling memberships, intro offers and other things: the event, the fact rules ask about, the lead it converts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.contacts import people
from app.contacts.models import Contact
from app.db import db
from app.events.posting import How, posts
from app.leads import conversion
from app.studio import items
from app.studio.models import Holding, Purchase


@posts("membership.purchased")
def sell_membership(contact: Contact, data: dict[str, Any], how: How) -> int | None:
    """Somebody buys a subscription or a pack."""
    return _sell(contact, "membership.purchased", data, data.get("kind", "subscription"), how)


@posts("intro.purchased")
def sell_intro_offer(contact: Contact, data: dict[str, Any], how: How) -> int | None:
    """Somebody buys an intro offer, which is no membership (STU-15)."""
    return _sell(contact, "intro.purchased", data, "intro", how)


@posts("membership.expired")
def end_membership(contact: Contact, data: dict[str, Any], how: How) -> int | None:
    """A membership comes to its end."""
    event_id = how.record("membership.expired", contact, data)
    holding = _holding_of(contact, data) if event_id is not None else None
    if holding is not None:
        holding.ended_at = how.at
    return event_id


@posts("purchase.made")
def sell(contact: Contact, data: dict[str, Any], how: How) -> int | None:
    """Somebody buys something else: a class, a product, a voucher."""
    event_id = how.record("purchase.made", contact, data)
    if event_id is not None:
        _bought(contact, data.get("item_kind", "product"), data["item"], data, how)
    return event_id


def _sell(contact: Contact, event: str, data: dict[str, Any], kind: str, how: How) -> int | None:
    event_id = how.record(event, contact, data)
    if event_id is None:
        return None
    db.session.add(
        Holding(
            contact_id=contact.id,
            external_id=data.get("membership_id") or None,
            kind=kind,
            name=data["membership"],
            bought_at=how.at,
            ends_at=datetime.fromisoformat(data["ends_at"]) if data.get("ends_at") else None,
            credits=data.get("credits"),
        )
    )
    _bought(contact, kind, data["membership"], data, how)
    return event_id


def _bought(contact: Contact, kind: str, item: str, data: dict[str, Any], how: How) -> None:
    listed = items.item_named(item)
    sale = Purchase(
        contact_id=contact.id,
        external_id=data.get("sale_id") or None,
        item_kind=kind,
        item=item,
        item_id=listed.id if listed is not None else None,
        price_cents=data.get("price_cents", 0),
        bought_at=how.at,
    )
    db.session.add(sale)
    people.make_client(contact, by=how.by, via="purchase")
    conversion.convert_open_leads(contact, by=how.by, item_kind=kind, item=item, sale=data.get("sale_id", ""))


def _holding_of(contact: Contact, data: dict[str, Any]) -> Holding | None:
    own = select(Holding).where(Holding.contact_id == contact.id, Holding.ended_at.is_(None))
    if data.get("membership_id"):
        return db.session.scalar(own.where(Holding.external_id == data["membership_id"]))
    return db.session.scalars(
        own.where(Holding.name == data["membership"]).order_by(Holding.bought_at).limit(1)
    ).first()

"""What an item costs somebody: its price, less the discount that one of their tags grants (TAG-07)."""

from __future__ import annotations

from sqlalchemy import func, select

from app.contacts.models import Contact, Tag, contact_tag
from app.db import db
from app.studio.item_models import Item


def price_for(item: Item, contact: Contact | None) -> int:
    """In cents. Of several discounts the highest counts; half a cent is rounded up."""
    percent = discount_of(contact) if contact is not None else 0
    return (item.price_cents * (100 - percent) + 50) // 100


def has_discounts() -> bool:
    """Whether any tag grants one."""
    return db.session.scalar(select(select(Tag.id).where(Tag.discount_percent > 0).exists())) or False


def discount_of(contact: Contact) -> int:
    """The highest discount that somebody's tags grant, in percent."""
    highest = select(func.max(Tag.discount_percent)).join(contact_tag, contact_tag.c.tag_id == Tag.id)
    return db.session.scalar(highest.where(contact_tag.c.contact_id == contact.id)) or 0

"""What the studio sells: putting it on offer, changing it, taking it off again (NAV-04)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from flask import abort, current_app
from flask_babel import gettext as _
from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import selectinload

from app import clock
from app.contacts import naming
from app.contacts.models import Contact, Tag, contact_tag
from app.db import db
from app.studio.item_models import INTRO, PACK, PRODUCT, SUBSCRIPTION, Item
from app.studio.models import Purchase
from app.web import Refusal


@dataclass(frozen=True)
class Design:
    """Everything that is chosen about an item. What its kind does not have is left out when it is kept."""

    kind: str
    name: str
    price_cents: int
    description: str = ""
    period: str = "month"
    credits: int | None = None
    validity_days: int | None = None
    tags: Sequence[Tag] = field(default_factory=list)  # whoever has one may buy it; none: everybody


class ItemNameTaken(Refusal):
    """There is an item of this name, in one case or another."""

    def __init__(self, name: str) -> None:
        super().__init__(_("There is something named “%(name)s” already.", name=name))


def create_item(design: Design) -> Item:
    """Put something on offer. Its address comes from its name and stays when that changes.

    Sales of that name that other systems have told of are the item's from now on. Raises ItemNameTaken.
    """
    item = Item(slug=naming.slug_for(design.name, "item", _is_slug_taken), kind=design.kind, created_at=clock.now())
    change_item(item, design)
    db.session.add(item)
    db.session.flush()
    db.session.execute(
        update(Purchase)
        .where(Purchase.item_id.is_(None), func.lower(Purchase.item) == item.name.lower())
        .values(item_id=item.id)
    )
    return item


def change_item(item: Item, design: Design) -> None:
    """Change what an item is and costs. Those who have bought it keep what they bought. Raises ItemNameTaken."""
    with db.session.no_autoflush:
        other = item_named(design.name)
        if other is not None and other is not item:
            raise ItemNameTaken(design.name.strip())
    item.name, item.description = design.name.strip(), design.description.strip()
    item.price_cents = design.price_cents
    item.period = design.period if item.kind == SUBSCRIPTION else ""
    item.credits = design.credits if item.kind in {PACK, INTRO} else None
    item.validity_days = design.validity_days if item.kind in {PACK, INTRO} else None
    item.tags = list(design.tags)
    item.is_reserved = bool(design.tags)


def archive_item(item: Item) -> None:
    """Take an item off the list. Its checkout says that it is sold no more; what was bought stays."""
    item.archived_at = item.archived_at or clock.now()


def restore_item(item: Item) -> None:
    item.archived_at = None


def may_buy(item: Item, contact: Contact | None) -> bool:
    """Whether somebody may buy an item: anybody, or who has one of its tags where it is reserved (RST-05).

    An item whose tags have all been deleted stays reserved, for nobody.
    """
    if not item.is_reserved:
        return True
    if contact is None:
        return False
    wanted = [tag.id for tag in item.tags]
    has_one = exists().where(contact_tag.c.contact_id == contact.id, contact_tag.c.tag_id.in_(wanted))
    return bool(db.session.scalar(select(has_one)))


# ---------------------------------------------------------------- reading


def all_items(*, archived: bool = False) -> list[Item]:
    """What is on offer, or what was once: by kind, then by name."""
    listed = select(Item).where(Item.archived_at.is_not(None) if archived else Item.archived_at.is_(None))
    order = {SUBSCRIPTION: 0, PACK: 1, INTRO: 2, PRODUCT: 3}
    found = db.session.scalars(listed.options(selectinload(Item.tags)).order_by(func.lower(Item.name)))
    return sorted(found, key=lambda item: order[item.kind])


def get_item(item_id: int) -> Item:
    """One item. Aborts with 404 where there is none."""
    found = db.session.get(Item, item_id)
    return found if found is not None else abort(404)


def item_at(slug: str) -> Item:
    """The item of a public address. Aborts with 404 where there is none."""
    found = db.session.scalar(select(Item).where(Item.slug == slug))
    return found if found is not None else abort(404)


def item_named(name: str) -> Item | None:
    """The item of a name, whatever its case."""
    return db.session.scalar(select(Item).where(func.lower(Item.name) == name.strip().lower()))


def public_address(item: Item) -> str:
    """Where an item can be bought: its purchase link (STU-16)."""
    return f"{current_app.config['SETTINGS'].public_url}/buy/{item.slug}"


def names(kinds: Collection[str]) -> list[str]:
    """The names of what is on offer, of some kinds: what triggers and rules are narrowed to."""
    listed = select(Item.name).where(Item.kind.in_(kinds), Item.archived_at.is_(None))
    return list(db.session.scalars(listed.order_by(func.lower(Item.name))))


def _is_slug_taken(slug: str) -> bool:
    return bool(db.session.scalar(select(exists().where(Item.slug == slug))))

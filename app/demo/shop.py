"""What the demo studio sells, who buys it on the web, and who stops half-way."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from app import clock
from app.contacts.models import Contact, Tag
from app.contacts.people import Details
from app.db import db
from app.demo import cast, make
from app.staff.models import Staff
from app.studio import items, orders
from app.studio.checkout_models import RESERVED, Order
from app.studio.item_models import Item

SEED = 7

ONLINE_SHARE = 0.45  # of those who become members


def put_on_offer() -> None:
    """List what the studio sells; one pack is only for those who know it well."""
    tags = {tag.name: tag for tag in db.session.scalars(select(Tag))}
    for kind, name, price_cents, more, description in cast.ITEMS:
        only_for = [tags[cast.RESERVED_FOR]] if name in cast.RESERVED_ITEMS else []
        items.create_item(items.Design(kind, name, price_cents, description, tags=only_for, **more))


class Shop:
    """The checkout and the till, as the story goes on."""

    def __init__(self) -> None:
        self.chance = random.Random(SEED)  # noqa: S311 - a story needs no secrets
        self.items: dict[str, Item] = {item.name: item for item in items.all_items()}

    def sells_online(self, contact: Contact, name: str) -> bool:
        """Whether somebody buys on the item's own page rather than at the desk; then they have bought it."""
        if name not in self.items or not contact.email or self.chance.random() > ONLINE_SHARE:
            return False
        make.order(self.items[name], _details(contact))
        return True

    def price_of(self, name: str) -> int:
        return self.items[name].price_cents

    def take_money(self, desk: Sequence[Staff]) -> None:
        """Those who come in pay what they owe; now and then one does not come."""
        since = clock.now() - timedelta(hours=12)
        due = db.session.scalars(select(Order).where(Order.state == RESERVED, Order.placed_at < since)).all()
        for order in due:
            happens = self.chance.random()
            if happens < 0.75:  # noqa: PLR2004
                orders.mark_paid(order, self.chance.choice(("card", "card", "cash")), by=self.chance.choice(desk))
            elif happens < 0.8:  # noqa: PLR2004
                orders.cancel_order(order, by=self.chance.choice(desk))

    def last_hour(self, leaving: Sequence[Details], buying: Sequence[Contact]) -> None:
        """Some type their name and address, and go; some buy, and have still to pay."""
        for details, name in zip(leaving, cast.LEFT_AT_THE_CHECKOUT, strict=True):
            make.checkout(self.items[name], details)
        for contact, name in zip(buying, cast.BOUGHT_TODAY, strict=True):
            make.order(self.items[name], _details(contact))


def _details(contact: Contact) -> Details:
    return Details(
        contact.first_name,
        contact.last_name,
        contact.email,
        contact.phone,
        language=contact.language,
        location=contact.location,
    )

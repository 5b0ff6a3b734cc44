"""What checkouts leave on other pages: the checkout a lead comes from, what a client still has to pay."""

from __future__ import annotations

from flask import render_template
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app import panels
from app.contacts.models import Contact
from app.db import db
from app.leads.models import Lead
from app.staff import studio
from app.studio import item_words, items, orders
from app.studio.checkout_models import Checkout


def about_lead(lead: Lead) -> Markup:
    """What an abandoned checkout was about, and the way back to it (ABN-06); nothing for other leads."""
    if not lead.item:
        return Markup()
    latest = select(Checkout).where(Checkout.lead_id == lead.id).options(joinedload(Checkout.item))
    checkout = db.session.scalar(latest.order_by(Checkout.abandoned_at.desc()).limit(1))
    if checkout is None:
        return Markup()
    item = checkout.item
    return Markup(  # noqa: S704 - a rendered template
        render_template(
            "checkout/_of_lead.html",
            lead=lead,
            checkout=checkout,
            item=item,
            icon=item_words.ICONS[item.kind],
            price=item_words.price(item, studio.studio()),
            address=items.public_address(item),
        )
    )


def about_contact(contact: Contact) -> Markup:
    """Orders that wait for their money, for those who may take it."""
    due = orders.due_orders_of(contact) if current_user.may("memberships.sell") else []
    if not due:
        return Markup()
    return Markup(render_template("memberships/_due.html", contact=contact, orders=due))  # noqa: S704


panels.register(panels.Panel("lead", "checkout", 5, about_lead))
panels.register(panels.Panel("contact", "orders", 5, about_contact))

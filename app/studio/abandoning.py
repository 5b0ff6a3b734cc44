"""Checkouts that are left: ten minutes later whoever has said who they are is a lead (ABN-01 to ABN-13)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import joinedload

from app import clock, events, scans
from app.contacts import people
from app.contacts.models import Contact
from app.db import db
from app.events import posting
from app.events.posting import How, posts
from app.leads import capture
from app.leads import queries as lead_queries
from app.studio import checkouts, items
from app.studio.checkout_models import CANCELLED, Checkout, Order

AFTER = timedelta(minutes=10)
KEPT = timedelta(days=14)  # what was typed and never sent

BATCH = 200

SOURCE = "abandoned_checkout"


@posts("checkout.abandoned")
def abandon_checkout(contact: Contact, data: dict[str, Any], how: How) -> int | None:
    """Somebody began to buy and stopped: they are a lead with what they were buying (ABN-06, ABN-07)."""
    event_id = how.record("checkout.abandoned", contact, data)
    if event_id is not None:
        source = lead_queries.built_in_source(SOURCE)
        capture.capture_lead(contact, source, by=how.by, item_kind=data.get("item_kind", ""), item=data["item"])
    return event_id


def find_abandoned() -> int:
    """Make leads of those who named themselves ten minutes ago and have not bought. Each checkout once (ABN-13)."""
    now = clock.now()
    left = db.session.scalars(
        select(Checkout)
        .where(Checkout.completed_at.is_(None), Checkout.abandoned_at.is_(None), Checkout.named_at <= now - AFTER)
        .options(joinedload(Checkout.item))
        .order_by(Checkout.named_at)
        .limit(BATCH)
        .with_for_update(of=Checkout, skip_locked=True)
    ).all()
    for checkout in left:
        _give_up(checkout, now)
    return len(left)


def next_abandoned() -> datetime | None:
    """When the first of the checkouts that are being filled in counts as abandoned."""
    first = select(func.min(Checkout.named_at)).where(
        Checkout.completed_at.is_(None), Checkout.abandoned_at.is_(None), Checkout.named_at.is_not(None)
    )
    named_at = db.session.scalar(first)
    return named_at + AFTER if named_at is not None else None


def forget_old() -> int:
    """Empty what was typed and not sent for two weeks; where nobody was named, nothing is left of it at all."""
    held = (
        Checkout.completed_at.is_(None),
        Checkout.cleared_at.is_(None),
        Checkout.changed_at <= clock.now() - KEPT,
    )
    gone = db.session.execute(
        delete(Checkout).where(*held, Checkout.named_at.is_(None), Checkout.abandoned_at.is_(None))
    )
    old = db.session.scalars(select(Checkout).where(*held).limit(BATCH)).all()
    for checkout in old:
        checkouts.clear(checkout)
    return len(old) + gone.rowcount  # type: ignore[attr-defined,no-any-return]


def next_forgotten() -> datetime | None:
    """When the first of what was typed is old enough."""
    first = select(func.min(Checkout.changed_at)).where(Checkout.completed_at.is_(None), Checkout.cleared_at.is_(None))
    changed_at = db.session.scalar(first)
    return changed_at + KEPT if changed_at is not None else None


def _give_up(checkout: Checkout, now: datetime) -> None:
    """One checkout has been left. No lead of somebody who bought the same elsewhere meanwhile, or may not buy it."""
    checkout.abandoned_at = now
    details = people.Details(
        checkout.first_name, checkout.last_name, checkout.email, checkout.phone, language=checkout.language
    )
    known = people.find_contact(people.Details(email=checkout.email))
    if not items.may_buy(checkout.item, known) or (known is not None and _has_bought(known, checkout)):
        return
    by = events.Actor.client()
    contact, _is_new = people.find_or_create(details, by=by, via="checkout")
    db.session.flush()
    about = {
        "item": checkout.item.name,
        "item_kind": checkout.item.kind,
        "url": items.public_address(checkout.item),
        "checkout_id": checkout.id,
    }
    posting.post("checkout.abandoned", contact, about, How(by, now, dedupe_key=f"checkout:{checkout.id}"))
    checkout.contact_id = contact.id
    lead = lead_queries.open_lead_of(contact.id, lead_queries.built_in_source(SOURCE).id)
    checkout.lead_id = lead.id if lead is not None else None


def _has_bought(contact: Contact, checkout: Checkout) -> bool:
    """Whether they bought the item on another device, or by the very click that sent this last draft (ABN-05)."""
    bought = exists().where(
        Order.contact_id == contact.id,
        Order.item_id == checkout.item_id,
        Order.state != CANCELLED,
        Order.placed_at >= checkout.opened_at,
    )
    return bool(db.session.scalar(select(bought)))


scans.register(scans.Scan(name="abandoned checkouts", look=find_abandoned, next_at=next_abandoned))
scans.register(scans.Scan(name="old drafts", look=forget_old, next_at=next_forgotten))

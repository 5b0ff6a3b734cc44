"""A purchase closes the leads it answers (LEAD-17)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app import clock, events
from app.contacts.models import Contact
from app.db import db
from app.events.log import Acting
from app.leads.models import CONVERTED, OPEN_STATUSES, Lead

MEMBERSHIPS = frozenset({"subscription", "pack"})  # an intro offer is none


def convert_open_leads(
    contact: Contact,
    *,
    by: events.Actor | Acting,
    item_kind: str = "product",
    item: str = "",
    sale: str = "",
) -> list[Lead]:
    """Close the open leads that a purchase converts. Answers them.

    `item_kind` is what was bought: "subscription", "pack", "intro", "class", "product" …; `sale` is the sale's number.
    """
    bought_at = clock.now()
    open_leads = db.session.scalars(
        select(Lead)
        .where(Lead.contact_id == contact.id, Lead.status.in_(OPEN_STATUSES))
        .options(joinedload(Lead.source))
        .with_for_update(of=Lead)
    ).all()
    converted = [lead for lead in open_leads if converts(lead, item_kind)]
    for lead in converted:
        lead.status, lead.converted_at, lead.sale = CONVERTED, bought_at, sale
        lead.rev += 1
        events.record("lead.converted", contact, by=by, lead_id=lead.id, source=lead.source.name, item=item, sale=sale)
    return converted


def converts(lead: Lead, item_kind: str) -> bool:
    """Whether buying a thing of this kind converts the lead.

    Any purchase does for somebody who was no client when the lead came, and for an abandoned checkout. Any other lead
    of a client waits for a membership, so that the buyer of an intro offer stays a lead until then.
    """
    return not lead.was_client or lead.source.key == "abandoned_checkout" or item_kind in MEMBERSHIPS

"""The credits of packs, and of intro offers that are packs: used by booking, given back by cancelling."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from app import events
from app.contacts.models import Contact
from app.db import db
from app.events.posting import How
from app.studio.models import Holding

CREDITED = ("pack", "intro")


def use(contact: Contact, data: dict[str, Any], how: How, *, on: str) -> int | None:
    """Take a credit for what is booked. Answers the id of the holding it came from.

    Where the booking system says how many are left, that is how many are left.
    """
    if data.get("paid_with") not in CREDITED:
        return None
    holding = _paying(contact, data)
    said = data.get("credits_left")
    if said is None and (holding is None or not holding.credits):
        return None
    left = said if said is not None or holding is None else (holding.credits or 1) - 1
    about = {
        "membership": holding.name if holding is not None else data.get("membership", ""),
        "kind": data["paid_with"],
        "location": data.get("location") or (holding.location if holding is not None else ""),
        "auto_recharges": holding is not None and holding.auto_recharges,
        "credits_left": left,
        "for": on,
    }
    events.record("pack.credit_used", contact, by=how.by, at=how.at, **about)
    if holding is None:
        return None
    holding.credits = holding.size if left == 0 and holding.auto_recharges else left
    return holding.id


def give_back(holding_id: int | None) -> None:
    """Put a credit back where it came from."""
    holding = db.session.get(Holding, holding_id) if holding_id is not None else None
    if holding is not None and holding.credits is not None:
        holding.credits += 1


def _paying(contact: Contact, data: dict[str, Any]) -> Holding | None:
    """The holding a booking is paid with: the one named, else the first to end."""
    own = select(Holding).where(
        Holding.contact_id == contact.id,
        Holding.kind == data["paid_with"],
        Holding.credits.is_not(None),
        Holding.ended_at.is_(None),
    )
    if data.get("membership_id"):
        own = own.where(Holding.external_id == data["membership_id"])
    elif data.get("membership"):
        own = own.where(func.lower(Holding.name) == data["membership"].lower())
    order = (Holding.credits == 0, Holding.ends_at.is_(None), Holding.ends_at, Holding.id)
    return db.session.scalars(own.order_by(*order).limit(1)).first()

"""Memberships after the sale: paused and resumed, renewed, cancelled, at their end (STU-13).

An expiry is told once a membership, at whichever comes first: its date, its cancellation, the last renewal there is to
come (TRG-12).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app import clock
from app.contacts.models import Contact
from app.db import db
from app.events.posting import How, posts
from app.studio import periods
from app.studio.bookings import HISTORY, instant
from app.studio.models import Holding, Purchase

CANCELLED, LAST_RENEWAL = "cancelled", "last_renewal"


def new_holding(contact: Contact, data: dict[str, Any], kind: str, how: How, event_id: int) -> Holding:
    """What somebody holds from now on."""
    every = data.get("renews_every", "")
    holding = Holding(
        contact_id=contact.id,
        external_id=data.get("membership_id") or None,
        kind=kind,
        name=data["membership"],
        location=data.get("location", ""),
        price_cents=data.get("price_cents", 0),
        bought_at=how.at,
        bought_event_id=event_id,
        ends_at=instant(data.get("ends_at")),
        auto_renews=bool(data.get("auto_renews") or every),
        renews_every=every,
        renews_at=periods.next_after(how.at, how.at, every) if every else None,
        renewals_left=data.get("renewals_left"),
        credits=data.get("credits"),
        size=data.get("credits"),
        auto_recharges=data.get("auto_recharges", False),
    )
    _plan_expiry(holding)
    return holding


@posts("membership.paused")
def pause(contact: Contact, data: dict[str, Any], how: How) -> int | None:
    """The client, or the staff for them, pauses a membership; perhaps until a date."""
    holding, event_id = _tell("membership.paused", contact, data, how)
    if holding is not None and event_id is not None:
        holding.paused_at = how.at
        holding.unpauses_at = instant(data.get("unpauses_at"))
    return event_id


@posts("membership.unfreeze_scheduled")
def schedule_unpause(contact: Contact, data: dict[str, Any], how: How) -> int | None:
    """It is settled when a pause will end: that is what starts sequences, not the end itself (TRG-16)."""
    holding, event_id = _tell("membership.unfreeze_scheduled", contact, data, how)
    if holding is not None and event_id is not None:
        holding.unpauses_at = instant(data.get("unpauses_at"))
    return event_id


@posts("membership.unpaused")
def unpause(contact: Contact, data: dict[str, Any], how: How) -> int | None:
    """A pause ends."""
    holding, event_id = _tell("membership.unpaused", contact, data, how)
    if holding is not None and event_id is not None:
        holding.paused_at = holding.unpauses_at = None
    return event_id


@posts("membership.extended")
def extend(contact: Contact, data: dict[str, Any], how: How) -> int | None:
    """A membership ends at another time than was said."""
    holding, event_id = _tell("membership.extended", contact, data, how)
    if holding is not None and event_id is not None:
        _set_end(holding, instant(data.get("ends_at")))
    return event_id


@posts("subscription.renewed")
def renew(contact: Contact, data: dict[str, Any], how: How) -> int | None:
    """A subscription is paid for another period, which may be the last one."""
    holding, event_id = _tell("subscription.renewed", contact, data, how)
    if event_id is None:
        return None
    if holding is not None:
        take_payment(holding, how.at)
        if data.get("ends_at"):
            _set_end(holding, instant(data["ends_at"]))
        holding.renewals_left = data.get("renewals_left", holding.renewals_left)
    if (holding.renewals_left if holding is not None else data.get("renewals_left")) == 0:
        tell_expiry(contact, holding, data, how, LAST_RENEWAL)
    return event_id


@posts("subscription.cancelled")
def cancel(contact: Contact, data: dict[str, Any], how: How) -> int | None:
    """The client or the staff cancel a subscription that would have renewed: it is over."""
    holding, event_id = _tell("subscription.cancelled", contact, data, how)
    if event_id is not None:
        tell_expiry(contact, holding, data, how, CANCELLED)
        if holding is not None:
            holding.auto_renews, holding.renews_at = False, None
            holding.ended_at = holding.ended_at or how.at
    return event_id


@posts("membership.expired")
def expire(contact: Contact, data: dict[str, Any], how: How) -> int | None:
    """A membership comes to its end, or is ended before its time. A second telling does nothing."""
    holding = find(contact, data)
    if holding is None:
        return how.record("membership.expired", contact, data)
    event_id = tell_expiry(contact, holding, data, how, data.get("reason", ""), dedupe_key=how.dedupe_key)
    if event_id is not None:
        holding.ended_at, holding.renews_at = how.at, None
    return event_id


def tell_expiry(
    contact: Contact,
    holding: Holding | None,
    data: Mapping[str, Any],
    how: How,
    reason: str,
    *,
    dedupe_key: str | None = None,
) -> int | None:
    """Record an expiry, unless that of this membership has been told. Answers the event's id."""
    if holding is not None and holding.expired_at is not None:
        return None
    about = completed(holding, data) | {"reason": reason}
    about.pop("auto_renews", None)  # whatever it did, it will no more
    event_id = replace(how, dedupe_key=dedupe_key).record("membership.expired", contact, about)
    if event_id is not None and holding is not None:
        holding.expired_at, holding.expiry_due_at = how.at, None
    return event_id


def take_payment(holding: Holding, at: datetime) -> None:
    """A period is paid, and the next one planned where it is Encore that renews."""
    db.session.add(
        Purchase(
            contact_id=holding.contact_id,
            item_kind=holding.kind,
            item=holding.name,
            price_cents=holding.price_cents,
            bought_at=at,
        )
    )
    if holding.renewals_left:
        holding.renewals_left -= 1
    if holding.renews_at is not None and holding.renews_every:
        holding.renews_at = periods.next_after(holding.bought_at, max(at, holding.renews_at), holding.renews_every)
        if holding.ends_at is not None:
            holding.ends_at = holding.renews_at
    if holding.renewals_left == 0:
        holding.auto_renews, holding.renews_at = False, None


def find(contact: Contact, data: Mapping[str, Any]) -> Holding | None:
    """The holding an event is about: by the membership's id, else by name; what is over comes last."""
    own = select(Holding).where(Holding.contact_id == contact.id)
    if data.get("membership_id"):
        own = own.where(Holding.external_id == data["membership_id"])
    else:
        own = own.where(Holding.name == data["membership"], Holding.ended_at.is_(None))
    return db.session.scalars(
        own.order_by(Holding.ended_at.is_not(None), Holding.bought_at, Holding.id).limit(1)
    ).first()


def completed(holding: Holding | None, data: Mapping[str, Any]) -> dict[str, Any]:
    """What an event says, and what is known besides of the holding it is about."""
    said = {key: value for key, value in data.items() if key != "origin_id"}
    if holding is None:
        return said
    return as_data(holding) | {key: value for key, value in said.items() if value not in ("", None)}


def as_data(holding: Holding) -> dict[str, Any]:
    """What is known of a holding, as the data of events has it."""
    known = {
        "membership": holding.name,
        "kind": holding.kind,
        "membership_id": holding.external_id,
        "location": holding.location,
        "ends_at": holding.ends_at.isoformat() if holding.ends_at else None,
        "origin_id": holding.bought_event_id,
    }
    return {key: value for key, value in known.items() if value}


def _tell(kind: str, contact: Contact, data: dict[str, Any], how: How) -> tuple[Holding | None, int | None]:
    holding = find(contact, data)
    return holding, how.record(kind, contact, completed(holding, data))


def _set_end(holding: Holding, ends_at: datetime | None) -> None:
    holding.ends_at = ends_at
    _plan_expiry(holding)


def _plan_expiry(holding: Holding) -> None:
    """When the clock has to tell that it expires: at an end that no renewal will move, and that is not long past."""
    is_ahead = holding.ends_at is not None and holding.ends_at >= clock.now() - HISTORY
    will_end = is_ahead and not holding.auto_renews and holding.ended_at is None and holding.expired_at is None
    holding.expiry_due_at = holding.ends_at if will_end else None

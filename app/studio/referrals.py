"""Clients who bring others: everybody has a link of their own, and who comes by it is their guest (STU-20)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _
from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock, events
from app.contacts import consent, people
from app.contacts.models import Contact
from app.contacts.people import Details
from app.db import BigId, Model, UtcDateTime, db
from app.events import posting
from app.events.posting import How
from app.messaging import tokens
from app.messaging.variables import EVERYWHERE, variable

PURPOSE = "referral"
GUEST = events.Actor.client()
MARKETING = ("email_marketing", "sms_marketing")


class Referral(Model):
    """Who brought whom. A newcomer is brought once."""

    __tablename__ = "referral"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), unique=True)
    referrer_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    via: Mapped[str] = mapped_column(String(16))  # link | dashboard
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    contact: Mapped[Contact] = relationship(foreign_keys=[contact_id])
    referrer: Mapped[Contact] = relationship(foreign_keys=[referrer_id])


def link_of(contact_id: int) -> str:
    """The address under which somebody's guests make themselves known."""
    base: str = current_app.config["SETTINGS"].public_url
    return f"{base}/invited/{tokens.seal(PURPOSE, contact_id)}"


@variable("referral_link", _("Their own link for friends"), EVERYWHERE)
def _links(contacts: Sequence[Contact]) -> Mapping[int, str]:
    return {contact.id: link_of(contact.id) for contact in contacts}


def host_of(token: str) -> Contact | None:
    """Whose link it is; None for one that is not ours, or of somebody whose data has been erased."""
    try:
        (contact_id,) = tokens.read(PURPOSE, token)
    except (tokens.BadToken, ValueError):
        return None
    found = db.session.get(Contact, contact_id)
    return found if found is not None and found.erased_at is None else None


def welcome(host: Contact, guest: Details, *, wants_news: bool = False) -> Contact:
    """Take in somebody who came by a link. Whoever the studio knew already is nobody's guest."""
    contact, is_new = people.find_or_create(guest, by=GUEST, via="referral")
    if wants_news:
        consent.give(contact, MARKETING, by=GUEST, via="referral")
    elif is_new:
        consent.withdraw(contact, MARKETING, by=GUEST, via="referral")
    if is_new:
        _keep(contact, host, "link", clock.now())
        events.record("client.referred", contact, by=GUEST, referrer=host.external_id or host.name, via="link")
    return contact


def referral_of(contact: Contact) -> Referral | None:
    """Who brought somebody."""
    return db.session.scalar(select(Referral).where(Referral.contact_id == contact.id))


def brought_by(contact: Contact, limit: int = 5) -> list[Referral]:
    """The last few people somebody has brought."""
    theirs = select(Referral).where(Referral.referrer_id == contact.id).order_by(Referral.id.desc()).limit(limit)
    return list(db.session.scalars(theirs))


@posting.posts("client.referred")
def _referred(contact: Contact, data: dict[str, Any], how: How) -> int | None:
    """Another system tells of a referral. Its `referrer` is an external id or an e-mail address that we may know."""
    event_id = how.record("client.referred", contact, data)
    said = str(data.get("referrer") or "")
    host = people.find_contact(Details(external_id=said, email=said)) if said else None
    if event_id is not None and host is not None and host.id != contact.id:
        _keep(contact, host, str(data.get("via") or "link"), how.at)
    return event_id


def _keep(contact: Contact, host: Contact, via: str, at: datetime) -> None:
    db.session.flush()
    if referral_of(contact) is None:
        db.session.add(Referral(contact_id=contact.id, referrer_id=host.id, via=via, at=at))
        db.session.flush()

"""Signing the waiver: by a link of one's own, without signing in, always the current version (WVR-05, WVR-06)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import Table, select
from sqlalchemy.orm import joinedload

from app import clock, events
from app.contacts.models import Contact
from app.db import db, insert_new
from app.messaging import tokens
from app.waiver import versions
from app.waiver.models import WaiverSignature, WaiverVersion
from app.web import Refusal

SIGNATURES: Table = WaiverSignature.__table__  # type: ignore[assignment]

CLIENT = events.Actor.client()
PURPOSE = "waiver"


class HasChanged(Refusal):
    """What is to be signed is no longer what was read."""


@dataclass(frozen=True)
class Link:
    """Whose link it is, and which version it was sent for."""

    contact: Contact
    number: int


def sign(version: WaiverVersion, contact: Contact, name: str) -> bool:
    """Keep that somebody has agreed to a version. Answers whether that is new: who signs twice has signed once.

    Raises HasChanged when it is no longer the current one: nobody agrees to what they have not read.
    """
    now_valid = versions.current()
    if now_valid is None or now_valid.id != version.id:
        raise HasChanged(_("The text has changed since you opened this page. Read it once more and sign it below."))
    row = {"version_id": version.id, "contact_id": contact.id, "name": " ".join(name.split())}
    is_new = bool(insert_new(SIGNATURES, [row | {"signed_at": clock.now()}], returning=("id",)))
    if is_new:
        events.record("waiver.signed", contact, by=CLIENT, waiver=version.title, version=version.number)
    return is_new


def signature_of(contact: Contact, version: WaiverVersion) -> WaiverSignature | None:
    """Somebody's signature of one version."""
    theirs = select(WaiverSignature).where(WaiverSignature.contact_id == contact.id)
    return db.session.scalar(theirs.where(WaiverSignature.version_id == version.id))


def signatures_of(contact: Contact) -> Sequence[WaiverSignature]:
    """What somebody has signed, the latest version first."""
    theirs = select(WaiverSignature).where(WaiverSignature.contact_id == contact.id).join(WaiverSignature.version)
    latest = theirs.order_by(WaiverVersion.number.desc()).options(joinedload(WaiverSignature.version))
    return db.session.scalars(latest).all()


def link_for(version: WaiverVersion, contact_id: int) -> str:
    """The address at which one person alone signs."""
    return f"{current_app.config['SETTINGS'].public_url}/waiver/{tokens.seal(PURPOSE, contact_id, version.number)}"


def read(token: str) -> Link:
    """What a link says. Raises BadToken where it was not made here, or for somebody who is no longer known."""
    try:
        contact_id, number = tokens.read(PURPOSE, token)
    except ValueError:
        raise tokens.BadToken from None
    contact = db.session.get(Contact, contact_id)
    if contact is None or contact.erased_at is not None:
        raise tokens.BadToken
    return Link(contact, number)

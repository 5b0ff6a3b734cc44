"""Who has still to sign: people with a class to come who have not signed the current version (WVR-02, WVR-06)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, select

from app import clock
from app.contacts import keyset
from app.contacts.keyset import Page
from app.contacts.models import Contact
from app.contacts.queries import is_seen_by
from app.db import db
from app.staff.models import Staff
from app.studio.models import Booking
from app.waiver.models import WaiverSignature, WaiverVersion

ROWS = 50


@dataclass(frozen=True)
class Count:
    """How many people there are, and how many of them no e-mail reaches."""

    people: int
    unreachable: int


@dataclass(frozen=True)
class Waiting:
    """Somebody who has still to sign, and when their next class begins."""

    contact: Contact
    comes_at: datetime


def count(version: WaiverVersion) -> Count:
    """How many people would be asked to sign a version now."""
    reachable = func.count(Contact.email).filter(Contact.email_transactional)
    people, reached = db.session.execute(select(func.count(), reachable).where(*_is_to_sign(version))).one()
    return Count(people, people - reached)


def beyond(version: WaiverVersion, contact_id: int, limit: int) -> Sequence[int]:
    """The next people who are to sign a version, by their ids."""
    wanted = select(Contact.id).where(*_is_to_sign(version), Contact.id > contact_id)
    return db.session.scalars(wanted.order_by(Contact.id).limit(limit)).all()


def waiting(version: WaiverVersion, *, seen_by: Staff, cursor: str | None) -> Page[Waiting]:
    """Who of those this person may see has still to sign a version; who comes next stands first."""
    upcoming = _upcoming().add_columns(func.min(Booking.starts_at).label("comes_at"))
    next_class = upcoming.group_by(Booking.contact_id).subquery()
    rows: Select[Contact, datetime] = (
        select(Contact, next_class.c.comes_at)
        .join(next_class, next_class.c.contact_id == Contact.id)
        .where(Contact.erased_at.is_(None), ~_has_signed(version), is_seen_by(seen_by))
    )
    order = keyset.Order(next_class.c.comes_at, Contact.id.expression, descending=False)
    found = db.session.execute(keyset.ordered(rows, order, cursor).limit(ROWS + 1))
    return keyset.page([(Waiting(contact, comes_at), comes_at, contact.id) for contact, comes_at in found], ROWS)


def _is_to_sign(version: WaiverVersion) -> tuple[ColumnElement[bool], ...]:
    return Contact.erased_at.is_(None), Contact.id.in_(_upcoming()), ~_has_signed(version)


def _upcoming() -> Select[int]:
    """The bookings of classes to come, by whose they are."""
    return select(Booking.contact_id).where(
        Booking.kind == "class",
        Booking.starts_at > clock.now(),
        Booking.cancelled_at.is_(None),
    )


def _has_signed(version: WaiverVersion) -> ColumnElement[bool]:
    theirs = and_(WaiverSignature.contact_id == Contact.id, WaiverSignature.version_id == version.id)
    return select(WaiverSignature.id).where(theirs).exists()

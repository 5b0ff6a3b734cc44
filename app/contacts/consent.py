"""The four subscriptions of a contact (UNS-01 … UNS-05): flags say what holds, the ledger who changed it and how."""

from __future__ import annotations

from collections.abc import Iterable

from app import clock, events
from app.contacts.models import CONSENTS, ConsentEntry, Contact
from app.db import db
from app.events.log import Acting


class UnknownConsent(ValueError):
    """There are four subscriptions, and this is none of them."""


def withdraw(
    contact: Contact,
    consents: Iterable[str],
    *,
    by: events.Actor | Acting,
    via: str,
    message_id: int | None = None,
) -> list[str]:
    """End subscriptions. Answers those that were running; ending one that has ended does nothing."""
    return _change(contact, consents, is_given=False, by=by, via=via, message_id=message_id, note="")


def give(
    contact: Contact, consents: Iterable[str], *, by: events.Actor | Acting, via: str, note: str = ""
) -> list[str]:
    """Subscribe again. `note` says on what ground, where a person of the staff does it."""
    return _change(contact, consents, is_given=True, by=by, via=via, message_id=None, note=note)


def _change(
    contact: Contact,
    consents: Iterable[str],
    *,
    is_given: bool,
    by: events.Actor | Acting,
    via: str,
    message_id: int | None,
    note: str,
) -> list[str]:
    who = by if isinstance(by, events.Actor) else by.as_actor
    changed = []
    for consent in consents:
        if consent not in CONSENTS:
            raise UnknownConsent(consent)
        if getattr(contact, consent) == is_given:
            continue
        setattr(contact, consent, is_given)
        db.session.flush()
        db.session.add(
            ConsentEntry(
                contact_id=contact.id,
                consent=consent,
                is_given=is_given,
                via=via,
                actor_kind=who.kind,
                actor_id=who.id,
                actor_name=who.name,
                note=note,
                message_id=message_id,
                at=clock.now(),
            )
        )
        events.record(
            "consent.given" if is_given else "consent.withdrawn",
            contact,
            by=who,
            channel=consent,
            via=via,
            message_id=message_id,
        )
        changed.append(consent)
    return changed

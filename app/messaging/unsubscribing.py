"""Ending subscriptions from a mail's footer: a signed link, good for ever, no sign-in (UNS-03, UNS-04)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from app.contacts import consent
from app.contacts.models import CONSENTS, ConsentEntry, Contact
from app.db import db
from app.events import Actor
from app.messaging import tokens
from app.messaging.tokens import BadToken

FOOTER, ONE_CLICK = "footer", "one_click"

_BY_NUMBER = ("email_marketing", "email_transactional")


@dataclass(frozen=True)
class Wish:
    """What somebody may do with the link in a mail: for whom it is, and which subscription it belongs to."""

    contact: Contact
    consent: str
    message_id: int

    @property
    def is_done(self) -> bool:
        return not getattr(self.contact, self.consent)


def read(token: str) -> Wish:
    """What a link is about. Raises BadToken for one that is not ours, or whose person has been erased."""
    numbers = tokens.read("unsubscribe", token)
    if len(numbers) != 3 or numbers[2] >= len(_BY_NUMBER):  # noqa: PLR2004 - contact, message, kind
        raise BadToken
    contact = db.session.get(Contact, numbers[0])
    if contact is None or contact.erased_at is not None:
        raise BadToken
    return Wish(contact, _BY_NUMBER[numbers[2]], numbers[1])


def unsubscribe(wish: Wish, *, via: str) -> None:
    """End what the mail belongs to, and nothing else."""
    consent.withdraw(wish.contact, [wish.consent], by=Actor.client(), via=via, message_id=wish.message_id)


def stop_everything(wish: Wish) -> None:
    """End every subscription."""
    consent.withdraw(wish.contact, CONSENTS, by=Actor.client(), via=FOOTER, message_id=wish.message_id)


def choose(wish: Wish, wanted: Iterable[str]) -> None:
    """Let what somebody has ticked hold, and end the rest of what the page offers."""
    wanted = set(wanted)
    offered = offered_to(wish.contact)
    consent.give(wish.contact, [one for one in offered if one in wanted], by=Actor.client(), via=FOOTER)
    consent.withdraw(
        wish.contact,
        [one for one in offered if one not in wanted],
        by=Actor.client(),
        via=FOOTER,
        message_id=wish.message_id,
    )


def undo(wish: Wish) -> None:
    """Take back what was ended through this very mail; what had ended before stays ended."""
    consent.give(wish.contact, taken_through(wish), by=Actor.client(), via=FOOTER)


def offered_to(contact: Contact) -> tuple[str, ...]:
    """The subscriptions that mean something for this person."""
    return tuple(one for one in CONSENTS if contact.phone or not one.startswith("sms"))


def taken_through(wish: Wish) -> list[str]:
    """Those of the ended subscriptions whose last word in the ledger came from this mail."""
    latest: dict[str, ConsentEntry] = {}
    for entry in db.session.scalars(
        select(ConsentEntry).where(ConsentEntry.contact_id == wish.contact.id).order_by(ConsentEntry.id)
    ):
        latest[entry.consent] = entry
    return [
        name
        for name, entry in latest.items()
        if not entry.is_given and entry.via in {FOOTER, ONE_CLICK} and entry.message_id == wish.message_id
    ]

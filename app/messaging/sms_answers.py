"""Doing what a client has texted: STOP, START, HELP (UNS-05, BEY-11)."""

from __future__ import annotations

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from app.contacts import consent
from app.contacts.models import ConsentEntry, Contact
from app.db import db
from app.events import Actor
from app.messaging import keywords, outgoing, permission
from app.messaging.keywords import Keyword
from app.messaging.models import SMS, Message
from app.staff import studio

BOTH = ("sms_marketing", "sms_transactional")

KEYWORD, CARRIER = "sms_keyword", "carrier"


def obey(message: Message, keyword: Keyword, *, is_answered: bool = False) -> bool:
    """Do what an SMS asks for and confirm it, once, unless the carrier has answered it already.

    Answers False where there is nothing to do and a person should read it: a "yes" from somebody who never stopped.
    """
    contact = message.contact
    assert contact is not None  # noqa: S101 - what comes in has been matched to somebody
    stopped = stopped_by_text(contact)
    match keyword.act:
        case keywords.STOP:
            consent.withdraw(contact, BOTH, by=Actor.client(), via=KEYWORD, message_id=message.id)
            answer = keyword if len(stopped) < len(BOTH) else None
        case keywords.START | keywords.MAYBE_START if stopped:
            consent.give(contact, stopped, by=Actor.client(), via=KEYWORD)
            answer = Keyword(keywords.START, keyword.language)
        case keywords.HELP:
            answer = keyword
        case _:
            return False
    if answer is not None and not is_answered:
        _answer(message, answer)
    return True


def stopped_by_text(contact: Contact) -> list[str]:
    """The SMS subscriptions whose last word in the ledger was a STOP: what START may bring back."""
    latest: dict[str, ConsentEntry] = {}
    for entry in db.session.scalars(
        select(ConsentEntry)
        .where(ConsentEntry.contact_id == contact.id, ConsentEntry.consent.in_(BOTH))
        .order_by(ConsentEntry.id)
    ):
        latest[entry.consent] = entry
    return [name for name, entry in latest.items() if not entry.is_given and entry.via in {KEYWORD, CARRIER}]


def _answer(message: Message, keyword: Keyword) -> None:
    """Confirm. The answer is exempt from the block that a STOP makes, and one message has one answer."""
    assert message.contact is not None  # noqa: S101 - see `obey`
    business = studio.studio()
    with force_locale(keyword.language or message.contact.language or business.language):
        text = {
            keywords.STOP: _("You will get no more SMS from %(studio)s. Text START to get them again."),
            keywords.START: _("You will get SMS from %(studio)s again. Text STOP to end them."),
            keywords.HELP: _("%(studio)s: write to %(email)s. Text STOP to get no more SMS."),
        }[keyword.act]
    text %= {"studio": business.name, "email": business.email}
    outgoing.queue_transactional(
        message.contact, permission.SMS_ANSWER, SMS, "", text, once_key=f"answer:{message.provider_id}"
    )

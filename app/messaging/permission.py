"""Who may be written to, asked at the moment of sending (UNS-06 … UNS-09)."""

from __future__ import annotations

from sqlalchemy import ColumnElement, case

from app.contacts.models import Contact
from app.messaging import reasons
from app.messaging.mail import BULK
from app.messaging.models import EMAIL, IN_APP, MANUAL, SMS, TRANSACTIONAL, Message

# Answers to what a client has just texted: they go even though the answer to a STOP is "you get nothing more".
SMS_ANSWER = "sms.answer"


def consent_for(message: Message) -> str | None:
    """The subscription a message needs: "email_marketing" … None for one that goes in any case."""
    if message.channel == IN_APP or message.kind == SMS_ANSWER:
        return None
    if message.category == MANUAL and message.kind != BULK:
        return None  # to one single person, written by hand
    return f"{message.channel}_{'transactional' if message.category == TRANSACTIONAL else 'marketing'}"


def why_not(message: Message, contact: Contact) -> str | None:
    """The reason why this message must not go to this person now; None when it may."""
    if contact.erased_at is not None:
        return reasons.ERASED
    if message.channel == EMAIL and not contact.email:
        return reasons.NO_EMAIL
    if message.channel == SMS and not contact.phone:
        return reasons.NO_PHONE
    consent = consent_for(message)
    if consent is not None and not getattr(contact, consent):
        return reasons.UNSUBSCRIBED[consent]
    if message.channel == EMAIL and contact.email_bounced_at is not None and consent is not None:
        return reasons.ADDRESS_BOUNCED
    return None


def why_not_in_a_group(channel: str) -> ColumnElement[str]:
    """The same of a message to a group, asked of all its people at once: empty where it may go (UNS-10)."""
    address, consent, missing = {
        EMAIL: (Contact.email, Contact.email_marketing, reasons.NO_EMAIL),
        SMS: (Contact.phone, Contact.sms_marketing, reasons.NO_PHONE),
    }[channel]
    said = [
        (Contact.erased_at.is_not(None), reasons.ERASED),
        (address.is_(None), missing),
        (~consent, reasons.UNSUBSCRIBED[f"{channel}_marketing"]),
    ]
    if channel == EMAIL:
        said.append((Contact.email_bounced_at.is_not(None), reasons.ADDRESS_BOUNCED))
    return case(*said, else_="")

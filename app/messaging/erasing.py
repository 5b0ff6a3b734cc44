"""What messages say of a person who is erased."""

from __future__ import annotations

from sqlalchemy import select, update

from app.contacts import erase
from app.contacts.models import Contact
from app.db import db
from app.messaging import reasons
from app.messaging.models import OUT, QUEUED, SUPPRESSED, Conversation, InboundRaw, Message


@erase.also
def clear_messages(contact: Contact) -> None:
    """Every message stays in the log with its time and state; its words and addresses go, and none leaves any more."""
    theirs = Message.contact_id == contact.id
    db.session.execute(
        update(Message)
        .where(theirs, Message.direction == OUT, Message.status == QUEUED)
        .values(status=SUPPRESSED, reason=reasons.ERASED)
    )
    raw = InboundRaw.message_id.in_(select(Message.id).where(theirs))
    db.session.execute(update(InboundRaw).where(raw).values(body=""))
    emptied = {"subject": "", "text": "", "html": "", "to_address": "", "from_address": ""}
    db.session.execute(update(Message).where(theirs).values(**emptied))
    db.session.execute(update(Conversation).where(Conversation.contact_id == contact.id).values(snippet=""))

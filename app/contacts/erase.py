"""Erasing a person: what says who they were goes, what is counted stays.

The row of the contact, its events and its messages remain, so that last year's figures do not change; names, addresses,
texts and notes are emptied. Rooms above clear what is theirs: `@erase.also`.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import delete, select, update

from app import clock, events
from app.contacts.models import CONSENTS, ConsentEntry, Contact, contact_tag
from app.db import db
from app.events.log import Acting
from app.events.models import Event
from app.staff.models import Notification

# What may stay in an event's data: codes, counts and references. Whatever else was said about somebody is emptied, for
# other systems may have written anything there.
IMPERSONAL = frozenset(
    {
        *("channel", "category", "source", "via", "rule", "kind", "item_kind", "paid_with"),
        *("from_stage", "from_key", "from_emoji", "to_stage", "to_key", "to_emoji", "from_status", "to_status"),
        *("points", "score", "threshold", "price_cents", "credits", "seconds", "outcome"),
        *("lead_id", "message_id", "link_id", "task_id", "sequence_id", "sequence", "enrolment_id", "form_id"),
        *("class_name", "membership", "item", "order_id", "checkout_id", "starts_at", "ends_at", "version"),
    }
)

CHUNK = 500

Clear = Callable[[Contact], None]

_also: list[Clear] = []


def also(clear: Clear) -> Clear:
    """Register what a room has to clear of its own when a contact is erased."""
    _also.append(clear)
    return clear


def erase_contact(contact: Contact, *, by: events.Actor | Acting) -> None:
    """Empty everything that says who this was. Erasing twice does nothing the second time. There is no way back."""
    if contact.erased_at is not None:
        return
    for clear in _also:
        clear(contact)
    _clear_events(contact)
    db.session.execute(update(ConsentEntry).where(ConsentEntry.contact_id == contact.id).values(note=""))
    db.session.execute(update(Notification).where(Notification.contact_id == contact.id).values(data={}))
    db.session.execute(delete(contact_tag).where(contact_tag.c.contact_id == contact.id))
    db.session.expire(contact, ["tags"])

    contact.first_name = contact.last_name = contact.language = ""
    contact.email = contact.phone = contact.external_id = None
    contact.custom = {}
    contact.hot_since = None
    contact.rev += 1
    for consent in CONSENTS:  # nothing is ever sent again, not even if an address came back
        setattr(contact, consent, False)
    contact.erased_at = clock.now()
    events.record("contact.erased", contact, by=by)


def _clear_events(contact: Contact) -> None:
    last = 0
    while chunk := db.session.execute(
        select(Event.id, Event.data)
        .where(Event.contact_id == contact.id, Event.id > last)
        .order_by(Event.id)
        .limit(CHUNK)
    ).all():
        for event_id, data in chunk:
            kept = {key: value for key, value in data.items() if key in IMPERSONAL}
            if kept != data:
                db.session.execute(update(Event).where(Event.id == event_id).values(data=kept))
        last = chunk[-1].id

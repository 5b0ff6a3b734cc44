"""Somebody of the staff talks with a person: what sequences would write meanwhile is held, or left out (BEY-08).

It is asked about when messages leave, like sending hours and caps (`engine/takeover.py`); runs go on, and waits end by
what happens. Messages that people need to know something by, those to groups, and what somebody has told to go now are
none of its business.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, delete, select, update

from app import clock, events, wake
from app.contacts import erase
from app.contacts.models import Contact
from app.db import db
from app.events import log
from app.events.log import Acting
from app.messaging.models import QUEUED, SEQUENCE, Message
from app.sequences import reasons
from app.sequences.models import Takeover

By = events.Actor | Acting


def hold(contact: Contact, until: datetime, *, by: By) -> None:
    """Let nothing of sequences reach somebody until then; it goes afterwards, or lapses where that is too late."""
    _begin(contact, until, is_cancelled=False, by=by)


def cancel(contact: Contact, until: datetime, *, by: By) -> None:
    """Leave out what sequences would write to somebody until then. Their runs go on."""
    _begin(contact, until, is_cancelled=True, by=by)
    due = (Message.contact_id == contact.id, Message.status == QUEUED, Message.category == SEQUENCE)
    _look_again(*due, Message.due_at <= until, ~Message.is_urgent)


def let_go(contact: Contact, *, by: By) -> None:
    """Let sequences write again. What was held leaves as soon as it may."""
    if of(contact) is None:
        return
    _forget(contact)
    events.record("automatic.released", contact, by=by)
    _look_again(
        Message.contact_id == contact.id, Message.status == QUEUED, Message.reason.startswith(reasons.TAKEN_OVER)
    )


def of(contact: Contact) -> Takeover | None:
    """What holds for somebody now, if anything."""
    return db.session.scalar(select(Takeover).where(Takeover.contact_id == contact.id, Takeover.until_at > clock.now()))


@erase.also
def _forget(contact: Contact) -> None:
    mine = delete(Takeover).where(Takeover.contact_id == contact.id)
    db.session.execute(mine.execution_options(synchronize_session="fetch"))


def _begin(contact: Contact, until: datetime, *, is_cancelled: bool, by: By) -> None:
    _forget(contact)
    db.session.add(
        Takeover(
            contact_id=contact.id,
            is_cancelled=is_cancelled,
            by=log.actor(by).name[:120],
            begun_at=clock.now(),
            until_at=until,
        )
    )
    kind = "automatic.cancelled" if is_cancelled else "automatic.held"
    events.record(kind, contact, by=by, until=until.isoformat())
    db.session.flush()


def _look_again(*which: ColumnElement[bool]) -> None:
    """Let these messages be decided on anew, now."""
    db.session.execute(
        update(Message).where(*which).values(due_at=clock.now()).execution_options(synchronize_session=False)
    )
    wake.ring("deliver_messages")

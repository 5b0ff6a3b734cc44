"""Calls to the studio's number: matched to people, kept on their timeline, and in the inbox when missed (PHN-03 to
PHN-05).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from flask import Flask, abort, current_app
from flask_babel import gettext as _

from app import events
from app.contacts import queries
from app.contacts.models import Contact
from app.db import db
from app.events import Actor, Event
from app.messaging import conversations, inbound
from app.staff.models import Staff

ANSWERED, MISSED = "answered", "missed"
VOICEMAIL_LEFT = "call.voicemail_left"


@dataclass(frozen=True)
class Call:
    """A call to the studio, under the provider's id for it."""

    sid: str
    caller: str
    seconds: int = 0


class Recordings(Protocol):
    """Where voicemails lie."""

    def fetch(self, recording_id: str) -> bytes:
        """A recording as MP3. Raises carriers.Unreachable."""


def note_answered(call: Call) -> None:
    """Somebody of the studio has spoken with the caller."""
    _record(call, ANSWERED)


def note_missed(call: Call) -> None:
    """Nobody answered. The caller's thread waits for an answer, and sequences can start from it (TRG-30, TRG-36)."""
    contact = _record(call, MISSED)
    if contact is not None:
        conversations.expect_answer(contact, _("Missed call"))


def note_voicemail(call: Call, recording_id: str) -> None:
    """The caller of a missed call has left a message."""
    contact = _caller(call)
    if contact is not None:
        events.record(
            VOICEMAIL_LEFT,
            contact,
            by=Actor.client(),
            dedupe_key=f"voicemail:{call.sid}",
            number=call.caller,
            seconds=call.seconds,
            recording_id=recording_id,
        )


def voicemail(event_id: int, *, seen_by: Staff) -> bytes:
    """The recording that an event is about. Answers 404 for one this person may not hear, and where none are kept."""
    event = db.session.get(Event, event_id)
    if event is None or event.kind != VOICEMAIL_LEFT or event.contact_id is None or not event.data:
        abort(404)
    queries.get_contact(event.contact_id, seen_by=seen_by)
    recordings: Recordings | None = current_app.extensions.get("recordings")
    return recordings.fetch(event.data["recording_id"]) if recordings is not None else abort(404)


def keep_recordings_at(app: Flask, recordings: Recordings) -> None:
    """Say where voicemails are fetched from."""
    app.extensions["recordings"] = recordings


def _record(call: Call, outcome: str) -> Contact | None:
    """Write a call down once. Answers the caller, None for a repeat and for who hides their number."""
    contact = _caller(call)
    if contact is None:
        return None
    written = events.record(
        "call.received",
        contact,
        by=Actor.client(),
        dedupe_key=f"call:{call.sid}",
        number=call.caller,
        seconds=call.seconds,
        outcome=outcome,
    )
    return contact if written is not None else None


def _caller(call: Call) -> Contact | None:
    """Whose number it is; an unknown one becomes a contact, a hidden one is nobody's."""
    try:
        return inbound.whose_number(call.caller, via="call")
    except inbound.NotANumber:
        return None

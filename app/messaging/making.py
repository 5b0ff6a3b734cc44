"""Making messages up: where each goes, its thread, its links, its mail. A batch at a time, read and written whole."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from flask import current_app

from app.db import update_rows
from app.messaging import conversations, links, mail, segments, sheets, variables
from app.messaging.handover import MESSAGES, Parcel, callback_for
from app.messaging.models import EMAIL, SENDING, SMS, Message
from app.staff import studio

WRITTEN = (
    "status",
    "reason",
    "attempt",
    "attempts",
    "lease_until",
    "called_at",
    "due_at",
    "subject",
    "text",
    "html",
    "to_address",
    "from_address",
    "provider_id",
    "segments",
    "conversation_id",
)


@dataclass(slots=True)
class Slip:
    """A claimed message, which stays as it was read, and what is to be written on it."""

    message: Message
    attempt: str
    lease_until: datetime | None
    status: str = SENDING
    reason: str = ""
    attempts: int = 0
    called_at: datetime | None = None
    due_at: datetime | None = None
    subject: str = ""
    text: str = ""
    html: str = ""
    to_address: str = ""
    from_address: str = ""
    provider_id: str | None = None
    segments: int | None = None
    conversation_id: int | None = None
    pattern: mail.Words | None = None  # what it was filled in from
    values: variables.Values = field(default_factory=dict)

    @classmethod
    def of(cls, message: Message, attempt: str, lease_until: datetime) -> Slip:
        """A slip that leaves all else as it is."""
        kept = {name: getattr(message, name) for name in WRITTEN[6:]}
        return cls(message, attempt, lease_until, attempts=message.attempts + 1, **kept)

    def hold(self, status: str, reason: str) -> None:
        """It does not leave now."""
        self.status, self.reason, self.lease_until = status, reason, None


def write(slips: Sequence[Slip]) -> None:
    """Keep what stands on the slips, with one statement."""
    rows = [(slip.message.id, *(getattr(slip, name) for name in WRITTEN)) for slip in slips]
    update_rows(MESSAGES, ("id",), WRITTEN, rows, returning=())


def make_up(slips: Sequence[Slip], now: datetime) -> list[Parcel]:
    """Make parcels of messages that leave now. Their carriers are called from here on."""
    own = studio.studio()
    for slip in slips:
        slip.called_at = now
        _address(slip, own.email)
    _show(slips)
    drafts = {slip.message.id: draft_of(slip, own) for slip in slips if slip.message.channel == EMAIL}
    tracked = {draft.words for draft in drafts.values() if draft.is_tracked}
    numbers = links.numbers_of({address for words in tracked for address in mail.addresses_in(words)})
    stationery = mail.Stationery(own, current_app.config["SETTINGS"].public_url, numbers)
    return [_parcel(slip, stationery, drafts.get(slip.message.id), now) for slip in slips]


def draft_of(slip: Slip | Message, own: studio.Studio) -> mail.Draft:
    """What of a message goes into its mail."""
    message = slip.message if isinstance(slip, Slip) else slip
    person = message.staff or message.contact
    shared = _shared(slip) if isinstance(slip, Slip) else None
    return mail.Draft(
        message_id=message.id,
        contact_id=message.contact_id,
        category=message.category,
        kind=message.kind,
        to_name=person.name if person else "",
        to_address=slip.to_address,
        reference=slip.provider_id or "",
        subject=slip.subject,
        words=shared or mail.Words(sheets.closed(slip.text), sheets.closed(slip.html)),
        language=(person.language if person else "") or own.language,
        values=slip.values if isinstance(slip, Slip) and shared is not None else None,
    )


def _shared(slip: Slip) -> mail.Words | None:
    """The words that others get too, with slots for what is this person's own. None where the outcome would differ."""
    if slip.pattern is None or not sheets.are_harmless(slip.values.values()):
        return None
    return mail.open_words(slip.pattern, tuple(slip.values))


def _address(slip: Slip, sender: str) -> None:
    """Write down where it goes, from whom, and under which name its carrier will know it."""
    message = slip.message
    match message.channel:
        case "email":
            to = message.staff.email if message.staff is not None else message.contact.email if message.contact else ""
            slip.to_address, slip.from_address = to or "", sender
            domain = sender.rpartition("@")[2] or "localhost"
            # The same at every attempt: mail programs show two with one id as one.
            slip.provider_id = slip.provider_id or f"<{message.id}.{secrets.token_hex(8)}@{domain}>"
        case "sms":
            slip.to_address = message.contact.phone or "" if message.contact else message.to_address
            slip.from_address = current_app.config["SETTINGS"].twilio_from or ""
            slip.segments = segments.count(slip.text)


def _show(slips: Sequence[Slip]) -> None:
    """Show in their threads those that are not there yet."""
    leaving = [
        (slip, conversations.Shown(slip.message.contact_id, slip.message.channel, slip.subject or slip.text))
        for slip in slips
        if slip.conversation_id is None and slip.message.contact_id is not None
    ]
    threads = conversations.show_automatic([shown for _slip, shown in leaving])
    for slip, shown in leaving:
        slip.conversation_id = threads[shown.contact_id]


def _parcel(slip: Slip, stationery: mail.Stationery, draft: mail.Draft | None, now: datetime) -> Parcel:
    message = slip.message
    return Parcel(
        message_id=message.id,
        contact_id=message.contact_id,
        channel=message.channel,
        category=message.category,
        kind=message.kind,
        attempt=slip.attempt,
        attempts=slip.attempts,
        subject=slip.subject,
        text=slip.text,
        to=slip.to_address,
        sender=slip.from_address,
        reference=slip.provider_id or "",
        called_at=now,
        callback=callback_for(message.id) if message.channel == SMS else "",
        note=slip.reason,
        write=partial(stationery.write, draft, date=now) if draft is not None else None,
    )

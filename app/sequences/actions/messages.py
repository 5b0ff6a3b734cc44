"""Steps that write to people: e-mail, SMS, in-app message (ACT-01, ACT-02).

A message is queued now, for the sending hours, and rendered when it is sent: see `app/sequences/engine/sending.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from flask_babel import lazy_gettext as _
from pydantic import Field, field_validator, model_validator
from sqlalchemy import select

from app.contacts.models import Contact
from app.db import db, one_of
from app.messaging import block_mail, blocks, mail, outgoing
from app.messaging import reasons as messaging_reasons
from app.messaging.blocks import Blocks, Html
from app.messaging.models import EMAIL, IN_APP, SMS
from app.sequences import hours, reasons
from app.sequences.actions.registry import DONE, Item, Outcome, Params, action
from app.sequences.lateness import Late
from app.sequences.waits import Duration, shift
from app.staff import studio

# How long a message keeps where its step says nothing: what is put off for longer lapses (BEY-16).
KEEPS = Duration(days=14)


class MessageParams(Params):
    """What every message has. It keeps for so long from when it could first have gone."""

    repeat: bool = False  # the same words may reach the same person again at once (BEY-05)
    late: Late | None = None  # what becomes of it after an outage; None: what the studio says (BEY-14)
    stale_after: Duration | None = None

    @field_validator("stale_after")
    @classmethod
    def _some(cls, value: Duration | None) -> Duration | None:
        if value is not None and value.is_zero:
            raise ValueError("say how long it keeps, or leave it out")
        return value


class EmailParams(MessageParams):
    """An e-mail, written as HTML or made of blocks."""

    subject: str = Field(min_length=1, max_length=200)
    preview: str = Field(default="", max_length=200)  # what lists of mails show beside the subject
    html: Html = Field(default="", max_length=200_000)
    blocks: Blocks = ()
    text: str = Field(default="", max_length=100_000)  # the plain part; made from the HTML where it is not given

    @model_validator(mode="after")
    def _one_body(self) -> Self:
        if self.html and self.blocks:
            raise ValueError("an e-mail has html or blocks, not both")
        return self

    def written(self, names: Iterable[str]) -> Iterator[tuple[str, str]]:
        yield from super().written(names)
        yield from blocks.written("blocks", self.blocks)

    def words(self) -> mail.Words:
        """Its text and HTML, variables still standing. Drawn once for all who get it."""
        drawn = mail.Words(self.text, self.html)
        if self.blocks:
            made = block_mail.render(self.blocks, block_mail.Look(studio.studio().colour))
            drawn = mail.Words(self.text or made.text, made.html)
        return mail.with_preheader(drawn, self.preview)


class SmsParams(MessageParams):
    body: str = Field(min_length=1, max_length=1600)


class InAppParams(MessageParams):
    body: str = Field(min_length=1, max_length=5000)


@dataclass(frozen=True)
class _Door:
    """How a channel reaches somebody: where, and whether they want it."""

    address: str | None  # the contact's column
    consent: str | None
    missing: str  # the reason where there is no address


_DOORS = {
    EMAIL: _Door("email", "email_marketing", messaging_reasons.NO_EMAIL),
    SMS: _Door("phone", "sms_marketing", messaging_reasons.NO_PHONE),
    IN_APP: _Door(None, None, ""),
}


CONSENTS = tuple(door.consent for door in _DOORS.values() if door.consent is not None)


@action(
    "email",
    _("E-mail"),
    icon="mail",
    params=EmailParams,
    group="messages",
    channel=EMAIL,
    texts=("subject", "preview", "html", "text"),
)
def email(items: Sequence[Item], now: datetime) -> list[Outcome]:
    """Queue an e-mail each."""
    return _queue(EMAIL, items, now)


@action("sms", _("SMS"), icon="device-mobile-message", params=SmsParams, group="messages", channel=SMS, texts=("body",))
def sms(items: Sequence[Item], now: datetime) -> list[Outcome]:
    """Queue an SMS each."""
    return _queue(SMS, items, now)


@action(
    "in_app",
    _("In-app message"),
    icon="message-circle",
    params=InAppParams,
    group="messages",
    channel=IN_APP,
    texts=("body",),
)
def in_app(items: Sequence[Item], now: datetime) -> list[Outcome]:
    """Queue an in-app message each."""
    return _queue(IN_APP, items, now)


def _queue(channel: str, items: Sequence[Item], now: datetime) -> list[Outcome]:
    people = _people([item.contact_id for item in items])
    studio_hours = hours.sending_hours()
    queued, outcomes = [], []
    for item in items:
        outcome, due = plan(channel, item, people[item.contact_id], now, studio_hours)
        outcomes.append(outcome)
        if due is None:
            continue
        queued.append(
            outgoing.NewMessage(
                contact_id=item.contact_id,
                channel=channel,
                due_at=due,
                sequence_id=item.sequence_id,
                revision_id=item.revision_id,
                enrolment_id=item.enrolment_id,
                step_id=item.step_id,
                not_after=_useless_after(item, due),
            )
        )
    outgoing.queue_many(queued)
    return outcomes


def _useless_after(item: Item, due: datetime) -> datetime:
    """When a message that could go at `due` has lost its sense: it does not keep for ever, nor beyond its anchor."""
    stale_at = shift(due, item.params.stale_after or KEEPS, item.zone)
    return stale_at if item.anchor_at is None else min(stale_at, item.anchor_at)


def plan(
    channel: str, item: Item, person: Any, now: datetime, studio_hours: hours.SendingHours
) -> tuple[Outcome, datetime | None]:
    """What comes of a message, as far as is known when its step is done, and when it is to be sent, if it is.

    `person` is their row: addresses, consents, whether they were erased.
    """
    reason = why_not(person, channel)
    # What an outage has kept back shows by its time that it is late: `engine.overdue` decides on it.
    due = hours.sendable_at(item.late_since or max(now, item.due_at), studio_hours, item.zone)
    if reason is None and item.anchor_at is not None and due >= item.anchor_at:
        reason = reasons.code("outside_hours", reasons.moment(due, item.zone))
    if reason is not None:
        return Outcome("skipped", reason), None
    return DONE if due <= now else Outcome("done", reasons.code("deferred", reasons.moment(due, item.zone))), due


def _people(contact_ids: Sequence[int]) -> dict[int, Any]:
    columns = (Contact.id, Contact.email, Contact.phone, Contact.email_marketing, Contact.sms_marketing)
    rows = db.session.execute(select(*columns, Contact.erased_at).where(one_of(Contact.id, contact_ids)))
    return {row.id: row for row in rows}


def why_not(person: Any, channel: str) -> str | None:
    """Why somebody gets no message on a channel, as far as is known now; it is looked at again when it is sent."""
    door = _DOORS[channel]
    if person.erased_at is not None:
        return messaging_reasons.ERASED
    if door.consent is not None and not getattr(person, door.consent):
        return messaging_reasons.UNSUBSCRIBED[door.consent]
    if door.address is not None and not getattr(person, door.address):
        return door.missing
    return None

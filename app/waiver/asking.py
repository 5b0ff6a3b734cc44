"""Asking people to sign: all with a class to come, in batches by a worker, or one of them by hand (WVR-02, WVR-03).

To ask is to record an event; the message `waiver_request` answers it. The place reached stands in the version's row and
moves in the transaction that records the events, whose dedupe keys make a second request for one version impossible.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from flask_babel import gettext as _
from sqlalchemy import CursorResult, func, select, update

from app import clock, events, wake, work
from app.contacts.models import Contact
from app.db import db, is_postgresql, one_of
from app.events import Entry
from app.events.models import Event
from app.i18n import LANGUAGES
from app.messaging.models import EMAIL, SMS
from app.notices import setup, texts, values
from app.notices.catalogue import NOTICES, VARIABLES
from app.notices.values import Occasion
from app.staff.models import Staff
from app.waiver import audience, signing, versions
from app.waiver.models import ASKED, ASKING, WaiverVersion
from app.web import Refusal

ACTOR = "ask_for_signatures"
BATCH = 500

NOTICE = NOTICES["waiver_request"]
KIND = "waiver.signature_requested"


class NotAsked(Refusal):
    """The request does not go; the text says why."""


def ask_all(version: WaiverVersion, note: str, *, by: Staff) -> bool:
    """Ask everybody with a class to come to sign the current version, with a word of the author's.

    Answers False where that has been said already: two presses are one. Raises NotAsked.
    """
    _refuse_where_nothing_goes()
    if version is not versions.current():
        raise NotAsked(_("There is a newer version. Ask people to sign that one."))
    asked = update(WaiverVersion).where(WaiverVersion.id == version.id, WaiverVersion.asking == "")
    now = {"asking": ASKING, "asked_at": clock.now(), "asked_by_id": by.id, "note": note.replace("\r\n", "\n").strip()}
    done = cast("CursorResult[tuple[()]]", db.session.execute(asked.values(now)))
    db.session.refresh(version)
    if done.rowcount:
        wake.ring(ACTOR)
    return bool(done.rowcount)


def ask(version: WaiverVersion, contact: Contact, *, by: Staff) -> None:
    """Ask one person to sign the current version. Two presses within a minute are one. Raises NotAsked."""
    _refuse_where_nothing_goes()
    if signing.signature_of(contact, version) is not None:
        raise NotAsked(_("%(name)s has signed it already.", name=contact.name))
    addresses = {EMAIL: contact.email, SMS: contact.phone}
    if not any(addresses[channel] for channel in setup.standing_of(NOTICE.key).channels):
        raise NotAsked(_("The request cannot reach %(name)s. Let them sign at the desk.", name=contact.name))
    minute = int(clock.now().timestamp()) // 60
    key = f"waiver:{version.number}:{contact.id}:{minute}"
    events.record(
        KIND,
        contact,
        by=by,
        dedupe_key=key,
        waiver=version.title,
        version=version.number,
    )


def ask_batch() -> int:
    """Ask the next people to sign. Answers how many that were, and one for the last look.

    A version that has been replaced meanwhile is asked for no longer: its author's successor asks for the new one.
    """
    version = _take()
    if version is None:
        return 0
    people = audience.beyond(version, version.asked_to, BATCH) if version is versions.current() else []
    by = version.asked_by.as_actor if version.asked_by is not None else events.Actor.system()
    data = {"waiver": version.title, "version": version.number, "note": version.note}
    events.record_many([Entry(KIND, one, data, by, dedupe_key=f"waiver:{version.number}:{one}") for one in people])
    if people:
        version.asked_to = people[-1]
        version.asked += len(people)
    if len(people) < BATCH:
        version.asking = ASKED
    return len(people) + 1


def next_due() -> datetime | None:
    """Since when the request that has waited longest waits."""
    return db.session.scalar(select(func.min(WaiverVersion.asked_at)).where(WaiverVersion.asking == ASKING))


def register() -> None:
    """Make this work known."""
    work.register(work.Work(actor=ACTOR, claim=ask_batch, next_due=next_due))


@values.supplies("url")
def links(occasions: Sequence[Occasion]) -> list[str]:
    """Where each of these people signs: their own link, or the address that another system's event gave."""
    version = versions.current()
    return [
        signing.link_for(version, one.contact.id)
        if version is not None and one.data.get("version")
        else str(one.data.get("url") or "")
        for one in occasions
    ]


def asked_at(version: WaiverVersion, contact_ids: Sequence[int]) -> dict[int, datetime]:
    """When each of these people was last asked to sign, since there is this version; the others are left out."""
    last = select(Event.contact_id, func.max(Event.occurred_at)).where(
        one_of(Event.contact_id, contact_ids), Event.kind == KIND, Event.occurred_at >= version.made_at
    )
    return {contact_id: at for contact_id, at in db.session.execute(last.group_by(Event.contact_id)) if contact_id}


def goes_by_email() -> bool:
    """Whether the message that asks is sent as an e-mail."""
    return setup.standing_of(NOTICE.key).is_email_on


def missing_from_message() -> list[texts.Missing]:
    """Where the message that asks leads nowhere, as the studio has written it (WVR-05)."""
    return texts.missing_in(NOTICE, setup.standing_of(NOTICE.key).texts)


def has_place_for_note() -> bool:
    """Whether the note can be read in the message, in every language (WVR-03)."""
    written = setup.standing_of(NOTICE.key).texts
    return all(VARIABLES["waiverNote"].token in written[language].body for language in LANGUAGES)


def _refuse_where_nothing_goes() -> None:
    if not setup.standing_of(NOTICE.key).channels:
        raise NotAsked(_("The message that asks for signatures is switched off, under Email templates."))


def _take() -> WaiverVersion | None:
    wanted = select(WaiverVersion).where(WaiverVersion.asking == ASKING).order_by(WaiverVersion.id).limit(1)
    if is_postgresql():
        wanted = wanted.with_for_update(skip_locked=True)
    return db.session.scalar(wanted.execution_options(populate_existing=True))

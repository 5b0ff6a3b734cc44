"""What happened, told as sentences: on a contact's timeline and in the feed of the whole studio (CUS-06, CUS-07).

The catalogue gives each kind its sentence; here it is filled with the event's own data. An event of an older shape, or
one posted with less than we know to ask for, still reads as a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from app import reasons
from app.contacts import keyset
from app.contacts.keyset import Order, Page
from app.contacts.models import Contact
from app.contacts.queries import is_seen_by
from app.db import db
from app.events import catalogue
from app.events.models import Event
from app.staff.models import Staff

PAGE = 20

NEWEST_FIRST = Order(Event.occurred_at.expression, Event.id.expression)

# Values that are codes in the log and words on the page, by the key they stand under.
WORDS: dict[str, dict[str, LazyString]] = {
    "channel": {
        "email": _l("e-mail"),
        "sms": _l("SMS"),
        "in_app": _l("in-app message"),
        "email_marketing": _l("marketing e-mails"),
        "email_transactional": _l("transactional e-mails"),
        "sms_marketing": _l("marketing SMS"),
        "sms_transactional": _l("transactional SMS"),
    },
    "to_status": {
        "not_contacted": _l("open, not contacted"),
        "contacted": _l("contacted"),
        "converted": _l("closed, converted"),
        "not_converted": _l("closed, not converted"),
    },
}

# Calls that nobody took, by their outcome.
MISSED = ("missed", "voicemail")

# The colour of an entry's icon (`ui.kind_icon`) follows from the first word of its kind.
COLOURS = {
    "message": "email",
    "call": "sms",
    "tag": "tag",
    "contact": "lead",
    "client": "lead",
    "lead": "lead",
    "lifecycle": "stage",
    "score": "hot",
    "task": "task",
    "sequence": "cond",
    "consent": "wait",
    "form": "data",
    "api": "data",
}

_BLANK = re.compile(r"%\((\w+)\)([-+0-9.]*[sdf])|%%")


@dataclass(frozen=True)
class Entry:
    """One event as it is told. `by` says who did it; `contact` is given where a list is about more than one."""

    id: int
    kind: str
    sentence: str
    at: datetime
    by: str
    icon: str
    colour: str
    contact: Contact | None = None


def timeline_of(
    contact: Contact, *, before: str | None = None, limit: int = PAGE, kinds: Collection[str] = ()
) -> Page[Entry]:
    """What happened with one contact, newest first: all, or only some kinds. `before` is the last page's cursor."""
    wanted = select(Event).where(Event.contact_id == contact.id)
    if kinds:
        wanted = wanted.where(Event.kind.in_(kinds))
    return _page(wanted, before, limit)


def feed_seen_by(
    staff: Staff, *, before: str | None = None, limit: int = PAGE, kinds: Collection[str] = ()
) -> Page[Entry]:
    """What happened with anyone this person may see, newest first, without what is only of interest on a timeline."""
    shown = {key for key, kind in catalogue.KINDS.items() if kind.feed}
    wanted = (
        select(Event, Contact)
        .join(Contact, Contact.id == Event.contact_id)
        .where(Event.kind.in_(shown.intersection(kinds) if kinds else shown), Contact.erased_at.is_(None))
        .where(is_seen_by(staff))
        .options(joinedload(Contact.location))
    )
    return _page(wanted, before, limit)


def last_of(contact_ids: Collection[int]) -> dict[int, Entry]:
    """What happened last with each of these contacts, by contact."""
    shown = [key for key, kind in catalogue.KINDS.items() if kind.feed]
    newest = (
        select(func.max(Event.id))
        .where(Event.contact_id.in_(contact_ids), Event.kind.in_(shown))
        .group_by(Event.contact_id)
    )
    last = db.session.scalars(select(Event).where(Event.id.in_(newest)))
    return {event.contact_id: tell(event) for event in last if event.contact_id is not None}


def tell(event: Event, contact: Contact | None = None) -> Entry:
    """One event as an entry, in the language of whoever reads."""
    kind = catalogue.KINDS.get(event.kind)
    return Entry(
        id=event.id,
        kind=event.kind,
        sentence=sentence_of(event.kind, event.data),
        at=event.occurred_at,
        by=actor_of(event),
        icon=kind.icon if kind else "point",
        colour=_colour(event),
        contact=contact,
    )


def sentence_of(kind: str, data: Mapping[str, Any]) -> str:
    """The sentence of an event. What the data does not say is an ellipsis; a kind we no longer know shows its key."""
    if kind == "lifecycle.stage_changed":
        template = _stage_sentence(data)
    elif kind == "lead.created" and data.get("via") == "import":
        template = str(_("New lead from %(source)s, imported from a file"))
    elif kind == "call.received" and data.get("outcome") in MISSED:
        template = str(_("Called the studio, nobody answered"))
    elif kind == "call.received" and data.get("seconds"):
        template = str(_("Called the studio, %(seconds)s s", seconds=data["seconds"]))
    else:
        template = str(catalogue.KINDS[kind].sentence) if kind in catalogue.KINDS else kind.replace("%", "%%")
    return _fill(template, _in_words(data))


def actor_of(event: Event) -> str:
    """Who is behind an event, as one says it."""
    match event.actor_kind:
        case "staff":
            return event.actor_name or str(_("the team"))
        case "client":
            return str(_("the client"))
        case "api":
            return str(_("%(name)s, by API", name=event.actor_name) if event.actor_name else _("the API"))
        case "sequence":
            return str(_("sequence “%(name)s”", name=event.actor_name) if event.actor_name else _("a sequence"))
        case _:
            return "Encore"


def _page(wanted: Select[*tuple[Any, ...]], before: str | None, limit: int) -> Page[Entry]:
    rows = db.session.execute(keyset.ordered(wanted, NEWEST_FIRST, before).limit(limit + 1))
    told = [(tell(*row), row[0].occurred_at, row[0].id) for row in rows]
    return keyset.page(told, limit)


def _stage_sentence(data: Mapping[str, Any]) -> str:
    """A contact may come from no stage, or go to none (LIFE-15); both read oddly with an empty place in the middle."""
    if not data.get("from_stage"):
        return str(_("Lifecycle stage set to %(to_stage)s"))
    if not data.get("to_stage"):
        return str(_("Lifecycle stage %(from_stage)s cleared"))
    return str(catalogue.KINDS["lifecycle.stage_changed"].sentence)


def _in_words(data: Mapping[str, Any]) -> dict[str, Any]:
    words = dict(data)
    for key, names in WORDS.items():
        if key in data:
            words[key] = str(names.get(data[key], data[key]))
    for end in ("from", "to"):
        words[f"{end}_stage"] = f"{data.get(f'{end}_emoji', '')} {data.get(f'{end}_stage', '')}".strip()
    words["channel_name"] = words.get("channel")
    words["reason"] = reasons.say_within(str(data.get("reason", "")))
    return words


def _fill(template: str, data: Mapping[str, Any]) -> str:
    def said(blank: re.Match[str]) -> str:
        if blank[1] is None:
            return "%"
        value = data.get(blank[1])
        if value is None or value == "":
            return "…"
        try:
            return str(f"%{blank[2]}" % value)
        except (TypeError, ValueError):
            return str(value)

    filled = _BLANK.sub(said, template)
    return filled[:1].upper() + filled[1:]


def _colour(event: Event) -> str:
    room = event.kind.partition(".")[0]
    if room == "message" and event.data.get("channel") in {"sms", "in_app"}:
        return str(event.data["channel"])
    return COLOURS.get(room, "trigger")

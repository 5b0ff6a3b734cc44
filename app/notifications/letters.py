"""The e-mails that notifications come with: one a person and kind of event, however many leads it is about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.contacts.models import Contact
from app.events.models import Event
from app.messaging import kinds, outgoing
from app.notifications.circle import Circle
from app.sequences import fuses
from app.staff.models import Staff

kinds.NAMES.update(
    {
        "staff.score.became_hot": _l("Somebody is hot"),
        "staff.lead.assigned": _l("Lead assigned"),
        "staff.lead.created": _l("New lead"),
        "staff.sequence.fused": _l("A sequence was paused by its fuse"),
        "staff.sequence.asks": _l("Late messages wait for somebody’s word"),
    }
)


class About(NamedTuple):
    """One thing a letter tells of."""

    event: Event
    contact: Contact
    link: str


class Letter(NamedTuple):
    subject: str
    text: str


def send(told: Sequence[tuple[Staff, Event]], people: Circle) -> None:
    """Queue the letters. Kinds that have none are told in the product only."""
    letters: dict[tuple[int, str], list[About]] = defaultdict(list)
    for staff, event in told:
        contact = people.contacts.get(event.contact_id or 0)
        if event.kind in WRITERS and contact is not None:
            letters[staff.id, event.kind].append(About(event, contact, _link(event, contact, people)))
    for (staff_id, kind), abouts in letters.items():
        staff = people.staff[staff_id]
        with force_locale(staff.language):
            letter = WRITERS[kind](abouts)
        outgoing.queue_to_staff(staff, f"staff.{kind}", letter.subject, letter.text)
    for staff, event in told:
        if event.kind in ALARMS:
            with force_locale(staff.language):
                letter = ALARMS[event.kind](
                    event.data, address_of("sequences.build", sequence_id=event.data["sequence_id"])
                )
            outgoing.queue_to_staff(staff, f"staff.{event.kind}", letter.subject, letter.text)


def _fused(data: Mapping[str, Any], link: str) -> Letter:
    said = fuses.say(fuses.Blown.model_validate(data))
    kept = _("Everybody inside keeps their place. Look at its steps and its trigger, then resume it here:")
    return Letter(_("“%(sequence)s” was paused by the fuse", sequence=data["sequence"]), f"{said}\n\n{kept}\n{link}")


def _became_hot(abouts: Sequence[About]) -> Letter:
    lines = [
        _(
            "%(name)s responds well to what you send: %(score)s points, hot from %(threshold)s on.",
            name=about.contact.name,
            score=about.event.data["score"],
            threshold=about.event.data["threshold"],
        )
        + f"\n{about.link}"
        for about in abouts
    ]
    subject = (
        _("%(name)s is hot", name=abouts[0].contact.name)
        if len(abouts) == 1
        else ngettext("%(num)d lead is hot", "%(num)d leads are hot", len(abouts))
    )
    return Letter(subject, "\n\n".join(lines))


def _assigned(abouts: Sequence[About]) -> Letter:
    subject = (
        _("%(name)s is yours to help", name=abouts[0].contact.name)
        if len(abouts) == 1
        else ngettext("%(num)d lead is yours to help", "%(num)d leads are yours to help", len(abouts))
    )
    return Letter(subject, _listed(abouts))


def _created(abouts: Sequence[About]) -> Letter:
    subject = (
        _("New lead: %(name)s", name=abouts[0].contact.name)
        if len(abouts) == 1
        else ngettext("%(num)d new lead", "%(num)d new leads", len(abouts))
    )
    return Letter(subject, _listed(abouts))


def _listed(abouts: Sequence[About]) -> str:
    return "\n\n".join(f"{about.contact.name}\n{about.link}" for about in abouts)


WRITERS: dict[str, Callable[[Sequence[About]], Letter]] = {
    "score.became_hot": _became_hot,
    "lead.assigned": _assigned,
    "lead.created": _created,
}


def _asks(data: Mapping[str, Any], link: str) -> Letter:
    said = _("Nothing ran when they were due. Say here whether they are still sent:")
    return Letter(_("Late messages of “%(sequence)s” wait for your word", sequence=data["sequence"]), f"{said}\n{link}")


# What is about a sequence and no person is told by itself.
ALARMS: dict[str, Callable[[Mapping[str, Any], str], Letter]] = {"sequence.fused": _fused, "sequence.asks": _asks}


def _link(event: Event, contact: Contact, people: Circle) -> str:
    """Where the letter leads: the lead where there is one, else the contact. It opens after signing in."""
    lead = people.lead_of(event)
    if lead is not None:
        return address_of("leads.show", lead_id=lead.id)
    return address_of("contacts.show", contact_id=contact.id)


def address_of(endpoint: str, **values: int) -> str:
    """The full address of a page, without a request that says which host we are."""
    public = urlsplit(current_app.config["SETTINGS"].public_url)
    adapter = current_app.url_map.bind(public.netloc, script_name=public.path or "/", url_scheme=public.scheme)
    return adapter.build(endpoint, values, force_external=True)

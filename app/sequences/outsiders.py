"""Why isn't she in this sequence? What happened to people who are not inside, and why none of it put them in (BEY-02).

What was matched and refused is stored with its reason when it happens. What did not match is judged now, by the
engine's own questions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from app import reasons
from app.contacts import timeline
from app.contacts.models import Contact
from app.db import db, one_of
from app.events import Event
from app.sequences import insiders, triggers
from app.sequences.builder import rule_words
from app.sequences.engine import matching
from app.sequences.engine.matching import Match
from app.sequences.engine.program import Program, programs
from app.sequences.models import DRAFT, Enrolment, Refused
from app.sequences.models import Sequence as Stored
from app.staff.models import Staff

MOST_CAUSES = 3  # of each person, the latest
LOOKED_AT = 10  # events of each person


@dataclass(frozen=True)
class Cause:
    """Something that might have put somebody in, and why it did not. Without what and when: there was nothing."""

    why: str
    what: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Outsider:
    """Somebody who has no run in a sequence."""

    contact: Contact
    causes: Sequence[Cause]


def called(sequence: Stored, search: str, *, seen_by: Staff) -> list[Outsider]:
    """A few people of this name who were never in the sequence, and why not. Six queries, however many they are."""
    found = insiders.contacts_called(search, seen_by=seen_by)
    inside = set(
        db.session.scalars(
            select(Enrolment.contact_id).where(
                Enrolment.sequence_id == sequence.id, one_of(Enrolment.contact_id, [one.id for one in found])
            )
        )
    )
    outside = [one for one in found if one.id not in inside]
    causes = _causes(sequence, [one.id for one in outside]) if outside else {}
    return [Outsider(one, causes.get(one.id) or [_nothing(sequence)]) for one in outside]


def refusals_of(contact: Contact, *, limit: int) -> list[tuple[Refused, str, str]]:
    """What was to put somebody into sequences and did not, the latest first: with the sequence and what happened."""
    found = db.session.execute(
        select(Refused, Stored.title, Event)
        .join(Stored, Stored.id == Refused.sequence_id)
        .join(Event, Event.id == Refused.event_id)
        .where(Refused.contact_id == contact.id, Stored.deleted_at.is_(None))
        .order_by(Refused.id.desc())
        .limit(limit)
    )
    return [(refused, title, timeline.sentence_of(event.kind, event.data)) for refused, title, event in found]


def _nothing(sequence: Stored) -> Cause:
    if sequence.live_id is None:
        return Cause(_("The sequence has never been active."))
    return Cause(_("Nothing that starts this sequence has happened to them."))


def _causes(sequence: Stored, contact_ids: Sequence[int]) -> dict[int, list[Cause]]:
    if sequence.live_id is None:
        return {}
    program = programs([sequence.live_id])[sequence.live_id]
    events = _events(program, contact_ids)
    refused = _refused(sequence, contact_ids)
    judged = _judged(sequence, program, [one for one in events if one.id not in refused])
    found: dict[int, list[Cause]] = defaultdict(list)
    for event in events:
        why = refused.get(event.id) or judged.get(event.id)
        if why and event.contact_id is not None and len(found[event.contact_id]) < MOST_CAUSES:
            said = timeline.sentence_of(event.kind, event.data)
            found[event.contact_id].append(Cause(why, said, event.occurred_at))
    return found


def _events(program: Program, contact_ids: Sequence[int]) -> list[Event]:
    """The latest events of these people that the trigger hears of, newest first."""
    place = func.row_number().over(partition_by=Event.contact_id, order_by=(Event.occurred_at.desc(), Event.id.desc()))
    latest = (
        select(Event.id, place.label("place"))
        .where(one_of(Event.contact_id, contact_ids), Event.kind.in_(sorted(program.trigger.all_kinds)))
        .subquery()
    )
    wanted = select(Event).join(latest, latest.c.id == Event.id).where(latest.c.place <= LOOKED_AT)
    return list(db.session.scalars(wanted.order_by(Event.occurred_at.desc(), Event.id.desc())))


def _refused(sequence: Stored, contact_ids: Sequence[int]) -> dict[int, str]:
    """By event, why it was refused."""
    found = db.session.execute(
        select(Refused.event_id, Refused.reason).where(
            Refused.sequence_id == sequence.id, one_of(Refused.contact_id, contact_ids)
        )
    )
    return {event_id: reasons.say(reason) for event_id, reason in found}


def _judged(sequence: Stored, program: Program, events: Sequence[Event]) -> dict[int, str]:
    """By event, why it starts nothing. What has to do with the trigger in no way is left out."""
    said: dict[int, str] = {}
    matches: list[Match] = []
    for event in events:
        match = Match(program, event)
        if not _concerns(program, event):
            continue
        why = _too_early_or_late(sequence, event) or _unmet_filter(program, event.data)
        if why is None and not matching.passes(match):
            why = str(_("What it was about had begun already"))
        if why is None:
            matches.append(match)
        else:
            said[event.id] = why
    asked = matching.asked_of(matches)
    wanted = matching.numbered(asked)
    for match in matches:
        said[match.event.id] = _as_of_now(match, asked, wanted)
    return said


def _concerns(program: Program, event: Event) -> bool:
    trigger = program.trigger
    if event.kind not in program.hears or (trigger.when is not None and not trigger.when(event.data)):
        return False
    return not trigger.is_per_sequence or event.data.get("sequence_id") == program.sequence_id


def _too_early_or_late(sequence: Stored, event: Event) -> str | None:
    if sequence.activated_at is None or event.recorded_at < sequence.activated_at or sequence.status == DRAFT:
        return str(_("The sequence was not active then"))
    if event.data.get("starts_nothing"):
        return str(_("It was imported without starting sequences"))
    if not matching.is_news(event):
        return str(_("It was told of more than a day after it happened"))
    return None


def _unmet_filter(program: Program, data: Mapping[str, Any]) -> str | None:
    return next(_unmet(program, data), None)


def _unmet(program: Program, data: Mapping[str, Any]) -> Iterator[str]:
    for one in program.trigger.filters:
        wanted = program.filters.get(one.key)
        if one.key in program.filters and not one.admits(wanted, data):
            has = " / ".join(str(data[field]) for field in one.fields if data.get(field)) or "–"
            names = ", ".join(triggers.names_of(wanted)) if not one.is_number else str(wanted)
            yield str(
                _("Filter not met: %(filter)s %(has)s, wanted %(wanted)s", filter=one.label, has=has, wanted=names)
            )


def _as_of_now(match: Match, asked: Sequence[Match], wanted: Sequence[Match]) -> str:
    if match not in asked:
        uses = match.program.trigger.asks(match.program.filters, match.event.data)
        return str(_("Filter not met: %(rules)s", rules=", ".join(rule_words.rule(use) for use in uses)))
    if match not in wanted:
        return str(_("It is not number %(number)s", number=match.program.number))
    return str(_("The sequence had other settings then: today it would start"))

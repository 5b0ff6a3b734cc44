"""What the demo studio writes to many people at once, and the segments it keeps for that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from app import events
from app.contacts import consent, segments
from app.contacts.models import Contact, Segment
from app.db import db
from app.messaging import groups, groups_audience
from app.messaging.models import EMAIL, SMS, GroupMessage
from app.rules import RuleUse
from app.staff.models import Staff

LAPSED, CUSTOMERS = "Not seen for three weeks", "With a membership"

SEGMENTS: tuple[tuple[str, str, list[dict[str, Any]]], ...] = (
    (CUSTOMERS, segments.CLIENTS, [{"rule": "membership.active"}]),
    (LAPSED, segments.CLIENTS, [{"rule": "last_visit.days_ago", "op": ">=", "value": 21}]),
    ("Prenatal", segments.CLIENTS, [{"rule": "tag.has", "value": "Prenatal"}]),
    ("Cold leads", segments.CONTACTS, [{"rule": "lifecycle.stage", "value": "cold_lead"}]),
    (
        "Waiting for a call",
        segments.LEADS,
        [{"rule": "lead.status", "value": "not_contacted"}, {"rule": "lead.days_old", "op": "<=", "value": 30}],
    ),
    (
        "Instagram, still open",
        segments.LEADS,
        [{"rule": "lead.source", "value": "Instagram ads"}, {"rule": "lead.status", "value": "open"}],
    ),
)

LETTER = (
    "Hi ##{{first_name}},\n\nyour mat is where you left it. Come to any class this week and bring somebody you like:"
    " they are our guest.\n\nhttps://maison-souffle.example/timetable\n\nInès"
)

UNSUBSCRIBES_EVERY = 17
STOPS_EVERY = 29


def keep_segments(by: Staff) -> None:
    """Save the filters the team uses most."""
    for name, scope, uses in SEGMENTS:
        segments.save(name, scope, [RuleUse.model_validate(use) for use in uses], by=by)


def lose_some(clients: Sequence[Contact]) -> None:
    """Some have had enough of offers, by mail or by SMS."""
    for number, contact in enumerate(clients):
        if number % UNSUBSCRIBES_EVERY == 0:
            consent.withdraw(contact, ["email_marketing"], by=events.Actor.client(), via="footer")
        if number % STOPS_EVERY == 0:
            consent.withdraw(contact, ["sms_marketing"], by=events.Actor.client(), via="sms_keyword")


def invite_back(by: Staff) -> None:
    """Write to those who have not been seen for a while, if there are any yet."""
    group = _begin(LAPSED, by)
    if group is not None:
        groups.write(group, EMAIL, "We kept your place, ##{{first_name}}", LETTER)
        groups.send(group)


def leave_a_draft(by: Staff) -> None:
    """Half a text, as it lies on the desk when the demo opens."""
    group = _begin(CUSTOMERS, by)
    if group is not None:
        groups.write(
            group, SMS, "", "Hi ##{{first_name}}, the December timetable is out. The Sunday class moves to 10:30."
        )


def _begin(name: str, by: Staff) -> GroupMessage | None:
    segment = db.session.scalars(select(Segment).where(Segment.name == name)).one()
    address = MultiDict({"segment": str(segment.id)})
    people, whose = groups_audience.selected(segment.scope, address, None, seen_by=by)
    if db.session.scalar(people.with_only_columns(whose).limit(1)) is None:
        return None
    return groups.begin(people, whose, by=by, listed=segment.scope, segment=segment.name)

"""The other systems that may tell Encore something, each with its switch (APP-06).

What they tell comes in through the API. An event belongs to an integration where it says so (`"channel": "classpass"`)
or where its kind says so; one of an integration that is switched off changes nothing and is noted as ignored. A new
integration is one entry in `INTEGRATIONS`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from pydantic import BaseModel
from sqlalchemy import select

from app import events
from app.apps import plan
from app.db import db
from app.events import Event
from app.events.log import Acting, HasId
from app.staff import studio
from app.web import Refusal

KEY = "integrations"
IGNORED = "integration.event_ignored"
SHOWN = 50


@dataclass(frozen=True, kw_only=True)
class Integration:
    """One other system: what it is, which events are its own, and what they do here today."""

    key: str
    name: str | LazyString
    icon: str
    summary: LazyString
    does: tuple[LazyString, ...]
    does_not: LazyString | None
    channels: tuple[str, ...]
    kinds: tuple[str, ...] = ()  # kinds that nobody else sends
    example: Mapping[str, Any]  # an event as it would post it
    needs_studio_plan: bool = False
    is_on_at_first: bool = False


INTEGRATIONS = {
    one.key: one
    for one in (
        Integration(
            key="classpass",
            name="Classpass",
            icon="ticket",
            summary=_l("Reservations made on the Classpass marketplace"),
            does=(
                _l("A reservation is a booking of the class, marked as paid with Classpass; its person is a client."),
                _l("A cancelled reservation cancels the booking."),
                _l("Both stand on the timeline, and sequences can start from the first, each or the nth reservation."),
            ),
            does_not=None,
            channels=("classpass",),
            example={
                "kind": "class.booked",
                "contact": {"email": "ana@example.org", "first_name": "Ana"},
                "dedupe_key": "classpass-reservation-4711",
                "data": {
                    "channel": "classpass",
                    "paid_with": "classpass",
                    "booking_id": "classpass-4711",
                    "class_name": "Vinyasa",
                    "starts_at": "2026-12-01T18:00:00+01:00",
                },
            },
            needs_studio_plan=True,
        ),
        Integration(
            key="lead_ads",
            name="Facebook & Instagram",
            icon="brand-facebook",
            summary=_l("People who fill in the form of a lead ad"),
            does=(
                _l("A filled-in ad form stands on the person’s timeline and starts the sequences that wait for it."),
                _l("Somebody unknown becomes a contact."),
            ),
            does_not=_l(
                "No Facebook page is connected: your own tool, or a service in between, has to pass the forms on. "
                "Post them to /api/v1/leads as well to see the people on the leads board."
            ),
            channels=("facebook", "instagram"),
            example={
                "kind": "form.submitted",
                "contact": {"email": "ana@example.org", "first_name": "Ana"},
                "dedupe_key": "facebook-lead-4711",
                "data": {"channel": "facebook", "form": "First class offer", "fields": {"goal": "Back pain"}},
            },
        ),
        Integration(
            key="demos",
            name=_l("Demo scheduling link"),
            icon="calendar-star",
            summary=_l("Visits and trial calls that people book through a scheduling link"),
            does=(
                _l("A booked demo adds its points to the person’s score and stands on the timeline."),
                _l("Whoever books without being known becomes a contact."),
            ),
            does_not=_l("No calendar is read: the scheduling service has to post each booking, by its own webhook."),
            channels=("calendly", "scheduling"),
            kinds=("demo.booked",),
            example={
                "kind": "demo.booked",
                "contact": {"email": "ana@example.org", "first_name": "Ana"},
                "dedupe_key": "calendly-4711",
                "data": {"channel": "calendly", "name": "Studio visit"},
            },
            is_on_at_first=True,
        ),
        Integration(
            key="salesforce",
            name="Salesforce",
            icon="database",
            summary=_l("What happens with a lead in Salesforce"),
            does=(
                _l("Calls that your team notes there stand on the timeline here and count for the score."),
                _l("Tags given there are given here."),
            ),
            does_not=_l("Nothing is read from Salesforce or written to it: a flow there has to post what happens."),
            channels=("salesforce",),
            example={
                "kind": "call.made",
                "contact": {"email": "ana@example.org"},
                "dedupe_key": "salesforce-task-4711",
                "data": {"channel": "salesforce", "seconds": 95, "outcome": "answered"},
            },
        ),
        Integration(
            key="hubspot",
            name="HubSpot",
            icon="target-arrow",
            summary=_l("What happens with a contact in HubSpot"),
            does=(
                _l("Calls that your team notes there stand on the timeline here and count for the score."),
                _l("Tags given there are given here."),
            ),
            does_not=_l("Nothing is read from HubSpot or written to it: a workflow there has to post what happens."),
            channels=("hubspot",),
            example={
                "kind": "tag.added",
                "contact": {"email": "ana@example.org"},
                "dedupe_key": "hubspot-4711",
                "data": {"channel": "hubspot", "tag": "Corporate"},
            },
        ),
    )
}


class Switches(BaseModel):
    """Which integrations have been switched, by key; the others stand as at first."""

    on: dict[str, bool] = {}


class NeedsStudioPlan(Refusal):
    """The integration cannot be switched on with the basic plan (APP-04)."""


@dataclass(frozen=True)
class Ignored:
    """An event that had no effect, and why."""

    kind: str
    why: str
    at: datetime
    by: str
    contact_id: int | None


def is_on(one: Integration) -> bool:
    """Whether its events count: switched on, and within the plan."""
    return is_switched_on(one) and is_within_plan(one)


def is_switched_on(one: Integration) -> bool:
    """How its switch stands, whatever the plan."""
    return studio.get(KEY, Switches).on.get(one.key, one.is_on_at_first)


def is_within_plan(one: Integration) -> bool:
    return not one.needs_studio_plan or plan.has_studio()


def switch(one: Integration, *, on: bool, by: events.Actor | Acting) -> None:
    """Switch an integration. Raises NeedsStudioPlan for one that the plan does not have."""
    if on and not is_within_plan(one):
        raise NeedsStudioPlan(_("%(name)s needs the Studio plan.", name=one.name))
    switches = studio.get(KEY, Switches)
    if is_switched_on(one) != on:
        studio.put(KEY, Switches(on=switches.on | {one.key: on}))
        events.record("app.switched", None, by=by, app=one.key, on=on)


def source_of(kind: str, data: Mapping[str, Any]) -> Integration | None:
    """Whose event this is; None for one that speaks for nobody but its sender."""
    channel = data.get("channel")
    return next(
        (
            one
            for one in INTEGRATIONS.values()
            if channel in one.channels or kind in one.kinds or kind.partition(".")[0] == one.key
        ),
        None,
    )


def ignore(one: Integration, kind: str, contact: HasId | None, *, by: events.Actor | Acting) -> None:
    """Note an event that has no effect because its integration is off."""
    why = "off" if is_within_plan(one) else "plan"
    events.record(IGNORED, contact, by=by, integration=one.key, name=str(one.name), ignored_kind=kind, why=why)


def ignored_events(one: Integration) -> Sequence[Ignored]:
    """The last events of an integration that had no effect, newest first."""
    found = db.session.scalars(
        select(Event)
        .where(Event.kind == IGNORED, Event.data["integration"].as_string() == one.key)
        .order_by(Event.occurred_at.desc(), Event.id.desc())
        .limit(SHOWN)
    )
    return [
        Ignored(event.data["ignored_kind"], event.data["why"], event.occurred_at, event.actor_name, event.contact_id)
        for event in found
    ]

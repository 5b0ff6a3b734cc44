"""Events from other systems, one or a thousand at a time: all of them or none."""

from __future__ import annotations

import difflib
from typing import Annotated, Any

from pydantic import Field, ValidationError

from app import clock
from app.api import contacts
from app.api.access import token_at_hand
from app.api.operations import Answer, operation
from app.api.problems import Fault, Problem, from_validation
from app.api.shapes import EventIn, EventsOut, Found, Strict
from app.apps import integrations
from app.events import catalogue, posting
from app.sequences import triggers

MOST = 1000


class EventsIn(Strict):
    """Several events at once."""

    events: Annotated[list[EventIn], Field(min_length=1, max_length=MOST)]


@operation("POST", "/events", scope="events:write", takes=EventsIn, alone=EventIn, gives=EventsOut, status=202)
def post_events(body: EventsIn | EventIn) -> Answer:
    """Post one event, or up to 1,000 in `events`. A single one refused refuses them all, and nothing is stored."""
    given = [("", body)] if isinstance(body, EventIn) else [(f"/events/{n}", one) for n, one in enumerate(body.events)]
    _check(given)
    heard = [(pointer, one) for pointer, one in given if not _is_ignored(one)]
    new = posting.post_many([_posted(pointer, one) for pointer, one in heard])
    out = EventsOut(accepted=len(new), duplicates=len(heard) - len(new), ids=sorted(new))
    if len(heard) < len(given):
        out.ignored = len(given) - len(heard)
    return Answer(out.model_dump(exclude_unset=True), 202)


@operation("GET", "/event-kinds", scope="events:write", gives=Found)
def list_event_kinds() -> Answer:
    """Every kind of event that may be posted, with the JSON Schema of its data and the triggers that listen to it."""
    kinds = [
        {
            "kind": kind.key,
            "data": kind.data.model_json_schema(),
            "triggers": sorted(trigger.key for trigger in triggers.listening_to(kind.key)),
        }
        for kind in catalogue.KINDS.values()
        if kind.posted
    ]
    return Answer({"items": kinds, "next_cursor": None})


def _check(given: list[tuple[str, EventIn]]) -> None:
    """Refuse unknown kinds and data of the wrong shape, all of them at once, before anything is written."""
    faults: list[Fault] = []
    for pointer, one in given:
        faults += faults_of(pointer, one.kind, one.data)
        if one.occurred_at is not None and one.occurred_at > clock.now():
            faults.append(Fault(f"{pointer}/occurred_at", "lies in the future"))
    if faults:
        raise Problem(422, "Nothing of this request was stored.", faults)


def faults_of(pointer: str, kind: str, data: dict[str, Any]) -> list[Fault]:
    """What is wrong with a posted event's kind and data; `pointer` is where the event stands in the body."""
    known = catalogue.KINDS.get(kind)
    if known is None or not known.posted:
        return [Fault(f"{pointer}/kind", _unknown(kind))]
    try:
        known.data.model_validate(data)
    except ValidationError as error:
        return from_validation(error, f"{pointer}/data").faults
    return []


def data_of(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    """An event's data as its kind has it, once it was found without fault."""
    return catalogue.kind(kind).data.model_validate(data).model_dump(mode="json", exclude_unset=True)


def _unknown(kind: str) -> str:
    known = [one.key for one in catalogue.KINDS.values() if one.posted]
    near = difflib.get_close_matches(kind, known, n=3, cutoff=0.3) or sorted(known)[:5]
    return f"there is no event kind {kind!r} to post; nearest: {', '.join(near)}"


def _is_ignored(one: EventIn) -> bool:
    """Whether an event's integration is switched off. That is noted, and nobody is made a contact by it (APP-06)."""
    source = integrations.source_of(one.kind, one.data)
    if source is None or integrations.is_on(source):
        return False
    known = contacts.known(one.contact)
    integrations.ignore(source, one.kind, known, by=token_at_hand())
    return True


def _posted(pointer: str, one: EventIn) -> posting.Posted:
    contact, _ = contacts.resolve(one.contact, pointer=f"{pointer}/contact")
    data = data_of(one.kind, one.data)
    how = posting.How(
        by=token_at_hand(),
        at=one.occurred_at or clock.now(),
        dedupe_key=f"api:{one.dedupe_key}" if one.dedupe_key else None,
    )
    return posting.Posted(one.kind, contact, data, how)

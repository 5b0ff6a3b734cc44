"""What cannot be meant in a document: steps, filters and variables that name what does not exist."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import gettext as _
from sqlalchemy import Select, select

from app.contacts.custom_fields import DATE
from app.contacts.models import CustomField, Segment
from app.db import db
from app.leads.models import LeadSource, LeadStage
from app.lifecycle.models import LifecycleStage
from app.messaging import variables
from app.sequences import graph, triggers
from app.sequences.actions.registry import Fault, nearest
from app.sequences.waits import Awaited
from app.staff.models import Location

# Kinds of filters whose values are names of things the studio has.
NAMED: dict[str, Select[str]] = {
    "source": select(LeadSource.name),
    "lead_stage": select(LeadStage.name),
    "lifecycle_stage": select(LifecycleStage.name),
    "location": select(Location.name),
    "segment": select(Segment.name),
    "date_field": select(CustomField.name).where(CustomField.kind == DATE),
}


def reference_faults(document: graph.Document) -> Iterator[Fault]:
    """Steps that name a person, a role, a source … that does not exist."""
    for place, step in _actions(document):
        if step.action.references is not None:
            for field, detail in step.action.references(step.params):
                yield Fault(f"{place.pointer}/{field}", detail, step.id)


def open_faults(document: graph.Document) -> Iterator[Fault]:
    """Steps that lack what has to be there before they act: an address, a secret that is entered here."""
    for place, step in _actions(document):
        if step.action.leaves_open is not None:
            for field, detail in step.action.leaves_open(step.params):
                yield Fault(f"{place.pointer}/{field}", detail, step.id)


def filter_faults(document: graph.Document) -> Iterator[Fault]:
    """Filters that name what does not exist, or are missing though the trigger needs them: it would not start."""
    trigger = triggers.TRIGGERS.get(document.trigger.kind)
    for needed in trigger.filters if trigger is not None else ():
        if needed.is_needed and document.trigger.filters.get(needed.key) in (None, "", []):
            yield Fault(f"/trigger/filters/{needed.key}", _("Say for the trigger: %(what)s.", what=str(needed.label)))
    yield from _unknown_names(document.trigger, "/trigger/filters", None)
    for place in graph.walk(document):
        wait = place.step.wait
        if wait is not None and wait.event is not None:
            yield from _unknown_names(wait.event, f"{place.pointer}/wait/event/filters", place.step.id)


def _unknown_names(used: graph.Trigger | Awaited, pointer: str, step_id: str | None) -> Iterator[Fault]:
    trigger = triggers.TRIGGERS.get(used.kind)
    for key, wanted in used.filters.items():
        one = trigger.filter(key) if trigger is not None else None
        if one is None or one.kind not in NAMED:
            continue
        known = list(db.session.scalars(NAMED[one.kind]))
        for name in triggers.names_of(wanted):
            if name.casefold() not in {other.casefold() for other in known}:
                detail = _("“%(name)s” does not exist; nearest: %(near)s", name=name, near=nearest(name, known))
                yield Fault(f"{pointer}/{key}", detail, step_id)


def variable_faults(document: graph.Document) -> Iterator[Fault]:
    """Variables nobody has ever heard of. One that exists for other messages is not refused: it stays literal
    (SEQ-26).
    """
    for place, field, text in texts(document):
        for name in sorted(variables.keys_in(text) - set(variables.VARIABLES)):
            near = nearest(name, variables.VARIABLES)
            yield Fault(f"{place.pointer}/{field}", f"there is no variable {name!r}; nearest: {near}", place.step.id)


def texts(document: graph.Document) -> Iterator[tuple[graph.Place, str, str]]:
    """Every text of the steps that may hold variables: where its step stands, its place in the step, itself."""
    for place, step in _actions(document):
        for field, text in step.action.written(step.params):
            yield place, field, text


def _actions(document: graph.Document) -> Iterator[tuple[graph.Place, graph.ActionStep]]:
    for place in graph.walk(document):
        if isinstance(place.step, graph.ActionStep):
            yield place, place.step

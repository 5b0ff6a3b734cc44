"""Documents as they come and go: JSON, YAML, plain values. What is wrong with one is said field by field."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import yaml
from flask_babel import gettext as _
from pydantic import ValidationError

from app.rules import RuleUse
from app.rules.registry import find as find_rule
from app.sequences import graph, triggers
from app.sequences.actions.registry import Fault, nearest
from app.sequences.waits import Awaited, Wait
from app.web import Refusal

MOST_STEPS = 1000


class Invalid(Refusal):
    """A document that cannot stand; `faults` says where and why."""

    status = 422

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"{fault.pointer}: {fault.detail}" for fault in faults[:5]))
        self.faults = faults


def parse(given: Mapping[str, Any] | str | bytes) -> graph.Document:
    """Read a document: a mapping, or JSON or YAML text. Raises Invalid with a pointer for each fault."""
    if isinstance(given, str | bytes):
        try:
            given = yaml.safe_load(given)  # JSON is YAML too
        except (yaml.YAMLError, RecursionError, ValueError) as error:
            raise Invalid([Fault("", _("This is neither JSON nor YAML: %(why)s", why=str(error)[:200]))]) from None
    if not isinstance(given, Mapping):
        raise Invalid([Fault("", _("A sequence document is an object with a title, a trigger and steps."))])
    try:
        document = graph.Document.model_validate(given)
    except ValidationError as error:
        raise Invalid([Fault(_pointer(one["loc"]), _said(one["msg"])) for one in error.errors()]) from None
    except RecursionError:
        raise Invalid([Fault("", _("The steps are nested too deeply."))]) from None
    faults = list(shape_faults(document))
    if faults:
        raise Invalid(faults)
    return document


def dump(document: graph.Document) -> dict[str, Any]:
    """The document as plain values, with the keys it was given and its ids filled in."""
    graph.note_filled_lists(document)
    return {"encore": 1} | document.model_dump(mode="json", by_alias=True, exclude_unset=True)


def to_yaml(document: graph.Document) -> str:
    """The document as YAML that a person can read and change."""
    return yaml.safe_dump(dump(document), allow_unicode=True, sort_keys=False, width=100)


def to_json(document: graph.Document) -> str:
    """The document as indented JSON."""
    return json.dumps(dump(document), ensure_ascii=False, indent=2)


def shape_faults(document: graph.Document) -> Iterator[Fault]:
    """What the types cannot say: names of trigger and filters, repeated ids, waits the trigger has no anchor for."""
    trigger = triggers.TRIGGERS.get(document.trigger.kind)
    if trigger is None:
        near = nearest(document.trigger.kind, triggers.TRIGGERS)
        yield Fault("/trigger/kind", f"there is no trigger {document.trigger.kind!r}; nearest: {near}")
    else:
        yield from _filter_faults(trigger.filters, document.trigger.filters, "/trigger/filters")
    for index, use in enumerate(document.exits):
        yield from _rule_faults(use, f"/exits/{index}", None)
    yield from _step_faults(document, has_anchor=trigger is None or trigger.has_anchor(document.trigger.filters))


def _filter_faults(
    declared: Sequence[triggers.Filter], filters: Mapping[str, Any], pointer: str, step_id: str | None = None
) -> Iterator[Fault]:
    known = {one.key: one for one in declared}
    for name, value in filters.items():
        here = f"{pointer}/{_escape(name)}"
        if name not in known:
            yield Fault(here, f"there is no filter {name!r} here; nearest: {nearest(name, known) or 'none'}", step_id)
        elif (said := known[name].fault(value)) is not None:
            yield Fault(here, said, step_id)


def _awaited_faults(awaited: Awaited, pointer: str, step_id: str) -> Iterator[Fault]:
    trigger = triggers.TRIGGERS.get(awaited.kind)
    if trigger is None or not trigger.can_be_awaited:
        near = nearest(awaited.kind, [one.key for one in triggers.TRIGGERS.values() if one.can_be_awaited])
        yield Fault(f"{pointer}/kind", f"no step can wait for {awaited.kind!r}; nearest: {near}", step_id)
    else:
        yield from _filter_faults(trigger.awaited_filters, awaited.filters, f"{pointer}/filters", step_id)


def _step_faults(document: graph.Document, *, has_anchor: bool) -> Iterator[Fault]:
    seen: set[str] = set()
    for number, place in enumerate(graph.walk(document)):
        step = place.step
        if step.id in seen:
            yield Fault(f"{place.pointer}/id", f"two steps have the id {step.id!r}", step.id)
        seen.add(step.id)
        wait = step.wait
        if wait is not None and (wait.before_anchor or wait.after_anchor) and not has_anchor:
            yield Fault(f"{place.pointer}/wait", "this trigger has no date to count from", step.id)
        if wait is not None and wait.event is not None:
            yield from _awaited_faults(wait.event, f"{place.pointer}/wait/event", step.id)
        if isinstance(step, graph.IfStep):
            for index, use in enumerate(step.condition.rules):
                yield from _rule_faults(use, f"{place.pointer}/if/rules/{index}", wait)
        if number >= MOST_STEPS:
            yield Fault("/steps", f"a sequence has {MOST_STEPS} steps at the most")
            return


def _rule_faults(use: RuleUse, pointer: str, wait: Wait | None) -> Iterator[Fault]:
    rule = find_rule(use.rule)
    if rule.of_run and (wait is None or wait.event is None):
        yield Fault(f"{pointer}/rule", f"{use.rule} is for a condition whose own wait is for an event")
    if use.op is not None and use.op not in rule.ops:
        yield Fault(f"{pointer}/op", f"{use.rule} takes {', '.join(rule.ops) or 'no op'}, not {use.op!r}")
    if use.since is not None and not rule.windows:
        yield Fault(f"{pointer}/since", f"{use.rule} looks at no window of time")
    if rule.value == "number" and (isinstance(use.value, bool) or not isinstance(use.value, int | float)):
        yield Fault(f"{pointer}/value", f"{use.rule} compares with a number")


def _pointer(location: Iterable[int | str]) -> str:
    # The tags of the kinds of step (‹do› …) are no part of the document.
    return "".join(f"/{_escape(str(part))}" for part in location if not str(part).startswith("‹"))


def _escape(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")


def _said(message: str) -> str:
    return message.removeprefix("Value error, ")

"""What two documents of a sequence say differently: a pure comparison, told apart by the ids of their steps.

The folder is left out: a sequence is moved between folders without an edit, whatever its documents say.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from app.rules import RuleUse
from app.sequences import graph
from app.sequences.graph import AnyStep, Document

Kind = Literal["added", "removed", "moved", "changed"]


@dataclass(frozen=True)
class Field:
    """One thing said differently: its name in the document, what it was and what it is now, as in JSON."""

    name: str
    old: Any
    new: Any


@dataclass(frozen=True)
class StepChange:
    """What has become of one step, as it is now; a removed one as it was. Moved and changed are two changes."""

    kind: Kind
    step: AnyStep
    fields: tuple[Field, ...] = ()

    @property
    def step_id(self) -> str:
        return self.step.id


@dataclass(frozen=True)
class ExitChange:
    """An exit added (no `old`), removed (no `new`), or set otherwise."""

    old: RuleUse | None
    new: RuleUse | None

    @property
    def kind(self) -> Kind:
        return "added" if self.old is None else "removed" if self.new is None else "changed"

    @property
    def field(self) -> Field:
        """The same as a field."""
        old, new = (
            use.model_dump(mode="json", by_alias=True, exclude_unset=True) if use is not None else None
            for use in (self.old, self.new)
        )
        return Field("exit", old, new)


@dataclass(frozen=True)
class Diff:
    """All that differs. Steps stand in the order of reading, what has been removed last."""

    settings: tuple[Field, ...] = ()
    trigger: tuple[Field, ...] = ()
    exits: tuple[ExitChange, ...] = ()
    steps: tuple[StepChange, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.settings or self.trigger or self.exits or self.steps)

    def of_kind(self, kind: Kind) -> list[StepChange]:
        """The changes of one kind."""
        return [one for one in self.steps if one.kind == kind]


def compare(old: Document, new: Document) -> Diff:
    """What is different in `new`."""
    return Diff(
        settings=_fields(_settings(old), _settings(new)),
        trigger=_fields(_trigger(old), _trigger(new)),
        exits=tuple(_exits(old.exits, new.exits)),
        steps=tuple(_steps(old, new)),
    )


def _fields(old: dict[str, Any], new: dict[str, Any]) -> tuple[Field, ...]:
    names = dict.fromkeys([*new, *old])
    return tuple(Field(name, old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name))


def _settings(document: Document) -> dict[str, Any]:
    return document.model_dump(mode="json", exclude={"encore", "folder", "trigger", "exits", "steps"})


def _trigger(document: Document) -> dict[str, Any]:
    return {"trigger": document.trigger.model_dump(mode="json")}


def _exits(old: Sequence[RuleUse], new: Sequence[RuleUse]) -> Iterator[ExitChange]:
    """Exits have no ids and no order that matters: what is left over of the same rule on both sides was changed."""
    gone, come = list(old), []
    for use in new:
        if use in gone:
            gone.remove(use)
        else:
            come.append(use)
    for use in come:
        before = next((one for one in gone if one.rule == use.rule), None)
        if before is not None:
            gone.remove(before)
        yield ExitChange(before, use)
    yield from (ExitChange(use, None) for use in gone)


# ---------------------------------------------------------------- steps


def _steps(old: Document, new: Document) -> Iterator[StepChange]:
    before = {place.step.id: place for place in graph.walk(old)}
    after = {place.step.id: place for place in graph.walk(new)}
    moved = _moved(before, after)
    for step_id, place in after.items():
        if step_id not in before:
            yield StepChange("added", place.step)
            continue
        if step_id in moved:
            yield StepChange("moved", place.step, (Field("place", _spot(before[step_id]), _spot(place)),))
        fields = _fields(said_by(before[step_id].step), said_by(place.step))
        if fields:
            yield StepChange("changed", place.step, fields)
    yield from (StepChange("removed", place.step) for step_id, place in before.items() if step_id not in after)


def said_by(step: AnyStep) -> dict[str, Any]:
    """What a step says itself, without what is in its branches, defaults filled in."""
    said = {name: getattr(step, name) for name in graph.StepBase.model_fields if name not in {"id", "wait"}}
    said["wait"] = None
    if step.wait is not None and not step.wait.is_nothing:
        said["wait"] = step.wait.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    if isinstance(step, graph.ActionStep):
        return said | {"do": step.do} | step.params.model_dump(mode="json", by_alias=True)
    if isinstance(step, graph.IfStep):
        return said | {"do": "if"} | step.condition.model_dump(mode="json", by_alias=True)
    split = [{"key": branch.key, "share": branch.share, "name": branch.name} for branch in step.split]
    return said | {"do": "split", "split": split}


def _spot(place: graph.Place) -> dict[str, str | None]:
    """Where a step stands: behind which other, else first in which branch of which step, else first of all."""
    return {
        "parent": place.parent.id if place.parent is not None else None,
        "branch": place.branch,
        "after": place.siblings[place.index - 1].id if place.index else None,
    }


def _moved(before: dict[str, graph.Place], after: dict[str, graph.Place]) -> set[str]:
    """The steps that are in another branch, and in each branch the fewest that account for its other order."""
    branches: dict[tuple[str | None, str | None], list[str]] = {}
    moved = set()
    for step_id, place in after.items():
        if step_id not in before:
            continue
        if _branch(place) == _branch(before[step_id]):
            branches.setdefault(_branch(place), []).append(step_id)
        else:
            moved.add(step_id)
    for stayed in branches.values():
        moved |= _out_of_order(stayed, [before[step_id].index for step_id in stayed])
    return moved


def _branch(place: graph.Place) -> tuple[str | None, str | None]:
    return (place.parent.id if place.parent is not None else None), place.branch


def _out_of_order(names: list[str], ranks: list[int]) -> set[str]:
    """The names outside a longest run of rising ranks (patience sorting: the ranks are all different)."""
    ends: list[int] = []  # of the best run of each length, the position of its last member
    previous: list[int] = []
    for at, rank in enumerate(ranks):
        length = bisect_left([ranks[end] for end in ends], rank)
        previous.append(ends[length - 1] if length else -1)
        ends[length : length + 1] = [at]
    at, kept = (ends[-1] if ends else -1), set()
    while at >= 0:
        kept.add(names[at])
        at = previous[at]
    return set(names) - kept

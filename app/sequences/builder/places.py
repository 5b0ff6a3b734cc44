"""Spots in words: what "Move to…" lists, and what is said once a step is there."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence as Several
from dataclasses import dataclass

from flask_babel import gettext as _

from app.sequences import graph
from app.sequences.builder import runs, spots, words
from app.sequences.graph import ActionStep, AnyStep, Document, NoSuchStep, SplitStep


@dataclass(frozen=True)
class Spot:
    """A place that steps can go to. `depth`: how many forks it is under."""

    spot: str
    name: str
    depth: int


def name(document: Document, spot: str) -> str:
    """A spot in words, as they follow "moved": after “Hello”. Raises NoSuchStep where there is no such place."""
    kind, _colon, rest = spot.partition(":")
    step_id, _colon, branch = rest.partition(":")
    if kind == "top":
        return str(_("to the top"))
    if kind == "lane":
        return str(_("before the trigger"))
    step = graph.find(document, step_id)
    title = words.plain(words.title(step))
    if kind == "in":
        found = {key: called for key, called, _size in branch_names(step)}
        if branch not in found:
            raise NoSuchStep(spot)
        return str(_("to the start of %(branch)s, under “%(step)s”", branch=found[branch], step=title))
    if kind == "wait":
        return str(_("before “%(step)s”, after its wait", step=title))
    return str(_("after “%(step)s”", step=title))


def open_to(document: Document, step_ids: Several[str]) -> list[Spot]:
    """Where a run can go, in reading order: anywhere but into itself and where it stands."""
    steps = runs.find(document, step_ids)
    own = runs.inside(steps)
    can_be_early = runs.has_anchor(document) and all(isinstance(step, ActionStep) for step in steps)
    here = _spot_of(document, steps[0])
    found = [
        *([Spot("lane", name(document, "lane"), 0)] if can_be_early and not spots.is_before(steps[0]) else []),
        Spot("top", name(document, "top"), 0),
        *_along(document, document.steps[len(spots.lane(document)) :], own, 0),
    ]
    return [one for one in found if one.spot != here]


def _along(document: Document, chain: list[AnyStep], own: set[str], depth: int) -> Iterator[Spot]:
    """The spots behind and inside the steps of a chain, without those of the steps that would go there."""
    for step in chain:
        if step.id in own:
            continue
        for key, inside in graph.branches(step).items():
            spot = f"in:{step.id}:{key}"
            yield Spot(spot, name(document, spot), depth + 1)
            yield from _along(document, inside, own, depth + 1)
        if not (isinstance(step, ActionStep) and step.action.ends):
            yield Spot(f"after:{step.id}", name(document, f"after:{step.id}"), depth)


def _spot_of(document: Document, step: AnyStep) -> str:
    """The spot where a step stands."""
    place = graph.locate(document, step.id)
    lane = spots.lane(document)
    if place.parent is None and place.index == len(lane):
        return "top"
    if place.index:
        return f"after:{place.siblings[place.index - 1].id}"
    return f"in:{place.parent.id}:{place.branch}" if place.parent is not None else "lane"


def branch_names(step: AnyStep) -> list[tuple[str, str, int]]:
    """The branches of a fork: key, name, how many steps are in it with all below."""
    if isinstance(step, SplitStep):
        names = {branch.key: branch.name or _("Branch %(letter)s", letter=branch.key) for branch in step.split}
    else:
        names = {graph.THEN: _("True"), graph.ELSE: _("False")}
    return [(key, names[key], _size(inside)) for key, inside in graph.branches(step).items()]


def _size(steps: list[AnyStep]) -> int:
    return sum(1 + sum(_size(inside) for inside in graph.branches(step).values()) for step in steps)

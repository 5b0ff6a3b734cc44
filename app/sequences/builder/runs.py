"""Runs: steps that stand one behind the other in the same chain. Pure functions that take them out and put them in."""

from __future__ import annotations

from collections.abc import Sequence as Several

from flask_babel import gettext as _

from app.sequences import formats, graph
from app.sequences.builder import spots
from app.sequences.graph import ActionStep, AnyStep, Document
from app.sequences.triggers import TRIGGERS
from app.sequences.waits import Duration, Wait
from app.web import Refusal

SEPARATOR = ","  # between the ids of a run, in addresses: no id has one


class NoRun(Refusal):
    """The steps do not follow each other in one chain."""

    def __init__(self) -> None:
        super().__init__(_("Choose steps that follow each other on the same branch."))


class IntoItself(Refusal):
    """The new place is inside what would be moved there."""

    def __init__(self) -> None:
        super().__init__(_("A step cannot be moved into one of its own branches."))


class NoAnchor(Refusal):
    """The trigger has no date, and the step counts from one."""

    def __init__(self) -> None:
        super().__init__(_("This trigger has no date that a step could wait for. Give the step another wait first."))


class TooMany(Refusal):
    """A sequence would be longer than sequences can be."""

    def __init__(self) -> None:
        super().__init__(_("A sequence has %(most)s steps at the most.", most=formats.MOST_STEPS))


class OnlyActions(Refusal):
    """A fork in the lane above the trigger."""

    def __init__(self) -> None:
        super().__init__(_("Only actions can stand before the trigger, no conditions and no splits."))


def read(said: str) -> list[str]:
    """The ids of a run, as an address has them."""
    return [step_id for step_id in said.split(SEPARATOR) if step_id]


def find(document: Document, step_ids: Several[str]) -> list[AnyStep]:
    """The steps of those ids, in their order on the canvas. Raises NoSuchStep, or NoRun where they are none."""
    places = sorted((graph.locate(document, step_id) for step_id in set(step_ids)), key=lambda place: place.index)
    if not places:
        raise NoRun
    first = places[0]
    for at, place in enumerate(places):
        if place.siblings is not first.siblings or place.index != first.index + at:
            raise NoRun
    return [place.step for place in places]


def inside(steps: Several[AnyStep]) -> set[str]:
    """The ids of some steps and of all that is in their branches."""
    found = {step.id for step in steps}
    for step in steps:
        for branch in graph.branches(step).values():
            found |= inside(branch)
    return found


def take_out(document: Document, step_ids: Several[str]) -> Document:
    """The document without a run, branches and all."""
    for step in find(document, step_ids):
        document = graph.remove(document, step.id)
    return document


def put(document: Document, spot: str, steps: Several[AnyStep]) -> Document:
    """The document with a run at a spot, in its order.

    Before the trigger steps keep their time before its date, or get a day; anywhere else they lose such a time. Raises
    NoSuchStep, NoAnchor for the lane of a trigger without a date, OnlyActions for a fork in the lane.
    """
    spot = _with_lane(document, spot)
    if spot == "lane":
        _check_lane(document, steps)
    steps = [_early(step) if spot == "lane" else _later(step) for step in steps]
    for step in steps:
        document = _put_one(document, spot, step)
        spot = f"after:{step.id}"
    return document


def paste(document: Document, spot: str, steps: Several[AnyStep]) -> tuple[Document, list[str]]:
    """The document with copies of steps at a spot, and the ids of the copies. The steps may be another sequence's.

    Raises what `put` raises, NoAnchor where steps count from a date that the trigger has not, TooMany.
    """
    twins = [with_new_ids(step) for step in steps]
    changed = put(document, spot, twins)
    ids = [twin.id for twin in twins]
    if not has_anchor(document) and any(_counts_from_anchor(graph.find(changed, step_id)) for step_id in ids):
        raise NoAnchor
    _check_length(changed)
    return changed, ids


def duplicate(document: Document, steps: Several[AnyStep]) -> tuple[Document, list[str]]:
    """The document with copies of a run behind it, and the ids of the copies. In the lane they keep their times."""
    twins = [with_new_ids(step) for step in steps]
    before = steps[-1].id
    for twin in twins:
        document = graph.insert_after(document, before, twin)
        before = twin.id
    _check_length(document)
    return document, [twin.id for twin in twins]


def move(document: Document, step_ids: Several[str], spot: str) -> Document:
    """The document with a run at another spot. Where it stands beside itself already, nothing changes.

    Raises what `find` and `put` raise, and IntoItself.
    """
    steps = find(document, step_ids)
    kind, _colon, rest = spot.partition(":")
    beside = rest.partition(":")[0]
    if kind in {"after", "wait"} and beside in {step.id for step in steps}:
        return document
    if beside in inside(steps):
        raise IntoItself
    return put(take_out(document, step_ids), spot, steps)


def with_new_ids(step: AnyStep) -> AnyStep:
    """A copy that nobody has been through: what happened at a step stays with that step."""
    twin = step.model_copy(deep=True)
    twin.id = graph.fresh_id(twin)
    for branch in graph.branches(twin).values():
        branch[:] = [with_new_ids(one) for one in branch]
    return twin


def has_anchor(document: Document) -> bool:
    """Whether the trigger has a date that steps can count from."""
    trigger = TRIGGERS.get(document.trigger.kind)
    return trigger is not None and trigger.has_anchor(document.trigger.filters)


def _with_lane(document: Document, spot: str) -> str:
    """Beside a step of the lane there is no place of its own: the lane has one, next to the trigger."""
    kind, _colon, step_id = spot.partition(":")
    is_early = kind in {"after", "wait"} and step_id in {step.id for step in spots.lane(document)}
    return "lane" if is_early else spot


def _check_length(document: Document) -> None:
    if sum(1 for _place in graph.walk(document)) > formats.MOST_STEPS:
        raise TooMany


def _check_lane(document: Document, steps: Several[AnyStep]) -> None:
    if not has_anchor(document):
        raise NoAnchor
    if any(not isinstance(step, ActionStep) for step in steps):
        raise OnlyActions


def _put_one(document: Document, spot: str, step: AnyStep) -> Document:
    kind, _colon, rest = spot.partition(":")
    if kind == "lane":
        lane = spots.lane(document)
        return graph.insert_after(document, lane[-1].id if lane else None, step)
    if kind == "wait" and step.wait is not None and not step.wait.is_nothing:
        return spots.put_before(document, rest, step)
    return spots.put(document, spot, step)


def _early(step: AnyStep) -> AnyStep:
    return step if spots.is_before(step) else step.model_copy(update={"wait": Wait(before_anchor=Duration(days=1))})


def _later(step: AnyStep) -> AnyStep:
    return step.model_copy(update={"wait": None}) if spots.is_before(step) else step


def _counts_from_anchor(step: AnyStep) -> bool:
    if step.wait is not None and step.wait.is_anchored:
        return True
    return any(_counts_from_anchor(one) for branch in graph.branches(step).values() for one in branch)

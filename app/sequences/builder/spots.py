"""Places on the canvas where a step can be put, as its plus buttons name them.

- `top`: behind the trigger, before all steps that come after it;
- `lane`: before the trigger (SEQ-14), next to it;
- `after:ID`: behind a step, on its level;
- `in:ID:BRANCH`: first in a branch;
- `wait:ID`: between a step's wait and the step; the new one takes the wait over.
"""

from __future__ import annotations

from app.sequences import graph
from app.sequences.graph import AnyStep, Document, NoSuchStep
from app.sequences.waits import Duration, Wait


def is_before(step: AnyStep) -> bool:
    """Whether a step is placed before the trigger's anchor."""
    return step.wait is not None and step.wait.before_anchor is not None


def lane(document: Document) -> list[AnyStep]:
    """The steps drawn above the trigger: the first ones, as long as they are placed before its anchor."""
    first_after = next((at for at, step in enumerate(document.steps) if not is_before(step)), len(document.steps))
    return document.steps[:first_after]


def put(document: Document, spot: str, step: AnyStep) -> Document:
    """The document with a new step at a spot. Raises NoSuchStep where there is no such place (any more)."""
    kind, _, rest = spot.partition(":")
    if kind == "top":
        return graph.insert_after(document, _last(lane(document)), step)
    if kind == "lane":
        early = step.model_copy(update={"wait": Wait(before_anchor=Duration(days=1))})
        return graph.insert_after(document, _last(lane(document)), early)
    if kind == "after":
        return graph.insert_after(document, rest, step)
    if kind == "in":
        step_id, _, branch = rest.partition(":")
        return graph.insert_into(document, step_id, branch, step)
    if kind == "wait":
        return _put_under_wait(document, rest, step)
    raise NoSuchStep(spot)


def put_before(document: Document, step_id: str, step: AnyStep) -> Document:
    """The document with a step right before another, and before its wait. Raises NoSuchStep."""
    place = graph.locate(document, step_id)
    if place.index:
        return graph.insert_after(document, place.siblings[place.index - 1].id, step)
    if place.parent is not None and place.branch is not None:
        return graph.insert_into(document, place.parent.id, place.branch, step)
    return graph.insert_after(document, None, step)


def _put_under_wait(document: Document, step_id: str, step: AnyStep) -> Document:
    waiting = graph.find(document, step_id)
    step = step.model_copy(update={"wait": waiting.wait})
    document = graph.replace(document, waiting.model_copy(update={"wait": None}))
    return put_before(document, step_id, step)


def _last(steps: list[AnyStep]) -> str | None:
    return steps[-1].id if steps else None

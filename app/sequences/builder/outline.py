"""A sequence as an indented list: the canvas for those who read it line by line, on a phone or by ear."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.sequences import graph
from app.sequences.builder import places, spots
from app.sequences.builder.drawing import Card, Drawing
from app.sequences.graph import ActionStep, AnyStep, Document


@dataclass(frozen=True)
class Line:
    """One line: a step (`card`), or a branch of a fork (`branch`, its name), and the spot that a plus on it adds at.

    `up` and `down` are the lines next to it, for the arrow keys.
    """

    id: str
    level: int
    place: int
    siblings: int
    spot: str
    card: Card | None = None
    branch: str = ""
    is_empty: bool = False
    up: str = ""
    down: str = ""


def lines(document: Document, drawing: Drawing) -> list[Line]:
    """The whole sequence, in reading order. Steps before the trigger come first, as they happen."""
    cards = {card.id: card for card in drawing.cards}
    early = spots.lane(document)
    found = [
        *_chain(early, cards, 2),
        Line("trigger", 1, 1, 1, "top", cards["trigger"]),
        *_chain(document.steps[len(early) :], cards, 2),
    ]
    ids = ["", *(line.id for line in found), ""]
    return [replace(line, up=ids[at], down=ids[at + 2]) for at, line in enumerate(found)]


def _chain(steps: list[AnyStep], cards: dict[str, Card], level: int) -> Iterator[Line]:
    for at, step in enumerate(steps, start=1):
        ends = isinstance(step, ActionStep) and step.action.ends
        spot = "lane" if spots.is_before(step) and level == 2 else f"after:{step.id}"  # noqa: PLR2004 - the top level
        yield Line(step.id, level, at, len(steps), "" if ends else spot, cards[step.id])
        yield from _branches(step, cards, level + 1)


def _branches(step: AnyStep, cards: dict[str, Card], level: int) -> Iterator[Line]:
    names = places.branch_names(step)
    for at, ((key, name, _size), inside) in enumerate(zip(names, graph.branches(step).values(), strict=True), start=1):
        spot = f"in:{step.id}:{key}"
        yield Line(f"in-{step.id}-{key}", level, at, len(names), spot, branch=name, is_empty=not inside)
        yield from _chain(inside, cards, level + 1)

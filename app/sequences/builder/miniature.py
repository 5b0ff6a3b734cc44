"""A folder of sequences as a small picture: the first steps of the first sequences, side by side (TPL-01)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.sequences.builder import drawing, layout
from app.sequences.graph import Document

MOST_SEQUENCES, MOST_STEPS = 3, 3
GAP = 120
WIDTH, HEIGHT = 900, 560  # of the smallest picture: a short sequence is not drawn larger than others


@dataclass(frozen=True)
class Shape:
    """A box of the picture: where it stands, how large it is, and its colour, one of the kinds of `ui.kind_icon`."""

    x: float
    y: float
    width: float
    height: float
    look: str


@dataclass(frozen=True)
class Miniature:
    """The picture. `moves` puts each sequence's connectors in its place: how far right, and the `d` of their paths."""

    left: float
    top: float
    width: float
    height: float
    shapes: list[Shape]
    moves: list[tuple[float, list[str]]]


def draw(documents: Sequence[Document]) -> Miniature:
    """Draw the beginning of a few sequences as their canvases show them, without waits and ends."""
    shapes: list[Shape] = []
    moves: list[tuple[float, list[str]]] = []
    right, top, bottom = 0.0, 0.0, 0.0
    for document in documents[:MOST_SEQUENCES]:
        short = document.model_copy(update={"steps": document.steps[:MOST_STEPS]}, deep=True)
        for step in short.steps:
            step.wait = step.wait if step.wait is not None and step.wait.before_anchor is not None else None
        whole = drawing.draw(short)
        left, high, width, height = whole.bounds
        shift = right - left
        shapes += [
            Shape(card.box.left + shift, card.box.y, card.box.width, card.box.height, card.look) for card in whole.cards
        ]
        loose = {box.id.removesuffix("~end").rstrip("~") for box in whole.ends}
        loose |= set() if whole.layout.lane else {"lane"}
        moves.append((shift, [edge.path for edge in whole.layout.edges if edge.id not in loose]))
        right += width + GAP
        top, bottom = min(top, high), max(bottom, high + height - layout.EDGE - layout.SIZES["end"][1])
    wide, high = max(right - GAP, WIDTH), max(bottom - top, HEIGHT)
    return Miniature(
        left=(right - GAP - wide) / 2,
        top=(top + bottom - high) / 2,
        width=wide,
        height=high,
        shapes=shapes,
        moves=moves,
    )

"""What of a canvas an edit has changed: a pure function of the drawing before and the drawing after.

A canvas of 500 steps is a megabyte of markup; an edit of one step changes one card and moves some others. The answer
to an edit carries just that: what is drawn anew, what is gone, and the attributes that are different.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from app.sequences.builder.drawing import BranchLabel, Card, Drawing
from app.sequences.builder.layout import Box, Plus

Attributes = dict[str, Any]  # of one element; None: it has none of that name
Place = tuple[int, int]  # left and top, in pixels of the canvas
Shift = tuple[int, int]  # to the right and down

MOST = 150  # cards drawn anew: beyond that the whole canvas is the shorter answer

_BEGINNING = re.compile(r"M(\S+) (-?[\d.]+)")

T = TypeVar("T")


@dataclass
class Changes:
    """The difference. What is drawn anew stands in lists, by kind; all else goes by the ids of elements."""

    cards: list[Card] = field(default_factory=list)
    waits: list[Card] = field(default_factory=list)
    ends: list[Box] = field(default_factory=list)
    labels: list[BranchLabel] = field(default_factory=list)
    pluses: list[Plus] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    attributes: dict[str, Attributes] = field(default_factory=dict)
    shifts: dict[Shift, list[str]] = field(default_factory=lambda: defaultdict(list))
    paths: dict[str, str] = field(default_factory=dict)
    order: list[str] | None = None  # of all steps, where it is another than before
    has_other_lane: bool = False

    @property
    def is_small(self) -> bool:
        return len(self.cards) <= MOST


@dataclass(frozen=True)
class Kind(Generic[T]):
    """A kind of element: the id of each, what it says, where it stands, and attributes that its neighbours decide."""

    name: Callable[[T], str]
    at: Callable[[T], Place]
    says: Callable[[T], object]
    attributes: Callable[[T], Attributes] = lambda _one: {}

    def compare(self, before: Iterable[T], after: Iterable[T], found: Changes) -> list[T]:
        """Note which are gone or stand elsewhere; answers those that are new or say something else."""
        old = {self.name(one): one for one in before}
        anew = []
        for one in after:
            name = self.name(one)
            known = old.pop(name, None)
            if known is None or self.says(known) != self.says(one):
                anew.append(one)
                continue
            _shift(found, name, self.at(known), self.at(one))
            was = self.attributes(known)
            if different := {key: value for key, value in self.attributes(one).items() if was[key] != value}:
                found.attributes[name] = different
        found.gone += old
        return anew


def between(before: Drawing, after: Drawing) -> Changes:
    """What makes the canvas of `after` out of the canvas of `before`."""
    found = Changes()
    found.cards = CARDS.compare(before.cards, after.cards, found)
    found.waits = WAITS.compare(_waits(before), _waits(after), found)
    found.ends = ENDS.compare(before.ends, after.ends, found)
    found.labels = LABELS.compare(before.labels, after.labels, found)
    found.pluses = PLUSES.compare(before.layout.pluses, after.layout.pluses, found)
    _compare_paths(found, before, after)
    if [card.id for card in before.cards] != (order := [card.id for card in after.cards]):
        found.order = order
    found.has_other_lane = before.layout.lane != after.layout.lane
    return found


def _shift(found: Changes, name: str, was: Place, now: Place) -> None:
    if was != now:
        found.shifts[now[0] - was[0], now[1] - was[1]].append(name)


def _compare_paths(found: Changes, before: Drawing, after: Drawing) -> None:
    old = {edge.id: edge.path for edge in before.layout.edges}
    for edge in after.layout.edges:
        known = old.pop(edge.id, None)
        name = f"edge-{edge.id}"
        if known is None or _form(known) != _form(edge.path):
            found.paths[name] = edge.path
        else:
            _shift(found, name, _start(known), _start(edge.path))
    found.gone += [f"edge-{edge_id}" for edge_id in old]


def _start(path: str) -> Place:
    """Where a connector begins."""
    x, y = _BEGINNING.match(path).groups()  # type: ignore[union-attr]  # every path begins so
    return int(float(x)), int(float(y))


def _form(path: str) -> str:
    """A connector, wherever it begins."""
    return _BEGINNING.sub("", path, count=1)


# ------------------------------------------------------------------ elements: their ids, what depends on their place


def card_id(card: Card) -> str:
    return f"step-{card.id}"


def _card_at(card: Card) -> Place:
    return _box_at(card.box)


def card_attributes(card: Card) -> Attributes:
    """Who stands around a step, for the arrow keys and for those who hear the page."""
    return {
        "data-up": card.up or None,
        "data-down": card.down or None,
        "aria-level": card.box.level,
        "aria-posinset": card.box.place,
        "aria-setsize": card.box.siblings,
    }


def _card_says(card: Card) -> object:
    box = card.box
    return (
        (box.shape, box.width, box.height, card.look, card.icon, card.kind, card.title, card.short),
        (card.is_on, card.wait, card.branch),
    )


def _waits(drawing: Drawing) -> Iterator[Card]:
    return (card for card in drawing.cards if card.wait_box is not None)


def wait_id(card: Card) -> str:
    return f"wait-{card.id}"


def _wait_at(card: Card) -> Place:
    return _box_at(card.wait_box) if card.wait_box is not None else (0, 0)


def _wait_says(card: Card) -> object:
    return card.wait, card.wait_box.shape if card.wait_box is not None else None


def end_id(box: Box) -> str:
    return f"end-{box.id}"


def _box_at(box: Box) -> Place:
    return int(box.left), int(box.y)


def label_id(label: BranchLabel) -> str:
    return f"branch-{label.fork}-{label.key}"


def _label_says(label: BranchLabel) -> object:
    return label.look, label.icon, label.text


def plus_id(plus: Plus) -> str:
    return f"plus-{plus.spot.replace(':', '-')}"


def _point_at(one: BranchLabel | Plus) -> Place:
    return int(one.x), int(one.y)


def _nothing(_one: object) -> object:
    return None


CARDS = Kind(card_id, _card_at, _card_says, card_attributes)
WAITS = Kind(wait_id, _wait_at, _wait_says)
ENDS = Kind(end_id, _box_at, _nothing)
LABELS = Kind(label_id, _point_at, _label_says)
PLUSES = Kind(plus_id, _point_at, _nothing)


def as_values(changes: Changes) -> Mapping[str, Any]:
    """What the page's script needs to know besides the markup."""
    return {
        "gone": changes.gone,
        "shifts": [[dx, dy, " ".join(names)] for (dx, dy), names in changes.shifts.items()],
        "attributes": changes.attributes,
        "paths": changes.paths,
        "order": changes.order,
    }

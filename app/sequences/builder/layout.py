"""Where every box of a sequence stands on the canvas: a pure function from its tree to boxes and connector paths.

Every kind of box has one fixed size, so the server needs no browser to place it. The trigger stands at the origin and
never moves; y follows the chain of steps, x packs the branches of a fork as close as their outlines allow.
Coordinates are pixels of the canvas at 100 %: x to the right of the trigger's axis, y downwards from its top edge.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

Shape = Literal["trigger", "step", "fork", "stop", "wait", "offset", "end"]

SIZES: dict[Shape, tuple[int, int]] = {
    "trigger": (288, 92),
    "step": (288, 84),
    "fork": (288, 84),
    "stop": (176, 32),
    "wait": (176, 32),
    "offset": (176, 32),
    "end": (96, 28),
}
GAP = 32  # between columns; offsets are rounded up to GRID
GRID = 8
EDGE = 40  # a connector, with its plus in the middle
DROP, LABEL, TAIL = 20, 24, 40  # below a fork: down to the bus, the branch's label, down to its first step
RADIUS = 14
PLUS = 11  # half a plus button
LABEL_REACH = 70  # room kept on either side for a branch's label
LANE_PAD, LANE_HEAD, LANE_STEP = 24, 44, 16


@dataclass(frozen=True)
class Item:
    """One step as the layout sees it: how it looks, whether a wait stands before it, and what it forks into."""

    id: str
    shape: Shape = "step"
    waits: bool = False
    branches: tuple[tuple[str, tuple[Item, ...]], ...] = ()


@dataclass(frozen=True)
class Box:
    """A placed box. `level`, `place` of `siblings` and `parent` say where it stands in the tree, for screen readers."""

    id: str
    shape: Shape
    x: float
    y: float
    parent: str | None = None
    level: int = 1
    place: int = 1
    siblings: int = 1
    branch: str | None = None

    @property
    def width(self) -> int:
        return SIZES[self.shape][0]

    @property
    def height(self) -> int:
        return SIZES[self.shape][1]

    @property
    def left(self) -> float:
        return self.x - self.width / 2

    @property
    def bottom(self) -> float:
        return self.y + self.height


@dataclass(frozen=True)
class Edge:
    """A connector as the `d` of an SVG path: from where it begins on, every command is relative."""

    id: str
    path: str


@dataclass(frozen=True)
class Plus:
    """A place where a step can be put, and what the editor calls that place (see `spots`)."""

    x: float
    y: float
    spot: str


@dataclass(frozen=True)
class Label:
    """The name of a branch on its connector."""

    x: float
    y: float
    fork: str
    branch: str


@dataclass(frozen=True)
class Lane:
    """The frame around the steps before the trigger."""

    x: float
    y: float
    width: float
    height: float


@dataclass
class Layout:
    """The whole drawing."""

    boxes: list[Box] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    pluses: list[Plus] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    lane: Lane | None = None

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, top, width and height of everything."""
        left = min(box.left for box in self.boxes)
        top = min([box.y for box in self.boxes] + [plus.y - PLUS for plus in self.pluses])
        right = max(box.left + box.width for box in self.boxes)
        bottom = max(box.bottom for box in self.boxes)
        if self.lane:
            left, top = min(left, self.lane.x), min(top, self.lane.y)
            right = max(right, self.lane.x + self.lane.width)
        return left, top, right - left, bottom - top


def lay_out(steps: tuple[Item, ...], before: tuple[Item, ...] = (), *, takes_before: bool = False) -> Layout:
    """Place a sequence: its trigger, the steps after it, and those before it in their lane, earliest on top.

    `takes_before`: the trigger's instant is known beforehand, so the plus above the trigger is offered (SEQ-14).
    """
    drawing = Layout()
    drawing.boxes.append(Box("trigger", "trigger", 0, 0))
    top = SIZES["trigger"][1]
    chain = _measure(steps, top + EDGE, follows=False)
    _connect(drawing, "trigger", 0, (top, top + EDGE), "top")
    _draw(drawing, chain, x=0, parent="trigger", level=2)
    _lay_lane(drawing, before, takes_before=takes_before)
    return drawing


# ------------------------------------------------------------------ first pass: heights, how close branches can stand


BAND = 20


class _Outline:
    """How far a part reaches to the left and right of its own axis, by bands of height."""

    def __init__(self) -> None:
        self.left: dict[int, float] = {}
        self.right: dict[int, float] = {}

    def cover(self, top: float, bottom: float, left: float, right: float) -> None:
        for band in range(int(top // BAND), int((bottom + BAND) // BAND) + 1):
            self.left[band] = min(left, self.left.get(band, left))
            self.right[band] = max(right, self.right.get(band, right))

    def take_in(self, other: _Outline, dx: float) -> None:
        left, right = self.left, self.right
        for band, reach in other.left.items():  # half the time of a layout: min() and max() would double it
            if band not in left or reach + dx < left[band]:
                left[band] = reach + dx
        for band, reach in other.right.items():
            if band not in right or reach + dx > right[band]:
                right[band] = reach + dx

    def clearance(self, other: _Outline) -> float:
        """How far right of this axis the other's must stand for the two to keep GAP between them."""
        shared = self.right.keys() & other.left.keys()
        return max((self.right[band] + GAP - other.left[band] for band in shared), default=0)


@dataclass
class _Row:
    """A measured step: the top of its wait (if any) and its own, its branches with their offsets, where they join."""

    item: Item
    wait_y: float | None
    y: float
    branches: list[tuple[str, _Chain, float]] = field(default_factory=list)
    bus_y: float | None = None  # the bar where the branches come together again


@dataclass
class _Chain:
    """Measured steps one below the other."""

    rows: list[_Row]
    top: float
    bottom: float  # where the connector to whatever comes next begins
    follows: bool  # something comes after the chain, so it does not end in a pill
    is_open: bool  # people get to the bottom
    outline: _Outline


def _measure(items: tuple[Item, ...], y: float, *, follows: bool) -> _Chain:
    outline = _Outline()
    rows: list[_Row] = []
    top, bottom, is_open = y, y, True
    for place, item in enumerate(items):
        goes_on = follows or place + 1 < len(items)
        row = _Row(item, None, y)
        if item.waits:
            row.wait_y = y
            _cover(outline, "wait", y)
            y += SIZES["wait"][1] + EDGE
        row.y = y
        _cover(outline, item.shape, y)
        bottom = y + SIZES[item.shape][1]
        is_open = item.shape != "stop"
        if item.branches:
            bottom, is_open = _measure_branches(row, bottom, outline, goes_on=goes_on)
        rows.append(row)
        y = bottom + EDGE
    chain = _Chain(rows, top, bottom, follows, is_open, outline)
    if not follows and not rows:
        _cover(outline, "end", top)
    elif not follows and rows[-1].item.shape == "step":
        _cover(outline, "end", bottom + EDGE)
    return chain


def _cover(outline: _Outline, shape: Shape, y: float) -> None:
    width, height = SIZES[shape]
    outline.cover(y, y + height, -width / 2, width / 2)


def _measure_branches(row: _Row, bottom: float, outline: _Outline, *, goes_on: bool) -> tuple[float, bool]:
    """Pack the branches of a fork side by side. Answers where the connector after them begins, if one does."""
    first_y = bottom + DROP + LABEL + TAIL
    chains = [(key, _measure(items, first_y, follows=goes_on)) for key, items in row.item.branches]
    floor = max(chain.bottom for _, chain in chains)
    packed = _Outline()
    offsets: list[float] = []
    for _, chain in chains:
        chain.outline.cover(bottom, first_y, -LABEL_REACH, LABEL_REACH)
        if goes_on and chain.is_open:  # its connector runs down to where the branches join: keep that way free
            chain.outline.cover(chain.bottom, floor + EDGE, -PLUS, PLUS)
        offset = packed.clearance(chain.outline) if offsets else 0
        offset = max(offset, offsets[-1] + GRID) if offsets else 0
        offset = -(-offset // GRID) * GRID
        offsets.append(offset)
        packed.take_in(chain.outline, offset)
    middle = (offsets[0] + offsets[-1]) / 2
    row.branches = [(key, chain, offset - middle) for (key, chain), offset in zip(chains, offsets, strict=True)]
    outline.take_in(packed, -middle)
    is_open = any(chain.is_open for _, chain in chains)
    if goes_on:
        row.bus_y = floor + EDGE
        outline.cover(row.bus_y, row.bus_y, -middle, middle)
        return row.bus_y, is_open
    return floor, is_open


# ------------------------------------------------------------------ second pass: boxes, connectors, plus buttons


def _draw(drawing: Layout, chain: _Chain, *, x: float, parent: str, level: int, branch: str | None = None) -> None:
    """Draw a chain on the axis `x`. Whoever calls has drawn the connector down to its top."""
    for place, row in enumerate(chain.rows):
        item = row.item
        if row.wait_y is not None:
            drawing.boxes.append(Box(f"{item.id}~wait", "wait", x, row.wait_y))
            _connect(drawing, f"{item.id}~wait", x, (row.wait_y + SIZES["wait"][1], row.y), f"wait:{item.id}")
        drawing.boxes.append(Box(item.id, item.shape, x, row.y, parent, level, place + 1, len(chain.rows), branch))
        bottom = row.y + SIZES[item.shape][1]
        if row.branches:
            _draw_branches(drawing, row, x, bottom, level)
        is_last = place + 1 == len(chain.rows)
        if not is_last:
            start = bottom if row.bus_y is None else row.bus_y
            following = chain.rows[place + 1]
            _connect(drawing, item.id, x, (start, _head(following)), f"after:{item.id}")
        elif chain.follows and item.shape != "stop":
            drawing.pluses.append(Plus(x, chain.bottom + EDGE / 2, f"after:{item.id}"))
        elif not chain.follows and item.shape == "step":
            _connect(drawing, item.id, x, (bottom, bottom + EDGE), f"after:{item.id}")
            drawing.boxes.append(Box(f"{item.id}~end", "end", x, bottom + EDGE))
    if not chain.rows and not chain.follows:
        drawing.boxes.append(Box(f"{parent}~{branch or ''}~end", "end", x, chain.top))


def _head(row: _Row) -> float:
    return row.y if row.wait_y is None else row.wait_y


def _draw_branches(drawing: Layout, row: _Row, x: float, bottom: float, level: int) -> None:
    bus = bottom + DROP
    for key, chain, dx in row.branches:
        axis = x + dx
        drawing.edges.append(Edge(f"{row.item.id}~{key}", _bend(x, bottom, bus, axis, chain.top)))
        drawing.labels.append(Label(axis, bus + LABEL, row.item.id, key))
        drawing.pluses.append(Plus(axis, chain.top - 16, f"in:{row.item.id}:{key}"))
        _draw(drawing, chain, x=axis, parent=row.item.id, level=level + 1, branch=key)
        if row.bus_y is not None and chain.is_open:
            drawing.edges.append(Edge(f"{row.item.id}~{key}~join", _join(axis, chain.bottom, row.bus_y, x)))


def _connect(drawing: Layout, edge: str, x: float, ends: tuple[float, float], spot: str) -> None:
    """A straight connector with a plus in its middle."""
    top, bottom = ends
    drawing.edges.append(Edge(edge, f"M{x:g} {top:g}v{bottom - top:g}"))
    drawing.pluses.append(Plus(x, (top + bottom) / 2, spot))


def _bend(x0: float, y0: float, bus: float, x1: float, y1: float) -> str:
    """Down from a fork, along its bus, down to a branch, with rounded corners."""
    if x0 == x1:
        return f"M{x0:g} {y0:g}v{y1 - y0:g}"
    way = 1 if x1 > x0 else -1
    r = min(RADIUS, abs(x1 - x0) / 2)
    across = x1 - x0 - 2 * way * r
    return (
        f"M{x0:g} {y0:g}v{bus - r - y0:g}q0 {r:g} {way * r:g} {r:g}h{across:g}"
        f"q{way * r:g} 0 {way * r:g} {r:g}v{y1 - bus - r:g}"
    )


def _join(x0: float, y0: float, bus: float, x1: float) -> str:
    """Down from the end of a branch and along the bar to the axis of its fork."""
    if x0 == x1:
        return f"M{x0:g} {y0:g}v{bus - y0:g}"
    way = 1 if x1 > x0 else -1
    return f"M{x0:g} {y0:g}v{bus - RADIUS - y0:g}q0 {RADIUS} {way * RADIUS} {RADIUS}h{x1 - x0 - way * RADIUS:g}"


# ------------------------------------------------------------------ the lane above the trigger


def _lay_lane(drawing: Layout, before: tuple[Item, ...], *, takes_before: bool) -> None:
    if not before:
        if takes_before:
            _connect(drawing, "lane", 0, (-EDGE, 0), "lane")
        return
    height, pill = SIZES["step"][1], SIZES["offset"][1]
    one = pill + LANE_STEP + height
    top = -(EDGE + LANE_PAD + len(before) * one + (len(before) - 1) * EDGE)
    y = float(top)
    for place, item in enumerate(before):
        drawing.boxes.append(Box(f"{item.id}~offset", "offset", 0, y))
        drawing.edges.append(Edge(f"{item.id}~offset", f"M0 {y + pill:g}v{LANE_STEP:g}"))
        drawing.boxes.append(Box(item.id, "step", 0, y + pill + LANE_STEP, "trigger", 2, place + 1, len(before)))
        y += one
        if place + 1 < len(before):
            drawing.edges.append(Edge(f"{item.id}~next", f"M0 {y:g}v{EDGE:g}"))
            y += EDGE
    drawing.edges.append(Edge("lane", f"M0 {y:g}v{-y:g}"))
    drawing.pluses.append(Plus(0, -EDGE / 2, "lane"))
    width = SIZES["step"][0] + 2 * LANE_PAD
    drawing.lane = Lane(-width / 2, top - LANE_HEAD, width, -top + LANE_HEAD - EDGE)


def walk(items: tuple[Item, ...]) -> Iterator[Item]:
    """Every item of a tree, each before what it forks into."""
    for item in items:
        yield item
        for _, inside in item.branches:
            yield from walk(inside)

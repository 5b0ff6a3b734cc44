"""A sequence as its canvas shows it: the layout's boxes, and the card that goes into each."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field

from flask_babel import gettext as _

from app.sequences import graph
from app.sequences.builder import layout, spots, words
from app.sequences.builder.layout import Box, Layout
from app.sequences.graph import ActionStep, AnyStep, Document, IfStep, SplitStep
from app.sequences.triggers import GROUPS, TRIGGERS
from app.sequences.waits import Wait

SHORT = 18  # characters of a name that can be read from far away


@dataclass(frozen=True)
class Card:
    """What a box says. `look` is its colour, one of the kinds of `ui.kind_icon`."""

    id: str
    box: Box
    look: str
    icon: str
    kind: str
    title: str
    short: str
    is_on: bool = True
    wait: str = ""
    wait_box: Box | None = None
    up: str = ""
    down: str = ""
    branch: str = ""

    @property
    def spoken(self) -> str:
        """The title for those who hear it."""
        return words.plain(self.title)


@dataclass(frozen=True)
class BranchLabel:
    """The name of a branch on its connector: yes, no, or a letter with its share."""

    x: float
    y: float
    look: str
    icon: str
    text: str
    fork: str
    key: str


@dataclass
class Drawing:
    """All of a canvas."""

    layout: Layout
    cards: list[Card] = field(default_factory=list)
    labels: list[BranchLabel] = field(default_factory=list)

    @property
    def ends(self) -> list[Box]:
        return [box for box in self.layout.boxes if box.shape == "end"]

    @property
    def map(self) -> dict[str, str]:
        """All boxes of one colour as the `d` of one path, for the small picture in the corner."""
        found: dict[str, list[str]] = {}
        for card in self.cards:
            box = card.box
            path = f"M{int(box.left)} {int(box.y)}h{box.width}v{box.height}h-{box.width}z"
            found.setdefault(card.look, []).append(path)
        return {look: "".join(paths) for look, paths in sorted(found.items())}

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        return self.layout.bounds


def draw(document: Document) -> Drawing:
    """Draw a document."""
    trigger = TRIGGERS.get(document.trigger.kind)
    has_anchor = trigger is not None and trigger.has_anchor(document.trigger.filters)
    before = spots.lane(document)
    after = document.steps[len(before) :]
    placed = layout.lay_out(tuple(map(_item, after)), tuple(map(_item, before)), takes_before=has_anchor)
    drawing = Drawing(placed)
    boxes = {box.id: box for box in placed.boxes}
    said = _Said()
    drawing.cards.append(_trigger_card(document, boxes["trigger"], after, before))
    for step, up, down in _walks(before, after):
        drawing.cards.append(_card(step, boxes, up, down, said))
    forks = {place.step.id: place.step for place in graph.walk(document)}
    drawing.labels = [_label(label, forks[label.fork], said) for label in placed.labels]
    return drawing


class _Said:
    """What many steps say alike, put into words once: a gettext a step is half the time of a drawing."""

    def __init__(self) -> None:
        self._known: dict[Hashable, str] = {}

    def once(self, about: Hashable, say: Callable[[], str]) -> str:
        if about not in self._known:
            self._known[about] = say()
        return self._known[about]

    def kind(self, step: AnyStep) -> str:
        about = (step.do, repr(vars(step.params).get("assign"))) if isinstance(step, ActionStep) else type(step)
        return self.once(about, lambda: words.kind(step))

    def wait(self, wait: Wait | None) -> str:
        return self.once(("wait", repr(wait)), lambda: words.wait(wait)) if wait is not None else ""

    def branch(self, branch: str | None) -> str:
        return self.once(("branch", branch), lambda: _branch_name(branch))


def _item(step: AnyStep) -> layout.Item:
    waits = step.wait is not None and not step.wait.is_nothing
    if isinstance(step, ActionStep):
        return layout.Item(step.id, "stop" if step.action.ends else "step", waits)
    branches = tuple((key, tuple(map(_item, steps))) for key, steps in graph.branches(step).items())
    return layout.Item(step.id, "fork", waits, branches)


# ------------------------------------------------------------------ who stands above and below whom, for the arrow keys


def _walks(before: list[AnyStep], after: list[AnyStep]) -> Iterator[tuple[AnyStep, str, str]]:
    for at, step in enumerate(before):
        up = before[at - 1].id if at else ""
        yield step, up, before[at + 1].id if at + 1 < len(before) else "trigger"
    yield from _walk(after, "trigger", "")


def _walk(steps: list[AnyStep], above: str, below: str) -> Iterator[tuple[AnyStep, str, str]]:
    for at, step in enumerate(steps):
        following = steps[at + 1].id if at + 1 < len(steps) else below
        inside = [branch for branch in graph.branches(step).values() if branch]
        yield step, steps[at - 1].id if at else above, inside[0][0].id if inside else following
        for branch in inside:
            yield from _walk(branch, step.id, following)


# ------------------------------------------------------------------ cards


def _trigger_card(document: Document, box: Box, after: list[AnyStep], before: list[AnyStep]) -> Card:
    trigger = TRIGGERS.get(document.trigger.kind)
    label = str(trigger.label) if trigger else document.trigger.kind
    group = str(GROUPS[trigger.group]) if trigger else ""
    kind = _("Trigger · %(group)s", group=group) if group else _("Trigger")
    return Card(
        "trigger",
        box,
        "trigger",
        trigger.icon if trigger else "bolt",
        kind,
        words.trigger(document.trigger),
        _short(label),
        up=before[-1].id if before else "",
        down=after[0].id if after else "",
    )


def _card(step: AnyStep, boxes: dict[str, Box], up: str, down: str, said: _Said) -> Card:
    title = words.title(step)
    return Card(
        step.id,
        boxes[step.id],
        look(step),
        icon(step),
        said.kind(step),
        title,
        step.short or _short(title),
        step.enabled,
        said.wait(step.wait),
        boxes.get(f"{step.id}~wait") or boxes.get(f"{step.id}~offset"),
        up,
        down,
        said.branch(boxes[step.id].branch),
    )


_LOOKS = {"in_app": "app", "tag": "tag", "lead": "lead", "lifecycle": "stage", "webhook": "data", "stop": "wait"}


def look(step: AnyStep) -> str:
    """The colour of a step."""
    if isinstance(step, IfStep):
        return "cond"
    if isinstance(step, SplitStep):
        return "split"
    return look_of_action(step.do)


def look_of_action(do: str) -> str:
    """The colour of an action, by its key."""
    room = do.partition(".")[0]
    return _LOOKS.get(room, room)


def icon(step: AnyStep) -> str:
    """The icon of a step."""
    if isinstance(step, IfStep):
        return "git-branch"
    if isinstance(step, SplitStep):
        return "arrows-split-2"
    return step.action.icon


def _short(title: str) -> str:
    """The first words of a title that fit."""
    bare = "".join(text for is_variable, text in words.pieces(title) if not is_variable)
    plain = re.sub(r"\s+([,.!?])", r"\1", bare).strip(" ,.:;")
    if len(plain) <= SHORT:
        return plain
    return (plain[:SHORT].rpartition(" ")[0] or plain[: SHORT - 1]).rstrip(" ,.:;") + "…"


def _branch_name(branch: str | None) -> str:
    match branch:
        case None:
            return ""
        case graph.THEN:
            return str(_("True"))
        case graph.ELSE:
            return str(_("False"))
        case letter:
            return str(_("Branch %(letter)s", letter=letter))


def _label(label: layout.Label, fork: AnyStep, said: _Said) -> BranchLabel:
    if isinstance(fork, SplitStep):
        branch = next(one for one in fork.split if one.key == label.branch)
        text = f"{branch.name or branch.key} · {branch.share} %"
        return BranchLabel(label.x, label.y, "s", "", text, label.fork, label.branch)
    is_true = label.branch == graph.THEN
    name, look, sign = said.branch(label.branch), "t" if is_true else "f", "check" if is_true else "x"
    return BranchLabel(label.x, label.y, look, sign, name, label.fork, label.branch)

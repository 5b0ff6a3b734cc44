"""The blocks of an e-mail as fields of a form: what each kind asks for, how it is read, how blocks are put elsewhere.

A block is known by its path: "3" is the fourth one, "3.left.0" the first in the left column of it. The order of the
blocks is that in which their paths are sent, so that dragging them needs nothing but the page itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

SIDES = ("left", "right")
PATH = "_path"


@dataclass(frozen=True)
class Ask:
    """One field of a block. `widget`: line, address, rich, area, number, choice."""

    name: str
    label: LazyString
    widget: str = "line"
    choices: tuple[tuple[str, LazyString], ...] = ()
    help: LazyString | None = None


@dataclass(frozen=True)
class Kind:
    """A kind of block as the editor offers it."""

    key: str
    label: LazyString
    icon: str
    asks: tuple[Ask, ...] = ()


_ALIGN = Ask(
    "align", _l("Alignment"), "choice", (("left", _l("Left")), ("center", _l("Centre")), ("right", _l("Right")))
)
_LINK = _l("An address, or one of the purchase links.")

KINDS = {
    one.key: one
    for one in (
        Kind(
            "heading",
            _l("Heading"),
            "bookmark",
            (
                Ask("text", _l("Text")),
                Ask("level", _l("Size"), "choice", (("1", _l("Large")), ("2", _l("Small")))),
                _ALIGN,
            ),
        ),
        Kind("text", _l("Text"), "menu-2", (Ask("html", _l("Text"), "rich"),)),
        Kind(
            "image",
            _l("Picture"),
            "photo",
            (
                Ask("src", _l("Address of the picture"), "address"),
                Ask(
                    "alt",
                    _l("What it shows"),
                    help=_l("Read out to those who do not see it, and shown where pictures are off."),
                ),
                Ask("href", _l("Leads to"), "address"),
                Ask("width", _l("Width, in per cent"), "number"),
            ),
        ),
        Kind(
            "button",
            _l("Button"),
            "click",
            (Ask("label", _l("Words on it")), Ask("href", _l("Leads to"), "address", help=_LINK), _ALIGN),
        ),
        Kind("columns", _l("Two columns"), "layout-columns"),
        Kind("quote", _l("Quote"), "message-2", (Ask("text", _l("Quote"), "area"), Ask("by", _l("Who said it")))),
        Kind("signature", _l("Signature"), "user", (Ask("name", _l("Name")), Ask("role", _l("Role")))),
        Kind("divider", _l("Line"), "minus"),
        Kind("spacer", _l("Space"), "arrows-sort", (Ask("height", _l("Height, in pixels"), "number"),)),
        Kind(
            "footer",
            _l("Address and links"),
            "world",
            (
                Ask("text", _l("Text"), "area"),
                Ask("links", _l("Links"), "area", help=_l("One a line: its name, then its address.")),
            ),
        ),
    )
}
NUMBERS = frozenset({"level", "width", "height"})
USUAL = {"level": 1, "align": "left", "width": 100, "height": 24}  # what a document leaves out


class Sent(Protocol):
    """What of a form is used here."""

    def get(self, key: str, /) -> Any: ...

    def getlist(self, key: str, /) -> list[Any]: ...


def fresh(kind: str) -> dict[str, Any]:
    """A new block, with what is still to be written in square brackets (SEQ-24). Raises KeyError."""
    beginnings: dict[str, dict[str, Any]] = {
        "heading": {"text": _("[Heading]")},
        "text": _text(),
        "image": {"src": _("[Address of the picture]"), "alt": _("[What it shows]")},
        "button": {"label": _("[Words on it]"), "href": _("[Link]")},
        "quote": {"text": _("[Quote]")},
        "signature": {"name": _("[Name]")},
        "footer": {"text": _("[Address of the studio]")},
        "columns": {"left": [_text()], "right": [_text()]},
    }
    return {"block": KINDS[kind].key} | beginnings.get(kind, {})


def _text() -> dict[str, Any]:
    return {"block": "text", "html": f"<p>{_('[your message]')}</p>"}


def read(sent: Sent) -> list[dict[str, Any]]:
    """The blocks of a form as plain values, each still with the path it had."""
    return _read(sent, "order", KINDS.keys())


def _read(sent: Sent, order: str, kinds: Collection[str]) -> list[dict[str, Any]]:
    """The blocks of a list: of the kinds it may hold, for a page of ours sends no others."""
    sent_kinds = ((path, str(sent.get(f"b.{path}.block"))) for path in sent.getlist(order))
    return [_block(sent, path, kind) for path, kind in sent_kinds if kind in kinds]


def _block(sent: Sent, path: str, kind: str) -> dict[str, Any]:
    said: dict[str, Any] = {PATH: path, "block": kind}
    for ask in KINDS[kind].asks:
        value = str(sent.get(f"b.{path}.{ask.name}") or "").replace("\r\n", "\n").strip()
        if value and _value(ask.name, value) != USUAL.get(ask.name):
            said[ask.name] = _value(ask.name, value)
    if kind == "columns":
        said |= {side: _read(sent, f"order.{path}.{side}", KINDS.keys() - {"columns"}) for side in SIDES}
    return said


def _value(name: str, value: str) -> Any:
    if name == "links":
        rows = (line.strip().rpartition(" ") for line in value.split("\n") if line.strip())
        return [{"label": label.strip(), "href": href} for label, _blank, href in rows]
    return int(value) if name in NUMBERS and value.isdigit() else value


def shown(block: dict[str, Any], name: str) -> str:
    """What stands in a field."""
    value = block.get(name, USUAL.get(name, ""))
    if isinstance(value, list):
        return "\n".join(f"{one['label']} {one['href']}" for one in value)
    return str(value)


# ------------------------------------------------------------------ moving blocks


def act(blocks: list[dict[str, Any]], said: str) -> str | None:
    """Do what a button says, in place: `up:3`, `copy:1.left.0`, `add:image:1.left`, `into:3:1.left`, `out:1.left.0`.

    Answers the path the block has now; None where there is nothing to do.
    """
    verb, _colon, rest = said.partition(":")
    if verb == "add":
        kind, _colon, place = rest.partition(":")
        return _put(blocks, fresh(kind), place) if kind in KINDS else None
    path, _colon, target = rest.partition(":")
    found = next(((siblings, one) for siblings, one in _walk(blocks) if one.get(PATH) == path), None)
    if found is None:
        return None
    siblings, one = found
    at = siblings.index(one)
    match verb:
        case "up" | "down":
            to = at + (1 if verb == "down" else -1)
            if 0 <= to < len(siblings):
                siblings[at], siblings[to] = siblings[to], siblings[at]
        case "copy":
            siblings.insert(at + 1, _unnamed(one))
            one = siblings[at + 1]
        case "remove":
            del siblings[at]
            one = siblings[min(at, len(siblings) - 1)] if siblings else {}
        case "into" | "out":
            return _move(blocks, siblings, one, target if verb == "into" else "")
    return path_of(blocks, one)


def _put(blocks: list[dict[str, Any]], new: dict[str, Any], place: str) -> str | None:
    siblings = _list_at(blocks, place)
    if siblings is None or (siblings is not blocks and new["block"] == "columns"):
        return None
    siblings.append(new)
    return path_of(blocks, new)


def _move(blocks: list[dict[str, Any]], siblings: list[dict[str, Any]], one: dict[str, Any], to: str) -> str | None:
    """To the end of a column, or out of it behind the columns."""
    if to:
        target = _list_at(blocks, to)
        if target is not None and one["block"] != "columns":
            siblings.remove(one)
            target.append(one)
    else:
        around = next((each for each in blocks if siblings in (each.get("left"), each.get("right"))), None)
        if around is not None:
            siblings.remove(one)
            blocks.insert(blocks.index(around) + 1, one)
    return path_of(blocks, one)


def _list_at(blocks: list[dict[str, Any]], place: str) -> list[dict[str, Any]] | None:
    """The list a place names: all blocks, or a column of the columns that had this path."""
    if not place:
        return blocks
    path, _dot, side = place.rpartition(".")
    around = next((each for each in blocks if each.get(PATH) == path and each["block"] == "columns"), None)
    return around[side] if around is not None and side in SIDES else None


def _walk(blocks: list[dict[str, Any]]) -> Iterator[tuple[list[dict[str, Any]], dict[str, Any]]]:
    for one in blocks:
        yield blocks, one
        for side in SIDES:
            inside = one.get(side, [])
            yield from ((inside, each) for each in inside)


def path_of(blocks: list[dict[str, Any]], wanted: dict[str, Any]) -> str | None:
    """Where a block stands now."""
    for number, one in enumerate(blocks):
        if one is wanted:
            return str(number)
        for side in SIDES:
            for inner, each in enumerate(one.get(side, [])):
                if each is wanted:
                    return f"{number}.{side}.{inner}"
    return None


def _unnamed(block: dict[str, Any]) -> dict[str, Any]:
    return {
        key: [_unnamed(one) for one in value] if key in SIDES else value for key, value in block.items() if key != PATH
    }


def plain(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The blocks as they stand in a document: without the paths they had."""
    return [_unnamed(one) for one in blocks]

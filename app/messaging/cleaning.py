"""HTML that people write, with nothing left in it that does something or that only a page of ours may have."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import nh3
from flask_babel import lazy_gettext as _

# What the small rich text may hold; a style or a class would be the block's look, not the writer's words.
_RICH = frozenset({"p", "br", "div", "b", "strong", "i", "em", "u", "a", "ul", "ol", "li"})

_ADDRESSES = frozenset({"action", "background", "cite", "formaction", "href", "poster", "src", "xlink:href"})

_LAYOUT = {"align", "bgcolor", "border", "cellpadding", "cellspacing", "height", "role", "style", "valign", "width"}
_MAIL = {tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()}
for _tag in (
    "a",
    "blockquote",
    "div",
    "h1",
    "h2",
    "h3",
    "img",
    "p",
    "span",
    "strong",
    "table",
    "tbody",
    "td",
    "th",
    "tr",
):
    _MAIL.setdefault(_tag, set()).update(_LAYOUT)

# Looks of a mail: none that takes something out of its place.
_STYLES = {
    *("background", "background-color", "color", "direction", "display", "height", "line-height", "vertical-align"),
    *("font", "font-family", "font-size", "font-style", "font-weight", "text-align", "text-decoration", "word-break"),
    *("border", "border-bottom", "border-collapse", "border-left", "border-radius", "border-spacing", "border-top"),
    *("margin", "margin-bottom", "margin-top", "padding", "padding-bottom", "padding-left", "padding-top"),
    *("max-width", "min-width", "width"),
}


# What an address with a variable in it may begin with. What a variable says, people have typed themselves: it may stand
# in an address, and never decide where it leads. One of ours that is a whole address ends in "_link".
_LEADS_SOMEWHERE = re.compile(r"(https?://[^#/?\s]|mailto:|tel:|##\{\{[a-z_]+_link\}\})", re.IGNORECASE)


def misled(html: str) -> str | None:
    """What is wrong with HTML in which somebody else decides where an address leads, in words; None: nothing is."""
    reader = _Addresses()
    reader.feed(html)
    reader.close()
    strange = [one for one in reader.found if "##{{" in one and not _LEADS_SOMEWHERE.match(one.strip())]
    if not strange:
        return None
    said = _("The address %(address)s begins with what people type themselves: begin it with https://.")
    return str(said) % {"address": strange[0][:200]}


class _Addresses(HTMLParser):
    """Reads where the links and pictures of HTML lead."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in _ADDRESSES and value]


def rich(html: str) -> str:
    """Rich text with nothing in it but what the small editor can write."""
    return nh3.clean(html, tags=set(_RICH), attributes={"a": {"href"}}, link_rel=None)


def mail(html: str) -> str:
    """A whole mail as HTML, with its looks and without scripts, style sheets and forms."""
    return nh3.clean(html, attributes=_MAIL, filter_style_properties=_STYLES)

"""HTML that people write, with nothing left in it that does something or that only a page of ours may have."""

from __future__ import annotations

import nh3

# What the small rich text may hold; a style or a class would be the block's look, not the writer's words.
_RICH = frozenset({"p", "br", "div", "b", "strong", "i", "em", "u", "a", "ul", "ol", "li"})

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


def rich(html: str) -> str:
    """Rich text with nothing in it but what the small editor can write."""
    return nh3.clean(html, tags=set(_RICH), attributes={"a": {"href"}}, link_rel=None)


def mail(html: str) -> str:
    """A whole mail as HTML, with its looks and without scripts, style sheets and forms."""
    return nh3.clean(html, attributes=_MAIL, filter_style_properties=_STYLES)

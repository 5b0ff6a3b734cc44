"""What the style sheets promise: colours in one place, and enough contrast between each pair that meets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSS = Path("app/static/css")
TEMPLATES = Path("app/templates")
PAGES = [page for page in TEMPLATES.rglob("*.html") if page.name != "mail.html"]  # a mail has no style sheet to go by
TOKENS = (CSS / "tokens.css").read_text()

PAIR = re.compile(r"--([\w-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)", re.IGNORECASE)
PLAIN = re.compile(r"--([\w-]+):\s*(#[0-9a-f]{6});", re.IGNORECASE)

TEXT, GRAPHIC = 4.5, 3.0  # WCAG 2.2 AA


def colours(theme: int) -> dict[str, str]:
    """The tokens that are colours, in the light (0) or the dark (1) theme."""
    return {name: pair[theme] for name, *pair in PAIR.findall(TOKENS)} | dict(PLAIN.findall(TOKENS))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def meeting_pairs() -> list[tuple[str, str, float]]:
    """Every foreground that is drawn on every ground, and the contrast it needs there."""
    grounds = ("canvas", "surface", "sunken", "raised", "hover")
    words = ("text", "text-2", "text-3", "accent-text", "danger-text", "hot-text", "ok-text", "info-text", "warn-text")
    pairs = [(word, ground, TEXT) for ground in grounds for word in words]
    pairs += [(word, "press", TEXT) for word in ("text", "text-2", "text-3")]
    pairs += [("on-accent", ground, TEXT) for ground in ("accent", "accent-hover")]
    pairs += [(word, "accent-soft", TEXT) for word in ("accent-text", "text-2", "text-3")]
    for meaning in ("hot", "danger", "ok", "warn", "info"):
        pairs += [(f"{meaning}-text", f"{meaning}-soft", TEXT), ("text-2", f"{meaning}-soft", TEXT)]
        pairs += [(meaning, ground, GRAPHIC) for ground in ("surface", "sunken", f"{meaning}-soft")]
    for kind in ("trigger", "email", "sms", "app", "task", "data", "logic", "split"):
        pairs += [(f"k-{kind}", ground, TEXT) for ground in (f"k-{kind}-soft", "surface")]
        pairs.append(("text", f"k-{kind}-soft", TEXT))
    pairs += [("field-line", ground, GRAPHIC) for ground in ("surface", "sunken", "raised", "canvas")]
    pairs += [(f"on-av-{hue}", f"av-{hue}", TEXT) for hue in range(6)]
    pairs += [("on-inverse", "inverse", TEXT), ("on-danger", "danger", TEXT), ("on-ok", "ok", GRAPHIC)]
    return pairs


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_each_pair_of_colours_that_meets_can_be_read(theme: int) -> None:
    known = colours(theme)
    too_faint = [
        f"{word} on {ground}: {measured:.2f} < {needed}"
        for word, ground, needed in meeting_pairs()
        if (measured := contrast(known[word], known[ground])) < needed
    ]
    assert too_faint == []


def test_raw_colours_stand_in_the_tokens_only() -> None:
    raw = re.compile(r"#[0-9a-f]{3,8}\b(?![-\w])|\b(?:rgb|rgba|hsl|oklch)\(", re.IGNORECASE)
    found = {
        f"{sheet}:{number}: {line.strip()}"
        for sheet in CSS.rglob("*.css")
        if sheet.name != "tokens.css"
        for number, line in enumerate(sheet.read_text().splitlines(), 1)
        if raw.search(line)
    }
    assert not found, "a colour belongs in tokens.css, under a name"


def test_every_rule_is_in_a_layer() -> None:
    begins = re.compile(r"^(@layer|@font-face|/\*)")
    outside = [str(sheet) for sheet in CSS.rglob("*.css") if not begins.match(_without_comment(sheet.read_text()))]
    assert outside == []


def test_style_attributes_are_computed() -> None:
    fixed = re.compile(r'style="(?![^"]*\{\{)[^"]*"')
    found = [f"{page}: {hit}" for page in PAGES for hit in fixed.findall(page.read_text())]
    assert not found, "what is always the same belongs in a style sheet"


def test_every_icon_that_is_named_is_drawn() -> None:
    drawn = {line.strip() for line in Path("app/static/icons.txt").read_text().splitlines()}
    named = re.compile(r"\bicon(?:_name)?[=(]\s*\"([a-z0-9.-]+)\"")
    places = [*TEMPLATES.rglob("*.html"), *Path("app").rglob("*.py")]
    missing = {(str(place), name) for place in places for name in named.findall(place.read_text()) if name not in drawn}
    assert not missing, "add its line to app/static/icons.txt"


def _without_comment(text: str) -> str:
    return re.sub(r"^\s*/\*.*?\*/\s*", "", text, flags=re.DOTALL)

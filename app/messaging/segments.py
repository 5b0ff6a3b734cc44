"""How carriers count an SMS (SMS-01): segments of 160 plain characters, or of 70 where one is not plain."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

# GSM 03.38, the alphabet of plain SMS. Of the letters with accents it has these and no others.
_PLAIN = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_DOUBLE = frozenset("\f^{}\\[~]|€")  # sent as an escape and a character: two places each

PLAIN_ONE, PLAIN_EACH = 160, 153
WIDE_ONE, WIDE_EACH = 70, 67


@dataclass(frozen=True)
class Size:
    """A text as carriers see it."""

    segments: int
    units: int  # places used
    room: int  # places in the segments used
    costly: str  # the characters that make the text wide, once each, in order

    @property
    def is_wide(self) -> bool:
        return bool(self.costly)


def count(text: str) -> int:
    """How many segments a text takes; an empty one takes none."""
    return measure(text).segments


def measure(text: str) -> Size:
    """Count a text's places and segments. A character is never cut in two by the end of a segment."""
    costly = "".join(dict.fromkeys(one for one in text if one not in _PLAIN and one not in _DOUBLE))
    if costly:
        places = [len(one.encode("utf-16-le")) // 2 for one in text]
        return _fill(places, WIDE_ONE, WIDE_EACH, costly)
    return _fill([2 if one in _DOUBLE else 1 for one in text], PLAIN_ONE, PLAIN_EACH, costly)


def _fill(places: list[int], alone: int, each: int, costly: str) -> Size:
    units = sum(places)
    if units <= alone:
        return Size(1 if units else 0, units, alone, costly)
    segments, used = 1, 0
    for place in places:
        if used + place > each:
            segments, used = segments + 1, 0
        used += place
    return Size(segments, units, segments * each, costly)


# What has a plain letter of its own that is no part of it.
_SPELLED = str.maketrans(
    {
        "œ": "oe", "Œ": "OE", "’": "'", "‘": "'", "“": '"', "”": '"', "«": '"', "»": '"',
        "…": "...", "–": "-", "—": "-", "•": "-", "\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " ", "ç": "c",
    }
)  # fmt: skip


def plain_spelling(text: str) -> str:
    """The text in the alphabet of plain SMS, as far as its letters have a plain one: "prêt" is "pret". What has none,
    such as a picture, stays.
    """
    return "".join(_plain_letter(one) for one in text.translate(_SPELLED))


def _plain_letter(letter: str) -> str:
    if letter in _PLAIN or letter in _DOUBLE:
        return letter
    bare = "".join(one for one in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(one))
    return bare if bare and all(one in _PLAIN for one in bare) else letter

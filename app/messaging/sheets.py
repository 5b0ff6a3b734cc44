"""Mails with their slots left open: what all of them share is worked out and encoded once, and filled in for each.

A slot stands in a text as a name between two characters that nobody types. Those of variables bear their names; those
of the tokens in our own addresses have a dot in theirs.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Self

from markupsafe import escape

OPEN, CLOSE = "\x02", "\x03"
LONGEST_LINE = 75  # characters, and one more for the "=" of a soft line break (RFC 2045, 6.7)

_SLOT = re.compile(f"{OPEN}([\\w.]+){CLOSE}")
_LINE_ENDS = re.compile(r"\r\n|\r|\n")
# What can stand anywhere in a text without changing how its surroundings are read: no blank at an edge, no address.
_HARMLESS = re.compile(r"[^\s/;<>&\x00-\x1f]+(?: [^\s/;<>&\x00-\x1f]+)*")


def slot(name: str) -> str:
    return f"{OPEN}{name}{CLOSE}"


def closed(text: str) -> str:
    """The text without anything that could be taken for a slot."""
    return text.replace(OPEN, "")


def are_harmless(values: Iterable[str]) -> bool:
    """Whether a text with slots, made into a mail and then filled with these, is what it is when filled before."""
    return all(_HARMLESS.fullmatch(value) for value in values)


class Quoted(NamedTuple):
    """A piece of text in quoted-printable, with the length of its first line and of its last, where it has several."""

    content: bytes
    first: int
    last: int | None

    @classmethod
    def of(cls, text: str) -> Self:
        wired = _LINE_ENDS.sub("\r\n", text).encode()
        # With a line's end behind it, so that it is wrapped with the right ones, and a blank at its end is kept.
        content = binascii.b2a_qp(wired + b"\r\n", istext=True)[:-2]
        begin, *more = content.split(b"\r\n")
        return cls(content, len(begin), len(more[-1]) if more else None)


quoted = lru_cache(maxsize=2048)(Quoted.of)


@dataclass(frozen=True)
class Sheet:
    """A mail's plain text and its HTML: pieces that are the same in each, and between them the names of the slots."""

    text: tuple[Quoted | str, ...]
    html: tuple[Quoted | str, ...]
    slots: frozenset[str]

    @classmethod
    def of(cls, text: str, html: str) -> Self:
        names = frozenset(_SLOT.findall(text) + _SLOT.findall(html))
        return cls(_cut(text), _cut(html), names)

    def fill(self, values: Mapping[str, str], tokens: Mapping[str, str]) -> tuple[bytes, bytes]:
        """The text and the HTML of one mail as they travel. Tokens are of letters that need no encoding."""
        own = {name: Quoted(token.encode(), len(token), None) for name, token in tokens.items()}
        in_text = {name: quoted(value) for name, value in values.items()} | own
        in_html = {name: quoted(str(escape(value))) for name, value in values.items()} | own
        return _joined(self.text, in_text), _joined(self.html, in_html)


def _cut(text: str) -> tuple[Quoted | str, ...]:
    pieces = enumerate(_SLOT.split(text))
    return tuple(piece if index % 2 else Quoted.of(piece) for index, piece in pieces if piece)


def _joined(pieces: Sequence[Quoted | str], slots: Mapping[str, Quoted]) -> bytes:
    """All pieces one after the other, with a soft line break before what would make a line too long."""
    out: list[bytes] = []
    column = 0
    for piece in pieces:
        content, first, last = slots[piece] if isinstance(piece, str) else piece
        if column and column + first > LONGEST_LINE:
            out.append(b"=\r\n")
            column = 0
        out.append(content)
        column = column + first if last is None else last
    return b"".join(out)

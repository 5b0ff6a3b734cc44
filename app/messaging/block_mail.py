"""Drawing blocks as a mail: MJML for the layout, which mail programs of all ages understand, and a plain text.

What people have written never meets the MJML: it is drawn with numbered marks, and what they stand for is put in
afterwards, escaped or cleaned. So no text can be taken for markup, and none can make the MJML invalid.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from markupsafe import escape
from mjml import mjml2html

from app.messaging import blocks as kinds
from app.messaging import cleaning, mail
from app.messaging.blocks import Block

ACCENT = "#6d2e5b"  # Encore's own plum, where the studio has set no colour
INK, QUIET, LINE = "#241f23", "#6f676d", "#e4dedf"
FONT = "-apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif"
WIDTH = 552  # pixels inside the frame of mail.html

_BODY = re.compile(r"<body\b[^>]*>(.*)</body>", re.DOTALL)
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_MARK = re.compile(r"@(\d+)@")
_COLUMN = re.compile(r'(mj-column-per-50" style="[^"]*?)width:100%')
# Columns stand one below the other until a mail program says that it has room for two.
_COLUMNS = "@media only screen and (min-width:480px){.mj-column-per-50{width:50% !important;max-width:50%}}"


class Look(NamedTuple):
    """What a mail takes from the studio's settings."""

    colour: str = ""


@lru_cache(maxsize=512)
def render(blocks: tuple[Block, ...], look: Look) -> mail.Words:
    """The mail of these blocks, variables still standing. Kept: all the mails of a revision are filled in from it."""
    return mail.Words(as_text(blocks), _Drawing(look).html(blocks))


def settled(html: str) -> str:
    """A drawn mail as HTML that is written on by hand: columns stay side by side without a style sheet."""
    return cleaning.mail(_COLUMN.sub(r"\1width:50%", html))


class _Drawing:
    """One mail being drawn, and what its marks stand for."""

    def __init__(self, look: Look) -> None:
        self.accent = look.colour if _COLOUR.fullmatch(look.colour) else ACCENT
        self.said: list[str] = []

    def html(self, blocks: tuple[Block, ...]) -> str:
        page = mjml2html(f'<mjml><mj-body width="{WIDTH}px">{"".join(self._sections(blocks))}</mj-body></mjml>')
        found = _BODY.search(page)
        inside = found[1] if found is not None else ""
        drawn = _MARK.sub(lambda mark: self.said[int(mark[1])], inside)
        has_columns = any(isinstance(one, kinds.Columns) for one in blocks)
        return f"<style>{_COLUMNS}</style>{drawn}" if has_columns else drawn

    def _mark(self, safe: str) -> str:
        self.said.append(safe)
        return f"@{len(self.said) - 1}@"

    def _words(self, text: str) -> str:
        return self._mark(str(escape(text)).replace("\n", "<br>"))

    def _address(self, address: str) -> str:
        return self._mark("#" if kinds.is_placeholder(address) else str(escape(address)))

    def _sections(self, blocks: Iterable[Block]) -> Iterable[str]:
        """Blocks that follow each other share a section; two columns are one of their own."""
        together: list[str] = []
        for one in blocks:
            if isinstance(one, kinds.Columns):
                yield _section([together] if together else [])
                together = []
                yield _section([self._column(one.left), self._column(one.right)], gap=12)
            else:
                together.append(self._draw(one))
        yield _section([together] if together else [])

    def _column(self, blocks: Iterable[Block]) -> list[str]:
        return [self._draw(one) for one in blocks]

    def _draw(self, one: Block) -> str:  # noqa: C901, PLR0911 - one answer a kind
        match one:
            case kinds.Heading():
                size = 26 if one.level == 1 else 20
                tag = f"h{one.level}"
                inside = self._mark(f'<{tag} style="margin:0;font:inherit">{escape(one.text)}</{tag}>')
                return _text(inside, f'align="{one.align}" font-size="{size}px" font-weight="700" line-height="1.25"')
            case kinds.Text():
                return _text(self._mark(_spaced(one.html)))
            case kinds.Image() if kinds.is_placeholder(one.src):
                room = f'align="center" color="{QUIET}" padding="24px 12px" container-background-color="#f4f1f0"'
                return _text(self._words(f"{one.src} {one.alt}"), room) + '<mj-spacer height="16px" />'
            case kinds.Image():
                link = f'href="{self._address(one.href)}"' if one.href else ""
                width = f'width="{WIDTH * one.width // 100}px"' if one.width < 100 else ""  # noqa: PLR2004 - per cent
                source, alt = self._address(one.src), self._mark(str(escape(one.alt)))
                return f'<mj-image src="{source}" alt="{alt}" {link} {width} padding="0 0 16px" border-radius="8px" />'
            case kinds.Button():
                look = f'background-color="{self.accent}" color="#ffffff" border-radius="8px" font-family="{FONT}"'
                room = 'font-size="16px" font-weight="600" inner-padding="12px 22px" padding="4px 0 20px"'
                href, label = self._address(one.href), self._words(one.label)
                return f'<mj-button href="{href}" align="{one.align}" {look} {room}>{label}</mj-button>'
            case kinds.Divider():
                return f'<mj-divider border-color="{LINE}" border-width="1px" padding="8px 0 24px" />'
            case kinds.Spacer():
                return f'<mj-spacer height="{one.height}px" />'
            case kinds.Quote():
                return self._quote(one)
            case kinds.Signature():
                role = f'<br><span style="color:{QUIET}">{escape(one.role)}</span>' if one.role else ""
                return _text(self._mark(f"<strong>{escape(one.name)}</strong>{role}"))
            case kinds.Footer():
                return self._footer(one)
        raise TypeError(type(one).__name__)

    def _quote(self, one: kinds.Quote) -> str:
        words = str(escape(one.text)).replace("\n", "<br>")
        by = f'<p style="margin:6px 0 0;color:{QUIET};font-style:normal">{escape(one.by)}</p>' if one.by else ""
        bar = f"margin:0;padding:2px 0 2px 16px;border-left:3px solid {self.accent};font-style:italic"
        return _text(self._mark(f'<blockquote style="{bar}">{words}{by}</blockquote>'))

    def _footer(self, one: kinds.Footer) -> str:
        links = " &nbsp;·&nbsp; ".join(
            f'<a href="{self._plain(link.href)}" style="color:{QUIET}">{escape(link.label)}</a>' for link in one.links
        )
        text = str(escape(one.text)).replace("\n", "<br>")
        inside = self._mark("<br>".join(part for part in (text, links) if part))
        return _text(inside, f'align="center" color="{QUIET}" font-size="13px"')

    @staticmethod
    def _plain(address: str) -> str:
        return "#" if kinds.is_placeholder(address) else str(escape(address))


def _section(columns: list[list[str]], gap: int = 0) -> str:
    if not columns:
        return ""
    last = len(columns) - 1
    rooms = [f"0 {gap if number < last else 0}px 0 {gap if number else 0}px" for number in range(len(columns))]
    pairs = zip(rooms, columns, strict=True)
    drawn = (f'<mj-column padding="{room}">{"".join(column)}</mj-column>' for room, column in pairs)
    return f'<mj-section padding="0">{"".join(drawn)}</mj-section>'


def _text(inside: str, more: str = "") -> str:
    usual = {"padding": "0 0 16px", "font-size": "16px", "line-height": "1.55", "color": INK}
    given = "".join(f' {name}="{value}"' for name, value in usual.items() if f"{name}=" not in f" {more}")
    return f'<mj-text font-family="{FONT}"{given} {more}>{inside}</mj-text>'


def _spaced(html: str) -> str:
    """Rich text whose last paragraph leaves the distance to the block."""
    return re.sub(r"<p>", '<p style="margin:0 0 12px">', html)


# ---------------------------------------------------------------- plain text


def as_text(blocks: Iterable[Block]) -> str:
    """The blocks for a reader without HTML. Columns follow each other."""
    return "\n\n".join(part for part in (_plain_text(one).strip() for one in blocks) if part)


def _plain_text(one: Block) -> str:  # noqa: PLR0911 - one answer a kind
    match one:
        case kinds.Heading():
            return one.text
        case kinds.Text():
            return mail.as_text(one.html)
        case kinds.Image():
            return f"[{one.alt}]" + (f"\n{one.href}" if one.href else "")
        case kinds.Button():
            return f"{one.label}: {one.href}"
        case kinds.Divider():
            return "---"
        case kinds.Quote():
            said = "\n".join(f"> {line}" for line in one.text.split("\n"))
            return f"{said}\n> – {one.by}" if one.by else said
        case kinds.Signature():
            return f"{one.name}\n{one.role}"
        case kinds.Footer():
            return "\n".join([one.text, *(f"{link.label}: {link.href}" for link in one.links)])
        case kinds.Columns():
            return as_text((*one.left, *one.right))
    return ""

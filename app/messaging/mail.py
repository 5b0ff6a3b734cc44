"""Making an e-mail of a message: the studio's frame around it, its footer, its tracked links and its open marker."""

from __future__ import annotations

import html as html_escapes
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

import css_inline
from flask import render_template
from flask_babel import force_locale

from app.messaging import mime, sheets, tokens, variables
from app.messaging.models import MANUAL, SEQUENCE, TRANSACTIONAL
from app.messaging.sheets import Sheet, slot
from app.staff.studio import Studio

MARKETING_FOOTER, TRANSACTIONAL_FOOTER, NO_FOOTER = "marketing", "transactional", ""

BULK = "bulk"  # the kind of a message written by hand to several people at once (MSG-07)

_HREF = re.compile(r"""(<a\b[^>]*?\bhref\s*=\s*)(["'])(https?://[^"']+)\2""", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")
_PARAGRAPHS = re.compile(r"\n\s*\n")
_BODY = re.compile(r"<body\b[^>]*>(.*)</body>", re.IGNORECASE | re.DOTALL)
_STYLES = re.compile(r"<style\b.*?</style>", re.IGNORECASE | re.DOTALL)
_BLANKS = re.compile(r"\n{3,}")
_HIDDEN = re.compile(r"<!--.*?-->|<(style|script|head|title)\b.*?</\1>", re.IGNORECASE | re.DOTALL)
_LINK = re.compile(r"""<a\b[^>]*?\bhref\s*=\s*(["'])(https?://[^"']+)\1[^>]*>(.*?)</a>""", re.IGNORECASE)
_MARKS = (
    (re.compile(r"<br\b[^>]*>\s*", re.IGNORECASE), "\n"),
    (re.compile(r"\s*<li\b[^>]*>\s*", re.IGNORECASE), "\n- "),
    (re.compile(r"\s*</?(?:p|div|h[1-6]|ul|ol|table|tr|blockquote)\b[^>]*>\s*", re.IGNORECASE), "\n\n"),
    (re.compile(r"<[^>]*>"), ""),
)

# Rules for small screens stay, in the head. What a mail links to is never fetched: an address in it is somebody's word.
_INLINER = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)

_IN_FRAME = {name: slot(name) for name in ("body", "unsubscribe", "marker", "trap")}
_UNSUBSCRIBE, _OPEN, _CLICK = "token.unsubscribe", "token.open", "click."

TRAP = 0  # the number of the link that no person sees


class Words(NamedTuple):
    """What a mail says, in plain text, in HTML or both."""

    text: str
    html: str


class Draft(NamedTuple):
    """What of a message goes into its mail. Where its words have slots for variables, others have the same words, and
    `values` are its own.
    """

    message_id: int
    contact_id: int | None  # None: to somebody of the staff
    category: str
    kind: str
    to_name: str
    to_address: str
    reference: str
    subject: str
    words: Words
    language: str
    values: variables.Values | None = None

    @property
    def footer(self) -> str:
        return footer_of(self.category, self.kind) if self.contact_id is not None else NO_FOOTER

    @property
    def is_tracked(self) -> bool:
        return is_tracked(self.category) and self.contact_id is not None


class Look(NamedTuple):
    """What decides on a mail's sheet, beside the studio."""

    words: Words
    language: str
    footer: str
    is_tracked: bool


@dataclass(frozen=True)
class Stationery:
    """What all the mails of a batch share: the studio, where it is reached, and the numbers of the web addresses that
    are tracked; others are left alone.
    """

    studio: Studio
    public_url: str
    links: Mapping[str, int] = field(default_factory=dict)
    _sheets: dict[Look, Sheet] = field(default_factory=dict, init=False)

    @property
    def sender(self) -> str:
        return self.studio.email

    def write(self, draft: Draft, *, date: datetime) -> bytes:
        """The mail as it travels."""
        sheet = self._sheet(draft)
        sealed = {name: _token(name, draft) for name in sheet.slots if "." in name}
        text, html = sheet.fill(draft.values or {}, sealed)
        return mime.write(
            self._headers(draft, sealed.get(_UNSUBSCRIBE)),
            subject=draft.subject or self.studio.name,
            date=date,
            text=text,
            html=html,
            boundary=f"=_{draft.message_id:x}_encore",
        )

    def preview(self, draft: Draft) -> str:
        """The HTML of a mail as it looks, without anything that tracks."""
        slots = {"unsubscribe": "#", "body": body_as_html(draft.words), "marker": "", "trap": ""}
        return _inlined(_fill(self._frame(draft.language, draft.footer)[1], slots))

    def compose(self, look: Look) -> Sheet:
        """Make up what the mails of one look share."""
        text_frame, html_frame = self._frame(look.language, look.footer)
        unsubscribe = self._unsubscribe_url(slot(_UNSUBSCRIBE))
        body = body_as_html(look.words)
        slots = {"body": body, "unsubscribe": unsubscribe, "marker": "", "trap": ""}
        if look.is_tracked:
            slots |= {"body": self._track(body), "marker": self._marker(), "trap": self._trap() if self.links else ""}
        html = _fill(html_frame, slots)
        text = _fill(text_frame, slots | {"body": look.words.text or as_text(look.words.html)})
        return Sheet.of(text, _inlined(html))

    def _sheet(self, draft: Draft) -> Sheet:
        """The sheet of a draft: kept from one batch to the next where others have the same words."""
        look = Look(draft.words, draft.language, draft.footer, draft.is_tracked)
        if draft.values is None:
            return self.compose(look)
        known = self._sheets.get(look)
        if known is None:
            links = {each: self.links[each] for each in addresses_in(look.words) if each in self.links}
            known = _kept_sheet(self.studio, self.public_url, tuple(sorted(links.items())), look)
            self._sheets[look] = known
        return known

    def _unsubscribe_url(self, token: str) -> str:
        """Where this person ends what this message belongs to. The link never expires."""
        return f"{self.public_url}/u/{token}"

    def _headers(self, draft: Draft, unsubscribe: str | None) -> dict[str, str]:
        own = mime.address(self.studio.name, self.sender)
        headers = {
            "From": own,
            "To": mime.address(draft.to_name, draft.to_address),
            "Reply-To": own,
            "Message-ID": draft.reference,
        }
        if unsubscribe is not None:
            headers["List-Unsubscribe"] = f"<{self._unsubscribe_url(unsubscribe)}>"
            headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        if draft.category != MANUAL:
            headers["Auto-Submitted"] = "auto-generated"
        return headers

    def _frame(self, language: str, footer: str) -> tuple[str, str]:
        """The text and HTML around a message, with slots for what is its own."""
        shared = {"studio": self.studio, "language": language, "footer": footer, "slots": _IN_FRAME}
        with force_locale(language):
            text = render_template("messaging/mail.txt", **shared)
            return text, render_template("messaging/mail.html", **shared)

    def _track(self, body: str) -> str:
        def tracked(found: re.Match[str]) -> str:
            number = self.links.get(html_escapes.unescape(found[3]))
            return found[0] if number is None else f"{found[1]}{found[2]}{self._click_url(number)}{found[2]}"

        return _HREF.sub(tracked, body)

    def _click_url(self, number: int) -> str:
        return f"{self.public_url}/c/{slot(f'{_CLICK}{number}')}"

    def _marker(self) -> str:
        address = f"{self.public_url}/o/{slot(_OPEN)}.gif"
        return f'<img src="{address}" alt="" width="1" height="1" style="display:block;border:0">'

    def _trap(self) -> str:
        """A link that no person sees: who follows it follows every link, which is what scanners do (BEY-10)."""
        hidden = 'style="display:none" tabindex="-1" aria-hidden="true" rel="nofollow"'
        return f'<a href="{self._click_url(TRAP)}" {hidden}></a>'


@lru_cache(maxsize=256)
def _kept_sheet(studio: Studio, public_url: str, links: tuple[tuple[str, int], ...], look: Look) -> Sheet:
    return Stationery(studio, public_url, dict(links)).compose(look)


def _token(name: str, draft: Draft) -> str:
    if name == _UNSUBSCRIBE:
        kind = int(draft.footer == TRANSACTIONAL_FOOTER)
        return tokens.seal("unsubscribe", draft.contact_id or 0, draft.message_id, kind)
    if name == _OPEN:
        return tokens.seal("open", draft.message_id)
    return tokens.seal("click", draft.message_id, int(name.removeprefix(_CLICK)))


def footer_of(category: str, kind: str) -> str:
    """Which footer a client's mail ends in (UNS-03, UNS-04); a single message by hand has none (UNS-09)."""
    if category == TRANSACTIONAL:
        return TRANSACTIONAL_FOOTER
    return MARKETING_FOOTER if category == SEQUENCE or kind == BULK else NO_FOOTER


def is_tracked(category: str) -> bool:
    """Whether opens and clicks are counted: never for what is merely information (MSG-08)."""
    return category != TRANSACTIONAL


@lru_cache(maxsize=256)
def open_words(words: Words, keys: tuple[str, ...]) -> Words | None:
    """The words with slots where these variables stand; None where one is part of a web address, which is then
    everybody's own, and tracked as such.
    """
    slots = {key: slot(key) for key in keys}
    opened = Words(*(variables.fill(sheets.closed(each), slots) for each in words))
    return None if any(sheets.OPEN in address for address in addresses_in(opened)) else opened


def addresses_in(words: Words) -> set[str]:
    """The web addresses the HTML of a mail will lead to."""
    return {html_escapes.unescape(found[2]) for found in _HREF.findall(body_as_html(words))}


def body_as_html(words: Words) -> str:
    """What stands inside the frame. Of a whole page, its body and its styles."""
    if not words.html:
        return as_html(words.text)
    inside = _BODY.search(words.html)
    return "".join(_STYLES.findall(words.html)) + inside[1] if inside else words.html


def as_html(text: str) -> str:
    """Plain text as HTML: paragraphs, line breaks, and web addresses one can follow."""
    paragraphs = (_linked(part).replace("\n", "<br>\n") for part in _PARAGRAPHS.split(text.strip()))
    return "\n".join(f'<p style="margin:0 0 16px">{part}</p>' for part in paragraphs)


def _linked(text: str) -> str:
    pieces, end = [], 0
    for found in _ADDRESS.finditer(text):
        address = html_escapes.escape(found[0])
        pieces += [html_escapes.escape(text[end : found.start()]), f'<a href="{address}">{address}</a>']
        end = found.end()
    return "".join([*pieces, html_escapes.escape(text[end:])])


def as_text(html: str) -> str:
    """HTML as plain text: what a reader without HTML needs, with the addresses of the links.

    By patterns and not by a parser, which takes ten times as long; what is odd HTML comes out as odd text.
    """
    flowing = " ".join(_HIDDEN.sub("", html).split())
    marked = _LINK.sub(_named, flowing)
    for pattern, mark in _MARKS:
        marked = pattern.sub(mark, marked)
    lines = (line.strip() for line in html_escapes.unescape(marked).split("\n"))
    return _BLANKS.sub("\n\n", "\n".join(lines)).strip()


def _named(link: re.Match[str]) -> str:
    """A link as one can copy it: its words, and where it leads unless they say so."""
    address, words = link[2], link[3]
    return words if address in words else f"{words} ({address})"


@lru_cache(maxsize=256)
def with_preheader(words: Words, preview: str) -> Words:
    """The same mail with the line that lists of mails show beside its subject: in the HTML, never to be read there."""
    if not preview:
        return words
    hidden = "display:none;max-height:0;overflow:hidden;opacity:0;mso-hide:all"
    line = f'<div style="{hidden}">{html_escapes.escape(preview)}</div>'
    return Words(words.text or as_text(words.html), line + body_as_html(words))


def _inlined(html: str) -> str:
    return _INLINER.inline(html) if "<style" in html else html


def _fill(frame: str, slots: Mapping[str, str]) -> str:
    for name, said in slots.items():
        frame = frame.replace(slot(name), said)
    return frame

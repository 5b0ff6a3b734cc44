"""Making an e-mail of a message: the studio's frame around it, its footer, its tracked links and its open marker."""

from __future__ import annotations

import html as html_escapes
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import css_inline
from flask import render_template
from flask_babel import force_locale

from app.messaging import mime, tokens
from app.messaging.models import MANUAL, SEQUENCE, TRANSACTIONAL
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

_SLOTS = {name: f"\x02{name}\x03" for name in ("body", "unsubscribe", "marker", "trap")}
_SLOT = re.compile("\x02([a-z]+)\x03")

TRAP = 0  # the number of the link that no person sees


@dataclass(frozen=True)
class Draft:
    """What of a message goes into its mail."""

    message_id: int
    contact_id: int | None  # None: to somebody of the staff
    category: str
    kind: str
    to_name: str
    to_address: str
    reference: str
    subject: str
    text: str
    html: str
    language: str


@dataclass(frozen=True)
class Stationery:
    """What all the mails of a batch share: the studio, where it is reached, and the frames rendered so far."""

    studio: Studio
    public_url: str
    _frames: dict[tuple[str, str], tuple[list[str], list[str]]] = field(default_factory=dict)

    @property
    def sender(self) -> str:
        return self.studio.email

    def write(self, draft: Draft, links: Mapping[str, int], *, date: datetime) -> bytes:
        """The mail as it travels. `links` numbers the addresses to be tracked; others are left alone."""
        footer = footer_of(draft.category, draft.kind) if draft.contact_id is not None else NO_FOOTER
        unsubscribe = self.unsubscribe_url(draft, footer) if footer else ""
        text_frame, html_frame = self._frame(draft.language, footer)
        body = body_as_html(draft)
        slots = {"unsubscribe": unsubscribe, "body": draft.text or as_text(draft.html), "marker": "", "trap": ""}
        text = _fill(text_frame, slots)
        slots["body"] = body
        if is_tracked(draft.category) and draft.contact_id is not None:
            slots["body"] = self._track(body, draft.message_id, links)
            slots["marker"] = self._marker(draft.message_id)
            slots["trap"] = self._trap(draft.message_id) if links else ""
        html = _fill(html_frame, slots)
        if "<style" in html:
            html = css_inline.inline(html)
        return mime.write(
            self._headers(draft, unsubscribe),
            subject=draft.subject or self.studio.name,
            date=date,
            text=text,
            html=html,
            boundary=f"=_{draft.message_id:x}_encore",
        )

    def sheet(self, draft: Draft) -> str:
        """The HTML of a mail as it looks, without anything that tracks."""
        footer = footer_of(draft.category, draft.kind) if draft.contact_id is not None else NO_FOOTER
        slots = {"unsubscribe": "#", "body": body_as_html(draft), "marker": "", "trap": ""}
        html = _fill(self._frame(draft.language, footer)[1], slots)
        return css_inline.inline(html) if "<style" in html else html

    def unsubscribe_url(self, draft: Draft, footer: str) -> str:
        """Where this person ends what this message belongs to. The link never expires."""
        kind = int(footer == TRANSACTIONAL_FOOTER)
        token = tokens.seal("unsubscribe", draft.contact_id or 0, draft.message_id, kind)
        return f"{self.public_url}/u/{token}"

    def _headers(self, draft: Draft, unsubscribe: str) -> dict[str, str]:
        headers = {
            "From": mime.address(self.studio.name, self.sender),
            "To": mime.address(draft.to_name, draft.to_address),
            "Reply-To": mime.address(self.studio.name, self.sender),
            "Message-ID": draft.reference,
        }
        if unsubscribe:
            headers["List-Unsubscribe"] = f"<{unsubscribe}>"
            headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        if draft.category != MANUAL:
            headers["Auto-Submitted"] = "auto-generated"
        return headers

    def _frame(self, language: str, footer: str) -> tuple[list[str], list[str]]:
        """The text and HTML around a message, cut at the slots: odd pieces are their names."""
        known = self._frames.get((language, footer))
        if known is None:
            shared = {"studio": self.studio, "language": language, "footer": footer}
            with force_locale(language):
                html = render_template("messaging/mail.html", slots=_SLOTS, **shared)
                text = render_template("messaging/mail.txt", slots=_SLOTS, **shared)
            known = self._frames[language, footer] = (_SLOT.split(text), _SLOT.split(html))
        return known

    def _track(self, body: str, message_id: int, links: Mapping[str, int]) -> str:
        def tracked(found: re.Match[str]) -> str:
            number = links.get(html_escapes.unescape(found[3]))
            if number is None:
                return found[0]
            return f"{found[1]}{found[2]}{self.public_url}/c/{tokens.seal('click', message_id, number)}{found[2]}"

        return _HREF.sub(tracked, body)

    def _marker(self, message_id: int) -> str:
        token = tokens.seal("open", message_id)
        return f'<img src="{self.public_url}/o/{token}.gif" alt="" width="1" height="1" style="display:block;border:0">'

    def _trap(self, message_id: int) -> str:
        """A link that no person sees: who follows it follows every link, which is what scanners do (BEY-10)."""
        address = f"{self.public_url}/c/{tokens.seal('click', message_id, TRAP)}"
        return f'<a href="{address}" style="display:none" tabindex="-1" aria-hidden="true" rel="nofollow"></a>'


def footer_of(category: str, kind: str) -> str:
    """Which footer a client's mail ends in (UNS-03, UNS-04); a single message by hand has none (UNS-09)."""
    if category == TRANSACTIONAL:
        return TRANSACTIONAL_FOOTER
    return MARKETING_FOOTER if category == SEQUENCE or kind == BULK else NO_FOOTER


def is_tracked(category: str) -> bool:
    """Whether opens and clicks are counted: never for what is merely information (MSG-08)."""
    return category != TRANSACTIONAL


def addresses_in(draft: Draft) -> set[str]:
    """The web addresses the HTML of a mail will lead to."""
    return {html_escapes.unescape(found[2]) for found in _HREF.findall(body_as_html(draft))}


def body_as_html(draft: Draft) -> str:
    """What stands inside the frame. Of a whole page, its body and its styles."""
    if not draft.html:
        return as_html(draft.text)
    inside = _BODY.search(draft.html)
    return "".join(_STYLES.findall(draft.html)) + inside[1] if inside else draft.html


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


def _fill(frame: list[str], slots: Mapping[str, str]) -> str:
    return "".join(slots[piece] if index % 2 else piece for index, piece in enumerate(frame))

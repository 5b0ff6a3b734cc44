"""A message shown to the staff as its receiver has it, with links that do nothing and nothing that counts."""

from __future__ import annotations

import re

from flask import current_app

from app.messaging import making
from app.messaging.mail import Stationery
from app.messaging.models import Message
from app.staff import studio

# The unsubscribe link in particular is the client's alone.
_LINKS = re.compile(r"""(<a\b[^>]*?\bhref\s*=\s*)(["'])[^"']*\2""", re.IGNORECASE)


def as_received(message: Message) -> str:
    """The HTML of an e-mail, frame and footer included."""
    own = studio.studio()
    stationery = Stationery(own, current_app.config["SETTINGS"].public_url)
    return without_links(stationery.preview(making.draft_of(message, own)))


def without_links(html: str) -> str:
    """The same with links that lead nowhere."""
    return _LINKS.sub(r"\1\2#\2", html)

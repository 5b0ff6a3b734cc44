"""Links to our own pages say whom they were sent to, so that a page can tell a person what is theirs alone.

Whoever types somebody's address proves nothing; whoever followed the link in a message to that address does.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import current_app

from app.contacts.models import Contact
from app.db import db
from app.messaging import tokens
from app.messaging.tokens import BadToken

READER = "for"  # the parameter's name


def addressed(url: str, contact_id: int) -> str:
    """An address as this person is led to it: one of ours says who comes, another's stays as it is."""
    if not url.startswith(current_app.config["SETTINGS"].public_url.rstrip("/") + "/"):
        return url
    parts = urlsplit(url)
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != READER]
    return parts._replace(query=urlencode([*query, (READER, tokens.seal("reader", contact_id))])).geturl()


def reader_of(token: str) -> Contact | None:
    """Whom a link was sent to; None where nothing says so, or somebody has changed it."""
    try:
        (contact_id,) = tokens.read("reader", token)
    except (BadToken, ValueError):
        return None
    return db.session.get(Contact, contact_id)

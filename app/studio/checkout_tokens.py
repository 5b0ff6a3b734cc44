"""What a checkout page and a browser carry: proof of when we drew the page, and the key to what was typed on it.

No account, no session: the key stands in a cookie of its own, which the browser gets with the first draft. A browser
that refuses it is known by the page at hand.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Request, Response, current_app
from itsdangerous import BadSignature, URLSafeSerializer

from app import clock
from app.contacts import public_forms
from app.studio.abandoning import KEPT
from app.studio.checkout_models import Order
from app.studio.item_models import Item

COOKIE = "encore_checkout"


@dataclass(frozen=True)
class Page:
    """A checkout page as it was drawn."""

    opened_at: datetime
    browser: str

    @property
    def is_fresh(self) -> bool:
        return public_forms.is_fresh(self.opened_at)


def token_for(item: Item) -> str:
    """A token for a page that is drawn now."""
    return str(_signer("page").dumps([item.id, clock.now().timestamp(), secrets.token_urlsafe(12)]))


def page_of(token: str, item: Item) -> Page | None:
    """What a token says, None for one that is not of this item's page."""
    try:
        item_id, stamp, key = _signer("page").loads(token)
        return Page(datetime.fromtimestamp(stamp, tz=UTC), str(key)) if item_id == item.id else None
    except (BadSignature, ValueError, TypeError, OverflowError):
        return None


def browser_of(request: Request) -> str | None:
    """The key this browser keeps, if it keeps one."""
    try:
        return str(_signer("browser").loads(request.cookies.get(COOKIE, "")))
    except BadSignature:
        return None


def keep(response: Response, browser: str) -> None:
    """Let the browser keep its key as long as we keep what was typed."""
    response.set_cookie(
        COOKIE,
        str(_signer("browser").dumps(browser)),
        max_age=int(KEPT.total_seconds()),
        path="/buy",
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SETTINGS"].public_url.startswith("https://"),
    )


def digest(browser: str) -> str:
    """A browser's key as the database has it: whoever reads the table cannot take the place of the browser."""
    return hashlib.sha256(browser.encode()).hexdigest()


def ticket_of(order: Order) -> str:
    """The part of a confirmation's address that nobody can guess."""
    return str(_signer("order").dumps(order.id))


def order_id_of(ticket: str) -> int | None:
    try:
        return int(_signer("order").loads(ticket))
    except (BadSignature, ValueError, TypeError):
        return None


def _signer(what: str) -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt=f"checkout-{what}")

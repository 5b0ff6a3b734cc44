"""Dialogs of this room: into the page at hand, or, where somebody follows the link, on a page of their own."""

from __future__ import annotations

from typing import Any

from flask import Response

from app import web


def dialog(name: str, *, status: int = 200, **context: Any) -> Response:
    """Show the partial of that name: `review` is `sequences/_review.html`."""
    folder, _, last = f"sequences/{name}".rpartition("/")
    if web.wants_partial():
        return web.page(f"{folder}/{last}.html", status=status, **context)
    return web.page("sequences/alone.html", status=status, inside=f"{folder}/_{last}.html", **context)

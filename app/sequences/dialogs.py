"""Dialogs of this room: into the page at hand, or, where somebody follows the link, on a page of their own."""

from __future__ import annotations

from typing import Any

from flask import Response

from app import web

ALONE = "sequences/alone.html"


def dialog(name: str, *, status: int = 200, **context: Any) -> Response:
    """Show the partial of that name: `review` is `sequences/_review.html`."""
    folder, _, last = f"sequences/{name}".rpartition("/")
    template = f"{folder}/{last}.html" if web.wants_partial() else ALONE
    partial = f"{folder}/_{last}.html"
    return web.page(template, status=status, dialog_partial=partial, **context)

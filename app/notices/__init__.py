"""The messages the product sends clients by itself: confirmations, reminders, receipts, and their texts."""

from __future__ import annotations

from flask import Flask

from app import scans
from app.messaging import delivery
from app.messaging.models import TRANSACTIONAL
from app.notices import answering, models, reminders, views
from app.scans import Scan


def init_app(app: Flask) -> None:
    app.register_blueprint(views.bp)
    delivery.register_source(TRANSACTIONAL, reminders.prepare)
    scans.register(Scan("reminders", reminders.look, reminders.next_at))


__all__ = ["answering", "models"]

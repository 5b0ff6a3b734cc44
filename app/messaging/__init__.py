"""Messages in and out, conversations, delivery, tracking, unsubscribing."""

from __future__ import annotations

from flask import Flask

from app import scans
from app.messaging import conversations, delivery, models, rules
from app.scans import Scan


def init_app(_app: Flask) -> None:
    delivery.register()
    scans.register(Scan("snoozes", conversations.end_snoozes, conversations.next_snooze_end))


__all__ = ["models", "rules"]

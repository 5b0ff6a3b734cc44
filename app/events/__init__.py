"""The log of everything that happens: `events.record(kind, contact, …)` writes it, consumers read it."""

from __future__ import annotations

from flask import Flask

from app import work
from app.events import queue, studio_kinds
from app.events.log import Entry, record, record_many
from app.events.models import Actor, Event


def init_app(_app: Flask) -> None:
    work.register(work.Work(actor="consume_events", claim=queue.consume_all, next_due=queue.waiting_since))


__all__ = ["Actor", "Entry", "Event", "record", "record_many", "studio_kinds"]

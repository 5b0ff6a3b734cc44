"""The actors: doorbells. Each does its kind of work, a batch at a time, until none is left (see `app/work.py`)."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable

import dramatiq
import structlog
from dramatiq.middleware import Interrupt
from flask import Flask

from app import work
from app.db import db
from app.staff import pulse
from workers.broker import QUEUES

log = structlog.get_logger(__name__)

LIFE_SHOWN_EVERY = 10.0  # seconds; silent for a minute is unwell

_shown_at = -LIFE_SHOWN_EVERY


def register(app: Flask) -> None:
    """Declare one actor a kind of work, on the broker in use."""
    for name, queue in QUEUES.items():
        dramatiq.actor(actor_name=name, queue_name=queue)(_answering(app, name))


def _answering(app: Flask, name: str) -> Callable[[], None]:
    def answer() -> None:
        with app.app_context():
            try:
                _show_life()
                work.run(name)
            except Interrupt:
                db.session.rollback()
            except Exception as error:
                db.session.rollback()
                log.exception("work.failed", actor=name, error=type(error).__name__)

    answer.__doc__ = f"Do what waits for `{name}`, for a minute at most; the next ring takes the rest."
    return answer


def _show_life() -> None:
    """Write now and then that this process is alive; at each ring would be too often where many come."""
    global _shown_at  # noqa: PLW0603 - of this process
    if time.monotonic() - _shown_at > LIFE_SHOWN_EVERY:
        pulse.beat(f"worker:{socket.gethostname()}:{os.getpid()}")
        db.session.commit()
        _shown_at = time.monotonic()

"""The clock: once a second it rings whoever has due work and turns passing time into events. One is active at once."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import uuid

import structlog
from flask import Flask

from app import create_app, scans, wake, work
from app.config import BadSettings
from app.db import db
from app.staff import pulse
from workers import broker

log = structlog.get_logger(__name__)

TICK_SECONDS = 1.0
SCAN_EVERY = 5  # ticks
# Rings that keep the workers' signs of life fresh while nothing is due.
IDLE_RING_EVERY = 20  # ticks


def tick(app: Flask, holder: str, number: int) -> bool:
    """One second's work. Answers whether this clock is the active one."""
    with app.app_context():
        active = pulse.hold_clock(holder)
        db.session.commit()
        if active:
            if number % SCAN_EVERY == 0:
                scans.look()
                db.session.commit()
            due = work.due_actors()
            db.session.rollback()
            wake.ring_now(work.WORK if number % IDLE_RING_EVERY == 0 else due)
        return active


def run(app: Flask, stop: threading.Event) -> None:
    """Tick until told to stop. A failed tick is logged and the next one tries again."""
    holder = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
    number = 0
    while not stop.wait(TICK_SECONDS):
        try:
            tick(app, holder, number)
        except Exception as error:
            log.exception("clock.tick_failed", error=type(error).__name__)
        number += 1


def main() -> None:
    """Run `python -m workers.clock`."""
    try:
        app = create_app()
    except BadSettings as error:
        sys.exit(f"Encore cannot start:\n{error}")
    broker.set_up(app.config["SETTINGS"])
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    run(app, stop)


if __name__ == "__main__":
    main()

"""The sandbox's clock: an installation for trying out can be moved forward in time; a real one cannot.

The shift stands in the database, so that every process lives at the same hour.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Flask, current_app
from sqlalchemy import func, select

from app import clock, scans, work
from app.db import db, reading
from app.events.models import Event
from app.messaging.models import Message
from app.sequences.models import StepRun
from app.staff.models import StudioSetting

KEY = "sandbox.shift_seconds"
_FRESH_SECONDS = 0.25

LONGEST = timedelta(days=400)


class NoSandbox(Exception):
    """This installation lives in real time."""


@dataclass(frozen=True)
class Played:
    """What happened while the clock moved: the new time, and how many events, step runs and messages it brought."""

    now: datetime
    events: int
    steps: int
    messages: int


class _Shift:
    """The shift as last read, asked of the database a few times a second at the most."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.value = timedelta()
        self.read_at = float("-inf")
        self.lock = threading.Lock()

    def __call__(self) -> timedelta:
        if time.monotonic() - self.read_at > _FRESH_SECONDS:
            with self.lock:
                self.value = timedelta(seconds=self._stored())
                self.read_at = time.monotonic()
        return self.value

    def _stored(self) -> float:
        # A connection of its own: the session at hand may be in the middle of anything.
        with self.app.app_context(), reading(), db.engine.connect() as connection:
            stored = connection.scalar(select(StudioSetting.value).where(StudioSetting.key == KEY))
        return float(stored or 0)


def init_app(app: Flask) -> None:
    if app.config["SETTINGS"].encore_sandbox:
        app.extensions["sandbox_shift"] = shift = _Shift(app)
        clock.shift_by(shift)


def is_on() -> bool:
    return bool(current_app.config["SETTINGS"].encore_sandbox)


def advance(by: timedelta) -> Played:
    """Move the clock on, playing everything that falls due on the way at its own time, in order (BEY-06, WRK-03).

    Commits as it goes, as the workers would. Raises NoSandbox in an installation that lives in real time, ValueError
    for a step back or beyond 400 days.
    """
    if not is_on():
        raise NoSandbox
    if not timedelta() <= by <= LONGEST:
        raise ValueError("the sandbox clock moves forward only, by 400 days at the most")

    before = _counts()
    until = clock.now() + by
    work.settle()
    while (due := _next_instant()) is not None and due <= until:
        _move_to(due)
        scans.look()
        db.session.commit()
        work.settle()
    _move_to(until)
    scans.look()
    db.session.commit()
    work.settle()
    events, steps, messages = (after - then for after, then in zip(_counts(), before, strict=True))
    return Played(clock.now(), events, steps, messages)


def _next_instant() -> datetime | None:
    """The next instant at which anything falls due. What is overdue has been played already; what failed stays put."""
    known = [at for at in (work.next_due(), scans.next_at()) if at is not None]
    return min((at for at in known if at > clock.now()), default=None)


def _move_to(instant: datetime) -> None:
    shift = current_app.extensions["sandbox_shift"]
    value = shift() + max(instant - clock.now(), timedelta())
    setting = db.session.get(StudioSetting, KEY)
    if setting is None:
        db.session.add(StudioSetting(key=KEY, value=value.total_seconds()))
    else:
        setting.value = value.total_seconds()
    db.session.commit()
    shift.value, shift.read_at = value, time.monotonic()


def _counts() -> tuple[int, int, int]:
    count = [db.session.scalar(select(func.count()).select_from(table)) or 0 for table in (Event, StepRun, Message)]
    return count[0], count[1], count[2]

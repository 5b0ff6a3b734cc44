"""The one clock. Everything that needs to know the time asks `clock.now()`.

A sandbox installation shifts it forward (`app/sandbox.py`), tests set it, a simulation imagines it; nothing else does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_shift: Callable[[], timedelta] | None = None
_frozen: datetime | None = None
_imagined: ContextVar[datetime | None] = ContextVar("imagined", default=None)


def now() -> datetime:
    """The present instant, aware, in UTC."""
    imagined = _imagined.get()
    if imagined is not None:
        return imagined
    if _frozen is not None:
        return _frozen
    real = datetime.now(UTC)
    return real if _shift is None else real + _shift()


def is_imagined() -> bool:
    """Whether this is a simulation, in which nothing can have stood still."""
    return _imagined.get() is not None


@contextmanager
def imagine(instant: datetime) -> Iterator[None]:
    """Let it be another instant for what is done inside, here and in no other thread: for simulations."""
    before = _imagined.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _imagined.reset(before)


def shift_by(source: Callable[[], timedelta] | None) -> None:
    """Run ahead of the real time by what `source` answers, asked at each reading; None goes back to real time."""
    global _shift  # noqa: PLW0603 - one clock a process is the point
    _shift = source


def set(to: datetime | str | None, zone: str = "UTC") -> None:  # noqa: A001 - reads as `clock.set(…)`
    """Stop the clock at an instant, for tests; None lets it run again. A string is a local time in `zone`."""
    global _frozen  # noqa: PLW0603
    if isinstance(to, str):
        to = datetime.fromisoformat(to)
    if to is not None and to.tzinfo is None:
        to = to.replace(tzinfo=ZoneInfo(zone))
    _frozen = None if to is None else to.astimezone(UTC)


def move(**by: float) -> datetime:
    """Move a stopped clock on, for tests: `clock.move(days=1)`. Answers the new instant."""
    set(now() + timedelta(**by))
    return now()

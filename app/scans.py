"""What comes true by the mere passing of time: the clock looks for it and records ordinary events.

A scan finds what has become true by now and calls verbs, with dedupe keys that make a second look harmless. It answers
how many it found, and never commits. `next_at`, where a scan knows it, lets the sandbox stop exactly there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Scan:
    """One thing to look for."""

    name: str
    look: Callable[[], int]
    next_at: Callable[[], datetime | None]


SCANS: dict[str, Scan] = {}


def register(scan: Scan) -> None:
    SCANS[scan.name] = scan


def look() -> int:
    """Look for everything once. Answers how much was found."""
    return sum(scan.look() for scan in SCANS.values())


def next_at() -> datetime | None:
    """The first instant at which a scan will find something, as far as the scans can tell."""
    known = [at for scan in SCANS.values() if (at := scan.next_at()) is not None]
    return min(known, default=None)

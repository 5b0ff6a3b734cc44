"""Counts beside the entries of the menu, and lines above every page: rooms hang them here, the frame draws them.

As with panels, a room cannot import the frame, which stands above it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Count:
    """A number beside an entry of the menu; an urgent one is a badge, also on the icon rail and the phone."""

    number: int
    is_urgent: bool = False


@dataclass(frozen=True)
class Banner:
    """A line above every page."""

    text: str
    tone: Literal["info", "warn", "danger"] = "warn"
    icon: str = "alert-triangle"


Counting = Callable[[], Count | None]
Saying = Callable[[], Banner | None]

_counts: dict[str, Counting] = {}
_banners: list[Saying] = []


def badge(key: str) -> Callable[[Counting], Counting]:
    """Say how to count what stands beside an entry of the menu, for the person who looks."""

    def keep(count: Counting) -> Counting:
        _counts[key] = count
        return count

    return keep


def banner(say: Saying) -> Saying:
    """Add something that may have to be said above every page."""
    _banners.append(say)
    return say


def count(key: str | None) -> Count | None:
    """What stands beside an entry for the person who looks; None where nothing is counted."""
    counting = _counts.get(key or "")
    return counting() if counting is not None else None


def banners() -> list[Banner]:
    """What has to be said at present."""
    return [said for say in _banners if (said := say()) is not None]

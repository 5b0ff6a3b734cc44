"""What keeps sequences from doing harm: the same words once, no burst after an outage (BEY-05, BEY-14)."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from app.sequences.lateness import Lateness
from app.staff import studio

KEY = "sequences.safety"


class Safety(Lateness):
    """What the studio has set. None: without limit."""

    window_hours: int | None = Field(default=24, ge=1, le=720)  # the same words reach the same person once in so long
    burst: int | None = Field(default=60, ge=1, le=10_000)  # late messages that leave in a minute

    @property
    def window(self) -> timedelta | None:
        return timedelta(hours=self.window_hours) if self.window_hours is not None else None


def safety() -> Safety:
    """What the studio has set."""
    return studio.get(KEY, Safety)


def set_safety(wanted: Safety) -> None:
    """Set it, for everything that is sent from now on."""
    studio.put(KEY, wanted)

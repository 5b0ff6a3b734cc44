"""How the waiting list of a full class is worked off (STU-11), and how long one has to answer (TXN-07)."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, Field

from app.staff import studio

KEY = "waitlist"
MOST_MINUTES = 24 * 60


class Mode(StrEnum):
    """What happens when a place becomes free."""

    AUTOMATIC = "automatic"  # the first in line is booked
    CONFIRM = "double_confirmation"  # the first in line is asked; unanswered, the offer passes to the next
    FIRST_COME = "first_come_first_served"  # everybody is asked in turn; the quickest answer takes the place


class Waitlist(BaseModel):
    """The studio's choice. The minutes count in the two modes that ask."""

    mode: Mode = Mode.AUTOMATIC
    minutes: int = Field(default=30, ge=1, le=MOST_MINUTES)


def waitlist() -> Waitlist:
    """The settings at present."""
    return studio.get(KEY, Waitlist)


def change(mode: Mode, minutes: int) -> None:
    """Set how places are offered, from the next one on."""
    studio.put(KEY, Waitlist(mode=mode, minutes=minutes))


def minutes_to_respond() -> int:
    """For how many minutes an offered place waits for an answer."""
    return waitlist().minutes

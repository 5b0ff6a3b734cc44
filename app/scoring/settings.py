"""What each act is worth, and from how many points on somebody is hot: set by the studio (SCORE-01)."""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import BaseModel, Field

from app import clock
from app.staff import studio

KEY = "scoring"

MOST_POINTS = 100
MOST_THRESHOLD = 1000


def _points(default: int) -> int:
    value: int = Field(default=default, ge=-MOST_POINTS, le=MOST_POINTS)
    return value


class Scoring(BaseModel):
    """Points of each rule, named as in `rules_of_points`, and the threshold."""

    email_opened: int = _points(1)
    email_clicked: int = _points(2)
    email_replied: int = _points(3)
    sms_link_clicked: int = _points(2)
    call_received: int = _points(4)
    call_made: int = _points(2)
    call_made_min_seconds: int = Field(default=10, ge=1, le=3600)
    demo_booked: int = _points(10)
    unsubscribed: int = _points(-5)
    bounced: int = _points(-3)
    threshold: int = Field(default=10, ge=1, le=MOST_THRESHOLD)  # a score of nothing must be cold (SCORE-15)
    reset_days: int | None = Field(default=None, ge=1, le=365)
    reset_set_at: datetime | None = None  # a changed period begins anew for everybody (SCORE-18)

    @property
    def reset_after(self) -> timedelta | None:
        return None if self.reset_days is None else timedelta(days=self.reset_days)


def scoring() -> Scoring:
    """The settings at present."""
    return studio.get(KEY, Scoring)


def change(**changes: object) -> Scoring:
    """Set some of it, for the acts to come. A changed period begins now (SCORE-18)."""
    before = scoring()
    after = Scoring.model_validate(before.model_dump() | changes)
    if after.reset_days != before.reset_days:
        after.reset_set_at = clock.now()
    studio.put(KEY, after)
    return after

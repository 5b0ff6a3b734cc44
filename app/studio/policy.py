"""The cancellation policy: what a late cancellation is, and which one costs the credit (STU-07, STU-08)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import BaseModel, Field

from app.staff import studio

KEY = "cancellation_policy"
MOST_HOURS = 14 * 24


class Policy(BaseModel):
    """Two periods before the start, independent of each other, in hours. None at all: 0."""

    late_hours: int = Field(default=2, ge=0, le=MOST_HOURS)
    credit_hours: int = Field(default=12, ge=0, le=MOST_HOURS)


@dataclass(frozen=True)
class Judgement:
    """What a cancellation is by the policy."""

    late: bool
    credit_lost: bool


def policy() -> Policy:
    """The policy at present."""
    return studio.get(KEY, Policy)


def change(late_hours: int, credit_hours: int) -> None:
    """Set both periods, for cancellations to come."""
    studio.put(KEY, Policy(late_hours=late_hours, credit_hours=credit_hours))


def judge(starts_at: datetime | None, cancelled_at: datetime) -> Judgement:
    """What a client's cancellation at `cancelled_at` of something that begins at `starts_at` is by the policy.

    Cancelled exactly as long before as a period is long, it is outside the period; after the start it is inside both,
    even where they are of no length. What has no time to begin is judged mildly.
    """
    if starts_at is None:
        return Judgement(late=False, credit_lost=False)
    ahead, now = starts_at - cancelled_at, policy()
    return Judgement(
        late=ahead < timedelta(hours=now.late_hours), credit_lost=ahead < timedelta(hours=now.credit_hours)
    )

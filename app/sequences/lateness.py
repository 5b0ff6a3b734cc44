"""What becomes of a message that an outage has kept back: the policy of its step, or the studio's (BEY-14)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, field_validator

from app.sequences.waits import Duration

SKIP, ASK = "skip", "ask"


class SendWithin(BaseModel):
    """Send it all the same, up to so long after its time; then no more."""

    model_config = ConfigDict(extra="forbid")

    send_within: Duration

    @field_validator("send_within")
    @classmethod
    def _some(cls, value: Duration) -> Duration:
        if value.is_zero:
            raise ValueError("say how long")
        return value

    @property
    def longest(self) -> timedelta:
        """The same, a day being 24 hours."""
        said = self.send_within
        return timedelta(minutes=said.minutes, hours=said.hours, days=said.days, weeks=said.weeks)


def _which(data: Any) -> str | None:
    if isinstance(data, str):
        return "‹word›"
    return "‹within›" if isinstance(data, Mapping | SendWithin) else None


# "skip": with its reason. "ask": it waits until somebody has said what to do with all that are late at its step.
Late = Annotated[
    Annotated[Literal["skip", "ask"], Tag("‹word›")] | Annotated[SendWithin, Tag("‹within›")],
    Discriminator(_which, custom_error_type="late", custom_error_message="late is skip, ask or {send_within: …}"),
]

A_DAY = SendWithin(send_within=Duration(hours=24))


class Lateness(BaseModel):
    """The studio's policy, for steps that have none of their own."""

    late: Late = Field(default=A_DAY)

"""When a step falls due: pure arithmetic over a wait, in the contact's zone.

Minutes and hours are real time. Days and weeks are the calendar's: two days after Saturday 10:00 is Monday 10:00 on the
contact's wall, also over a change to summer time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Duration(BaseModel):
    """So many minutes, hours, days and weeks."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    minutes: int = Field(default=0, ge=0, le=525_600)
    hours: int = Field(default=0, ge=0, le=8_760)
    days: int = Field(default=0, ge=0, le=3_650)
    weeks: int = Field(default=0, ge=0, le=520)

    @property
    def is_zero(self) -> bool:
        return not (self.minutes or self.hours or self.days or self.weeks)


class Awaited(BaseModel):
    """Something a wait ends with when it happens to the person: a kind of trigger, narrowed by its filters."""

    model_config = ConfigDict(extra="forbid")

    kind: str
    filters: dict[str, Any] = Field(default_factory=dict)


class Wait(Duration):
    """When a step happens, seen from the step before it, the trigger, or the anchor. Nothing set: at once.

    `until` alone is the next such time of day; with a duration, the first such time once the duration has passed. With
    `event`, the step happens as soon as that does, at the latest when `timeout` has passed, so that nobody waits for
    ever.
    """

    since: Literal["previous", "trigger"] = Field(default="previous", alias="from")
    until: str | None = Field(default=None, pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    weekdays: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]] | None = None
    before_anchor: Duration | None = None
    after_anchor: Duration | None = None
    event: Awaited | None = None
    timeout: Duration | None = None

    @field_validator("weekdays")
    @classmethod
    def _some(cls, value: list[str] | None) -> list[str] | None:
        if value == []:
            raise ValueError("name at least one day, or leave it out")
        return value

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = (not self.is_zero) + (self.before_anchor is not None) + (self.after_anchor is not None)
        if ways > 1:
            raise ValueError("a wait counts in one way: after something, before_anchor or after_anchor")
        if self.before_anchor is not None and self.until:
            raise ValueError("before_anchor does not go with until")
        if self.weekdays and not self.until:
            raise ValueError("weekdays go with until")
        return self

    @model_validator(mode="after")
    def _not_for_ever(self) -> Self:
        if (self.event is None) != (self.timeout is None):
            raise ValueError("an event to wait for and a timeout go together")
        if self.event is not None and (ways := self._other_ways()):
            raise ValueError(f"a wait for an event has a timeout and nothing else: leave {' and '.join(ways)} out")
        if self.timeout is not None and self.timeout.is_zero:
            raise ValueError("the timeout is longer than nothing")
        return self

    def _other_ways(self) -> list[str]:
        """What else than `event` and `timeout` it says."""
        said = {name: getattr(self, name) for name in ("minutes", "hours", "days", "weeks", "until")}
        said |= {"before_anchor": self.before_anchor, "after_anchor": self.after_anchor}
        return [name for name, value in said.items() if value] + (["from"] if self.since == "trigger" else [])

    @property
    def is_nothing(self) -> bool:
        return self.is_zero and not (self.until or self.before_anchor or self.after_anchor or self.event)

    @property
    def is_anchored(self) -> bool:
        """Whether it counts from the anchor."""
        return self.before_anchor is not None or self.after_anchor is not None


@dataclass(frozen=True, slots=True)
class Bearings:
    """What a wait counts from: when the step before was done, the trigger's instant, the anchor if any, and the
    zone.
    """

    previous: datetime
    trigger: datetime
    anchor: datetime | None
    zone: ZoneInfo


def due_at(wait: Wait | None, at: Bearings) -> datetime:
    """The instant a step falls due. It may be past: such a step runs at once, or is skipped where it stands before.

    Where the trigger's instant lies ahead (somebody enrolled on booking, for a class next week), "after the previous
    step" means after that instant; only what is placed before the anchor comes earlier.
    """
    if wait is None:
        return max(at.previous, at.trigger)
    if wait.before_anchor is not None:
        return shift(_anchor(at), wait.before_anchor, at.zone, back=True)
    if wait.after_anchor is not None:
        due = shift(_anchor(at), wait.after_anchor, at.zone)
    else:
        start = at.trigger if wait.since == "trigger" else max(at.previous, at.trigger)
        due = shift(start, wait.timeout or wait, at.zone)
    return due if wait.until is None else next_time(due, wait.until, at.zone, wait.weekdays)


def shift(instant: datetime, by: Duration, zone: ZoneInfo, *, back: bool = False) -> datetime:
    """Move an instant on, or back, by a duration: days on the calendar of `zone`, hours and minutes in real time."""
    sign = -1 if back else 1
    days = by.days + 7 * by.weeks
    if days:
        local = instant.astimezone(zone)
        instant = (local + sign * timedelta(days=days)).astimezone(UTC)
    return instant + sign * timedelta(hours=by.hours, minutes=by.minutes)


def next_time(after: datetime, clock_time: str, zone: ZoneInfo, weekdays: Sequence[str] | None = None) -> datetime:
    """The first instant, not before `after`, at which the clocks of `zone` show a time, on one of the days named."""
    wanted = time.fromisoformat(clock_time)
    day = after.astimezone(zone).date()
    for _ in range(9):
        candidate = first_instant(datetime.combine(day, wanted), zone)
        if candidate >= after and (weekdays is None or WEEKDAYS[day.weekday()] in weekdays):
            return candidate
        day += timedelta(days=1)
    raise AssertionError("every weekday comes within nine days")


def first_instant(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant of a local time, in UTC. A time that a change of the clocks skips becomes the first that exists."""
    instant = local.replace(tzinfo=zone).astimezone(UTC)
    return instant if instant.astimezone(zone).replace(tzinfo=None) == local else _end_of_gap(local, zone)


def _end_of_gap(local: datetime, zone: ZoneInfo) -> datetime:
    for minutes in range(1, 48 * 60):
        candidate = (local + timedelta(minutes=minutes)).replace(tzinfo=zone)
        instant = candidate.astimezone(UTC)
        if instant.astimezone(zone).replace(tzinfo=None) == candidate.replace(tzinfo=None):
            return instant
    raise AssertionError("no zone has ever skipped more than a day")


def _anchor(at: Bearings) -> datetime:
    # A contact enrolled by hand has no class and no expiry: such steps then count from the trigger.
    return at.anchor or at.trigger

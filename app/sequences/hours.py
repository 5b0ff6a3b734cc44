"""Sending hours: when messages of sequences may reach clients (UPT-01 to UPT-06)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, model_validator

from app.sequences.waits import first_instant
from app.staff import studio

KEY = "sending_hours"


class SendingHours(BaseModel):
    """Local times of day, the start included, the end not. Unset: no restriction."""

    start: time | None = None
    end: time | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if (self.start is None) != (self.end is None):
            raise ValueError("set both the start and the end, or neither")
        if self.start is not None and self.end is not None and self.end <= self.start:
            raise ValueError("the end must be later than the start")
        return self


def sending_hours() -> SendingHours:
    """What the studio has set."""
    return studio.get(KEY, SendingHours)


def set_sending_hours(hours: SendingHours) -> None:
    """Set them; messages already waiting are looked at again when they fall due."""
    studio.put(KEY, hours)


def sendable_at(due: datetime, hours: SendingHours, zone: ZoneInfo) -> datetime:
    """The first instant, not before `due`, inside the sending hours (UPT-02 to UPT-04).

    `due` and the answer are aware UTC instants. The hours are local times of day in `zone`, the contact's (GEN-06),
    start included, end excluded; a start that daylight saving skips becomes the first time that exists that day.
    """
    if hours.start is None or hours.end is None:
        return due
    local = due.astimezone(zone)
    for days in (0, 1, 2):
        day = local.date() + timedelta(days=days)
        opens = first_instant(datetime.combine(day, hours.start), zone)
        closes = first_instant(datetime.combine(day, hours.end), zone)
        if due < closes and opens < closes:
            return max(due, opens)
    raise AssertionError("some hour of the next two days is inside")

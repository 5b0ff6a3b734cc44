"""The days a report is about: chosen by a link or between two dates, and the days just before to hold them against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LENGTHS = (30, 90, 365)
USUAL = 30


@dataclass(frozen=True)
class Period:
    """From a day to a day, both included, where the studio is; without a first day, all there has ever been."""

    zone: ZoneInfo
    first: date | None
    last: date
    length: int | None = None  # where it is the last so many days

    @property
    def since(self) -> datetime | None:
        return midnight(self.first, self.zone) if self.first is not None else None

    @property
    def until(self) -> datetime | None:
        return midnight(self.last + timedelta(days=1), self.zone) if self.first is not None else None

    @property
    def days(self) -> int | None:
        return (self.last - self.first).days + 1 if self.first is not None else None

    @property
    def before(self) -> Period | None:
        """As many days, just before."""
        if self.first is None or self.days is None:
            return None
        last = self.first - timedelta(days=1)
        return Period(self.zone, last - timedelta(days=self.days - 1), last)

    @property
    def as_query(self) -> dict[str, str]:
        """How an address says it."""
        if self.length is not None:
            return {} if self.length == USUAL else {"days": str(self.length)}
        if self.first is None:
            return {"days": "all"}
        return {"from": self.first.isoformat(), "to": self.last.isoformat()}


def asked_for(said: Mapping[str, str], *, today: date, zone: ZoneInfo) -> Period:
    """The period an address asks for: `days` (a number, or "all"), or `from` and `to`; else the usual one."""
    first, last = _day(said.get("from")), _day(said.get("to"))
    if first is not None or last is not None:
        last = min(last or today, today)
        return Period(zone, min(first or last, last), last)
    if said.get("days") == "all":
        return Period(zone, None, today)
    length = int(said["days"]) if said.get("days") in {str(one) for one in LENGTHS} else USUAL
    return Period(zone, today - timedelta(days=length - 1), today, length)


def _day(said: str | None) -> date | None:
    try:
        return date.fromisoformat(said or "")
    except ValueError:
        return None


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a day begins somewhere, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)

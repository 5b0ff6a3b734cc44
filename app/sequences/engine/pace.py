"""The pace at which late messages leave: so many a minute, however many workers there are (BEY-14)."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel

from app import clock
from app.sequences import hours, safety
from app.staff import studio

KEY = "sequences.pace"
MINUTE = timedelta(minutes=1)


class Pace(BaseModel):
    """The latest instant at which late messages leave, and how many do then."""

    at: AwareDatetime | None = None
    used: int = 0


class Slots:
    """Gives late messages their instants, in the order asked: as many as the studio lets go at one instant, the next
    ones a minute later. From the first `next` on, other workers wait until this transaction ends.
    """

    def __init__(self) -> None:
        self._most = safety.safety().burst
        self._hours = hours.sending_hours()
        self._now = clock.now()
        self._pace: Pace | None = None

    def next(self, zone: ZoneInfo) -> datetime:
        """When the next message may leave, within the sending hours of its receiver. It is not taken yet."""
        if self._most is None:
            return self._now
        if self._pace is None:
            self._pace = studio.hold(KEY, Pace)
        at, used = self._pace.at or self._now, self._pace.used
        if at < self._now:
            at, used = max(self._now, at + MINUTE), 0
        elif used >= self._most:
            at, used = at + MINUTE, 0
        opens = hours.sendable_at(at, self._hours, zone)
        self._pace = Pace(at=opens, used=used if opens == at else 0)
        return opens

    def take(self) -> None:
        """Let the message that was asked for have its instant."""
        if self._pace is not None:
            self._pace.used += 1

    def keep(self) -> None:
        """Write down how far the slots are taken."""
        if self._pace is not None:
            studio.put(KEY, self._pace)

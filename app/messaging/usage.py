"""What the studio's number has used this month, as carriers count it (SMS-01, SMS-04)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import ceil

from sqlalchemy import func, select

from app import clock
from app.db import db
from app.events import Event
from app.messaging.models import OUT, SMS, Message
from app.staff import studio

ANSWERED = "answered"
SEGMENTS_A_MINUTE = 1  # of an incoming call that was answered, each minute begun


@dataclass(frozen=True)
class Usage:
    """Since the first of the month, in the studio's zone."""

    since: datetime
    messages: int
    sms_segments: int
    call_minutes: int

    @property
    def segments(self) -> int:
        """SMS and calls together."""
        return self.sms_segments + self.call_minutes * SEGMENTS_A_MINUTE


def this_month() -> Usage:
    """What has been sent and answered so far."""
    since = first_of_the_month()
    messages, segments = db.session.execute(
        select(func.count(), func.sum(Message.segments)).where(
            Message.direction == OUT, Message.channel == SMS, Message.sent_at >= since
        )
    ).one()
    calls = db.session.scalars(select(Event.data).where(Event.kind == "call.received", Event.occurred_at >= since))
    minutes = sum(ceil(call.get("seconds", 0) / 60) for call in calls if call.get("outcome") == ANSWERED)
    return Usage(since, messages, segments or 0, minutes)


def first_of_the_month(*, later: int = 0) -> datetime:
    """When this month began in the studio's zone, or the one so many months later begins."""
    today = clock.now().astimezone(studio.studio().tz)
    months = today.month - 1 + later
    first = today.replace(year=today.year + months // 12, month=months % 12 + 1, day=1)
    return first.replace(hour=0, minute=0, second=0, microsecond=0)

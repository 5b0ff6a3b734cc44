"""When a subscription is paid again: the calendar's weeks and months, counted from the day it was bought."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta

from app.staff import studio

MONTHS = {"month": 1, "quarter": 3, "year": 12}


def next_after(bought_at: datetime, after: datetime, every: str) -> datetime:
    """The first payment after an instant, on the clocks of the studio.

    Bought on the 31st, it is paid on the last day of shorter months, and on the 31st again where there is one.
    """
    zone = studio.studio().tz
    bought = bought_at.astimezone(zone)
    number = 1
    while (due := _nth(bought, every, number)) <= after:
        number += 1
    return due


def _nth(bought: datetime, every: str, number: int) -> datetime:
    if every == "week":
        return (bought + timedelta(weeks=number)).astimezone(UTC)
    months = bought.year * 12 + bought.month - 1 + MONTHS[every] * number
    year, month = divmod(months, 12)
    day = min(bought.day, calendar.monthrange(year, month + 1)[1])
    return bought.replace(year=year, month=month + 1, day=day).astimezone(UTC)

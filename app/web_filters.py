"""How templates write times, money, names and attributes. Pure functions; `app/frame.py` gives them to Jinja.

Times are short: relative under a day, the weekday under a week, the date after. English is written the British way, so
that both languages have the day before the month and 24 hours.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton
from babel.numbers import format_currency, format_decimal
from flask_babel import gettext as _
from markupsafe import Markup, escape
from wtforms import Form

HUES = 6

_WRITTEN_AS = {"en": "en_GB", "fr": "fr_FR"}
_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)


def ago(instant: datetime, *, now: datetime, zone: ZoneInfo, language: str) -> str:
    """How long ago: "now", "12 min", "2 h", "Sat", "14 Nov", "14 Nov 2025"; with "in" for what is to come."""
    distance = abs(now - instant)
    if distance < _DAY:
        return _span(distance, is_future=instant > now)
    if distance < _WEEK:
        return _local(instant, zone, language, "EEE")
    return _date(instant, now, zone, language)


def when(instant: datetime, *, now: datetime, zone: ZoneInfo, language: str) -> str:
    """The moment itself: "14:30" of the same day, "Sat 11:20" within a week, "14 Nov, 09:00" beyond."""
    local, today = instant.astimezone(zone), now.astimezone(zone)
    time = _local(instant, zone, language, "HH:mm")
    if local.date() == today.date():
        return time
    if abs(local.date() - today.date()) < _WEEK:
        return f"{_local(instant, zone, language, 'EEE')} {time}"
    return f"{_date(instant, now, zone, language)}, {time}"


def full_time(instant: datetime, *, zone: ZoneInfo, language: str) -> str:
    """The whole of it, for hovering: "Saturday 21 November 2026, 14:30"."""
    return _local(instant, zone, language, "EEEE d MMMM y, HH:mm")


def clock_time(instant: datetime, *, zone: ZoneInfo, language: str) -> str:
    """The time of day: "14:30"."""
    return _local(instant, zone, language, "HH:mm")


def day(instant: datetime, *, zone: ZoneInfo, language: str) -> str:
    """A day as a heading: "Sat 21 November"."""
    return _local(instant, zone, language, "EEE d MMMM")


def long_date(day: date, *, today: date, language: str) -> str:
    """A date within a sentence: "3 June", of another year "3 June 2025"."""
    return format_date(day, "d MMMM" if day.year == today.year else "d MMMM y", locale=_WRITTEN_AS[language])


def time_and_day(local: datetime, *, today: date, language: str) -> str:
    """A moment within a sentence: "09:00 on Tuesday", further away than a week "09:00 on 3 June"."""
    is_near = abs(local.date() - today) < _WEEK
    day = (
        format_date(local.date(), "EEEE", locale=_WRITTEN_AS[language])
        if is_near
        else long_date(local.date(), today=today, language=language)
    )
    return str(_("%(time)s on %(day)s", time=f"{local:%H:%M}", day=day))


def money(cents: int, currency: str, *, language: str) -> str:
    """An amount in its currency; whole amounts go without decimals: "€39", "39 €"."""
    locale = Locale.parse(_WRITTEN_AS[language])
    pattern = locale.currency_formats["standard"].pattern
    if cents % 100 == 0:
        pattern = pattern.replace(".00", "")
    return format_currency(Decimal(cents) / 100, currency, format=pattern, locale=locale, currency_digits=False)


def number(value: float | Decimal, *, language: str) -> str:
    """A number with the language's own grouping: "1,248", "1 248"."""
    return format_decimal(value, locale=_WRITTEN_AS[language])


def initials(name: str) -> str:
    """One or two letters for an avatar: those of the first and the last word."""
    words = [letters for word in name.split() if (letters := "".join(c for c in word if c.isalnum()))]
    if not words:
        return "?"
    chosen = words if len(words) == 1 else [words[0], words[-1]]
    return "".join(word[0] for word in chosen).upper()


def hue(key: object) -> int:
    """Which of the avatars' colour pairs: the same for the same key, on every machine and every day."""
    return zlib.crc32(str(key).encode()) % HUES


def accent_style(colour: str) -> str:
    """A public page's own accent, as a style attribute; what is not a colour of the form #rrggbb changes nothing."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        return ""
    return (
        f"--accent:{colour};--accent-text:{colour};--accent-hover:color-mix(in srgb,{colour} 84%,black);"
        f"--accent-soft:color-mix(in srgb,{colour} 9%,white);--accent-line:color-mix(in srgb,{colour} 32%,white)"
    )


def attrs(given: Mapping[str, Any]) -> Markup:
    """HTML attributes from keywords: hx_get is written hx-get, hx_target__inherited is hx-target:inherited.

    True stands for a bare attribute; None and False leave it out.
    """
    written = []
    for name, value in given.items():
        if value is None or value is False:
            continue
        html_name = name.replace("__", ":").replace("_", "-")
        written.append(escape(html_name) if value is True else Markup('{}="{}"').format(html_name, value))
    return Markup(" ").join(written)


def field_attrs(placeholder: str | None, described_by: str, errors: object) -> dict[str, Any]:
    """What a form control says of itself: its placeholder, what explains it, whether it is wrong."""
    said: dict[str, Any] = {}
    if placeholder:
        said["placeholder"] = placeholder
    if described_by:
        said["aria-describedby"] = described_by
    if errors:
        said["aria-invalid"] = "true"
    return said


def fields_with_errors(form: Form) -> list[Any]:
    """The fields of a form that somebody has to look at again, in their order."""
    return [field for field in form if field.errors]


def _span(distance: timedelta, *, is_future: bool) -> str:
    hours, minutes = divmod(int(distance.total_seconds() // 60), 60)
    if hours == minutes == 0:
        return str(_("now"))
    span = str(_("%(n)s h", n=hours) if hours else _("%(n)s min", n=minutes))
    return str(_("in %(span)s", span=span)) if is_future else span


def _date(instant: datetime, now: datetime, zone: ZoneInfo, language: str) -> str:
    same_year = instant.astimezone(zone).year == now.astimezone(zone).year
    local = instant.astimezone(zone)
    return format_skeleton("MMMd" if same_year else "yMMMd", local, locale=_WRITTEN_AS[language])


def _local(instant: datetime, zone: ZoneInfo, language: str, pattern: str) -> str:
    return format_datetime(instant.astimezone(zone), pattern, locale=_WRITTEN_AS[language])

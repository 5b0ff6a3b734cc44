"""Why something was or was not done: stored as a code, said as a sentence in the language of whoever reads (BEY-02).

Stored is a stable code, with what it is about behind a colon: `exit:membership.purchased`. The rooms declare theirs in
their own `reasons.py`; templates say one with the filter `reason`, and `reason_within` in the middle of a sentence.
What is no code, such as a carrier's own answer, is shown as it stands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask_babel import LazyString

from app import clock, i18n, web_filters

LENGTH = 200  # of the columns that hold them


@dataclass(frozen=True)
class Reason:
    """How a code is said: by itself, and where it is known what it is about, which `show` puts in words."""

    sentence: LazyString
    with_about: LazyString  # has a place %(about)s
    show: Callable[[str], str]


REASONS: dict[str, Reason] = {}


def declare(
    what: str, sentence: LazyString, with_about: LazyString | None = None, show: Callable[[str], str] = str
) -> str:
    """Give a code its sentence, and the one for when more is known. Answers the code."""
    REASONS[what] = Reason(sentence, with_about or sentence, show)
    return what


def code(what: str, about: object = "") -> str:
    """A reason to store. Raises KeyError for one that is not declared."""
    if what not in REASONS:
        raise KeyError(f"no sentence for the reason {what}")
    return (f"{what}:{about}" if about not in {"", None} else what)[:LENGTH]


def say(stored: str) -> str:
    """A stored reason as a sentence, without a full stop."""
    what, _colon, about = stored.partition(":")
    reason = REASONS.get(what)
    if reason is None:
        return stored
    try:
        return str(reason.with_about) % {"about": reason.show(about)} if about else str(reason.sentence)
    except ValueError:  # cut off where the column ends, or of an older form
        return str(reason.sentence)


def say_within(stored: str) -> str:
    """The same after a colon or amid a sentence: it begins small, unless with a word written in capitals."""
    said = say(stored)
    return said if said == stored or said[1:2].isupper() else said[:1].lower() + said[1:]


def moment(instant: datetime, zone: ZoneInfo) -> str:
    """An instant as reasons keep it: the local time, to the minute."""
    return instant.astimezone(zone).isoformat(timespec="minutes")


def show_moment(stored: str) -> str:
    """A kept instant in words: "09:00 on Tuesday", further away "09:00 on 3 June". Anything else stays as it is."""
    try:
        local = datetime.fromisoformat(stored)
    except ValueError:
        return stored
    today = clock.now().astimezone(local.tzinfo).date()
    return web_filters.time_and_day(local, today=today, language=i18n.language())


def show_day(stored: str) -> str:
    """A kept date in words: "3 June", of another year "3 June 2025". Anything else stays as it is."""
    try:
        day = date.fromisoformat(stored)
    except ValueError:
        return stored
    return web_filters.long_date(day, today=clock.now().date(), language=i18n.language())

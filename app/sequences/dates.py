"""Birthdays and the dates of custom fields: they come at nine in the morning, on everybody's own clocks.

The 29th of February comes on the 28th in other years, and the 31st of every month on the last day of shorter ones.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, false, func, or_, select

from app import events
from app.contacts import custom_fields
from app.contacts.models import Contact, CustomField
from app.db import db, one_of
from app.sequences import triggers, waits
from app.sequences.engine.program import Program
from app.sequences.engine.timing import zone_named
from app.staff import studio
from app.staff.models import Location

MORNING = "09:00"
BATCH = 1000

DATE_FIELD = "client.date_field"
ISO = len("2026-11-23")

EXACT, YEARLY, MONTHLY = "exact", "yearly", "monthly"


@dataclass(frozen=True)
class Morning:
    """Nine o'clock on a day in a zone."""

    zone: str
    day: date
    at: datetime


def find_birthdays(_program: Program, since: datetime, until: datetime) -> int:
    """Record the birthdays between two instants. Whoever listens, they are recorded once a person and year."""

    def entry(morning: Morning, field: CustomField, contact_id: int) -> events.Entry:
        data = {"field": field.name, "on": morning.day.isoformat()}
        key = f"birthday:{contact_id}:{morning.day}"
        return events.Entry("client.birthday", contact_id, data, occurred_at=morning.at, dedupe_key=key)

    return _find(custom_fields.birthday_fields(), YEARLY, since, until, entry)


def find_dates(program: Program, since: datetime, until: datetime) -> int:
    """Record whose date of the wanted field comes between two instants: exactly, every year, or every month."""
    mode = program.filters.get("mode", YEARLY)

    def entry(morning: Morning, field: CustomField, contact_id: int) -> events.Entry:
        data = {"field": field.name, "mode": mode, "on": morning.day.isoformat()}
        key = f"date:{field.key}:{mode}:{contact_id}:{morning.day}"
        return events.Entry("client.date_field", contact_id, data, occurred_at=morning.at, dedupe_key=key)

    return _find(fields_of(program), mode, since, until, entry)


def next_morning(_program: Program, after: datetime) -> datetime | None:
    """The first nine o'clock after an instant, anywhere the studio has people."""
    just_after = after + timedelta(microseconds=1)
    return min(waits.next_time(just_after, MORNING, zone_named(zone)) for zone in _zones())


def would_come(
    program: Program, contact_ids: Collection[int], since: datetime, until: datetime
) -> list[tuple[int, datetime, dict[str, str]]]:
    """Whose date of the program's field came between two instants, by the fields as they are today: the contact, the
    instant, what the event would have said. One query for the people, the zones besides.
    """
    mode = program.filters.get("mode", YEARLY) if program.trigger.key == DATE_FIELD else YEARLY
    fields = fields_of(program)
    mornings = list(_mornings(since, until))
    own = studio.studio().zone
    rows = db.session.execute(
        select(Contact.id, Contact.custom, Location.zone)
        .outerjoin(Location, Location.id == Contact.location_id)
        .where(one_of(Contact.id, contact_ids), Contact.erased_at.is_(None))
    )
    more = {"mode": mode} if program.trigger.key == DATE_FIELD else {}
    found = []
    for contact_id, custom, zone in rows:
        for field in fields:
            held = str(custom.get(field.key) or "")
            found += [
                (contact_id, one.at, {"field": field.name, "on": one.day.isoformat(), **more})
                for one in mornings
                if held and one.zone == (zone or own) and any(_is(held, date) for date in falls_on(one.day, mode))
            ]
    return found


def holders(program: Program) -> Sequence[int]:
    """The ids of those who have the program's field."""
    held = (Contact.custom[field.key].as_string().is_not(None) for field in fields_of(program))
    return db.session.scalars(select(Contact.id).where(or_(false(), *held), Contact.erased_at.is_(None))).all()


def fields_of(program: Program) -> Sequence[CustomField]:
    """The fields whose dates a program waits for."""
    if program.trigger.key != DATE_FIELD:
        return custom_fields.birthday_fields()
    wanted = {name.casefold() for name in triggers.names_of(program.filters.get("field"))}
    return [one for one in custom_fields.all_fields() if one.kind == "date" and one.name.casefold() in wanted]


def _is(held: str, date: tuple[int | None, int | None, int]) -> bool:
    """Whether a stored date is this one, as `_pattern` has the database compare them."""
    return len(held) == ISO and all(one in {"_", other} for one, other in zip(_pattern(*date), held, strict=True))


# Year, month and day; None for any.
Dates = Sequence[tuple[int | None, int | None, int]]


def falls_on(day: date, mode: str) -> Dates:
    """The dates that come on a day: the day itself, and those it stands in for (TRG-27, TRG-28)."""
    if mode == EXACT:
        return [(day.year, day.month, day.day)]
    last = calendar.monthrange(day.year, day.month)[1]
    if mode == MONTHLY:
        return [(None, None, number) for number in range(day.day, 32 if day.day == last else day.day + 1)]
    is_stand_in = (day.month, day.day) == (2, 28) and not calendar.isleap(day.year)
    return [(None, day.month, day.day)] + ([(None, 2, 29)] if is_stand_in else [])


def _find(
    fields: Sequence[CustomField],
    mode: str,
    since: datetime,
    until: datetime,
    entry: Callable[[Morning, CustomField, int], events.Entry],
) -> int:
    found = 0
    for morning in _mornings(since, until):
        for field in fields:
            for ids in _whose(field, morning, mode):
                events.record_many([entry(morning, field, contact_id) for contact_id in ids])
                found += len(ids)
    return found


def _mornings(since: datetime, until: datetime) -> Iterator[Morning]:
    for name in _zones():
        zone = zone_named(name)
        day = since.astimezone(zone).date()
        while day <= until.astimezone(zone).date():
            at = waits.first_instant(datetime.combine(day, time.fromisoformat(MORNING)), zone)
            if since < at <= until:
                yield Morning(name, day, at)
            day += timedelta(days=1)


def _zones() -> list[str]:
    """Every zone somebody may live in: the studio's and those of its locations."""
    return sorted({studio.studio().zone, *db.session.scalars(select(Location.zone).where(Location.zone.is_not(None)))})


def _whose(field: CustomField, morning: Morning, mode: str) -> Iterator[Sequence[int]]:
    """The ids of those living in this zone whose field holds a date that comes today, a batch at a time."""
    last_id = 0
    lives_here = func.coalesce(Location.zone, studio.studio().zone) == morning.zone
    holds = _holds(field.key, falls_on(morning.day, mode))
    wanted = (
        select(Contact.id)
        .outerjoin(Location, Location.id == Contact.location_id)
        .where(holds, lives_here, Contact.erased_at.is_(None))
        .order_by(Contact.id)
        .limit(BATCH)
    )
    while ids := db.session.scalars(wanted.where(Contact.id > last_id)).all():
        last_id = ids[-1]
        yield ids


def _holds(key: str, dates: Dates) -> ColumnElement[bool]:
    """Whether a field holds one of these dates.

    Read off the contacts one by one, once a day: 0.05 s for 200,000 of them. A GIN index over the fields took 8 ms for
    each of the 147 dates that "every year" can mean, for what has been written lately is searched from end to end.
    """
    stored = Contact.custom[key].as_string()
    return or_(*(stored.like(_pattern(*one)) for one in dates))


def _pattern(year: int | None, month: int | None, day: int) -> str:
    return f"{f'{year:04}' if year else '____'}-{f'{month:02}' if month else '__'}-{day:02}"

"""What passes with time is found off an index, once, and with as many queries for a thousand people as for three."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import ModuleType

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import clock as the_clock
from app import scans
from app.db import db
from app.demo import make
from app.events import Event
from app.sequences import publishing, watching
from app.studio import passing
from app.studio.models import Booking, Holding
from tests.harness import queries


@pytest.fixture
def monday(clock: ModuleType) -> ModuleType:
    clock.set("2026-06-01 10:00", zone="Europe/Paris")
    return clock


def _bookings(number: int) -> None:
    now = the_clock.now()
    for _ in range(number):
        ana = make.contact()
        later = now + timedelta(hours=8)
        db.session.add(
            Booking(
                contact_id=ana.id,
                name="Hatha",
                booked_at=now,
                starts_at=later,
                start_due_at=later,
                absence_due_at=later + timedelta(hours=3),
                visited_at=now - timedelta(days=13, hours=20),
            )
        )
        db.session.add(
            Holding(contact_id=ana.id, kind="intro", name="Intro", bought_at=now, ends_at=later, expiry_due_at=later)
        )
    db.session.flush()


def _asked(look: Callable[[], int]) -> tuple[int, int]:
    """How many were found, with how many queries."""
    db.session.expire_all()
    with queries.counted() as asked:
        found = look()
    return found, len(asked)


@pytest.mark.req("WRK-03")
@pytest.mark.parametrize(
    "look", [passing.begin_what_is_due, passing.tell_absences, passing.expire_what_is_due, watching.look]
)
def test_a_scan_asks_as_much_for_many_as_for_few(app: Flask, monday: ModuleType, look: Callable[[], int]) -> None:
    step = {"do": "tag.add", "tags": ["Away"]}
    away = make.sequence(step | {"wait": {"days": 14}}, trigger="client.winback", active=False)
    publishing.activate(away)
    _bookings(3)
    monday.move(hours=12)
    few = _asked(look)
    monday.move(hours=-12)
    _bookings(60)
    away.watched_until = None
    db.session.flush()
    monday.move(hours=12)
    many = _asked(look)

    assert few[0] == 3
    assert many[0] >= 60
    assert many[1] <= few[1], (few, many)


@pytest.mark.req("WRK-03", "WRK-04")
def test_two_looks_tell_of_a_start_once(app: Flask, monday: ModuleType) -> None:
    _bookings(2)
    first = scans.next_at()
    assert first == the_clock.now() + timedelta(hours=8)
    monday.move(hours=24)
    assert [scans.look() > 0, scans.look()] == [True, 0]

    counted = db.session.execute(
        select(Event.kind, func.count())
        .where(Event.kind.in_(("class.started", "class.no_show", "membership.expired")))
        .group_by(Event.kind)
    )
    told = sorted(tuple(row) for row in counted)
    assert told == [("class.no_show", 2), ("class.started", 2), ("membership.expired", 2)]

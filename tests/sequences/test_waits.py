"""When a step falls due."""

from __future__ import annotations

from datetime import UTC, datetime
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.demo import make
from app.sequences.waits import Bearings, Wait, due_at
from tests.harness.work import Workers
from tests.sequences.conftest import Live, only, post, trace

PARIS = ZoneInfo("Europe/Paris")


def local(said: str) -> datetime:
    return datetime.fromisoformat(said).replace(tzinfo=PARIS)


def due(wait: dict[str, Any], previous: str, *, trigger: str | None = None, anchor: str | None = None) -> datetime:
    at = Bearings(
        local(previous).astimezone(UTC),
        local(trigger or previous).astimezone(UTC),
        local(anchor).astimezone(UTC) if anchor else None,
        PARIS,
    )
    return due_at(Wait.model_validate(wait), at)


@pytest.mark.req("SEQ-12", "SEQ-13")
@pytest.mark.parametrize(
    ("wait", "expected"),
    [
        ({"minutes": 5}, "2026-06-05 15:05"),
        ({"days": 2}, "2026-06-07 15:00"),
        ({"weeks": 1, "hours": 1}, "2026-06-12 16:00"),
        ({"days": 10, "from": "trigger"}, "2026-06-11 10:00"),
        ({"until": "09:00"}, "2026-06-06 09:00"),
        ({"until": "15:00"}, "2026-06-05 15:00"),
        ({"until": "18:30", "weekdays": ["mon"]}, "2026-06-08 18:30"),
        ({"days": 1, "until": "10:00"}, "2026-06-07 10:00"),
        ({"before_anchor": {"days": 1}}, "2026-06-11 15:00"),
        ({"after_anchor": {"hours": 2}}, "2026-06-12 17:00"),
        ({"after_anchor": {"days": 1}, "until": "08:00"}, "2026-06-14 08:00"),
    ],
)
def test_a_wait_after_friday_three_o_clock(wait: dict[str, Any], expected: str) -> None:
    asked = due(wait, "2026-06-05 15:00", trigger="2026-06-01 10:00", anchor="2026-06-12 15:00")
    assert asked == local(expected)


@pytest.mark.parametrize(
    ("wait", "start", "expected"),
    [
        ({"days": 1}, "2026-03-28 10:00", "2026-03-29 10:00"),  # a day of 23 hours
        ({"hours": 24}, "2026-03-28 10:00", "2026-03-29 11:00"),
        ({"days": 1}, "2026-10-24 10:00", "2026-10-25 10:00"),  # a day of 25 hours
        ({"hours": 24}, "2026-10-24 10:00", "2026-10-25 09:00"),
        ({"until": "02:30"}, "2026-03-29 00:00", "2026-03-29 03:00"),  # there is no half past two that night
    ],
)
def test_days_are_the_calendars_and_hours_are_real(wait: dict[str, Any], start: str, expected: str) -> None:
    assert due(wait, start) == local(expected)


@pytest.mark.req("SEQ-13", "SEQ-14")
def test_a_step_before_the_class(live: Live, workers: Workers, clock: ModuleType) -> None:
    clock.set("2026-06-01 10:00", zone="Europe/Paris")
    live(
        {"id": "day", "do": "tag.add", "tags": ["tomorrow"], "wait": {"before_anchor": {"days": 1}}},
        {"id": "hours", "do": "tag.add", "tags": ["soon"], "wait": {"before_anchor": {"hours": 2}}},
        {"id": "after", "do": "tag.add", "tags": ["been"], "wait": {"after_anchor": {"hours": 3}}},
        trigger="class.booked",
    )
    early, late = make.contact(), make.contact()
    friday = local("2026-06-05 15:00")
    post("class.booked", early, class_name="Hatha", starts_at=friday.isoformat())
    workers.run_until_idle()
    assert only(early).due_at == local("2026-06-04 15:00")

    clock.set("2026-06-05 10:00", zone="Europe/Paris")
    post("class.booked", late, class_name="Hatha", starts_at=friday.isoformat())
    workers.run_until_idle()
    assert trace(only(late)) == [("day", "skipped", "too_late")]
    assert only(late).due_at == local("2026-06-05 13:00")
    for at in ("13:00", "18:00"):
        clock.set(f"2026-06-05 {at}", zone="Europe/Paris")
        workers.run_until_idle()
    assert [step[:2] for step in trace(only(late))][1:] == [("hours", "done"), ("after", "done")]


def test_after_an_outage_what_should_have_come_before_is_skipped(
    live: Live, workers: Workers, clock: ModuleType
) -> None:
    clock.set("2026-06-01 10:00", zone="Europe/Paris")
    live(
        {"id": "before", "do": "sms", "body": "See you soon", "wait": {"before_anchor": {"hours": 2}}},
        {"id": "after", "do": "tag.add", "tags": ["been"], "wait": {"after_anchor": {"hours": 1}}},
        trigger="class.booked",
    )
    ana = make.contact()
    post("class.booked", ana, class_name="Hatha", starts_at=local("2026-06-05 18:00").isoformat())
    workers.run_until_idle()
    clock.set("2026-06-05 19:00", zone="Europe/Paris")  # nobody worked since 15:00
    workers.run_until_idle()

    assert trace(only(ana)) == [("before", "skipped", "too_late"), ("after", "done", "")]

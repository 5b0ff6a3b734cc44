"""Sending hours: messages keep to them, everything else does not wait."""

from __future__ import annotations

from datetime import UTC, datetime, time
from types import ModuleType
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from app.demo import make
from app.messaging import outgoing
from app.sequences import hours
from app.sequences.hours import SendingHours, sendable_at
from tests.harness.work import Workers
from tests.sequences.conftest import Live, buy_membership, messages, only, post, trace

PARIS = ZoneInfo("Europe/Paris")
YEARS = (datetime.fromisoformat("2020-01-01"), datetime.fromisoformat("2035-01-01"))
NINE_TO_EIGHT = SendingHours(start=time(9), end=time(20))

SMS = {"id": "sms", "do": "sms", "body": "Hi"}
TAG = {"id": "tag", "do": "tag.add", "tags": ["Regular"]}


def local(said: str) -> datetime:
    return datetime.fromisoformat(said).replace(tzinfo=PARIS)


@pytest.mark.req("UPT-02", "UPT-03", "UPT-04", "GEN-06")
@pytest.mark.parametrize(
    ("due", "sent"),
    [
        ("2026-06-05 06:30", "2026-06-05 09:00"),
        ("2026-06-05 21:15", "2026-06-06 09:00"),
        ("2026-06-05 12:00", "2026-06-05 12:00"),
        ("2026-06-05 09:00", "2026-06-05 09:00"),
        ("2026-06-05 20:00", "2026-06-06 09:00"),
        ("2026-06-05 19:59", "2026-06-05 19:59"),
        ("2026-03-28 21:00", "2026-03-29 09:00"),  # the night that summer time begins
        ("2026-10-24 21:00", "2026-10-25 09:00"),  # the night that it ends
    ],
)
def test_what_falls_due_outside_waits_for_the_next_start(due: str, sent: str) -> None:
    assert sendable_at(local(due).astimezone(UTC), NINE_TO_EIGHT, PARIS) == local(sent)


def test_a_start_that_summer_time_skips_is_the_first_minute_that_exists() -> None:
    at_half_past_two = SendingHours(start=time(2, 30), end=time(20))
    assert sendable_at(local("2026-03-29 00:10"), at_half_past_two, PARIS) == local("2026-03-29 03:00")


def test_without_hours_nothing_waits() -> None:
    due = local("2026-06-05 03:00")
    assert sendable_at(due, SendingHours(), PARIS) == due


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no bug
@given(
    due=st.datetimes(*YEARS, timezones=st.just(UTC)),
    start=st.times(max_value=time(22, 0)),
    length=st.integers(1, 59),
    zone=st.sampled_from(["Europe/Paris", "America/Los_Angeles", "Pacific/Auckland", "Asia/Kathmandu", "UTC"]),
)
def test_the_answer_is_inside_the_hours_and_never_earlier(due: datetime, start: time, length: int, zone: str) -> None:
    start = start.replace(second=0, microsecond=0)
    opening = SendingHours(start=start, end=time(start.hour + 1, min(59, length)))
    at = sendable_at(due, opening, ZoneInfo(zone))

    assert at >= due
    assert sendable_at(at, opening, ZoneInfo(zone)) == at
    shown = at.astimezone(ZoneInfo(zone)).time()
    gap = zone != "UTC" and shown > (opening.end or shown)  # a whole opening that summer time skips is the next day's
    assert gap or start <= shown < (opening.end or start)


@pytest.mark.req("UPT-01")
def test_the_hours_are_kept_and_checked(app: Flask) -> None:
    hours.set_sending_hours(NINE_TO_EIGHT)
    assert hours.sending_hours() == NINE_TO_EIGHT
    for wrong in ({"start": "09:00"}, {"start": "20:00", "end": "09:00"}, {"start": "09:00", "end": "09:00"}):
        with pytest.raises(ValidationError):
            SendingHours.model_validate(wrong)


@pytest.mark.req("UPT-02", "UPT-05")
def test_at_night_the_tag_is_given_and_the_message_waits(live: Live, workers: Workers, clock: ModuleType) -> None:
    clock.set("2026-06-01 03:00", zone="Europe/Paris")
    hours.set_sending_hours(NINE_TO_EIGHT)
    live(SMS, TAG)
    ana = make.lead().contact
    workers.run_until_idle()

    assert trace(only(ana)) == [("sms", "done", "deferred"), ("tag", "done", "")]
    assert [one.status for one in messages(ana)] == ["queued"]
    clock.set("2026-06-01 09:00", zone="Europe/Paris")
    workers.run_until_idle()
    assert [one.status for one in messages(ana)] == ["sent"]


@pytest.mark.req("UPT-05")
def test_what_people_have_asked_for_is_not_held_at_night(workers: Workers, clock: ModuleType) -> None:
    clock.set("2026-06-01 03:00", zone="Europe/Paris")
    hours.set_sending_hours(NINE_TO_EIGHT)
    ana = make.client()
    outgoing.queue_transactional(ana, "booking.confirmed", "sms", "", "You are in")
    outgoing.send_by_hand(ana, "sms", "See you", by=make.staff())
    workers.run_until_idle()

    assert [one.status for one in messages(ana)] == ["sent", "sent"]


@pytest.mark.req("UPT-05", "EXIT-03")
def test_exits_are_asked_again_when_the_message_leaves(live: Live, workers: Workers, clock: ModuleType) -> None:
    clock.set("2026-06-01 03:00", zone="Europe/Paris")
    hours.set_sending_hours(NINE_TO_EIGHT)
    live(SMS, exits=[{"rule": "membership.purchased", "since": "enrolment"}])
    ana = make.lead().contact
    workers.run_until_idle()
    assert only(ana).status == "completed"

    clock.move(hours=1)
    buy_membership(ana)
    clock.move(hours=6)
    workers.run_until_idle()
    assert [(one.status, one.reason) for one in messages(ana)] == [
        ("suppressed", "exit:membership.purchased?on=2026-06-01")
    ]


@pytest.mark.req("UPT-05")
def test_hours_set_meanwhile_hold_what_was_queued(live: Live, workers: Workers, clock: ModuleType) -> None:
    clock.set("2026-06-01 23:00", zone="Europe/Paris")
    hours.set_sending_hours(SendingHours(start=time(6), end=time(22)))
    live(SMS)
    ana = make.lead().contact
    workers.run_until_idle()
    hours.set_sending_hours(NINE_TO_EIGHT)
    clock.set("2026-06-02 06:00", zone="Europe/Paris")
    workers.run_until_idle()

    assert [(one.status, one.due_at) for one in messages(ana)] == [("queued", local("2026-06-02 09:00"))]


@pytest.mark.req("UPT-06", "SEQ-13")
def test_two_hours_before_an_early_class_is_skipped(live: Live, workers: Workers, clock: ModuleType) -> None:
    clock.set("2026-06-01 10:00", zone="Europe/Paris")
    hours.set_sending_hours(NINE_TO_EIGHT)
    live(SMS | {"wait": {"before_anchor": {"hours": 2}}}, trigger="class.booked")
    early, late = make.contact(), make.contact()
    post("class.booked", early, class_name="Dawn", starts_at=local("2026-06-03 07:00").isoformat())
    post("class.booked", late, class_name="Noon", starts_at=local("2026-06-03 12:00").isoformat())
    workers.run_until_idle()
    clock.set("2026-06-03 05:00", zone="Europe/Paris")
    workers.run_until_idle()
    clock.set("2026-06-03 10:00", zone="Europe/Paris")
    workers.run_until_idle()

    assert trace(only(early)) == [("sms", "skipped", "outside_hours")]
    assert [one.status for one in messages(late)] == ["sent"]


@pytest.mark.req("GEN-06")
def test_the_hours_are_those_of_the_contacts_own_location(live: Live, workers: Workers, clock: ModuleType) -> None:
    clock.set("2026-06-01 08:00", zone="UTC")
    hours.set_sending_hours(NINE_TO_EIGHT)
    live(SMS)
    away = make.location("Auckland")
    away.zone = "Pacific/Auckland"
    here, there = make.contact(), make.contact(location=away)
    make.lead(here)
    make.lead(there)
    workers.run_until_idle()

    assert [one.status for one in messages(here)] == ["sent"]  # 10:00 in Paris
    assert str(messages(there)[0].due_at) == "2026-06-01 21:00:00+00:00"  # 20:00 there: tomorrow at nine

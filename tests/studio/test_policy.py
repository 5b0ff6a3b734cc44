"""The cancellation policy, the waiting list: their pages, and what they decide."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import ModuleType

import pytest
from sqlalchemy import select

from app import clock, events
from app.db import db
from app.demo import make
from app.events import Event, posting
from app.messaging.models import Message
from app.studio import policy, waitlist
from app.studio.models import Booking
from tests.harness.client import Client
from tests.harness.work import Workers

START = datetime(2026, 6, 10, 16, tzinfo=UTC)

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def owner(client: Client) -> Client:
    client.sign_in(make.staff("Inès Garnier", "owner"))
    return client


def judged(hours_before: float) -> tuple[bool, bool]:
    found = policy.judge(START, START - timedelta(hours=hours_before))
    return found.late, found.credit_lost


@pytest.mark.req("STU-07", "NAV-06")
@pytest.mark.parametrize(("late", "credit"), [(2, 12), (12, 2), (6, 6), (0, 0)])
def test_the_two_periods_are_set_independently(owner: Client, late: int, credit: int) -> None:
    answer = owner.post("/settings/cancellation-policy", data={"late_hours": late, "credit_hours": credit})

    assert answer.status_code == 303
    assert policy.policy() == policy.Policy(late_hours=late, credit_hours=credit)
    assert f'value="{late}"' in owner.get("/settings/cancellation-policy").text


@pytest.mark.req("STU-07")
@pytest.mark.parametrize("wrong", ["", "-1", "two", "337", "1.5"])
def test_a_period_that_is_none_is_refused_by_its_field(owner: Client, wrong: str) -> None:
    sent = {"late_hours": wrong, "credit_hours": "5"}
    answer = owner.post("/settings/cancellation-policy", data=sent, headers=PARTIAL)

    assert answer.status_code == 422
    assert "A whole number from 0 to 336." in answer.text
    assert policy.policy() == policy.Policy()


@pytest.mark.req("STU-08")
def test_four_hours_before_loses_the_credit_and_is_not_late(app: object) -> None:
    policy.change(late_hours=2, credit_hours=12)

    assert judged(4) == (False, True)
    assert judged(1) == (True, True)
    assert judged(13) == (False, False)
    assert (judged(2), judged(12)) == ((False, True), (False, False))  # exactly at a limit is in time


@pytest.mark.req("STU-08")
def test_the_limits_may_lie_the_other_way_round(app: object) -> None:
    policy.change(late_hours=12, credit_hours=2)

    assert judged(4) == (True, False)
    assert judged(-1) == (True, True)


@pytest.mark.req("STU-08")
def test_the_event_of_a_cancellation_says_what_it_was(app: object, clock: ModuleType) -> None:
    clock.set("2026-06-10 12:00+00:00")
    policy.change(late_hours=2, credit_hours=12)
    ana = make.client()
    till = posting.How(by=events.Actor("api", None, "Till"), at=START - timedelta(hours=4))
    posting.post("class.booked", ana, {"class_name": "Yin", "booking_id": "b1", "starts_at": START.isoformat()}, till)

    posting.post("class.booking_cancelled", ana, {"booking_id": "b1"}, till)

    told = db.session.scalars(select(Event.data).where(Event.kind == "class.booking_cancelled")).one()
    assert (told["late"], told["credit_lost"]) == (False, True)
    assert db.session.scalars(select(Booking.cancelled_at)).one() == START - timedelta(hours=4)


def test_a_system_that_has_judged_by_its_own_policy_is_believed(app: object) -> None:
    ana = make.client()
    how = posting.How(by=events.Actor("api", None, "Till"), at=START - timedelta(hours=40))
    said = {"class_name": "Yin", "starts_at": START.isoformat(), "late": True}

    posting.post("class.booking_cancelled", ana, said, how)

    told = db.session.scalars(select(Event.data).where(Event.kind == "class.booking_cancelled")).one()
    assert (told["late"], told["credit_lost"]) == (True, False)


@pytest.mark.req("NAV-06")
def test_the_way_places_are_offered_and_the_minutes_to_answer_are_set(owner: Client) -> None:
    assert "##{{numberOfMinutesToRespond}}" in owner.get("/settings/waitlist").text

    answer = owner.post("/settings/waitlist", data={"mode": "double_confirmation", "minutes": "45"})

    assert answer.status_code == 303
    assert waitlist.waitlist() == waitlist.Waitlist(mode=waitlist.Mode.CONFIRM, minutes=45)
    assert waitlist.minutes_to_respond() == 45


@pytest.mark.req("TXN-07")
def test_an_offer_says_how_many_minutes_there_are_to_answer(app: object, workers: Workers) -> None:
    waitlist.change(waitlist.Mode.CONFIRM, minutes=45)
    ana = make.contact("Ana Duarte", language="en")

    posting.post("waitlist.offered", ana, {"class_name": "Yin"}, posting.How(by=events.Actor.client(), at=clock.now()))
    workers.run_until_idle()

    text = db.session.scalars(select(Message.text).where(Message.contact_id == ana.id)).one()
    assert "within 45 minutes" in text


@pytest.mark.parametrize("wrong", [{"mode": "lottery"}, {"mode": ""}, {"minutes": "0"}, {"minutes": "soon"}])
def test_a_waiting_list_that_cannot_be_is_refused(owner: Client, wrong: dict[str, str]) -> None:
    sent = {"mode": "automatic", "minutes": "30"} | wrong

    assert owner.post("/settings/waitlist", data=sent, headers=PARTIAL).status_code == 422
    assert waitlist.waitlist() == waitlist.Waitlist()


@pytest.mark.parametrize("address", ["/settings/cancellation-policy", "/settings/waitlist"])
def test_the_front_desk_sets_neither(client: Client, address: str) -> None:
    client.sign_in(make.staff("Léa Fontaine", "front_desk"))

    assert (client.get(address).status_code, client.post(address).status_code) == (403, 403)

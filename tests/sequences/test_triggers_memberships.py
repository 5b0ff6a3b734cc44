"""What starts a sequence about subscriptions and packs: their credits, pauses, renewals, their end."""

from __future__ import annotations

from typing import Any

import pytest

from app.contacts.models import Contact
from app.demo import make
from tests.sequences.business import NOW, Business, acted, due

FRIDAY = {"starts_at": "2026-06-05 18:00", "booking_id": "f"}


def member(business: Business, **more: Any) -> Contact:
    """Somebody who has bought a membership."""
    ana = make.contact()
    business.tell("membership.purchased", ana, **({"membership": "Monthly", "membership_id": "m"} | more))
    return ana


@pytest.mark.req("TRG-08")
@pytest.mark.parametrize(("paid_with", "starts"), [("subscription", True), ("pack", True), ("card", False)])
def test_an_appointment_paid_with_a_membership_begins(business: Business, paid_with: str, starts: bool) -> None:
    visit = business.sequence("membership.appointment_visited")
    ana = make.contact()
    business.tell("appointment.booked", ana, service="Discovery call", paid_with=paid_with, **FRIDAY)
    business.at("2026-06-05 18:00")

    assert acted(ana, visit) == (["2026-06-05 18:00"] if starts else [])


@pytest.mark.req("TRG-09", "TRG-10")
def test_a_class_booked_with_a_pack_counts_on_booking_and_at_its_start(business: Business) -> None:
    booking, visit = business.sequence("membership.class_booked"), business.sequence("membership.class_visited")
    ana, ben = make.contact(), make.contact()
    for one, paid_with in ((ana, "pack"), (ben, "card")):
        business.tell("class.booked", one, class_name="Hatha", paid_with=paid_with, **FRIDAY)
    business.at("2026-06-05 18:00")

    assert acted(ana, booking) == ["2026-06-01 10:00"]
    assert acted(ana, visit) == ["2026-06-05 18:00"]
    assert acted(ben, booking) == acted(ben, visit) == []


@pytest.mark.req("TRG-11", "TRG-15", "STU-14")
def test_credits_run_down_to_the_number_that_was_set_and_to_none(business: Business) -> None:
    last, two_left = (
        business.sequence("pack.last_credit_used"),
        business.sequence("pack.credits_left", filters={"credits": 2}),
    )
    ana = member(business, membership="Ten classes", kind="pack", credits=4)
    seen = []
    for number in range(4):
        business.at(f"2026-06-0{number + 1} 12:00")
        business.tell("class.booked", ana, class_name="Hatha", paid_with="pack", booking_id=f"b{number}")
        seen.append((len(acted(ana, two_left)), len(acted(ana, last))))

    assert seen == [(0, 0), (1, 0), (1, 0), (1, 1)]
    assert acted(ana, two_left) == ["2026-06-02 12:00"]
    assert acted(ana, last) == ["2026-06-04 12:00"]


@pytest.mark.req("TRG-15", "STU-14")
def test_a_pack_that_recharges_by_itself_is_never_low(business: Business) -> None:
    low, last = (
        business.sequence("pack.credits_left", filters={"credits": 1}),
        business.sequence("pack.last_credit_used"),
    )
    ana = member(business, membership="Rolling five", kind="pack", credits=2, auto_recharges=True)
    for number in range(3):
        business.tell("class.booked", ana, class_name="Hatha", paid_with="pack", booking_id=f"b{number}")

    assert acted(ana, low) == []
    assert len(acted(ana, last)) == 1, "used up once, then full again"


@pytest.mark.req("TRG-11", "TRG-15", "STU-15")
def test_the_credits_of_an_intro_pack_count_too_and_come_back_with_a_cancellation(business: Business) -> None:
    last = business.sequence("pack.last_credit_used")
    ana = make.contact()
    business.tell("intro.purchased", ana, membership="Two for one", credits=2)
    business.tell(
        "class.booked", ana, class_name="Hatha", paid_with="intro", booking_id="a", starts_at="2026-06-20 09:00"
    )
    business.tell("class.booking_cancelled", ana, booking_id="a")
    business.tell("class.booked", ana, class_name="Hatha", paid_with="intro", booking_id="b")
    assert acted(ana, last) == []
    business.tell("class.booked", ana, class_name="Hatha", paid_with="intro", booking_id="c")

    assert len(acted(ana, last)) == 1


@pytest.mark.req("TRG-12", "WRK-03")
def test_a_subscription_expires_on_its_day(business: Business) -> None:
    expiry = business.sequence("membership.expired")
    ana = member(business, ends_at="2026-06-30 00:00")
    business.at("2026-06-29 23:59")
    assert acted(ana, expiry) == []
    business.at("2026-06-30 00:00")
    business.at("2026-06-30 00:01")

    assert acted(ana, expiry) == ["2026-06-30 00:00"]


@pytest.mark.req("TRG-12", "TRG-17")
def test_a_cancellation_is_an_expiry_too_and_the_day_brings_no_second_one(business: Business) -> None:
    expiry, cancellation = business.sequence("membership.expired"), business.sequence("subscription.cancelled")
    ana = member(business, ends_at="2026-06-30 00:00")
    business.at("2026-06-10 09:00")
    business.tell("subscription.cancelled", ana, membership="Monthly", membership_id="m")
    business.at("2026-06-30 00:00")

    assert acted(ana, expiry) == ["2026-06-10 09:00"]
    assert acted(ana, cancellation) == ["2026-06-10 09:00"]


@pytest.mark.req("TRG-12", "TRG-18")
def test_the_last_renewal_is_an_expiry_too(business: Business) -> None:
    expiry, renewal = business.sequence("membership.expired"), business.sequence("subscription.renewed")
    ana = member(business, auto_renews=True)
    business.tell("subscription.renewed", ana, membership="Monthly", membership_id="m", renewals_left=1)
    assert (len(acted(ana, renewal)), len(acted(ana, expiry))) == (1, 0)
    business.tell("subscription.renewed", ana, membership="Monthly", membership_id="m", renewals_left=0)
    assert (len(acted(ana, renewal)), len(acted(ana, expiry))) == (2, 1)
    business.tell("membership.expired", ana, membership="Monthly", membership_id="m")

    assert len(acted(ana, expiry)) == 1


@pytest.mark.req("TRG-13")
@pytest.mark.parametrize("kind", ["subscription", "pack"])
def test_a_pause_counts_when_it_is_made(business: Business, kind: str) -> None:
    pause = business.sequence("membership.paused")
    ana = member(business, kind=kind)
    business.tell("membership.paused", ana, membership="Monthly", membership_id="m", unpauses_at="2026-06-15 00:00")
    business.at("2026-06-15 00:00")

    assert acted(ana, pause) == ["2026-06-01 10:00"]


@pytest.mark.req("TRG-14", "SEQ-15")
def test_a_purchase_counts_for_any_membership_or_those_chosen(business: Business) -> None:
    every, chosen = (
        business.sequence("membership.purchased"),
        business.sequence("membership.purchased", filters={"membership": ["monthly"]}),
    )
    ana, ben = member(business), member(business, membership="Ten classes", kind="pack")

    assert [len(acted(ana, one)) for one in (every, chosen)] == [1, 1]
    assert [len(acted(ben, one)) for one in (every, chosen)] == [1, 0]


@pytest.mark.req("ENR-10", "ENR-07")
def test_advice_goes_out_with_the_first_of_three_packs_only(business: Business) -> None:
    advice = business.sequence("membership.purchased", single_enrolment=True)
    ana = make.contact()
    for day in (1, 2, 3):
        business.at(f"2026-06-0{day} 12:00")
        business.tell("membership.purchased", ana, membership="Ten classes", kind="pack", credits=10)

    assert acted(ana, advice) == ["2026-06-01 12:00"]


@pytest.mark.req("TRG-16")
def test_scheduling_the_end_of_a_pause_counts_and_the_end_itself_does_not(business: Business) -> None:
    scheduled = business.sequence("membership.unfreeze_scheduled")
    ana = member(business)
    business.tell("membership.paused", ana, membership="Monthly", membership_id="m")
    business.tell(
        "membership.unfreeze_scheduled", ana, membership="Monthly", membership_id="m", unpauses_at="2026-06-15 00:00"
    )
    business.at("2026-06-15 00:00")
    business.at("2026-06-16 00:00")

    assert acted(ana, scheduled) == ["2026-06-01 10:00"]


@pytest.mark.req("TRG-17")
@pytest.mark.parametrize("cancelled_by", ["client", "staff"])
def test_a_subscription_is_cancelled_by_whomever_and_an_expiry_is_none(business: Business, cancelled_by: str) -> None:
    cancellation = business.sequence("subscription.cancelled")
    ana, ben = member(business), member(business, ends_at="2026-06-10 00:00")
    business.tell("subscription.cancelled", ana, membership="Monthly", membership_id="m", cancelled_by=cancelled_by)
    business.at("2026-06-10 00:00")

    assert len(acted(ana, cancellation)) == 1
    assert acted(ben, cancellation) == []


@pytest.mark.req("TRG-18", "WRK-03", "STU-13")
def test_each_renewal_that_the_clock_runs_counts(business: Business) -> None:
    renewal = business.sequence("subscription.renewed")
    ana = member(business, renews_every="month")
    for local in ("2026-07-01 09:59", "2026-07-01 10:00", "2026-08-01 10:00", "2026-08-01 10:01"):
        business.at(local)

    assert acted(ana, renewal) == ["2026-07-01 10:00", "2026-08-01 10:00"]


@pytest.mark.req("TRG-12", "SEQ-13")
def test_a_step_before_the_expiry_waits_for_its_day(business: Business) -> None:
    warning = business.sequence(
        "membership.expired",
        {"id": "soon", "do": "tag.add", "tags": ["Soon"], "wait": {"before_anchor": {"days": 3}}},
        NOW,
    )
    ana = member(business, ends_at="2026-06-30 18:00")
    assert due(ana, warning) == ["2026-06-27 18:00"]
    business.at("2026-06-27 18:00")
    business.at("2026-06-30 18:00")

    assert acted(ana, warning, "soon") == ["2026-06-27 18:00"]
    assert acted(ana, warning) == ["2026-06-30 18:00"]

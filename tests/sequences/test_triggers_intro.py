"""What starts a sequence about intro offers."""

from __future__ import annotations

import pytest

from app.contacts.models import Contact
from app.demo import make
from tests.harness.twilio import TwilioStandIn
from tests.sequences.business import NOW, Business, acted, due
from tests.sequences.conftest import messages

FRIDAY = {"starts_at": "2026-06-05 18:00", "booking_id": "f"}
OFFER = {"offer": "Intro month"}


def booked(business: Business, paid_with: str = "intro", membership: str = "Intro month") -> Contact:
    ana = make.contact()
    business.tell("class.booked", ana, class_name="Hatha", paid_with=paid_with, membership=membership, **FRIDAY)
    return ana


@pytest.mark.req("TRG-19", "SEQ-15")
def test_an_appointment_booked_with_the_offer_begins(business: Business) -> None:
    visit = business.sequence("intro.appointment_visited", filters=OFFER)
    people = []
    for paid_with, membership in (("intro", "Intro month"), ("intro", "Two weeks"), ("subscription", "Intro month")):
        people.append(make.contact())
        business.tell(
            "appointment.booked",
            people[-1],
            service="Discovery call",
            paid_with=paid_with,
            membership=membership,
            **FRIDAY,
        )
    business.at("2026-06-05 18:00")

    assert [acted(one, visit) for one in people] == [["2026-06-05 18:00"], [], []]


@pytest.mark.req("TRG-20", "TRG-41")
def test_two_hours_before_the_first_class_with_the_offer(business: Business) -> None:
    before = NOW | {"wait": {"before_anchor": {"hours": 2}}}
    excited = business.sequence("intro.class_visited", before, filters={"enrol": "booking", "count": 1})
    plain = business.sequence("intro.class_visited")
    ana, ben = booked(business), booked(business, "card")
    business.at("2026-06-05 16:00")
    business.at("2026-06-05 18:00")

    assert acted(ana, excited) == ["2026-06-05 16:00"]
    assert acted(ana, plain) == ["2026-06-05 18:00"]
    assert acted(ben, plain) == acted(ben, excited) == []


@pytest.mark.req("TRG-21")
def test_only_the_clients_own_cancellation_counts(business: Business) -> None:
    cancelled = business.sequence("intro.class_cancelled")
    ana, ben, cleo, dan = booked(business), booked(business), booked(business), booked(business, "card")
    business.tell("class.booking_cancelled", ana, booking_id="f")
    business.tell("class.cancelled", ben, booking_id="f")
    business.tell("class.booking_cancelled", cleo, booking_id="f", cancelled_by="studio")
    business.tell("class.booking_cancelled", dan, booking_id="f")

    assert [len(acted(one, cancelled)) for one in (ana, ben, cleo, dan)] == [1, 0, 0, 0]


@pytest.mark.req("TRG-22", "WRK-03")
def test_two_days_after_an_offer_that_ended_on_its_day(business: Business) -> None:
    after = business.sequence("intro.expired", NOW | {"wait": {"days": 2}})
    ana = make.contact()
    business.tell("intro.purchased", ana, membership="Intro month", ends_at="2026-06-30 18:00")
    business.at("2026-06-30 18:00")
    assert due(ana, after) == ["2026-07-02 18:00"]
    business.at("2026-07-02 18:00")

    assert acted(ana, after) == ["2026-07-02 18:00"]


@pytest.mark.req("TRG-22", "SEQ-13")
def test_an_offer_that_the_staff_end_early_ends_then(business: Business) -> None:
    steps = ({"id": "soon", "do": "tag.add", "tags": ["Soon"], "wait": {"before_anchor": {"days": 3}}}, NOW)
    around = business.sequence("intro.expired", *steps)
    ana = make.contact()
    business.tell("intro.purchased", ana, membership="Intro month", membership_id="i", ends_at="2026-06-30 18:00")
    assert due(ana, around) == ["2026-06-27 18:00"]
    business.at("2026-06-12 09:00")
    business.tell("membership.expired", ana, membership="Intro month", membership_id="i")
    business.at("2026-06-30 18:00")

    assert acted(ana, around, "soon") == []
    assert acted(ana, around) == ["2026-06-12 09:00"]


@pytest.mark.req("TRG-22")
def test_using_the_last_credit_is_no_expiry(business: Business) -> None:
    expired = business.sequence("intro.expired")
    ana = make.contact()
    business.tell("intro.purchased", ana, membership="One class", credits=1, ends_at="2026-06-30 18:00")
    business.tell("class.booked", ana, class_name="Hatha", paid_with="intro", **FRIDAY)
    business.at("2026-06-29 18:00")

    assert acted(ana, expired) == []


@pytest.mark.req("TRG-23", "SEQ-15")
def test_buying_any_offer_or_one(business: Business) -> None:
    every, chosen = business.sequence("intro.purchased"), business.sequence("intro.purchased", filters=OFFER)
    ana, ben = make.contact(), make.contact()
    business.tell("intro.purchased", ana, membership="Intro month")
    business.tell("intro.purchased", ben, membership="Two weeks")

    assert [len(acted(ana, one)) for one in (every, chosen)] == [1, 1]
    assert [len(acted(ben, one)) for one in (every, chosen)] == [1, 0]


@pytest.mark.req("TRG-24")
def test_the_third_booking_with_an_offer_and_no_other(business: Business) -> None:
    third = business.sequence("intro.bookings_count", filters={"count": 3})
    ana = make.contact()
    for day, paid_with in enumerate(("intro", "card", "intro", "intro", "intro"), 1):
        business.at(f"2026-06-0{day} 12:00")
        business.tell("class.booked", ana, class_name="Hatha", paid_with=paid_with, booking_id=f"b{day}")

    assert acted(ana, third) == ["2026-06-04 12:00"]


@pytest.mark.req("SEQ-27")
def test_the_worked_example_of_an_offer_that_expires(business: Business, twilio: TwilioStandIn) -> None:
    text = {"id": "text", "do": "sms", "body": "Go on, ##{{first_name}}? https://encore.example/buy/monthly"}
    exits = [{"rule": "membership.purchased", "since": {"days": 30}}]
    after = {"wait": {"days": 2}}
    business.sequence("intro.expired", text | after, exits=exits, filters=OFFER)
    business.sequence("intro.expired", text | after, exits=exits, filters=OFFER, active=False)
    ana, buyer = make.contact("Ana Duval"), make.contact()
    for one in (ana, buyer):
        business.tell("intro.purchased", one, membership="Intro month", ends_at="2026-06-03 10:00")
    business.at("2026-06-03 10:00")
    business.at("2026-06-04 10:00")
    business.tell("membership.purchased", buyer, membership="Monthly")
    business.at("2026-06-05 10:00")

    assert [(one.status, one.text) for one in messages(ana)] == [
        ("sent", "Go on, Ana? https://encore.example/buy/monthly")
    ]
    assert messages(buyer) == []

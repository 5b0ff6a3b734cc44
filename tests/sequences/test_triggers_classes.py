"""What starts a sequence about classes: booking, cancelling, the start, staying away."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from app.contacts.models import Contact
from app.db import db
from app.demo import make
from app.sequences import publishing
from app.sequences.models import Enrolment
from tests.sequences.business import NOW, Business, acted, due

FRIDAY = {"class_name": "Hatha", "starts_at": "2026-06-05 18:00", "ends_at": "2026-06-05 19:00", "booking_id": "f"}


def booked(business: Business, of: Contact | None = None, **more: Any) -> Contact:
    """Somebody who has booked Friday's class."""
    ana = of or make.contact()
    business.tell("class.booked", ana, **(FRIDAY | more))
    return ana


@pytest.mark.req("TRG-01")
def test_a_late_cancellation_starts_and_one_in_time_does_not(business: Business) -> None:
    late = business.sequence("class.late_cancelled")
    ana, ben = booked(business), booked(business)
    business.at("2026-06-05 14:00")
    business.tell("class.booking_cancelled", ben, booking_id="f", late=False, credit_lost=True)
    business.at("2026-06-05 17:00")
    business.tell("class.booking_cancelled", ana, booking_id="f", late=True, credit_lost=True)

    assert acted(ana, late) == ["2026-06-05 17:00"]
    assert acted(ben, late) == []


@pytest.mark.req("TRG-01", "SEQ-15", "SEQ-16")
@pytest.mark.parametrize(
    ("filters", "starts"),
    [
        ({"class": "hatha"}, True),
        ({"class": ["Yin", "Hatha"]}, True),
        ({"class": "Yin"}, False),
        ({"template": "Evening"}, True),
        ({"template": "Morning"}, False),
        ({"rule": "Late fee"}, True),
        ({"rule": "No-show fee"}, False),
        ({"location": "Lyon"}, True),
        ({"location": "Paris"}, False),
    ],
)
def test_a_late_cancellation_of_chosen_classes_rules_and_locations(
    business: Business, filters: dict[str, Any], starts: bool
) -> None:
    make.location("Lyon")
    make.location("Paris")
    late = business.sequence("class.late_cancelled", filters=filters)
    ana = booked(business, template="Evening", location="Lyon")
    business.tell("class.booking_cancelled", ana, booking_id="f", late=True, attendance_rule="Late fee")

    assert bool(acted(ana, late)) == starts


@pytest.mark.req("TRG-02")
def test_signing_up_counts_when_booking_and_only_for_classes(business: Business) -> None:
    sign_up = business.sequence("class.booked")
    ana, ben = booked(business), make.contact()
    business.tell("appointment.booked", ben, service="Discovery call", starts_at="2026-06-05 15:00")
    business.at("2026-06-06 10:00")

    assert acted(ana, sign_up) == ["2026-06-01 10:00"]
    assert acted(ben, sign_up) == []


@pytest.mark.req("TRG-03", "TRG-44")
def test_a_discount_code_starts_both_sequences(business: Business) -> None:
    every, discounted = business.sequence("class.booked"), business.sequence("class.booked_with_discount")
    ana, ben = booked(business, discount_code="SUMMER20"), booked(business)

    assert [len(acted(ana, one)) for one in (every, discounted)] == [1, 1]
    assert [len(acted(ben, one)) for one in (every, discounted)] == [1, 0]


@pytest.mark.req("TRG-04")
@pytest.mark.parametrize(
    ("paid_with", "starts"),
    [
        ("cash", True),
        ("card", True),
        ("credit", True),
        ("pack", False),
        ("subscription", False),
        ("intro", False),
        ("classpass", False),
    ],
)
def test_signing_up_without_a_membership(business: Business, paid_with: str, starts: bool) -> None:
    without = business.sequence("class.booked_without_membership")

    assert bool(acted(booked(business, paid_with=paid_with), without)) == starts


@pytest.mark.req("TRG-05", "WRK-03")
def test_a_visit_is_the_start_of_a_class_that_is_still_booked(business: Business) -> None:
    visit = business.sequence("class.visited")
    ana, ben = booked(business), booked(business)
    business.at("2026-06-05 17:00")
    business.tell("class.booking_cancelled", ben, booking_id="f")
    business.at("2026-06-05 17:59")
    assert acted(ana, visit) == []
    business.at("2026-06-05 18:00")
    business.at("2026-06-05 18:01")

    assert acted(ana, visit) == ["2026-06-05 18:00"]
    assert acted(ben, visit) == []


@pytest.mark.req("WRK-04", "TRG-05")
def test_a_class_that_began_while_nothing_ran_still_counts_once(business: Business) -> None:
    visit = business.sequence("class.visited", NOW | {"wait": {"hours": 2}})
    ana = booked(business)
    business.at("2026-06-05 17:00")
    business.while_stopped("2026-06-05 19:00")
    business.at("2026-06-05 19:00")
    assert due(ana, visit) == ["2026-06-05 20:00"]
    business.at("2026-06-05 20:00")
    business.at("2026-06-05 21:00")

    assert acted(ana, visit) == ["2026-06-05 20:00"]


@pytest.mark.req("TRG-42")
def test_a_class_at_six_in_the_morning_counts_with_nobody_signed_in(business: Business) -> None:
    visit = business.sequence("class.visited")
    ana = booked(business, starts_at="2026-06-05 06:00", ends_at="2026-06-05 07:00")
    business.at("2026-06-05 06:00")

    assert acted(ana, visit) == ["2026-06-05 06:00"]


@pytest.mark.req("TRG-06")
def test_the_first_visit_is_the_class_of_the_first_booking_once_in_a_life(business: Business) -> None:
    first = business.sequence("class.first_visited")
    ana = booked(business)
    booked(business, ana, starts_at="2026-06-06 18:00", ends_at=None, booking_id="s")
    business.at("2026-06-05 18:00")
    business.at("2026-06-06 18:00")
    booked(business, ana, starts_at="2026-06-12 18:00", ends_at=None, booking_id="t")
    business.at("2026-06-12 18:00")

    assert acted(ana, first) == ["2026-06-05 18:00"]


@pytest.mark.req("TRG-07", "WRK-03")
def test_an_absence_counts_two_hours_after_the_end_unless_somebody_came_late(business: Business) -> None:
    absence = business.sequence("class.no_show")
    ana, ben = booked(business), booked(business)
    business.at("2026-06-05 20:30")
    business.tell("class.visited", ben, booking_id="f")
    business.at("2026-06-05 20:59")
    assert acted(ana, absence) == []
    business.at("2026-06-05 21:00")
    business.at("2026-06-05 22:00")

    assert acted(ana, absence) == ["2026-06-05 21:00"]
    assert acted(ben, absence) == []


@pytest.mark.req("TRG-43")
def test_an_event_told_again_enrols_nobody_again(business: Business) -> None:
    sign_up = business.sequence("class.booked")
    ana = make.contact()
    answers = [business.tell("class.booked", ana, dedupe_key="booking-77", **FRIDAY) for _ in range(3)]
    again = business.tell("class.booked", ana, **FRIDAY)

    assert [answer["accepted"] for answer in (*answers, again)] == [1, 0, 0, 0]
    assert acted(ana, sign_up) == ["2026-06-01 10:00"]
    assert db.session.scalar(select(func.count()).select_from(Enrolment)) == 1


@pytest.mark.req("SEQ-16")
def test_a_sequence_of_one_location_leaves_the_others_out(business: Business) -> None:
    make.location("Lyon")
    make.location("Paris")
    of_lyon = business.sequence("class.booked", filters={"location": "Lyon"})
    there, elsewhere = booked(business, location="Lyon"), booked(business, location="Paris")

    assert len(acted(there, of_lyon)) == 1
    assert acted(elsewhere, of_lyon) == []


@pytest.mark.req("SEQ-16")
def test_where_an_event_names_no_place_the_home_location_counts(business: Business) -> None:
    lyon, paris = make.location("Lyon"), make.location("Paris")
    of_lyon = business.sequence("membership.purchased", filters={"location": "Lyon"})
    ana, ben = make.contact(location=lyon), make.contact(location=paris)
    for one in (ana, ben):
        business.tell("membership.purchased", one, membership="Monthly")

    assert len(acted(ana, of_lyon)) == 1
    assert acted(ben, of_lyon) == []


@pytest.mark.req("SEQ-18")
def test_a_sequence_put_to_work_later_takes_in_who_had_booked_before(business: Business) -> None:
    visit = business.sequence("class.visited", active=False)
    ana = booked(business)
    publishing.activate(visit)
    business.at("2026-06-05 18:00")

    assert acted(ana, visit) == ["2026-06-05 18:00"]

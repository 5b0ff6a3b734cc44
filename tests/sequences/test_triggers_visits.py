"""Appointments and Classpass; which visit, enrolled when; and what becomes of those inside when a date changes."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app import clock
from app.contacts.models import Contact
from app.db import db
from app.demo import make
from app.rules import RuleUse, Subject, expression
from app.sequences import enrolling, formats
from app.studio.models import Booking
from tests.sequences.business import NOW, Business, acted, due
from tests.sequences.conftest import enrolments, trace

CALL = {"service": "Discovery call", "starts_at": "2026-06-05 15:00", "booking_id": "c"}
CLASS = {"class_name": "Hatha", "starts_at": "2026-06-05 18:00", "ends_at": "2026-06-05 19:00", "booking_id": "f"}
DAY_BEFORE = {"id": "eve", "do": "tag.add", "tags": ["Eve"], "wait": {"before_anchor": {"days": 1}}}


@pytest.mark.req("TRG-37", "TRG-38", "STU-12", "SEQ-15")
def test_an_appointment_counts_when_it_is_booked_and_when_it_begins(business: Business) -> None:
    booking = business.sequence("appointment.booked")
    visit = business.sequence("appointment.visited", filters={"service": "discovery call"})
    ana, ben = make.contact(), make.contact()
    business.tell("appointment.booked", ana, **CALL)
    business.tell("appointment.booked", ben, **(CALL | {"service": "Massage"}))
    business.at("2026-06-05 14:59")
    assert [acted(one, booking) for one in (ana, ben)] == [["2026-06-01 10:00"]] * 2
    assert acted(ana, visit) == []
    business.at("2026-06-05 15:00")

    assert acted(ana, visit) == ["2026-06-05 15:00"]
    assert acted(ben, visit) == []


def through_classpass(business: Business, of: Contact, number: int) -> None:
    business.at(f"2026-06-{number + 1:02} 12:00")
    business.tell("class.booked", of, class_name="Hatha", paid_with="classpass", booking_id=f"cp{number}")


@pytest.mark.req("TRG-39", "TRG-40", "CP-05", "CP-06", "CP-08")
def test_first_each_and_fifth_of_five_reservations(business: Business) -> None:
    first, each, third, fifth = (
        business.sequence("classpass.first_booking"),
        business.sequence("classpass.bookings_count"),
        business.sequence("classpass.bookings_count", filters={"count": 3}),
        business.sequence("classpass.bookings_count", filters={"count": 5}),
    )
    ana = make.contact()
    business.tell("class.booked", ana, class_name="Yin", paid_with="card")
    for number in range(1, 6):
        through_classpass(business, ana, number)

    assert acted(ana, first) == ["2026-06-02 12:00"]
    assert len(acted(ana, each)) == 5
    assert acted(ana, third) == ["2026-06-04 12:00"]
    assert acted(ana, fifth) == ["2026-06-06 12:00"]


@pytest.mark.req("CP-07")
def test_a_cancelled_reservation_lowers_the_count(business: Business) -> None:
    first, third = (
        business.sequence("classpass.first_booking"),
        business.sequence("classpass.bookings_count", filters={"count": 3}),
    )
    ana = make.contact()
    through_classpass(business, ana, 1)
    through_classpass(business, ana, 2)
    business.tell("class.booking_cancelled", ana, booking_id="cp1")
    through_classpass(business, ana, 3)
    assert acted(ana, third) == []
    through_classpass(business, ana, 4)

    assert acted(ana, third) == ["2026-06-05 12:00"]
    assert acted(ana, first) == ["2026-06-02 12:00"], "a cancelled first one was still the first"


@pytest.mark.req("TRG-41", "TRG-05")
@pytest.mark.parametrize("enrol", [None, "booking", "check_in"])
def test_the_tenth_visit_and_no_other(business: Business, enrol: str | None) -> None:
    moment = {"enrol": enrol} if enrol else {}
    tenth = business.sequence("class.visited", filters={"count": 10, **moment})
    ana = make.contact()
    for day in range(2, 14):
        starts_at = f"2026-06-{day:02} 18:00"
        business.tell("class.booked", ana, class_name="Hatha", starts_at=starts_at, booking_id=f"b{day}")
    for day in range(2, 14):
        business.at(f"2026-06-{day:02} 18:00")
        business.tell("class.visited", ana, booking_id=f"b{day}")

    assert acted(ana, tenth) == ["2026-06-11 18:00"]


@pytest.mark.req("TRG-41")
def test_at_check_in_counts_from_the_later_of_start_and_check_in(business: Business) -> None:
    check_in = business.sequence("class.visited", filters={"enrol": "check_in"})
    early, late, never = make.contact(), make.contact(), make.contact()
    for one in (early, late, never):
        business.tell("class.booked", one, **CLASS)
    business.at("2026-06-05 17:50")
    business.tell("class.visited", early, booking_id="f")
    assert acted(early, check_in) == []
    business.at("2026-06-05 18:00")
    business.at("2026-06-05 18:20")
    business.tell("class.visited", late, booking_id="f")
    business.at("2026-06-06 18:00")

    assert [acted(one, check_in) for one in (early, late, never)] == [["2026-06-05 18:00"], ["2026-06-05 18:20"], []]


@pytest.mark.req("TRG-41", "SEQ-13")
def test_at_booking_a_step_the_day_before_is_due_the_day_before(business: Business) -> None:
    visit = business.sequence("appointment.visited", DAY_BEFORE, NOW, filters={"enrol": "booking"})
    ana, late = make.contact(), make.contact()
    business.tell("appointment.booked", ana, **CALL)
    assert due(ana, visit) == ["2026-06-04 15:00"]
    business.at("2026-06-04 15:00")
    business.at("2026-06-04 16:00")
    business.tell("appointment.booked", late, **CALL)
    business.at("2026-06-05 15:00")

    assert (acted(ana, visit, "eve"), acted(ana, visit)) == (["2026-06-04 15:00"], ["2026-06-05 15:00"])
    assert trace(enrolments(late)[0])[0] == ("eve", "skipped", "too_late")
    assert acted(late, visit) == ["2026-06-05 15:00"]


@pytest.mark.req("SEQ-13", "BEY-15")
def test_a_moved_appointment_moves_the_steps_before_and_after_it(business: Business) -> None:
    visit = business.sequence("appointment.visited", DAY_BEFORE, NOW)
    ana = make.contact()
    business.tell("appointment.booked", ana, **CALL)
    business.tell("appointment.moved", ana, booking_id="c", starts_at="2026-06-05 17:00")
    assert due(ana, visit) == ["2026-06-04 17:00"]
    business.at("2026-06-04 17:00")
    business.tell("appointment.booked", ana, **(CALL | {"starts_at": "2026-06-08 09:00"}))
    assert due(ana, visit) == ["2026-06-08 09:00"]
    business.at("2026-06-05 17:00")
    business.at("2026-06-08 09:00")

    assert acted(ana, visit) == ["2026-06-08 09:00"]
    assert acted(ana, visit, "eve") == ["2026-06-04 17:00"], "nobody meets a step twice"


@pytest.mark.req("SEQ-13", "BEY-15")
@pytest.mark.parametrize("kind", ["class.booking_cancelled", "class.cancelled"])
def test_a_cancelled_class_ends_the_run_that_waited_for_it(business: Business, kind: str) -> None:
    visit = business.sequence("class.visited", DAY_BEFORE, NOW)
    ana = make.contact()
    business.tell("class.booked", ana, **CLASS)
    business.tell(kind, ana, booking_id="f")
    business.at("2026-06-05 18:00")

    assert [(run.status, run.reason) for run in enrolments(ana)] == [("exited", "date_gone")]
    assert acted(ana, visit) == []


@pytest.mark.req("BEY-15")
def test_after_signing_up_only_the_steps_about_the_date_are_passed_over(business: Business) -> None:
    day_after = NOW | {"wait": {"days": 1}}
    sign_up = business.sequence("class.booked", DAY_BEFORE, day_after)
    ana = make.contact()
    business.tell("class.booked", ana, **CLASS)
    business.at("2026-06-02 10:00")
    business.tell("class.booking_cancelled", ana, booking_id="f")

    assert trace(enrolments(ana)[0]) == [("eve", "skipped", "date_gone")]
    business.at("2026-06-03 10:00")
    assert acted(ana, sign_up) == ["2026-06-03 10:00"]


@pytest.mark.req("TRG-41", "BEY-15")
def test_when_a_booking_is_cancelled_another_visit_is_the_second(business: Business) -> None:
    second = business.sequence("class.visited", DAY_BEFORE, NOW, filters={"enrol": "booking", "count": 2})
    ana = make.contact()
    for day in (10, 12, 14):
        starts_at = f"2026-06-{day} 18:00"
        business.tell("class.booked", ana, class_name="Hatha", starts_at=starts_at, booking_id=f"b{day}")
    assert due(ana, second) == ["2026-06-11 18:00"]
    business.tell("class.booking_cancelled", ana, booking_id="b10")
    assert due(ana, second) == ["2026-06-13 18:00"]
    for local in ("2026-06-11 18:00", "2026-06-13 18:00", "2026-06-14 18:00"):
        business.at(local)

    assert acted(ana, second, "eve") == ["2026-06-13 18:00"]
    assert acted(ana, second) == ["2026-06-14 18:00"]


@pytest.mark.req("SEQ-13")
def test_enrolled_by_hand_nobody_waits_for_a_class(business: Business) -> None:
    visit = business.sequence("class.visited", DAY_BEFORE, NOW)
    ana = make.contact()
    enrolling.enrol_by_hand(visit, ana)
    business.at("2026-06-01 10:01")

    assert trace(enrolments(ana)[0]) == [("eve", "skipped", "no_anchor"), ("now", "done", "")]


def has_tag(of: Contact, name: str) -> bool:
    """What a restriction to a tag asks."""
    use = RuleUse(rule="tag.has", value=name)
    said = expression([use], Subject(Contact.__table__.c.id, clock.now()))
    return of.id in set(db.session.scalars(select(Contact.id).where(said)))


@pytest.mark.req("RST-07")
def test_the_fifth_check_in_gives_the_tag_that_opens_advanced_classes(business: Business) -> None:
    tag: dict[str, Any] = {"do": "tag.add", "tags": ["Eligible for advanced classes"]}
    business.sequence("class.visited", tag, filters={"count": 5, "enrol": "check_in"})
    ana, seen = make.contact(), []
    for day in range(1, 7):
        business.at(f"2026-06-0{day} 18:00")
        business.tell("class.visited", ana, class_name="Hatha")
        seen.append(has_tag(ana, "Eligible for advanced classes"))

    assert seen == [False] * 4 + [True] * 2


@pytest.mark.req("RST-08")
def test_the_discovery_call_opens_the_other_services_once_it_took_place(business: Business) -> None:
    tag: dict[str, Any] = {"do": "tag.add", "tags": ["discovery done"]}
    business.sequence("appointment.visited", tag, filters={"service": "Discovery call"})
    ana = make.contact()
    business.tell("appointment.booked", ana, **CALL)
    assert not has_tag(ana, "discovery done")
    business.at("2026-06-05 15:00")

    assert has_tag(ana, "discovery done")


@pytest.mark.req("CP-10", "CP-09")
@pytest.mark.parametrize("first", ["sign_up", "classpass"])
def test_a_newcomer_through_classpass_ends_as_a_classpass_client_only(business: Business, first: str) -> None:
    def sign_up() -> None:
        exits = [{"rule": "tag.has", "value": "Classpass client"}]
        business.sequence("class.booked", {"do": "tag.add", "tags": ["Standard client"]}, exits=exits)

    def classpass() -> None:
        business.sequence(
            "classpass.bookings_count",
            {"do": "tag.add", "tags": ["Classpass client"]},
            {"do": "tag.remove", "tags": ["Standard client"]},
        )

    for make_one in (sign_up, classpass) if first == "sign_up" else (classpass, sign_up):
        make_one()
    ana, direct = make.contact(), make.contact()
    business.tell("class.booked", ana, class_name="Hatha", paid_with="classpass")
    business.tell("class.booked", direct, class_name="Hatha", paid_with="card")
    business.tell("class.booked", ana, class_name="Yin", paid_with="card")

    assert [one.name for one in ana.tags] == ["Classpass client"]
    assert [one.name for one in direct.tags] == ["Standard client"]


@pytest.mark.req("TRG-43")
def test_history_that_is_told_later_starts_nothing(business: Business) -> None:
    visit, absence = business.sequence("class.visited"), business.sequence("class.no_show")
    ana = make.contact()
    business.tell("class.booked", ana, class_name="Hatha", starts_at="2026-05-20 18:00")
    business.at("2026-06-01 12:00")

    assert acted(ana, visit) == acted(ana, absence) == []
    assert db.session.scalars(select(Booking.start_due_at)).one() is None


@pytest.mark.req("TRG-41", "TRG-45")
@pytest.mark.parametrize(
    ("kind", "filters", "pointer", "said"),
    [
        ("class.visitd", {}, "/trigger/kind", "class.visited"),
        ("class.visited", {"enrol": "at_booking"}, "/trigger/filters/enrol", "booking"),
        ("class.visited", {"enrol": "check_in"}, "/steps/0/wait", "no date to count from"),
        ("class.visited", {"count": "ten"}, "/trigger/filters/count", "whole number"),
        ("client.birthday", {"class": "Yin"}, "/trigger/filters/class", "location"),
    ],
)
def test_what_a_trigger_does_not_know_is_refused_by_pointer(
    kind: str, filters: dict[str, Any], pointer: str, said: str
) -> None:
    with pytest.raises(formats.Invalid) as refused:
        formats.parse({"title": "Tenth", "trigger": {"kind": kind, "filters": filters}, "steps": [DAY_BEFORE]})

    assert [fault.pointer for fault in refused.value.faults][:1] == [pointer]
    assert said in refused.value.faults[0].detail

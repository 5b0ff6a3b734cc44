"""What rules say about a contact follows from what happened at the studio, whoever told of it."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock as the_clock
from app import events
from app.contacts.models import Contact
from app.db import db
from app.demo import make
from app.events import posting
from app.rules import RuleUse, Subject, expression

TILL = events.Actor("api", None, "Till")


def post(kind: str, of: Contact, /, **data: Any) -> None:
    posting.post(kind, of, data, posting.How(TILL, the_clock.now()))


def holds(of: Contact, rule: str, **more: Any) -> bool:
    """Whether a rule holds of somebody, asked as a list asks it."""
    use = RuleUse.model_validate({"rule": rule, **more})
    said = expression([use], Subject(Contact.__table__.c.id, the_clock.now()))
    return of.id in set(db.session.scalars(select(Contact.id).where(said)))


@pytest.mark.req("CND-03", "CND-04")
def test_bookings_count_unless_cancelled_and_visits_once_attended(app: Flask) -> None:
    ana = make.contact()
    for number in range(4):
        post("class.booked", ana, class_name="Hatha", booking_id=f"b{number}")
    post("class.booking_cancelled", ana, class_name="Hatha", booking_id="b0")
    for number in (1, 2, 3):
        post("class.visited", ana, class_name="Hatha", booking_id=f"b{number}")

    assert holds(ana, "bookings.count", op="==", value=3)
    assert not holds(ana, "bookings.count", op=">=", value=4)
    assert holds(ana, "visits.count", op=">=", value=3)
    assert holds(ana, "bookings.count", op="<=", value=0, **{"not": True})


@pytest.mark.req("CND-05", "STU-15")
def test_an_active_membership_is_no_intro_offer_and_has_credits_left(app: Flask) -> None:
    monthly, empty, intro, former = (make.contact() for _ in range(4))
    post("membership.purchased", monthly, membership="Monthly", membership_id="m1")
    post("membership.purchased", empty, membership="Ten classes", kind="pack", credits=0)
    post("intro.purchased", intro, membership="First month")
    post("membership.purchased", former, membership="Monthly", membership_id="m2")
    post("membership.expired", former, membership="Monthly", membership_id="m2")

    assert [holds(one, "membership.active") for one in (monthly, empty, intro, former)] == [True, False, False, False]
    assert [holds(one, "membership.purchased") for one in (monthly, intro, former)] == [True, False, True]
    assert holds(intro, "intro.active")
    assert holds(intro, "purchase.made")


@pytest.mark.req("EXIT-09")
def test_a_chosen_intro_offer_keeps_its_own_buyers_out(app: Flask) -> None:
    ana, ben = make.contact(), make.contact()
    post("intro.purchased", ana, membership="Offer A")
    post("intro.purchased", ben, membership="Offer B")

    assert [holds(one, "intro.purchased", value="offer a") for one in (ana, ben)] == [True, False]


@pytest.mark.req("EXIT-10", "EXIT-11")
def test_windows_look_back_so_many_days(app: Flask, clock: ModuleType) -> None:
    clock.set("2026-06-01 10:00", zone="Europe/Paris")
    ana = make.contact()
    post("class.booked", ana, class_name="Hatha")
    post("class.visited", ana, class_name="Hatha")
    clock.move(days=14)

    assert holds(ana, "booking.made", since={"days": 15})
    assert not holds(ana, "booking.made", since={"days": 13})
    assert holds(ana, "last_visit.days_ago", op=">=", value=14)
    assert holds(ana, "last_visit.days_ago", op="==", value=14)
    assert not holds(ana, "last_visit.days_ago", op=">", value=14)
    assert not holds(make.contact(), "last_visit.days_ago", op="<=", value=1000)


@pytest.mark.req("EXIT-07", "EXIT-08")
def test_what_is_asked_about_the_person(app: Flask) -> None:
    here = make.location("Croix-Rousse")
    ana = make.client(location=here, tags=["VIP"], custom={"level": "Advanced", "age": 41})
    ben = make.contact()
    asked: list[tuple[str, dict[str, Any]]] = [
        ("tag.has", {"value": "vip"}),
        ("client", {}),
        ("location", {"value": ["Croix-Rousse", "Confluence"]}),
        ("custom.level", {"op": "==", "value": "advanced"}),
        ("custom.age", {"op": ">=", "value": 40}),
    ]
    assert [holds(ana, rule, **more) for rule, more in asked] == [True] * 5
    assert [holds(ben, rule, **more) for rule, more in asked] == [False] * 5
    assert holds(ben, "consent", value="email_marketing")
    assert holds(ben, "lifecycle.stage", value="New lead")
    assert holds(ben, "custom.level", op="!=", value="advanced")


def test_what_is_asked_about_leads(app: Flask) -> None:
    ana = make.lead(from_source="Website form").contact
    assert holds(ana, "lead.source", value="website form")
    assert holds(ana, "lead.stage", value="New")
    assert holds(ana, "lead.status", value="open")
    assert not holds(ana, "lead.status", value="closed")

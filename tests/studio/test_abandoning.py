"""Whoever begins to buy and stops is a lead ten minutes later."""

from __future__ import annotations

from datetime import timedelta
from types import ModuleType

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock as the_clock
from app import scans
from app.contacts import tags
from app.contacts.models import Contact
from app.contacts.people import Details
from app.db import db
from app.demo import make
from app.events import posting
from app.events.models import Event
from app.leads.models import CONVERTED, Lead
from app.sequences.models import Enrolment
from app.studio import abandoning
from app.studio.checkout_models import Checkout
from tests.harness.client import Client
from tests.harness.work import Workers
from tests.studio.test_checkout import buy, token_on

ANA = Details("Ana", "Rey", "ana@x.org", language="fr")


def leads() -> list[Lead]:
    return list(db.session.scalars(select(Lead).order_by(Lead.id)))


@pytest.fixture(autouse=True)
def ten(clock: ModuleType) -> None:
    clock.set("2026-03-20 10:00")


@pytest.mark.req("ABN-01", "ABN-06", "ABN-07", "WRK-03")
def test_ten_minutes_after_the_name_was_typed_there_is_a_lead(app: Flask, clock: ModuleType) -> None:
    item = make.item("10-class pass")
    make.checkout(item, ANA)
    assert scans.next_at() == the_clock.now() + timedelta(minutes=10)

    clock.set("2026-03-20 10:09:59")
    scans.look()
    assert leads() == []
    clock.set("2026-03-20 10:10")
    scans.look()

    (lead,) = leads()
    assert (lead.source.key, lead.source.name) == ("abandoned_checkout", "Abandoned checkout")
    assert (lead.item_kind, lead.item) == ("pack", "10-class pass")
    assert (lead.contact.name, lead.contact.email, lead.contact.is_client) == ("Ana Rey", "ana@x.org", False)
    told = db.session.scalars(select(Event).where(Event.kind == "checkout.abandoned")).one()
    assert told.data["url"] == "http://localhost/buy/10-class-pass"
    created = db.session.scalars(select(Event).where(Event.kind == "lead.created")).one()
    assert (created.data["item_kind"], created.data["item"]) == ("pack", "10-class pass")


@pytest.mark.req("ABN-06")
def test_the_leads_page_names_the_item_and_leads_back_to_its_checkout(owner: Client, clock: ModuleType) -> None:
    make.checkout(make.item("10-class pass", price_cents=14000), ANA)
    clock.move(minutes=10)
    scans.look()

    page = owner.get(f"/leads/{leads()[0].id}").text

    assert "10-class pass" in page
    assert 'href="http://localhost/buy/10-class-pass"' in page


@pytest.mark.req("ABN-02")
@pytest.mark.parametrize(
    "typed",
    [Details("Ana"), Details(email="ana@x.org"), Details("Ana", email="ana@"), Details("Ana", phone="0612345678")],
)
def test_without_a_name_and_an_address_nobody_is_a_lead(app: Flask, clock: ModuleType, typed: Details) -> None:
    make.checkout(make.item(), typed)
    clock.move(hours=1)
    scans.look()

    assert leads() == []
    assert db.session.scalars(select(Contact)).all() == []


@pytest.mark.req("ABN-03")
def test_closing_the_tab_after_typing_is_enough(client: Client, clock: ModuleType) -> None:
    item = make.item()
    token = token_on(client.get(f"/buy/{item.slug}"))
    client.post(f"/buy/{item.slug}/draft", data={"token": token, "first_name": "Ana"})
    clock.move(minutes=8)
    client.post(f"/buy/{item.slug}/draft", data={"token": token, "first_name": "Ana", "email": "ana@x.org"})

    clock.move(minutes=9)
    scans.look()
    assert leads() == []
    clock.move(minutes=1)
    scans.look()
    assert [lead.contact.email for lead in leads()] == ["ana@x.org"]


@pytest.mark.req("ABN-05")
def test_who_buys_in_the_ninth_minute_is_no_lead(client: Client, clock: ModuleType) -> None:
    item = make.item()
    token = token_on(client.get(f"/buy/{item.slug}"))
    sent = {"token": token, "payment": "studio", "first_name": "Ana", "email": "ana@x.org"}
    client.post(f"/buy/{item.slug}/draft", data=sent)
    clock.move(minutes=9)
    client.post(f"/buy/{item.slug}", data=sent)
    client.post(f"/buy/{item.slug}/draft", data=sent)  # the last field was left by that very click
    clock.move(minutes=20)
    scans.look()

    assert leads() == []


@pytest.mark.req("ABN-05")
def test_who_buys_on_another_device_is_no_lead(app: Flask, clock: ModuleType) -> None:
    item = make.item()
    make.checkout(item, ANA)
    clock.move(minutes=4)
    make.order(item, ANA)
    clock.move(minutes=20)
    scans.look()

    assert leads() == []


@pytest.mark.req("ABN-12")
def test_buying_at_minute_forty_closes_the_lead_and_ends_its_follow_up(
    client: Client, workers: Workers, clock: ModuleType
) -> None:
    make.sequence(
        {"do": "email", "wait": {"hours": 2}, "subject": "Still there?", "html": "<p>Come back</p>"},
        trigger="checkout.abandoned",
        exits=[{"rule": "membership.purchased", "since": "enrolment"}],
    )
    item = make.item("10-class pass")
    token = token_on(client.get(f"/buy/{item.slug}"))
    client.post(f"/buy/{item.slug}/draft", data={"token": token, "first_name": "Ana", "email": "ana@x.org"})
    clock.move(minutes=10)
    scans.look()
    db.session.commit()
    workers.run_until_idle()
    enrolment = db.session.scalars(select(Enrolment)).one()
    assert (leads()[0].is_open, enrolment.status) == (True, "active")

    clock.move(minutes=30)
    buy(client, item, first_name="Ana", email="ana@x.org")
    clock.move(hours=2)
    workers.run_until_idle()

    (lead,) = leads()
    assert (lead.status, lead.converted_at) == (CONVERTED, the_clock.now() - timedelta(hours=2))
    assert enrolment.status == "exited"
    scans.look()
    assert len(leads()) == 1


@pytest.mark.req("ABN-13")
def test_a_checkout_is_looked_at_once(app: Flask, clock: ModuleType) -> None:
    item = make.item()
    make.checkout(item, ANA, browser="one")
    clock.move(minutes=10)

    assert [abandoning.find_abandoned() for _ in range(2)] == [1, 0]
    make.checkout(item, ANA, browser="one")  # they come back, type on, and leave again
    clock.move(hours=1)
    scans.look()

    assert len(leads()) == 1
    kinds = db.session.scalars(select(Event.kind).where(Event.kind.in_(("checkout.abandoned", "lead.repeated")))).all()
    assert kinds == ["checkout.abandoned"]


@pytest.mark.req("ABN-11")
def test_a_follow_up_can_be_narrowed_to_one_kind_of_item_or_one_item(
    app: Flask, workers: Workers, clock: ModuleType
) -> None:
    steps = {"do": "task", "title": "Call", "assign": {"role": "Front desk"}}
    of_kind = make.sequence(steps, trigger="checkout.abandoned", filters={"item_kind": ["pack"]}, title="Packs")
    of_item = make.sequence(steps, trigger="checkout.abandoned", filters={"item": ["Yoga mat"]}, title="Mats")
    member = make.client("Ben Roux", email="ben@x.org")
    make.checkout(make.item("10-class pass"), ANA)
    make.checkout(make.item("Water bottle", "product"), Details("Ben", email=member.email))
    clock.move(minutes=10)
    scans.look()
    db.session.commit()
    workers.run_until_idle()

    assert len(leads()) == 2
    enrolled = db.session.execute(select(Enrolment.sequence_id, Contact.first_name).join(Contact)).all()
    assert [tuple(one) for one in enrolled] == [(of_kind.id, "Ana")]
    assert of_item.id != of_kind.id


def test_a_checkout_left_in_another_system_makes_the_same_lead(app: Flask) -> None:
    ana = make.contact("Ana Rey")
    how = posting.How(make.SYSTEM, the_clock.now(), dedupe_key="cart 7")
    for _ in range(2):
        posting.post("checkout.abandoned", ana, {"item": "Hatha Tuesday", "item_kind": "class"}, how)

    (lead,) = leads()
    assert (lead.contact, lead.item_kind, lead.item) == (ana, "class", "Hatha Tuesday")


def test_nobody_is_reminded_of_what_they_may_not_buy(app: Flask, clock: ModuleType) -> None:
    make.checkout(make.item(tags=tags.find_or_create_tags(["Advanced"])), ANA)
    clock.move(minutes=10)
    scans.look()

    assert leads() == []


def test_what_was_typed_and_not_sent_is_forgotten_after_two_weeks(app: Flask, clock: ModuleType) -> None:
    make.checkout(make.item(), Details("Ana"))
    left = make.checkout(make.item(), ANA)
    clock.move(minutes=10)
    scans.look()
    assert scans.next_at() == the_clock.now() + timedelta(days=14) - timedelta(minutes=10)

    clock.move(days=14)
    scans.look()

    assert db.session.scalars(select(Checkout)).all() == [left]
    assert (left.first_name, left.email, left.lead_id) == ("", "", leads()[0].id)

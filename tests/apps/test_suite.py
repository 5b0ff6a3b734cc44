"""The marketing suite: its switch, what it hides, what it holds (APP-01, APP-02)."""

from __future__ import annotations

import re
from types import ModuleType

import pytest
from sqlalchemy import select

from app.apps import suite
from app.contacts.models import Contact
from app.db import db
from app.demo import make
from app.events import queue
from app.leads.models import Lead
from app.messaging.models import Message
from app.sequences import engine, enrolling
from app.sequences.models import Enrolment, StepRun
from tests.harness.client import Client
from tests.harness.work import Workers

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}

SMS = {"id": "sms", "do": "sms", "wait": {"days": 1}, "body": "Hi ##{{first_name}}"}
TAG = {"id": "tag", "do": "tag.add", "wait": {"days": 1}, "tags": ["Asked"]}


@pytest.fixture
def owner(client: Client) -> Client:
    client.sign_in(make.staff("Inès Garnier", "owner"))
    return client


@pytest.fixture
def monday(clock: ModuleType) -> ModuleType:
    clock.set("2026-06-01 10:00", zone="Europe/Paris")
    return clock


def headings(page: str) -> set[str]:
    return set(re.findall(r'<nav class="nav" aria-label="([^"]+)">', page))


def texts_to(of: Contact) -> list[str]:
    return list(db.session.scalars(select(Message.status).where(Message.contact_id == of.id)))


@pytest.mark.req("APP-01", "NAV-07")
@pytest.mark.parametrize("role", ["owner", "admin", "manager"])
def test_switching_the_suite_shows_and_hides_the_marketing_menu_at_the_next_page(client: Client, role: str) -> None:
    client.sign_in(make.staff("Inès Garnier", role))
    assert {"Marketing", "Campaigns"} <= headings(client.get("/apps").text)

    client.post("/apps/suite", data={"on": "0"})
    page = client.get("/account").text
    assert not {"Marketing", "Campaigns"} & headings(page)
    assert "Apps & Integrations" in headings(page)
    assert 'href="/leads"' not in page

    client.post("/apps/suite", data={"on": "1"})
    assert "Marketing" in headings(client.get("/account").text)


@pytest.mark.req("APP-01")
def test_the_front_desk_cannot_switch_the_suite(client: Client) -> None:
    client.sign_in(make.staff("Léa Fontaine", "front_desk"))

    assert client.post("/apps/suite", data={"on": "0"}).status_code == 403
    assert suite.is_on()


@pytest.mark.req("APP-02")
def test_with_the_suite_off_its_pages_explain_and_lead_to_the_app_store(owner: Client) -> None:
    sequence = make.sequence(SMS, title="Follow-up of new leads")
    owner.post("/apps/suite", data={"on": "0"})

    for address in ("/sequences", f"/sequences/{sequence.id}", "/leads", f"/leads/{make.lead().id}"):
        page = owner.get(address)
        assert page.status_code == 409, address
        assert "This page needs the marketing suite" in page.text
        assert 'href="/apps"' in page.text
        assert "Follow-up of new leads" not in page.text

    assert owner.get("/contacts").status_code == 200


@pytest.mark.req("APP-02")
def test_who_may_not_switch_it_is_told_who_may(client: Client) -> None:
    suite.switch(on=False, by=make.SYSTEM)
    client.sign_in(make.staff("Léa Fontaine", "front_desk"))

    page = client.get("/leads").text

    assert "an owner or a manager can switch it on" in page
    assert 'href="/apps"' not in page


def test_what_is_posted_to_a_page_of_the_suite_is_refused_in_words(owner: Client) -> None:
    lead = make.lead()
    suite.switch(on=False, by=make.SYSTEM)

    answer = owner.post(f"/leads/{lead.id}/status", data={"status": "contacted"}, headers=PARTIAL)

    assert answer.status_code == 409
    assert "switched off" in answer.headers["HX-Trigger"]


@pytest.mark.req("APP-02")
def test_everybody_keeps_their_place_while_it_is_off_and_goes_on_when_it_is_back(
    workers: Workers, monday: ModuleType
) -> None:
    make.sequence(SMS, TAG)
    ana = make.lead().contact
    workers.run_until_idle()
    suite.switch(on=False, by=make.SYSTEM)

    monday.set("2026-06-03 10:00", zone="Europe/Paris")
    workers.run_until_idle()
    assert texts_to(ana) == []
    [place] = db.session.scalars(select(Enrolment))
    assert (place.status, place.step_id) == ("active", "sms")

    suite.switch(on=True, by=make.SYSTEM)
    workers.run_until_idle()
    monday.set("2026-06-04 10:01", zone="Europe/Paris")
    workers.run_until_idle()
    runs = db.session.execute(select(StepRun.step_id, StepRun.outcome, StepRun.reason).order_by(StepRun.id)).all()
    off = "suite_was_off:2026-06-02T10:00+02:00"
    assert [tuple(run) for run in runs] == [("sms", "skipped", off), ("tag", "done", "")]
    assert texts_to(ana) == []


@pytest.mark.req("APP-02")
def test_a_message_already_queued_waits_for_the_suite(workers: Workers, monday: ModuleType) -> None:
    make.sequence({"id": "now", "do": "sms", "body": "Hi"})
    ana = make.lead().contact
    queue.consume_all()
    engine.advance()
    suite.switch(on=False, by=make.SYSTEM)

    workers.run_until_idle()
    [message] = db.session.scalars(select(Message).where(Message.contact_id == ana.id))
    assert (message.status, message.reason) == ("queued", "suite_off")

    suite.switch(on=True, by=make.SYSTEM)
    monday.set("2026-06-01 10:20", zone="Europe/Paris")
    workers.run_until_idle()
    assert texts_to(ana) == ["sent"]


@pytest.mark.req("APP-02")
def test_leads_are_captured_while_it_is_off_and_nobody_is_enrolled(workers: Workers, client: Client) -> None:
    sequence = make.sequence(SMS)
    form = make.lead_form().slug
    suite.switch(on=False, by=make.SYSTEM)

    client.get(f"/f/{form}")
    ana = make.lead().contact
    workers.run_until_idle()

    assert db.session.scalar(select(Lead.status).where(Lead.contact_id == ana.id)) == "not_contacted"
    assert db.session.scalars(select(Enrolment)).all() == []
    with pytest.raises(suite.SuiteIsOff):
        enrolling.enrol_by_hand(sequence, ana)


@pytest.mark.req("APP-02")
def test_the_page_says_before_what_the_switch_stops(owner: Client, workers: Workers) -> None:
    make.sequence(SMS)
    make.lead()
    make.lead()
    workers.run_until_idle()

    page = owner.get("/apps").text

    assert "What switching it off would stop" in page
    assert "1 live sequence: nobody enters it" in page
    assert "2 people inside keep their places" in page

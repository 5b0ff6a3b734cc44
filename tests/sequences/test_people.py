"""The Clients and Leads tabs: everybody's state, and what may be done about it."""

from __future__ import annotations

import re
from types import ModuleType

import pytest
from sqlalchemy import select, update

from app.contacts import people
from app.db import db
from app.demo import make
from app.leads.models import Lead
from app.sequences import drafts, enrolling, publishing
from app.sequences.models import COMPLETED, FAILED, STOPPED, Enrolment
from app.staff.models import Staff
from tests.harness.client import Client
from tests.harness.work import Workers
from tests.sequences.conftest import Live, buy_membership, enrolments, messages, only, post

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
BOUGHT = [{"rule": "membership.purchased", "since": "enrolment"}]
SMS = {"id": "sms", "do": "sms", "body": "Hi"}
LATER = {"id": "later", "do": "sms", "body": "Still there?", "wait": {"days": 2}}


def listed(page: str) -> list[str]:
    """The names in the rows."""
    return re.findall(r'hx-target="#modal">([^<]+)</a></b>', page)


@pytest.mark.req("ENR-12", "ENR-13")
def test_every_state_is_seen_and_filtered_by_and_hot_people_are_marked(
    live: Live, workers: Workers, monday: ModuleType, client: Client, owner: Staff
) -> None:
    sequence = live(SMS, LATER, exits=BOUGHT, trigger="client.created")
    names = ["Ida Aster", "Finn Birch", "Eve Cedar", "Stan Dogwood", "Fay Elm"]
    finn, eve, stan, fay = (make.client(name) for name in names[1:])
    workers.run_until_idle()
    monday.move(minutes=1)
    buy_membership(eve)
    enrolling.stop_enrolment(only(stan), by=owner)
    db.session.execute(update(Enrolment).where(Enrolment.contact_id == fay.id).values(status=FAILED, due_at=None))
    monday.move(days=2)
    workers.run_until_idle()
    make.client(names[0]).hot_since = monday.now()
    workers.run_until_idle()

    page = client.get(f"/sequences/{sequence.id}/people").text
    for name, state in zip(names, ("Inside", "Finished", "Exited", "Stopped by Inès Garnier", "Failed"), strict=True):
        row = next(row for row in page.split("<tr ") if name in row)
        assert state in row
    assert "Exit condition met: bought a membership" in page
    states = {"active": names[0], "completed": names[1], "exited": names[2], "stopped": names[3], "failed": names[4]}
    for status, name in states.items():
        assert listed(client.get(f"/sequences/{sequence.id}/people?status={status}").text) == [name]
    assert "Hot" in next(row for row in page.split("<tr ") if names[0] in row)
    assert "Hot" not in next(row for row in page.split("<tr ") if names[1] in row)

    account = client.get(f"/sequences/{sequence.id}/people/{only(finn).id}", headers=PARTIAL).text
    assert account.count("Sent") >= 2


@pytest.mark.req("ENR-05")
def test_stopping_a_leads_run_leaves_the_lead_and_everybody_else_alone(
    live: Live, workers: Workers, monday: ModuleType, client: Client, owner: Staff
) -> None:
    sequence = live(LATER)
    john, mary = make.contact("John Johnson"), make.contact("Mary Major")
    make.lead(john)
    make.lead(mary)
    workers.run_until_idle()
    page = client.get(f"/sequences/{sequence.id}/people?who=leads&q=Johnson").text
    assert listed(page) == ["John Johnson"]

    client.post(f"/sequences/{sequence.id}/people/{only(john).id}/stop", headers=PARTIAL)
    monday.move(days=3)
    workers.run_until_idle()

    assert (only(john).status, messages(john)) == (STOPPED, [])
    assert len(messages(mary)) == 1
    assert "John Johnson" in client.get("/leads?view=table").text


@pytest.mark.req("WRK-06")
def test_whoever_may_edit_lets_a_failed_step_be_tried_again(
    live: Live, workers: Workers, monday: ModuleType, client: Client, owner: Staff
) -> None:
    sequence = live(LATER)
    ana = make.contact("Ana Silva")
    make.lead(ana)
    workers.run_until_idle()
    run = only(ana)
    run.status, run.due_at, run.reason = FAILED, None, "the other system is down"
    db.session.commit()
    url = f"/sequences/{sequence.id}/people/{run.id}/retry"
    assert f'action="{url}"' in client.get(f"/sequences/{sequence.id}/people?who=leads").text

    client.post(url, headers=PARTIAL)
    workers.run_until_idle()

    assert len(messages(ana)) == 1
    assert only(ana).status == COMPLETED
    assert f'action="{url}"' not in client.get(f"/sequences/{sequence.id}/people?who=leads").text
    assert client.post(url, headers=PARTIAL).status_code == 409


@pytest.mark.req("WRK-06")
def test_all_failed_steps_are_tried_again_at_once_and_each_says_what_was_wrong(
    live: Live, workers: Workers, client: Client, owner: Staff
) -> None:
    sequence = live(LATER)
    crowd = [make.client() for _ in range(3)]
    for someone in crowd:
        make.lead(someone)
    workers.run_until_idle()
    for run in enrolments(sequence=sequence):
        run.status, run.due_at, run.error = FAILED, None, "RuntimeError: the other system is down"
    db.session.commit()
    [first, *_rest] = enrolments(sequence=sequence)
    assert "the other system is down" in client.get(f"/sequences/{sequence.id}/people/{first.id}").text
    assert "Try the 3 failed steps again" in client.get(f"/sequences/{sequence.id}/people").text

    client.post(f"/sequences/{sequence.id}/people/retry", headers=PARTIAL)
    workers.run_until_idle()
    assert [len(messages(one)) for one in crowd] == [1, 1, 1]
    assert "failed steps again" not in client.get(f"/sequences/{sequence.id}/people").text


@pytest.mark.req("ENR-07")
def test_single_enrolment_is_saved_with_the_sequence_and_shown(client: Client, owner: Staff, live: Live) -> None:
    sequence = live(SMS, active=False)
    form = {"title": sequence.title, "single": "y"}

    client.post(f"/sequences/{sequence.id}/settings", data=form, headers=PARTIAL)

    assert drafts.draft_of(sequence).single_enrolment
    assert "checked" in client.get(f"/sequences/{sequence.id}/settings", headers=PARTIAL).text
    assert "Once per person" in client.get(f"/sequences/{sequence.id}").text


@pytest.mark.req("ACT-07")
def test_a_client_who_buys_an_intro_offer_is_a_lead_until_a_membership_is_bought(live: Live, workers: Workers) -> None:
    live({"id": "lead", "do": "lead.create", "source": "Website form"}, trigger="intro.purchased")
    ana = make.contact("Ana Silva")
    people.make_client(ana, by=make.SYSTEM, via="desk")
    post("intro.purchased", ana, membership="Intro month")
    workers.run_until_idle()

    [lead] = db.session.scalars(select(Lead).where(Lead.contact_id == ana.id))
    assert lead.is_open
    buy_membership(ana)
    workers.run_until_idle()
    db.session.refresh(lead)
    assert not lead.is_open


@pytest.mark.req("EXIT-12")
def test_a_ready_made_exit_is_seen_and_can_be_taken_out(client: Client, owner: Staff, workers: Workers) -> None:
    sequence = make.sequence(SMS, exits=[{"rule": "client"}])
    member = make.contact("Ana Silva")
    people.make_client(member, by=make.SYSTEM, via="desk")
    make.lead(member)
    workers.run_until_idle()
    assert enrolments(member) == []
    assert "Is a client" in client.get(f"/sequences/{sequence.id}").text

    client.post(f"/sequences/{sequence.id}/exits/0/deletion", headers=PARTIAL)
    publishing.publish(sequence)
    make.lead(member, from_source="Instagram")
    workers.run_until_idle()

    assert len(enrolments(member)) == 1

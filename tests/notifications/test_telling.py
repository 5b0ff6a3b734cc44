"""Who is told what, once."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app import events
from app.contacts.models import Contact
from app.db import db
from app.demo import make
from app.events import queue
from app.leads import board
from app.messaging.models import Conversation, Message
from app.notifications import bell, settings, telling
from app.scoring import ledger
from app.scoring.settings import Scoring
from app.staff.models import Staff
from tests.harness.client import Client
from tests.harness.work import Workers


def told(staff: Staff) -> list[str]:
    return [one.sentence for one in bell.latest(staff)]


def letters(staff: Staff) -> list[Message]:
    return list(db.session.scalars(select(Message).where(Message.staff_id == staff.id).order_by(Message.id)))


def owned(contact: Contact, owner: Staff) -> Contact:
    contact.owner_id = owner.id
    db.session.flush()
    return contact


@pytest.mark.req("SCORE-25", "SCORE-26", "NOTE-02")
def test_when_somebody_turns_hot_the_owner_is_told_by_bell_and_letter_once(workers: Workers) -> None:
    lea, tom = make.staff("Léa Fontaine"), make.staff("Tom Wright", "manager")
    ana = owned(make.contact("Ana Bell"), lea)
    make.points(ana, 12)
    workers.run_until_idle()

    make.points(ana, 3)
    workers.run_until_idle()

    assert told(lea) == ["Ana Bell is hot: 12 points"]
    assert told(tom) == []
    [letter] = letters(lea)
    assert letter.subject == "Ana Bell is hot"
    assert "responds well" in letter.text
    assert f"http://localhost/contacts/{ana.id}" in letter.text


@pytest.mark.req("SCORE-25")
def test_without_an_owner_the_assignee_of_the_lead_is_told_and_without_one_the_managers(workers: Workers) -> None:
    lea, marcus, tom = make.staff("Léa"), make.staff("Marcus", "manager"), make.staff("Tom")
    bea, cleo = make.contact("Bea Cole"), make.contact("Cleo Dee")
    make.lead(bea, assignee=lea)
    make.points(bea, 12)
    make.points(cleo, 12)
    workers.run_until_idle()

    assert "Bea Cole is hot: 12 points" in told(lea)
    assert told(marcus) == ["Cleo Dee is hot: 12 points"]
    assert told(tom) == []


def test_many_who_turn_hot_at_once_are_one_letter(workers: Workers) -> None:
    marcus = make.staff("Marcus Bell", "manager")
    for name in ("Ana Bell", "Bea Cole", "Cleo Dee"):
        make.points(make.contact(name), 6)
    ledger.compare_everybody(Scoring(threshold=5), by=events.Actor.system())
    workers.run_until_idle()

    assert len(told(marcus)) == 3
    [letter] = letters(marcus)
    assert letter.subject == "3 leads are hot"
    assert all(name in letter.text for name in ("Ana Bell", "Bea Cole", "Cleo Dee"))


@pytest.mark.req("NOTE-03", "LEAD-11")
def test_whoever_is_given_a_lead_gets_a_letter_with_a_link_to_it(workers: Workers) -> None:
    ines, dave = make.staff("Inès", "owner"), make.staff("Dave Hill")
    lead = make.lead(make.contact("John Johnson"))
    board.assign_lead(lead, dave, by=ines)
    workers.run_until_idle()

    assert told(dave) == ["John Johnson is yours to help"]
    [letter] = letters(dave)
    assert letter.subject == "John Johnson is yours to help"
    assert f"http://localhost/leads/{lead.id}" in letter.text


def test_nobody_is_told_what_they_did_themselves(workers: Workers) -> None:
    dave = make.staff("Dave Hill")
    board.assign_lead(make.lead(), dave, by=dave)
    workers.run_until_idle()

    assert told(dave) == []


@pytest.mark.req("NOTE-01")
def test_new_leads_are_announced_to_the_roles_and_from_the_sources_one_has_chosen(workers: Workers) -> None:
    lea, zoe = make.staff("Léa"), make.staff("Zoé", "teacher")
    website = make.source("Website")
    settings.announce([lea.role_id], [website.id])
    make.lead(make.contact("Ana Bell"), from_source="Website")
    make.lead(make.contact("Bea Cole"), from_source="Dashboard")
    workers.run_until_idle()

    assert told(lea) == ["New lead from Website: Ana Bell"]
    assert [letter.subject for letter in letters(lea)] == ["New lead: Ana Bell"]
    assert told(zoe) == []


def test_a_message_is_told_to_whoever_has_taken_the_conversation(workers: Workers) -> None:
    lea, tom = make.staff("Léa"), make.staff("Tom")
    ana = owned(make.contact("Ana Bell"), tom)
    db.session.add(Conversation(contact_id=ana.id, assignee_id=lea.id, last_at=ana.created_at))
    events.record("message.received", ana, message_id=1, channel="sms")
    workers.run_until_idle()

    assert told(lea) == ["Ana Bell wrote"]
    assert told(tom) == []
    assert letters(lea) == []


@pytest.mark.req("ROLE-05")
def test_somebody_held_to_another_location_is_not_told(workers: Workers) -> None:
    lyon, paris = make.location("Lyon"), make.location("Paris")
    marcus = make.staff("Marcus", "manager", only_location=lyon)
    nadia = make.staff("Nadia", "manager")
    make.points(make.contact("Ana Bell", location=paris), 12)
    workers.run_until_idle()

    assert told(marcus) == []
    assert told(nadia) == ["Ana Bell is hot: 12 points"]


@pytest.mark.req("SCORE-28")
def test_an_event_delivered_twice_is_told_once(workers: Workers) -> None:
    lea = make.staff("Léa", "manager")
    make.points(make.contact("Ana Bell"), 12)
    batch = queue.take("notifications")

    telling.tell_staff(batch)
    telling.tell_staff(batch)

    assert len(told(lea)) == len(letters(lea)) == 1


@pytest.mark.req("NOTE-02")
def test_the_bell_counts_what_is_new_until_it_is_looked_at(workers: Workers, client: Client) -> None:
    lea = make.staff("Léa", "manager")
    make.points(make.contact("Ana Bell"), 12)
    workers.run_until_idle()
    client.sign_in(lea)
    assert "Notifications, 1 new" in client.get("/tasks").text

    newest = bell.newest_id(bell.latest(lea))
    assert "Ana Bell is hot" in client.get("/notifications").text
    make.points(make.contact("Bea Cole"), 12)
    workers.run_until_idle()
    client.post("/notifications/seen", data={"upto": newest})

    assert bell.count_new(lea) == 1
    assert [one.is_new for one in bell.latest(lea)] == [True, False]

"""The inbox: who waits longest is on top, and answering is one press."""

from __future__ import annotations

import re
from types import ModuleType

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.contacts import consent
from app.contacts.models import Contact
from app.db import db
from app.demo import make
from app.messaging import conversations, outgoing
from app.messaging.models import Message
from app.staff.models import Staff
from tests.harness import queries
from tests.harness.client import Client
from tests.harness.twilio import TwilioStandIn
from tests.harness.work import Workers

HX = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def lea(app: Flask, client: Client) -> Staff:
    lea = make.staff("Léa Fontaine")
    client.sign_in(lea)
    return lea


@pytest.fixture
def ana(app: Flask) -> Contact:
    return make.client("Ana Duarte")


@pytest.fixture(autouse=True)
def _webhook(twilio: TwilioStandIn) -> None:
    twilio.webhook_url = "http://localhost/webhooks/twilio/sms"


def names(page: TestResponse) -> list[str]:
    """Whose conversations the list shows, from the top."""
    return re.findall(r'<b class="clip grow">([^<]+)</b>', page.text)


@pytest.mark.req("INB-01", "INB-08")
def test_the_longest_wait_is_on_top_then_the_newest(
    lea: Staff, client: Client, twilio: TwilioStandIn, clock: ModuleType
) -> None:
    clock.set("2026-03-28 09:00")
    for name in ("First Waiting", "Second Waiting", "Third Answered", "Fourth Answered"):
        contact = make.client(name)
        twilio.receives_sms(contact.phone or "", "Hello?")
        clock.move(minutes=1)
        if "Answered" in name:
            outgoing.send_by_hand(contact, "sms", "Hello!", by=lea)

    assert names(client.get("/inbox")) == ["First Waiting", "Second Waiting", "Fourth Answered", "Third Answered"]
    assert names(client.get("/inbox?sort=newest"))[0] == "Fourth Answered"
    assert names(client.get("/inbox?sort=oldest"))[0] == "First Waiting"
    assert names(client.get("/inbox?unanswered=1")) == ["First Waiting", "Second Waiting"]


@pytest.mark.req("INB-08")
@pytest.mark.parametrize("waiting", [0, 5, 30, 31, 65])
def test_pages_neither_skip_nor_repeat(lea: Staff, client: Client, waiting: int, clock: ModuleType) -> None:
    clock.set("2026-03-28 09:00")
    for number in range(65):
        contact = make.contact(f"Person {number}")
        thread = conversations.of(contact)
        thread.waiting_since = clock.move(minutes=1) if number < waiting else None
    seen, address = [], "/inbox/list"
    while address:
        page = client.get(address, headers=HX)
        seen += names(page)
        more = re.search(r'class="more" href="([^"]+)"', page.text)
        address = more[1].replace("&amp;", "&") if more else ""

    assert sorted(seen) == sorted(f"Person {number}" for number in range(65))
    assert seen[:waiting] == [f"Person {number}" for number in range(waiting)]


@pytest.mark.req("INB-05", "INB-06", "INB-14")
def test_a_message_is_read_then_answered_then_closed(
    lea: Staff, ana: Contact, client: Client, twilio: TwilioStandIn, workers: Workers
) -> None:
    twilio.receives_sms(ana.phone or "", "Is there a class on Thursday?")
    assert names(client.get("/inbox?unread=1")) == ["Ana Duarte"]
    page = client.get(f"/inbox/{ana.id}")
    assert "Is there a class on Thursday?" in page.text
    assert f'hx-post="/inbox/{ana.id}/reading"' in page.text

    client.post(f"/inbox/{ana.id}/reading", headers=HX)
    assert names(client.get("/inbox?unread=1")) == []
    assert names(client.get("/inbox?unanswered=1")) == ["Ana Duarte"]

    answer = client.post(
        f"/inbox/{ana.id}/messages", data={"channel": "sms", "text": "Yes, at 18:00", "press": "p"}, headers=HX
    )
    assert "Yes, at 18:00" in answer.text
    assert "inbox-changed" in answer.headers["HX-Trigger"]
    workers.run_until_idle()
    assert [sms.text for sms in twilio.sent_to(ana.phone or "")] == ["Yes, at 18:00"]
    assert names(client.get("/inbox?unanswered=1")) == []

    client.post(f"/inbox/{ana.id}/state", data={"state": "closed"})
    assert names(client.get("/inbox")) == []
    assert names(client.get("/inbox?view=closed")) == ["Ana Duarte"]


def test_the_same_press_twice_is_one_message(
    lea: Staff, ana: Contact, client: Client, twilio: TwilioStandIn, workers: Workers
) -> None:
    for _ in range(2):
        client.post(f"/inbox/{ana.id}/messages", data={"channel": "sms", "text": "Hello", "press": "p"})
    workers.run_until_idle()

    assert len(twilio.sent_to(ana.phone or "")) == 1


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"channel": "sms", "text": "   "}, "Write something first."),
        ({"channel": "pigeon", "text": "Hi"}, "There is no such way to write."),
        ({"channel": "sms", "text": "x" * 1601}, "An SMS has 1,600 characters at the most; this one has 1601."),
        ({}, "There is no such way to write."),
    ],
)
def test_what_cannot_be_sent_is_refused_in_words(
    lea: Staff, ana: Contact, client: Client, form: dict[str, str], said: str
) -> None:
    answer = client.post(f"/inbox/{ana.id}/messages", data=form, headers=HX)

    assert answer.status_code == 422
    assert said in answer.headers["HX-Trigger"]
    assert db.session.scalars(select(Message)).all() == []


def test_who_has_no_number_cannot_be_texted(lea: Staff, client: Client) -> None:
    ravi = make.client("Ravi Menon", phone=None)

    assert 'value="sms"' not in client.get(f"/inbox/{ravi.id}").text.split('id="composer"')[1]
    assert client.post(f"/inbox/{ravi.id}/messages", data={"channel": "sms", "text": "Hi"}).status_code == 422


@pytest.mark.req("INB-14")
def test_a_thread_is_assigned_and_snoozed_until_its_time_or_the_client_writes(
    lea: Staff, client: Client, twilio: TwilioStandIn, workers: Workers, clock: ModuleType
) -> None:
    ana = make.client("Ana Duarte")
    clock.set("2026-03-28 09:00", zone="Europe/Paris")
    twilio.receives_sms(ana.phone or "", "Hello")
    client.post(f"/inbox/{ana.id}/assignee", data={"assignee": str(lea.id)})
    assert names(client.get("/inbox?view=mine")) == ["Ana Duarte"]
    assert names(client.get("/inbox?view=unassigned")) == []

    client.post(f"/inbox/{ana.id}/snooze", data={"until": "tomorrow"})
    assert names(client.get("/inbox")) == []
    assert names(client.get("/inbox?view=snoozed")) == ["Ana Duarte"]
    clock.set("2026-03-29 08:59", zone="Europe/Paris")  # the night has lost an hour to summer time
    workers.look()
    assert names(client.get("/inbox")) == []
    clock.move(minutes=1)
    workers.look()
    assert names(client.get("/inbox")) == ["Ana Duarte"]

    client.post(f"/inbox/{ana.id}/snooze", data={"until": "2026-04-02T10:00"})
    twilio.receives_sms(ana.phone or "", "Hello again")
    assert names(client.get("/inbox")) == ["Ana Duarte"]


@pytest.mark.parametrize("until", ["2020-01-01T10:00", "", "soon"])
def test_one_snoozes_only_until_a_time_to_come(
    lea: Staff, ana: Contact, client: Client, twilio: TwilioStandIn, until: str
) -> None:
    twilio.receives_sms(ana.phone or "", "Hello")

    assert client.post(f"/inbox/{ana.id}/snooze", data={"until": until}).status_code == 422


@pytest.mark.req("ROLE-05", "INB-10")
def test_one_sees_the_threads_of_ones_location_only(lea: Staff, client: Client, twilio: TwilioStandIn) -> None:
    paris, lyon = make.location("Paris"), make.location("Lyon")
    zoe = make.client("Zoé Paris", location=paris)
    twilio.receives_sms(zoe.phone or "", "Hello")
    assert names(client.get("/inbox")) == ["Zoé Paris"]

    lea.only_location = lyon
    page = client.get("/inbox")
    assert names(page) == []
    assert "An administrator can change that" in page.text
    for method, path in (("GET", ""), ("GET", "/messages"), ("POST", "/messages"), ("POST", "/state")):
        assert client.open(f"/inbox/{zoe.id}{path}", method=method).status_code == 404


@pytest.mark.req("ROLE-03")
def test_teachers_do_not_read_the_inbox(client: Client, ana: Contact) -> None:
    client.sign_in(make.staff("Marcus Bell", "teacher"))

    assert client.get("/inbox").status_code == 403
    assert client.post(f"/inbox/{ana.id}/messages", data={"channel": "sms", "text": "Hi"}).status_code == 403


@pytest.mark.req("GEN-04", "INB-04")
def test_the_lifecycle_stage_is_changed_beside_the_thread(lea: Staff, ana: Contact, client: Client) -> None:
    make.lead(ana)
    page = client.get(f"/inbox/{ana.id}").text
    [address] = set(re.findall(r'action="([^"]+/lifecycle-stage)"', page))
    client.post(address, data={"stage": "payment"})

    assert ana.lifecycle_stage is not None
    assert ana.lifecycle_stage.key == "payment"
    assert re.search(r'id="event-\d+">.*Moved from .*Léa Fontaine', client.get(f"/inbox/{ana.id}").text)


@pytest.mark.req("BEY-22")
def test_the_thread_says_what_did_not_arrive_and_what_to_do(
    lea: Staff, ana: Contact, client: Client, twilio: TwilioStandIn, workers: Workers
) -> None:
    twilio.refuses(ana.phone or "", 21610)
    outgoing.send_by_hand(ana, "sms", "Hello", by=lea)
    workers.run_until_idle()

    page = client.get(f"/inbox/{ana.id}").text
    assert "Not delivered: 21610" in page
    assert "Write by e-mail; only they can start SMS again, by texting START." in page


def test_one_is_warned_of_who_wants_no_offers(lea: Staff, ana: Contact, client: Client) -> None:
    consent.withdraw(ana, ["sms_marketing"], by=lea, via="staff")

    assert "Ana gets no offers by SMS." in client.get(f"/inbox/{ana.id}").text


def test_what_clients_write_is_text(lea: Staff, ana: Contact, client: Client, twilio: TwilioStandIn) -> None:
    twilio.receives_sms(ana.phone or "", "<img src=x onerror=alert(1)>")

    assert "<img src=x" not in client.get(f"/inbox/{ana.id}").text
    assert "<img src=x" not in client.get("/inbox").text


def test_earlier_messages_are_a_press_away(lea: Staff, ana: Contact, client: Client) -> None:
    for number in range(45):
        outgoing.send_by_hand(ana, "sms", f"Message {number:02}", by=lea)
    page = client.get(f"/inbox/{ana.id}").text
    assert "Message 44" in page
    assert "Message 04" not in page

    link = re.search(r'href="([^"]+before=\d+)"', page)
    assert link is not None
    earlier = client.get(link[1].replace("&amp;", "&"), headers=HX).text
    assert re.findall(r"Message \d\d", earlier) == [f"Message {number:02}" for number in range(5)]


@pytest.mark.parametrize("address", ["/inbox", "/inbox/{id}"])
def test_a_page_costs_the_same_however_much_there_is(lea: Staff, client: Client, ana: Contact, address: str) -> None:
    outgoing.send_by_hand(ana, "sms", "Hello", by=lea)
    client.get(address.format(id=ana.id))
    with queries.counted() as few:
        client.get(address.format(id=ana.id))
    for _ in range(25):
        contact = make.client()
        conversations.assign(conversations.of(contact), make.staff())
        outgoing.send_by_hand(ana, "sms", "Hello", by=make.staff())
    db.session.commit()
    with queries.counted() as many:
        assert client.get(address.format(id=ana.id)).status_code == 200

    assert len(many) <= len(few) + 1  # a minute may turn in between
    assert len(many) < 34


@pytest.mark.req("INB-15")
def test_the_profile_shows_the_last_messages_and_leads_to_the_thread(lea: Staff, ana: Contact, client: Client) -> None:
    outgoing.send_by_hand(ana, "sms", "Your scarf is here", by=lea)

    page = client.get(f"/contacts/{ana.id}").text
    assert "Your scarf is here" in page
    assert f'href="/inbox/{ana.id}"' in page

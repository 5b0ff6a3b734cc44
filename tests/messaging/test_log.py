"""Settings › Messages: everything that was sent, under its category, with what became of it."""

from __future__ import annotations

import re
from types import ModuleType

import pytest
from flask import Flask

from app.contacts.models import Contact
from app.db import db
from app.demo import make
from app.messaging import outgoing
from app.messaging.models import Message
from app.staff.models import Staff
from tests.harness.client import Client
from tests.harness.smtp import SmtpSink
from tests.harness.twilio import TwilioStandIn
from tests.harness.work import Workers

HX = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def ines(app: Flask, client: Client) -> Staff:
    ines = make.staff("Inès Garnier", "owner")
    client.sign_in(ines)
    return ines


@pytest.fixture
def ana(app: Flask) -> Contact:
    return make.client("Ana Duarte")


def subjects(text: str) -> list[str]:
    return re.findall(r'<span class="clip">([^<]+)</span></span></td>', text)


@pytest.mark.req("MSG-01", "MSG-02", "MSG-03", "MSG-05", "ROLE-09")
def test_each_message_is_under_its_own_category(
    ines: Staff, ana: Contact, client: Client, smtp: SmtpSink, twilio: TwilioStandIn
) -> None:
    outgoing.queue_transactional(ana, "receipt", "email", "Your receipt", "Paid.")
    outgoing.send_by_hand(ana, "sms", "Your scarf is here", by=ines)
    outgoing.queue_to_staff(ines, "staff.became_hot", "Ana is hot", "Score 86")

    assert subjects(client.get("/settings/messages").text) == ["Your receipt"]
    assert subjects(client.get("/settings/messages?category=manual").text) == ["Your scarf is here"]
    assert subjects(client.get("/settings/messages?category=sequence").text) == []
    assert subjects(client.get("/settings/messages?to=staff").text) == ["Ana is hot"]
    assert subjects(client.get("/settings/messages?kind=reminder").text) == []
    assert subjects(client.get(f"/settings/messages?category=manual&sender={ines.id}&channel=sms").text) != []


@pytest.mark.req("MSG-05", "GEN-09")
def test_a_mail_is_opened_as_it_was_received(
    ines: Staff, ana: Contact, client: Client, smtp: SmtpSink, workers: Workers
) -> None:
    message = outgoing.send_by_hand(ana, "email", "See https://studio.example/offer", "Offer", by=ines)
    workers.run_until_idle()
    page = client.get(f"/settings/messages/{message.id}")
    assert 'sandbox title="The message as received"' in page.text

    content = client.get(f"/settings/messages/{message.id}/content")
    assert "See" in content.text
    assert "sandbox" in content.headers["Content-Security-Policy"]
    assert "/o/" not in content.text
    assert re.findall(r'href="([^"]+)"', content.text) == ["#"]


def test_the_footers_link_is_the_clients_alone(ines: Staff, ana: Contact, client: Client, workers: Workers) -> None:
    message = outgoing.queue_transactional(ana, "receipt", "email", "Receipt", "Paid.")
    db.session.flush()

    assert "/u/" not in client.get(f"/settings/messages/{message.id}/content").text


@pytest.mark.req("BEY-01")
def test_what_is_uncertain_is_listed_until_a_person_decides(
    ines: Staff, ana: Contact, client: Client, smtp: SmtpSink, workers: Workers
) -> None:
    smtp.takes_without_a_word(ana.email or "")
    messages = [outgoing.queue_transactional(ana, "receipt", "email", f"Receipt {n}", "Paid.") for n in (1, 2)]
    workers.run_until_idle()
    page = client.get("/settings/messages").text
    assert "2 messages may or may not have arrived." in page

    smtp.accepts(ana.email or "")
    again = client.post(f"/settings/messages/{messages[0].id}/resending", headers=HX)
    assert "One message may or may not have arrived." in again.text
    client.post(f"/settings/messages/{messages[1].id}/settlement", headers=HX)
    workers.run_until_idle()

    assert [message.status for message in messages] == ["sent", "sent"]
    assert len(smtp.sent_to(ana.email or "")) == 3
    assert client.post(f"/settings/messages/{messages[0].id}/resending").status_code == 409


def test_front_desk_may_not_see_it(app: Flask, client: Client, ana: Contact) -> None:
    client.sign_in(make.staff("Léa Fontaine"))
    message = outgoing.queue_transactional(ana, "receipt", "email", "Receipt", "Paid.")
    db.session.flush()
    for path in ("", f"/{message.id}", f"/{message.id}/content"):
        assert client.get(f"/settings/messages{path}").status_code == 403
    assert client.post(f"/settings/messages/{message.id}/resending").status_code == 403


@pytest.mark.req("ROLE-05")
def test_a_location_limits_the_log_as_well(ines: Staff, client: Client) -> None:
    zoe = make.client("Zoé Paris", location=make.location("Paris"))
    message = outgoing.queue_transactional(zoe, "receipt", "email", "Receipt", "Paid.")
    ines.only_location = make.location("Lyon")

    assert subjects(client.get("/settings/messages").text) == []
    assert client.get(f"/settings/messages/{message.id}").status_code == 404


def test_pages_go_on(ines: Staff, ana: Contact, client: Client) -> None:
    for number in range(45):
        outgoing.queue_transactional(ana, "receipt", "email", f"Receipt {number}", "Paid.")
    first = client.get("/settings/messages").text
    more = re.search(r'class="more" href="([^"]+)"', first)
    assert more is not None
    second = client.get(more[1].replace("&amp;", "&"), headers=HX).text

    assert subjects(first) + subjects(second) == [f"Receipt {number}" for number in reversed(range(45))]


@pytest.mark.parametrize("query", ["category=x&state=y&channel=z", "q=%00%25_%5C", "cursor=nonsense", "sender=x"])
def test_nonsense_in_the_address_is_harmless(ines: Staff, client: Client, query: str) -> None:
    assert client.get(f"/settings/messages?{query}").status_code in {200, 400}


def test_a_message_of_nobody_does_not_exist(ines: Staff, client: Client, clock: ModuleType) -> None:
    assert client.get("/settings/messages/987654").status_code == 404
    assert db.session.get(Message, 987654) is None

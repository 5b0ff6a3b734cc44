"""Unsubscribing by the footer: nothing by accident, everything by one click, and back again."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from app.contacts import consent
from app.contacts.models import ConsentEntry, Contact
from app.db import db
from app.demo import make
from app.events import Actor
from app.messaging import outgoing, tokens
from tests.harness.client import Client
from tests.harness.smtp import Mail, SmtpSink
from tests.harness.work import Workers

MARKETING, TRANSACTIONAL = 0, 1
ENGLISH, FRENCH = {"Accept-Language": "en"}, {"Accept-Language": "fr"}


@pytest.fixture
def ana(app: Flask) -> Contact:
    contact = make.client("Ana Duarte", email="ana.duarte@posteo.example")
    db.session.commit()
    return contact


def link(contact: Contact, kind: int = MARKETING, message_id: int = 7) -> str:
    return "/u/" + tokens.seal("unsubscribe", contact.id, message_id, kind)


@pytest.fixture
def receipt(ana: Contact, smtp: SmtpSink, workers: Workers) -> Mail:
    outgoing.queue_transactional(ana, "receipt", "email", "Receipt", "Paid.")
    workers.run_until_idle()
    return smtp.sent_to(ana.email or "")[0]


@pytest.mark.req("UNS-04")
def test_the_footer_of_a_receipt_ends_receipts_only(client: Client, ana: Contact, receipt: Mail) -> None:
    path = urlsplit(receipt.links[-1]).path
    assert path in receipt.text

    assert client.post(path).status_code == 303
    assert ana.consent == {
        "email_marketing": True,
        "email_transactional": False,
        "sms_marketing": True,
        "sms_transactional": True,
    }


@pytest.mark.req("UNS-03", "BEY-10")
def test_looking_changes_nothing(client: Client, ana: Contact) -> None:
    for method in (client.get, client.head, client.options):
        assert method(link(ana)).status_code == 200
    assert all(ana.consent.values())


@pytest.mark.req("UNS-03")
def test_one_button_ends_marketing_mail_only_and_says_so(client: Client, ana: Contact) -> None:
    page = client.get(link(ana), headers=ENGLISH)
    assert "No more offers by e-mail?" in page.text

    done = client.post(link(ana), headers=ENGLISH, follow_redirects=True)
    assert "No more offers by e-mail to ana.dua•••@posteo.example." in done.text
    assert [name for name, is_on in ana.consent.items() if not is_on] == ["email_marketing"]
    [entry] = db.session.scalars(select(ConsentEntry))
    assert (entry.via, entry.actor_kind, entry.message_id) == ("footer", "client", 7)


@pytest.mark.req("UNS-03")
def test_mail_programs_unsubscribe_with_one_click(client: Client, ana: Contact, receipt: Mail) -> None:
    assert receipt.header("List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"
    address = receipt.header("List-Unsubscribe").strip("<>")

    answer = client.post(urlsplit(address).path, data={"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, ana.email_transactional) == (200, False)
    assert db.session.scalars(select(ConsentEntry.via)).all() == ["one_click"]


def test_twice_is_once(client: Client, ana: Contact) -> None:
    client.post(link(ana))
    client.post(link(ana))

    assert len(db.session.scalars(select(ConsentEntry)).all()) == 1


def test_undo_gives_back_what_this_mail_took_and_nothing_else(client: Client, ana: Contact) -> None:
    consent.withdraw(ana, ["sms_marketing"], by=Actor.client(), via="sms_keyword")
    client.post(link(ana) + "/everything")
    assert not any(ana.consent.values())

    answer = client.post(link(ana) + "/undo", headers=ENGLISH)
    assert "Welcome back." in answer.text
    assert [name for name, is_on in ana.consent.items() if not is_on] == ["sms_marketing"]


def test_one_may_choose(client: Client, ana: Contact) -> None:
    answer = client.post(link(ana) + "/preferences", data={"email_marketing": "1", "sms_transactional": "1", "x": "1"})

    assert answer.status_code == 200
    assert [name for name, is_on in ana.consent.items() if is_on] == ["email_marketing", "sms_transactional"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_tampered_link_is_refused_with_words(client: Client, ana: Contact, method: str) -> None:
    true = link(ana)
    for bad in (true[:-2] + "zz", true + "A", "/u/x", "/u/" + "A" * 300, "/u/" + tokens.seal("click", ana.id, 7, 0)):
        answer = client.open(bad, method=method, headers=ENGLISH)
        assert answer.status_code == 404
        assert "This link is not valid" in answer.text
    assert all(ana.consent.values())


def test_the_page_speaks_the_clients_language(client: Client, ana: Contact) -> None:
    assert 'lang="fr"' in client.get(link(ana), headers=FRENCH).text
    ana.language = "fr"
    assert 'lang="fr"' in client.get(link(ana), headers=ENGLISH).text
    assert 'lang="en"' in client.get(link(ana) + "?lang=en", headers=FRENCH).text

"""People's opens and clicks count, once; machines' are kept apart."""

from __future__ import annotations

import re
from types import ModuleType
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from app.config import Settings
from app.contacts.models import Contact
from app.db import db
from app.demo import make
from app.events import Event
from app.messaging import outgoing, personal
from app.messaging.models import Message, MessageHit
from tests.harness.client import Client
from tests.harness.smtp import Mail, SmtpSink
from tests.harness.work import Workers

BROWSER = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"}
OFFER, PRICES = "https://studio.example/offer?a=1&b=2", "https://studio.example/prices"


@pytest.fixture
def ana(app: Flask) -> Contact:
    return make.client("Ana Duarte")


@pytest.fixture
def message(ana: Contact, clock: ModuleType) -> Message:
    clock.set("2026-03-28 12:00")
    return outgoing.send_by_hand(ana, "email", f"Our offer: {OFFER}\nand {PRICES}.", "Two weeks", by=make.staff())


@pytest.fixture
def mail(message: Message, ana: Contact, smtp: SmtpSink, workers: Workers) -> Mail:
    workers.run_until_idle()
    return smtp.sent_to(ana.email or "")[0]


def links(mail: Mail) -> list[str]:
    """The visible tracked links."""
    return [_path(link) for link in mail.links if "/c/" in link][1:]


def hidden(mail: Mail) -> str:
    return _path(mail.links[0])


def marker(mail: Mail) -> str:
    return _path(re.findall(r'<img src="([^"]+)"', mail.html)[0])


def _path(url: str) -> str:
    return urlsplit(url).path


def counted() -> list[str]:
    return list(
        db.session.scalars(
            select(Event.kind).where(Event.kind.in_(["message.opened", "message.clicked"])).order_by(Event.id)
        )
    )


@pytest.mark.req("MSG-08")
def test_a_link_leads_where_it_should_and_counts_once(
    client: Client, mail: Mail, message: Message, workers: Workers, clock: ModuleType
) -> None:
    clock.move(minutes=10)
    answer = client.get(links(mail)[0], headers=BROWSER)
    assert (answer.status_code, answer.headers["Location"]) == (302, OFFER)
    clock.move(minutes=1)
    client.get(links(mail)[0], headers=BROWSER)
    clock.move(minutes=1)
    client.get(links(mail)[1], headers=BROWSER)
    clock.move(minutes=1)
    workers.look()

    assert counted() == ["message.clicked", "message.clicked"]
    clicks = db.session.scalars(select(Event).where(Event.kind == "message.clicked").order_by(Event.id)).all()
    assert [click.data["url"] for click in clicks] == [OFFER, PRICES]
    assert message.clicked_at is not None
    assert message.clicked_at.isoformat() == "2026-03-28T12:10:00+00:00"


@pytest.mark.req("MSG-08")
def test_opening_counts_once(client: Client, mail: Mail, message: Message, workers: Workers, clock: ModuleType) -> None:
    for _ in range(3):
        clock.move(minutes=10)
        answer = client.get(marker(mail), headers=BROWSER)
    clock.move(minutes=1)
    workers.look()

    assert answer.mimetype == "image/gif"
    assert counted() == ["message.opened"]
    assert message.opened_at is not None


@pytest.mark.req("BEY-10")
def test_a_gateway_that_fetches_everything_counts_for_nothing_and_a_person_after_it_does(
    client: Client, mail: Mail, message: Message, workers: Workers, clock: ModuleType
) -> None:
    everything = [_path(link) for link in mail.links] + [marker(mail)]
    for seconds in (3, 180):
        clock.move(seconds=seconds)
        for path in everything:
            client.get(path, headers=BROWSER)
            clock.move(seconds=0.4)
        workers.look()
    clock.move(seconds=30)
    workers.look()
    assert counted() == []
    assert (message.clicked_at, message.opened_at) == (None, None)

    clock.move(minutes=10)
    client.get(links(mail)[0], headers=BROWSER)
    clock.move(seconds=30)
    workers.look()
    assert counted() == ["message.clicked"]
    assert message.contact is not None
    assert all(message.contact.consent.values())


@pytest.mark.req("BEY-10")
@pytest.mark.parametrize(
    "headers",
    [
        {"User-Agent": "python-requests/2.32"},
        {"User-Agent": ""},
        {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"},
        BROWSER | {"Sec-Purpose": "prefetch;prerender"},
        BROWSER | {"X-Purpose": "preview"},
    ],
)
def test_what_says_that_it_is_a_machine_is_believed(
    client: Client, mail: Mail, headers: dict[str, str], workers: Workers, clock: ModuleType
) -> None:
    clock.move(minutes=10)
    client.get(links(mail)[0], headers=headers)
    clock.move(minutes=1)
    workers.look()

    assert counted() == []
    assert db.session.scalars(select(MessageHit.is_machine)).all() == [True]


@pytest.mark.req("BEY-10")
def test_head_counts_for_nothing(client: Client, mail: Mail, workers: Workers, clock: ModuleType) -> None:
    clock.move(minutes=10)
    assert client.head(links(mail)[0], headers=BROWSER).status_code == 302
    clock.move(minutes=1)
    workers.look()

    assert counted() == []


@pytest.mark.req("BEY-10")
def test_two_links_within_a_second_are_a_machines(
    client: Client, mail: Mail, workers: Workers, clock: ModuleType
) -> None:
    clock.move(minutes=10)
    client.get(links(mail)[0], headers=BROWSER)
    workers.look()
    clock.move(seconds=1)
    client.get(links(mail)[1], headers=BROWSER)
    clock.move(minutes=1)
    workers.look()

    assert counted() == []


def test_a_tampered_link_leads_nowhere(client: Client, mail: Mail) -> None:
    link = links(mail)[0]
    for bad in (link[:-1] + ("A" if link[-1] != "A" else "B"), "/c/" + "x" * 500, "/c/é", "/c/AAAA", "/o/AAAA.gif"):
        assert client.get(bad, headers=BROWSER).status_code == 404
    assert client.get(marker(mail).replace("/o/", "/c/").removesuffix(".gif")).status_code == 404


@pytest.mark.req("MSG-08")
def test_a_receipt_is_not_tracked(ana: Contact, smtp: SmtpSink, workers: Workers) -> None:
    outgoing.queue_transactional(ana, "receipt", "email", "Receipt", f"Paid. {OFFER}")
    workers.run_until_idle()

    [mail] = smtp.sent_to(ana.email or "")
    assert OFFER in mail.links
    assert "/c/" not in mail.html
    assert "/o/" not in mail.html


def test_a_link_to_one_of_our_own_pages_says_whom_it_was_sent_to(
    client: Client, settings: Settings, ana: Contact, smtp: SmtpSink, workers: Workers
) -> None:
    outgoing.send_by_hand(ana, "email", f"{settings.public_url}/buy/pack?lang=fr", "Your pack", by=make.staff())
    workers.run_until_idle()

    (link,) = links(smtp.sent_to(ana.email or "")[0])
    target = urlsplit(client.get(link, headers=BROWSER).location)

    assert target.path == "/buy/pack"
    query = dict(parse_qsl(target.query))
    assert query["lang"] == "fr"
    assert personal.reader_of(query["for"]) is ana
    assert personal.reader_of(query["for"][:-2]) is None
    assert personal.addressed("https://elsewhere.example/?a=1", ana.id) == "https://elsewhere.example/?a=1"

"""The waiver is changed, and people with a class to come are asked to sign it anew."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock as the_clock
from app import events, work
from app.contacts import consent, erase
from app.contacts.models import Contact
from app.db import db
from app.demo import make
from app.events import posting
from app.events.models import Event
from app.messaging.models import Message
from app.notices import setup
from app.staff.models import Staff
from app.waiver import asking, signing, versions
from app.waiver.models import WaiverVersion
from tests.harness import queries
from tests.harness.client import Client
from tests.harness.smtp import SmtpSink
from tests.harness.work import Workers

HX = {"HX-Request": "true", "HX-Request-Type": "partial"}
URL = "/settings/general/waiver"


@pytest.fixture(autouse=True)
def today(app: Flask, clock: ModuleType) -> None:
    clock.set("2026-11-23 09:00", zone="Europe/Paris")


@pytest.fixture
def ines(app: Flask, client: Client) -> Staff:
    ines = make.staff("Inès Garnier", "owner")
    client.sign_in(ines)
    return ines


def book(of: Contact, *, days: int = 2, kind: str = "class", number: int = 1) -> None:
    starts = the_clock.now() + timedelta(days=days)
    data: dict[str, Any] = {"starts_at": starts.isoformat(), "booking_id": f"b{of.id}-{number}"}
    data |= {"class_name": "Yin"} if kind == "class" else {"service": "Massage"}
    how = posting.How(events.Actor("api", None, "Till"), the_clock.now())
    posting.post(f"{kind}.booked", of, data, how)


def visitor(name: str, **more: Any) -> Contact:
    """Somebody who has booked a class of the day after tomorrow."""
    contact = make.client(name, language="en", **more)
    book(contact)
    return contact


def requests(of: Contact) -> list[Message]:
    wanted = select(Message).where(Message.contact_id == of.id, Message.kind == "waiver_request")
    return list(db.session.scalars(wanted.order_by(Message.id)))


def save(client: Client, text: str, *, after: int = 0, title: str = "Health and liability") -> Any:
    return client.post(URL, data={"title": title, "text": text, "after": after})


@pytest.mark.req("WVR-01", "NAV-06")
def test_the_waiver_is_reached_from_the_general_configuration_and_each_save_is_a_version(
    ines: Staff, client: Client
) -> None:
    assert f'href="{URL}"' in client.get("/settings").text
    assert f'href="{URL}"' in client.get("/settings/general").text
    assert "Nobody has been asked" not in client.get(URL).text

    save(client, "At my own risk.")
    the_clock.set("2026-11-24 09:00", zone="Europe/Paris")
    saved = save(client, "At my own risk.\r\n\r\nAlso in the sauna.", after=1)

    assert saved.status_code == 303
    page = client.get(URL).text
    assert "Also in the sauna." in page
    assert [one.version.number for one in versions.lines()] == [2, 1]
    assert page.index(f'href="{URL}/versions/2"') < page.index(f'href="{URL}/versions/1"')
    assert "Inès Garnier" in page
    first = client.get(f"{URL}/versions/1").text
    assert "At my own risk." in first
    assert "Also in the sauna." not in first
    assert "A newer version has taken its place." in first


@pytest.mark.req("WVR-01")
def test_saving_what_is_there_already_makes_no_version(ines: Staff, client: Client) -> None:
    save(client, "At my own risk.")

    save(client, " At my own risk.\r\n", after=1)

    assert len(versions.lines()) == 1
    assert save(client, " ", after=1).status_code == 422
    assert save(client, "Other", after=1, title="").status_code == 422
    assert len(versions.lines()) == 1


@pytest.mark.req("WVR-01")
def test_who_saves_after_somebody_else_is_told_and_loses_nothing(ines: Staff, client: Client) -> None:
    save(client, "First.")
    save(client, "Theirs.", after=1)

    late = save(client, "Mine.", after=1)

    assert late.status_code == 422
    assert "Somebody else has saved the waiver meanwhile." in late.text
    assert "Mine." in late.text
    assert re.search(r'name="after"[^>]*value="2"', late.text)
    save(client, "Mine.", after=2)
    assert [one.version.text for one in versions.lines()] == ["Mine.", "Theirs.", "First."]


@pytest.mark.req("WVR-02", "WVR-03")
def test_everybody_with_a_class_to_come_gets_one_email_with_the_note(
    ines: Staff, client: Client, workers: Workers, smtp: SmtpSink
) -> None:
    three = [visitor(name) for name in ("Ana Duarte", "Bea Roy", "Carl Moss")]
    book(three[0], days=5, number=2)  # two bookings, one e-mail
    past, meeting, cancelled = (make.client(name) for name in ("Dan Past", "Eva Meets", "Fay Off"))
    book(past, days=-2)
    book(meeting, kind="appointment")
    book(cancelled)
    posting.post(
        "class.booking_cancelled",
        cancelled,
        {"class_name": "Yin", "booking_id": f"b{cancelled.id}-1"},
        posting.How(make.SYSTEM, the_clock.now()),
    )
    saved = save(client, "At my own risk.")
    assert f'hx-get="{URL}/request"' in client.get(saved.headers["Location"]).text

    dialog = client.get(f"{URL}/request").text
    assert "3 people with a class to come are asked to sign it" in dialog
    client.post(f"{URL}/request", data={"note": "New: the part about the sauna (see 3)."})
    client.post(f"{URL}/request", data={"note": "Twice?"})
    workers.run_until_idle()

    for one in three:
        [mail] = smtp.sent_to(one.email or "")
        assert mail.subject == "A new version to sign: Health and liability"
        assert "\n\nNew: the part about the sauna (see 3).\n\n" in mail.text
        [message] = requests(one)
        assert signing.link_for(versions.the_current(), one.id) in message.text
    assert [requests(one) for one in (past, meeting, cancelled)] == [[], [], []]
    version = versions.the_current()
    assert (version.asking, version.asked, version.note) == ("asked", 3, "New: the part about the sauna (see 3).")
    assert "3 people were asked" in client.get(URL).text
    assert "The request for this version has been sent." in client.get(f"{URL}/request").text


@pytest.mark.req("WVR-03")
def test_without_a_note_the_email_has_none_and_no_gap(ines: Staff, client: Client, workers: Workers) -> None:
    ana = visitor("Ana Duarte")
    make.waiver(by=ines)

    client.post(f"{URL}/request", data={"note": " "})
    workers.run_until_idle()

    [message] = requests(ana)
    link = signing.link_for(versions.the_current(), ana.id)
    assert message.text == (
        "Hello Ana,\n\nOur waiver has changed. Please read it and sign it before your next class.\n\n"
        f"Health and liability\n{link}\n\nIt takes a minute. Thank you,\nMy studio"
    )


@pytest.mark.req("WVR-02")
def test_left_for_later_nobody_is_asked_until_the_author_says_so(ines: Staff, client: Client, workers: Workers) -> None:
    ana = visitor("Ana Duarte")
    save(client, "At my own risk.")
    workers.run_until_idle()
    assert requests(ana) == []
    page = client.get(URL).text
    assert "Nobody has been asked to sign version 1 yet." in page
    assert "1 person with a class to come has still to sign" in page

    client.post(f"{URL}/request", data={})
    workers.run_until_idle()

    assert len(requests(ana)) == 1


@pytest.mark.req("WVR-02")
def test_many_are_asked_in_batches_and_a_batch_that_dies_asks_nobody_twice(
    ines: Staff, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "BATCH", 2)
    people = [visitor(f"Guest {n}") for n in range(5)]
    version = make.waiver(by=ines)
    asking.ask_all(version, "", by=ines)
    db.session.commit()

    work.run_batch(asking.ACTOR)
    assert (version.asked, version.asking) == (2, "asking")
    asking.ask_batch()
    db.session.rollback()  # killed before it was done
    workers.run_until_idle()

    assert [len(requests(one)) for one in people] == [1] * 5
    assert (versions.the_current().asked, versions.the_current().asking) == (5, "asked")


@pytest.mark.req("WVR-02")
def test_asking_costs_as_many_statements_for_forty_people_as_for_four(ines: Staff) -> None:
    def asked(number: int) -> int:
        for n in range(number):
            visitor(f"Guest {n}")
        version = make.waiver(f"Text for {number}", by=ines)
        asking.ask_all(version, "", by=ines)
        db.session.commit()
        with queries.counted() as statements:
            asking.ask_batch()
        db.session.commit()
        return len(statements)

    assert asked(4) == asked(40)


@pytest.mark.req("WVR-02")
def test_a_version_replaced_meanwhile_is_asked_for_no_longer(ines: Staff, workers: Workers) -> None:
    ana = visitor("Ana Duarte")
    first = make.waiver("First.", by=ines)
    asking.ask_all(first, "", by=ines)
    make.waiver("Second.", by=ines)
    workers.run_until_idle()
    assert requests(ana) == []

    with pytest.raises(asking.NotAsked):
        asking.ask_all(first, "", by=ines)


@pytest.mark.req("WVR-02")
def test_who_has_signed_or_cannot_be_reached_is_counted_so(ines: Staff, client: Client, workers: Workers) -> None:
    signed, mute, quiet, gone = (
        visitor("Ana A"),
        make.client("Bea B", email=None, phone="+33600000001"),
        visitor("C"),
        visitor("D"),
    )
    book(mute)
    make.waiver(by=ines)
    make.signature(signed)
    consent.withdraw(quiet, ["email_transactional"], by=ines, via="staff")
    erase.erase_contact(gone, by=ines)

    dialog = client.get(f"{URL}/request").text
    assert "2 people with a class to come" in dialog
    assert "2 of them cannot be reached by e-mail" in dialog

    client.post(f"{URL}/request", data={})
    workers.run_until_idle()
    assert requests(signed) == requests(gone) == []


@pytest.mark.req("WVR-02")
def test_nobody_to_ask_is_said_and_a_message_that_is_off_is_not_promised(ines: Staff, client: Client) -> None:
    make.waiver(by=ines)
    assert "Nobody with a class to come has still to sign it." in client.get(f"{URL}/request").text

    visitor("Ana Duarte")
    setup.switch(asking.NOTICE, "email", on=False)
    assert "The e-mail that asks is switched off" in client.get(f"{URL}/request").text
    assert client.post(f"{URL}/request", data={}).status_code == 409
    assert versions.the_current().asking == ""


@pytest.mark.req("WVR-04", "TXN-02")
def test_its_words_are_a_template_that_the_studio_rewrites(ines: Staff, client: Client, workers: Workers) -> None:
    ana = visitor("Ana Duarte")
    page = client.get("/studio/email-templates").text
    assert re.search(r'href="/studio/email-templates/waiver_request"[^>]*>\s*<b>Updated-waiver signature request', page)
    texts = dict(setup.standing_of("waiver_request").texts)
    texts["en"] = texts["en"].model_copy(update={"subject": "Sign, ##{{first_name}}", "body": "Here: ##{{url}}"})
    setup.write(asking.NOTICE, texts, by=ines)
    make.waiver(by=ines)
    assert "The template has no ##{{waiverNote}}" in client.get(f"{URL}/request").text

    client.post(f"{URL}/request", data={})
    workers.run_until_idle()

    [message] = requests(ana)
    assert message.subject == "Sign, Ana"
    assert message.text == f"Here: {signing.link_for(versions.the_current(), ana.id)}"


@pytest.mark.req("WVR-05")
def test_a_template_without_its_link_is_warned_of_as_it_is_typed_as_it_is_saved_and_where_it_is_sent(
    ines: Staff, client: Client
) -> None:
    visitor("Ana Duarte")
    make.waiver(by=ines)
    url = "/studio/email-templates/waiver_request"
    typed: dict[str, Any] = {"shown": "fr"}
    for language, text in setup.standing_of("waiver_request").texts.items():
        typed |= {f"{language}-{name}": value for name, value in text.model_dump().items()}
    warned = "This message leads nowhere without its link."
    assert '<copy-link data-href="##{{url}}">' in client.get(url).text
    assert warned not in client.post(f"{url}/preview", data=typed, headers=HX).text

    lost = typed | {"fr-body": "Bonjour ##{{waiverName}}"}
    seen = client.post(f"{url}/preview", data=lost, headers=HX).text
    assert warned in seen
    assert re.search(r"<code>##\{\{url\}\}</code> in the e-mail · Français", seen)
    saved = client.post(url, data=lost)
    page = client.get(saved.headers["Location"]).text
    assert warned in page
    assert "Saved, but without ##{{url}}" in page
    assert "has lost its link" in client.get(URL).text
    assert "has lost its link" in client.get(f"{URL}/request").text

    client.post(url, data=typed | {"en-sms": "Sign at the studio"})
    assert re.search(r"<code>##\{\{url\}\}</code> in the SMS · English", client.get(url).text)
    client.post(url, data=typed | {"en-sms": "", "fr-sms": ""})
    assert warned not in client.get(url).text


def test_another_systems_request_leads_where_that_system_says(ines: Staff, workers: Workers) -> None:
    ana = make.client("Ana Duarte", language="en")
    make.waiver(by=ines)
    data = {"waiver": "Theirs", "url": "https://till.example/w/1"}

    setup.answer_reported(on=True)
    posting.post("waiver.signature_requested", ana, data, posting.How(make.SYSTEM, the_clock.now()))
    workers.run_until_idle()

    assert "Theirs\nhttps://till.example/w/1" in requests(ana)[0].text


@pytest.mark.req("WVR-06")
def test_who_has_still_to_sign_is_listed_with_who_comes_next_on_top_page_by_page(
    ines: Staff, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.waiver.audience.ROWS", 2)
    late, soon, mid, done = (make.client(name) for name in ("Late Comer", "Soon Here", "Mid Week", "Done Already"))
    for one, days in ((late, 9), (soon, 1), (mid, 4), (done, 2)):
        book(one, days=days)
    book(soon, days=8, number=2)
    version = make.waiver(by=ines)
    make.signature(done)
    assert f'href="{URL}/waiting"' in client.get(URL).text

    first = client.get(f"{URL}/waiting").text
    assert re.findall(r"Soon Here|Mid Week|Late Comer|Done Already", re.sub(r'(aria|title)[^>]*"', "", first))[:1] == [
        "Soon Here"
    ]
    assert [name in first for name in ("Soon Here", "Mid Week", "Late Comer", "Done Already")] == [
        True,
        True,
        False,
        False,
    ]
    found = re.search(r'hx-get="([^"]+cursor=[^"]+)"', first)
    assert found is not None
    rest = client.get(found[1].replace("&amp;", "&"), headers=HX).text
    assert [name in rest for name in ("Soon Here", "Mid Week", "Late Comer")] == [False, False, True]
    assert "<html" not in rest
    assert version.number == 1


@pytest.mark.req("WVR-06")
def test_a_person_is_asked_from_the_list_or_their_profile_and_a_double_press_is_one(
    ines: Staff, client: Client, workers: Workers
) -> None:
    ana = visitor("Ana Duarte")
    make.waiver(by=ines)

    for _press in range(2):
        sent = client.post(f"/contacts/{ana.id}/waiver-request", data={"from": "waiting"})
    workers.run_until_idle()

    assert sent.headers["Location"] == f"{URL}/waiting"
    assert len(requests(ana)) == 1
    assert "Ask again" in client.get(f"{URL}/waiting").text
    assert re.search(r"Asked\s+<time", client.get(f"/contacts/{ana.id}").text)
    make.signature(ana)
    the_clock.set("2026-11-23 09:05", zone="Europe/Paris")
    assert client.post(f"/contacts/{ana.id}/waiver-request").status_code == 409
    assert "Everybody with a class to come has signed" in client.get(f"{URL}/waiting").text

    mute = make.client("Bea Roy", email=None)
    refused = client.post(f"/contacts/{mute.id}/waiver-request")
    assert refused.status_code == 409
    assert "The request cannot reach Bea Roy. Let them sign at the desk." in refused.text


def test_pages_of_a_studio_without_a_waiver(ines: Staff, client: Client) -> None:
    ana = make.client("Ana Duarte")

    assert client.get(URL).status_code == 200
    assert client.get(f"{URL}/waiting").status_code == 404
    assert client.get(f"{URL}/request").status_code == 404
    assert f'id="waiver-{ana.id}"' not in client.get(f"/contacts/{ana.id}").text


def test_who_may_read_write_and_ask(app: Flask, client: Client) -> None:
    owner, desk, teacher = make.staff("O", "owner"), make.staff("D", "front_desk"), make.staff("T", "teacher")
    ana = visitor("Ana Duarte")
    make.waiver(by=owner)
    may: dict[str, Callable[[], Any]] = {
        "edit": lambda: client.get(URL),
        "save": lambda: save(client, f"Text {datetime.now(tz=the_clock.now().tzinfo)}"),
        "choose": lambda: client.get(f"{URL}/request"),
        "send": lambda: client.post(f"{URL}/request", data={}),
        "read": lambda: client.get(f"{URL}/versions/1"),
        "waiting": lambda: client.get(f"{URL}/waiting"),
        "ask": lambda: client.post(f"/contacts/{ana.id}/waiver-request"),
    }
    refused = {}
    for who in (desk, teacher):
        client.sign_in(who)
        refused[who.name] = [name for name, go in may.items() if go().status_code == 403]

    assert refused == {
        "D": ["edit", "save", "choose", "send"],
        "T": ["edit", "save", "choose", "send", "waiting", "ask"],
    }


def test_a_colleague_of_another_location_neither_sees_nor_asks_them(app: Flask, client: Client) -> None:
    here, there = make.location("Here"), make.location("There")
    make.waiver(by=make.staff("O", "owner"))
    ana = visitor("Ana Duarte", location=there)
    client.sign_in(make.staff("D", "front_desk", locations=[here], only_location=here))

    assert "Ana Duarte" not in client.get(f"{URL}/waiting").text
    assert client.post(f"/contacts/{ana.id}/waiver-request").status_code == 404


def test_the_events_say_who_asked_and_carry_no_link(ines: Staff, workers: Workers) -> None:
    ana = visitor("Ana Duarte")
    asking.ask_all(make.waiver(by=ines), "A note", by=ines)
    workers.run_until_idle()

    [event] = db.session.scalars(select(Event).where(Event.kind == "waiver.signature_requested")).all()
    assert (event.contact_id, event.actor_name) == (ana.id, "Inès Garnier")
    assert event.data == {"waiver": "Health and liability", "version": 1, "note": "A note"}
    assert db.session.scalars(select(WaiverVersion)).one().asked == 1

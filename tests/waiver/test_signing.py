"""Clients sign the waiver by a link of their own."""

from __future__ import annotations

import re
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock as the_clock
from app.contacts import erase
from app.contacts.models import Contact
from app.db import db
from app.demo import make
from app.events.models import Event
from app.messaging import tokens
from app.staff.models import Staff
from app.waiver import signing, versions
from app.waiver.models import WaiverSignature
from tests.harness.client import Client

TEXT = "I come at my own risk.\n\nAlso in the sauna."


@pytest.fixture(autouse=True)
def today(app: Flask, clock: ModuleType) -> None:
    clock.set("2026-11-23 09:00", zone="Europe/Paris")


@pytest.fixture
def ines(app: Flask) -> Staff:
    return make.staff("Inès Garnier", "owner")


@pytest.fixture
def ana(ines: Staff) -> Contact:
    make.waiver(TEXT, by=ines)
    return make.client("Ana Duarte", language="en")


def link_of(contact: Contact) -> str:
    return signing.link_for(versions.the_current(), contact.id).removeprefix("http://localhost")


def sign(client: Client, link: str, **changed: Any) -> Any:
    """Open the page and send it back, with a name and the box ticked."""
    found = re.search(r'name="number"[^>]*value="(\d+)"', client.get(link).text)
    number = found[1] if found else versions.the_current().number
    return client.post(link, data={"name": "Ana Duarte", "agrees": "y", "number": number} | changed)


def signatures() -> list[WaiverSignature]:
    return list(db.session.scalars(select(WaiverSignature).order_by(WaiverSignature.id)))


@pytest.mark.req("WVR-05", "WVR-06")
def test_the_link_shows_the_text_and_signs_it_without_another_step(ana: Contact, client: Client) -> None:
    link = link_of(ana)
    page = client.get(link)
    assert page.status_code == 200
    assert "Also in the sauna." in page.text
    assert "Hello Ana." in page.text
    assert 'data-theme="light"' in page.text
    client.head(link)
    assert signatures() == []

    signed = sign(client, link, name="  Ana   Maria Duarte ")

    assert signed.status_code == 303
    thanks = client.get(signed.headers["Location"]).text
    assert "Thank you. It is signed." in thanks
    assert "Signed by Ana Maria Duarte on Monday 23 November 2026, 09:00." in thanks
    assert "Also in the sauna." in thanks
    assert "<form" not in thanks
    [kept] = signatures()
    assert (kept.contact_id, kept.version.number, kept.name) == (ana.id, 1, "Ana Maria Duarte")
    assert kept.signed_at == the_clock.now()
    [event] = db.session.scalars(select(Event).where(Event.kind == "waiver.signed")).all()
    assert (event.contact_id, event.actor_kind) == (ana.id, "client")
    assert event.data == {"waiver": "Health and liability", "version": 1}


@pytest.mark.req("WVR-06")
def test_signing_twice_keeps_the_first_signature(ana: Contact, client: Client) -> None:
    link = link_of(ana)
    sign(client, link)
    the_clock.set("2026-11-24 09:00", zone="Europe/Paris")

    again = sign(client, link, name="Somebody Else")

    assert again.status_code == 303
    [kept] = signatures()
    assert kept.name == "Ana Duarte"
    assert the_clock.now() - kept.signed_at == timedelta(days=1)
    assert len(db.session.scalars(select(Event).where(Event.kind == "waiver.signed")).all()) == 1


@pytest.mark.req("WVR-05")
def test_without_a_name_or_without_the_tick_nothing_is_signed(ana: Contact, client: Client) -> None:
    link = link_of(ana)

    nameless, unticked = sign(client, link, name=" "), sign(client, link, agrees="")

    assert (nameless.status_code, unticked.status_code) == (422, 422)
    assert "Type your name: it is your signature." in nameless.text
    assert "Tick this to sign." in unticked.text
    assert 'value="Ana Duarte"' in unticked.text
    assert signatures() == []


@pytest.mark.req("WVR-05", "WVR-06")
def test_an_earlier_link_signs_the_version_of_today_and_says_so(ana: Contact, ines: Staff, client: Client) -> None:
    old = link_of(ana)
    sign(client, old)
    make.waiver("No sauna any more.", by=ines)

    page = client.get(old).text
    assert "No sauna any more." in page
    assert "Your link was for an earlier version." in page
    assert "Your link was for an earlier version." not in client.get(link_of(ana)).text
    sign(client, old)

    assert [one.version.number for one in signatures()] == [1, 2]
    assert "Thank you. It is signed." in client.get(old).text


@pytest.mark.req("WVR-05")
def test_a_text_that_changes_while_it_is_read_is_shown_before_it_is_signed(
    ana: Contact, ines: Staff, client: Client
) -> None:
    link = link_of(ana)
    make.waiver("No sauna any more.", by=ines)

    stale = client.post(link, data={"name": "Ana Duarte", "agrees": "y", "number": "1"})

    assert stale.status_code == 422
    assert "The text has changed since you opened this page." in stale.text
    assert "No sauna any more." in stale.text
    assert "checked" not in stale.text
    assert re.search(r'name="number"[^>]*value="2"', stale.text)
    assert signatures() == []
    assert client.post(link, data={"name": "Ana", "agrees": "y", "number": "seven"}).status_code == 404


@pytest.mark.req("WVR-05")
def test_a_link_that_is_cut_off_foreign_or_of_somebody_erased_says_so(
    ana: Contact, ines: Staff, client: Client
) -> None:
    link = link_of(ana)
    strange = [
        link[:-2],
        "/waiver/nonsense",
        f"/waiver/{tokens.seal('intake', ana.id, 1)}",
        f"/waiver/{tokens.seal('waiver', ana.id)}",
    ]
    for one in strange:
        shown = client.get(one)
        assert shown.status_code == 404
        assert "This link is not valid" in shown.text
        assert client.post(one, data={"name": "A", "agrees": "y", "number": "1"}).status_code == 404
    erase.erase_contact(ana, by=ines)
    assert client.get(link).status_code == 404
    assert signatures() == []


@pytest.mark.req("WVR-05")
def test_the_page_is_in_the_clients_language_and_can_be_read_in_the_other(ana: Contact, client: Client) -> None:
    chloe = make.client("Chloé Roy", language="fr")

    french = client.get(link_of(chloe)).text
    assert '<html lang="fr"' in french
    assert "Signer" in french
    assert "Read this and sign it" not in french
    assert '<html lang="en"' in client.get(f"{link_of(chloe)}?lang=en").text
    signed = sign(client, f"{link_of(chloe)}?lang=en")
    assert signed.headers["Location"].endswith("?lang=en")


@pytest.mark.req("WVR-06")
def test_the_profile_says_what_was_signed_when_and_what_is_missing(ana: Contact, ines: Staff, client: Client) -> None:
    client.sign_in(ines)
    unsigned = client.get(f"/contacts/{ana.id}").text
    assert "Still to sign" in unsigned
    assert "Nothing signed yet." in unsigned
    assert f'href="http://localhost{link_of(ana)}"' in unsigned

    sign(client, link_of(ana))
    signed = client.get(f"/contacts/{ana.id}").text
    panel = signed[signed.index(f'id="waiver-{ana.id}"') :].partition("</section>")[0]
    assert "Still to sign" not in panel
    assert "Ask to sign" not in panel
    assert re.search(r"Version 1.*Ana Duarte.*Monday 23 November 2026, 09:00", panel, re.DOTALL)
    assert "Signed “Health and liability”, version 1" in signed

    the_clock.set("2026-11-25 09:00", zone="Europe/Paris")
    make.waiver("No sauna any more.", by=ines)
    anew = client.get(f"/contacts/{ana.id}").text
    assert "Version 2 is still to be signed." in anew
    assert "/versions/1" in anew
    assert "1 signature" in client.get("/settings/general/waiver").text


@pytest.mark.req("WVR-06")
def test_an_erased_persons_signature_stays_as_a_number_without_a_name(
    ana: Contact, ines: Staff, client: Client
) -> None:
    sign(client, link_of(ana))

    erase.erase_contact(ana, by=ines)

    [kept] = signatures()
    assert (kept.name, kept.version.number) == ("", 1)
    assert kept.signed_at == the_clock.now()
    event = db.session.scalars(select(Event).where(Event.kind == "waiver.signed")).one()
    assert event.data == {"version": 1}
    assert [line.signed for line in versions.lines()] == [1]

"""Clients bring others by a link of their own."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from app.contacts import erase
from app.contacts.models import Contact
from app.db import db
from app.demo import make
from app.studio import referrals
from tests.harness.client import Client
from tests.harness.work import Workers
from tests.sequences.conftest import enrolments, post

GUEST = {"first_name": "Nora", "last_name": "Petit", "email": "nora@mail.example", "phone": ""}


def path_of(host: Contact) -> str:
    return "/invited/" + referrals.link_of(host.id).rsplit("/", 1)[1]


def nora() -> Contact | None:
    return db.session.scalar(select(Contact).where(Contact.email == "nora@mail.example"))


@pytest.mark.req("TRG-26", "TPL-23")
def test_who_registers_by_the_link_is_the_guest_of_its_owner(client: Client, workers: Workers) -> None:
    make.sequence({"do": "tag.add", "tags": ["Guest"]}, trigger="client.referred")
    leo = make.client("Léo Martin")
    db.session.commit()

    assert "Léo would like you to come along" in client.get(path_of(leo)).text
    assert nora() is None  # looking at the page changes nothing
    assert client.post(path_of(leo), data=GUEST).status_code == 303
    client.post(path_of(leo), data=GUEST)  # sent twice
    workers.run_until_idle()

    guest = nora()
    assert guest is not None
    found = referrals.referral_of(guest)
    assert found is not None
    assert (found.referrer, found.via) == (leo, "link")
    assert len(enrolments(guest)) == 1
    assert (guest.email_marketing, guest.email_transactional) == (False, True)  # the box was not ticked
    assert [one.contact for one in referrals.brought_by(leo)] == [guest]


@pytest.mark.req("TRG-26")
def test_whom_the_studio_knew_is_nobodys_guest(client: Client) -> None:
    leo, known = make.client(), make.contact(email="nora@mail.example")
    db.session.commit()
    client.post(path_of(leo), data=GUEST)

    assert referrals.referral_of(known) is None


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"first_name": ""}, "first_name"),
        ({"email": "nora@"}, "email"),
        ({"email": "x" * 300 + "@mail.example"}, "email"),
        ({"phone": "12"}, "phone"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(client: Client, said: dict[str, str], field: str) -> None:
    leo = make.client()
    db.session.commit()
    answer = client.post(path_of(leo), data=GUEST | said)

    assert answer.status_code == 422
    assert f'id="{field}-error' in answer.text or f'href="#{field}"' in answer.text
    assert nora() is None


def test_machines_and_forged_links_register_nobody(client: Client) -> None:
    leo, gone = make.client(), make.client()
    erase.erase_contact(gone, by=make.SYSTEM)
    db.session.commit()
    assert client.post(path_of(leo), data=GUEST | {"website": "spam"}).status_code == 303
    for path in ("/invited/nonsense", path_of(leo)[:-2] + "xx", path_of(gone)):
        assert client.get(path).status_code == 404
        assert client.post(path, data=GUEST).status_code == 404

    assert nora() is None


def test_the_page_speaks_french(client: Client) -> None:
    leo = make.client("Léo Martin")
    db.session.commit()
    said = client.get(path_of(leo), headers={"Accept-Language": "fr"}).text

    assert "Léo aimerait vous emmener" in said


def test_another_system_tells_of_a_referral(app: Flask) -> None:
    leo, guest, stranger = make.client(external_id="m-7"), make.contact(), make.contact()
    post("client.referred", guest, referrer="m-7", via="dashboard")
    post("client.referred", stranger, referrer="nobody we know")

    found = referrals.referral_of(guest)
    assert found is not None
    assert (found.referrer, found.via) == (leo, "dashboard")
    assert referrals.referral_of(stranger) is None

"""Where things live, and for whom."""

from __future__ import annotations

import re
from html import unescape
from http import HTTPStatus

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient

from app import frame, navigation
from app.db import db
from app.demo import make
from tests.harness.client import Client


def entries_of(page: str, heading: str) -> dict[str, str]:
    """The entries under a heading of the sidebar, by name, with where they lead."""
    side = page[page.index('<aside class="side"') : page.index("</aside>")]
    group = re.search(rf'aria-label="{heading}">(.*?)</nav>', side, flags=re.DOTALL)
    assert group is not None, heading
    return {name: address for address, name in re.findall(r'<a href="([^"]+)" title="([^"]+)"', group.group(1))}


PATHS = {
    "NAV-01": ("Home", ["Inbox", "Dashboard", "Tasks", "Activity"]),
    "NAV-02": ("Clients", ["Client list", "Contacts", "Tags", "Custom fields", "Intake forms"]),
    "NAV-03": ("Marketing", ["Leads", "Sequences"]),
    "NAV-04": ("Memberships", ["Subscriptions & packs"]),
    "NAV-05": ("Studio configuration", ["Lead forms", "Email templates"]),
    "NAV-07": ("Apps & Integrations", ["App store", "Integrations"]),
}

SETTINGS = [
    "Messages",
    "Cancellation policy",
    "Waitlist",
    "Staff accounts",
    "Roles",
    "Phone number",
    "General configuration",
    "Lead scoring",
    "Lifecycle",
]


@pytest.fixture
def owner(house: Flask) -> FlaskClient:
    visitor = house.test_client()
    visitor.get("/style/door/light")
    return visitor


def address_of(house: Flask, endpoint: str) -> str:
    with house.test_request_context():
        return url_for(endpoint)


def groups(page: str) -> dict[str, list[str]]:
    """The menu as one hears it: each heading with the names of its entries."""
    side = page[page.index('<aside class="side"') : page.index("</aside>")]
    found = re.findall(r'<nav class="nav" aria-label="([^"]+)">(.*?)</nav>', side, flags=re.DOTALL)
    return {
        unescape(label): [unescape(name) for name in re.findall(r'<a [^>]*title="([^"]+)"', entries)]
        for label, entries in found
    }


def test_an_owner_finds_every_page_under_its_heading(owner: FlaskClient) -> None:
    menu = groups(owner.get("/style/").text)
    for heading, names in PATHS.values():
        assert [name for name in names if name not in menu[heading]] == [], heading


def test_campaigns_lead_to_the_same_sequences(owner: FlaskClient) -> None:
    page = owner.get("/style/").text
    addresses = set(re.findall(r'href="([^"]+)" title="Sequences"', page))
    assert groups(page)["Campaigns"] == ["Sequences"]
    assert len(addresses) == 1


def test_the_settings_have_their_own_menu(house: Flask) -> None:
    with house.test_request_context():
        labels = [str(entry.label) for entry in navigation.SETTINGS.entries]
    assert [name for name in SETTINGS if name not in labels] == []


@pytest.mark.req("NAV-01")
def test_home_opens_inbox_dashboard_tasks_and_activity(client: Client) -> None:
    client.sign_in(make.staff("Inès Garnier", "owner"))
    home = entries_of(client.get("/account").text, "Home")
    assert {"Inbox", "Dashboard", "Tasks", "Activity"} <= set(home)
    assert [name for name, address in home.items() if client.get(address).status_code != HTTPStatus.OK] == []


@pytest.mark.req("NAV-03")
def test_marketing_and_campaigns_open_the_same_sequences(client: Client) -> None:
    client.sign_in(make.staff("Inès Garnier", "owner"))
    page = client.get("/account").text
    marketing, campaigns = entries_of(page, "Marketing"), entries_of(page, "Campaigns")
    assert {"Leads", "Sequences"} <= set(marketing)
    assert campaigns == {"Sequences": marketing["Sequences"]}
    assert {client.get(address).status_code for address in marketing.values()} == {HTTPStatus.OK}


def test_a_page_that_does_not_exist_is_not_in_the_menu(app: Flask) -> None:
    with app.test_request_context():
        for group in (*navigation.MENU, navigation.SETTINGS):
            for item in frame._drawn(group).items:
                assert item.entry.endpoint in app.view_functions


def test_nobody_sees_entries_that_their_role_may_not_open(house: Flask) -> None:
    with house.app_context():
        tom = make.staff("Tom Wright", "teacher")
        db.session.commit()
        email = tom.email
    visitor = house.test_client()
    house.config["WTF_CSRF_ENABLED"] = False
    visitor.post("/sign-in", data={"email": email, "password": make.PASSWORD})
    house.config["WTF_CSRF_ENABLED"] = True
    menu = groups(visitor.get("/style/").text)
    assert "Staff accounts" not in str(menu)


def test_the_page_at_hand_is_marked_once(house: Flask, owner: FlaskClient) -> None:
    for endpoint in ("sequences.index", "leads.index", "lead_forms.index", "contacts.clients", "contacts.index"):
        page = owner.get(address_of(house, endpoint)).text
        side = page[page.index('<aside class="side"') : page.index("</aside>")]
        assert side.count('aria-current="page"') == 1, endpoint


def test_a_folded_group_opens_around_the_page_at_hand(house: Flask, owner: FlaskClient) -> None:
    page = owner.get(address_of(house, "lead_forms.index")).text
    assert re.search(r'data-key="studio" open', page)
    assert not re.search(r'data-key="memberships" open', page)

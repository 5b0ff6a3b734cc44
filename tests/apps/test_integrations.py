"""Integrations: their switches, and what comes in while one is off (APP-06, CP-01 to CP-04)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from app import founding
from app.apps import classpass, integrations, plan
from app.apps.integrations import INTEGRATIONS
from app.contacts.models import Contact
from app.db import db
from app.demo import make
from app.staff import tokens
from app.staff.models import Location
from app.studio.models import Booking
from tests.harness.client import Client

Post = Callable[..., TestResponse]


@pytest.fixture
def owner(client: Client) -> Client:
    client.sign_in(make.staff("Inès Garnier", "owner"))
    return client


@pytest.fixture
def post(client: Client) -> Post:
    """Another system, posting events."""
    _token, plaintext = tokens.create_token("Front", ())

    def posted(event: dict[str, Any]) -> TestResponse:
        return client.post("/api/v1/events", json=event, headers={"Authorization": f"Bearer {plaintext}"})

    return posted


def reservation(**data: Any) -> dict[str, Any]:
    return {
        "kind": "class.booked",
        "contact": {"email": "ana@x.org", "first_name": "Ana"},
        "data": {"channel": "classpass", "paid_with": "classpass", "class_name": "Yin"} | data,
    }


@pytest.mark.req("APP-06", "NAV-07")
def test_the_page_lists_each_integration_with_a_switch_of_its_own(owner: Client) -> None:
    page = owner.get("/apps/integrations").text

    names = [unescape(name) for name in re.findall(r'aria-label="Let ([^"]+) in"', page)]
    assert names == ["Classpass", "Facebook & Instagram", "Demo scheduling link", "Salesforce", "HubSpot"]

    owner.post("/apps/integrations/hubspot/switch", data={"on": "1", "list": "1"})
    assert [key for key, one in INTEGRATIONS.items() if integrations.is_on(one)] == ["demos", "hubspot"]


@pytest.mark.req("APP-06")
def test_an_event_of_an_integration_that_is_off_has_no_effect_and_is_noted(owner: Client, post: Post) -> None:
    answer = post(reservation())

    assert answer.status_code == 202
    assert answer.get_json() == {"accepted": 0, "duplicates": 0, "ignored": 1, "ids": []}
    assert db.session.scalars(select(Booking)).all() == []
    assert db.session.scalar(select(Contact).where(Contact.email == "ana@x.org")) is None
    log = owner.get("/apps/integrations/classpass").text
    assert "<code>class.booked</code>" in log
    assert "The plan does not have it" in log
    assert "class.booked</code>" not in owner.get("/apps/integrations/hubspot").text


@pytest.mark.req("APP-06", "CP-01")
def test_the_same_event_counts_once_the_integration_is_on_and_no_longer_when_it_is_off_again(post: Post) -> None:
    plan.change(plan.STUDIO, by=make.SYSTEM)
    assert post(reservation() | {"dedupe_key": "r1"}).get_json()["ignored"] == 1

    integrations.switch(INTEGRATIONS["classpass"], on=True, by=make.SYSTEM)
    assert post(reservation() | {"dedupe_key": "r1"}).get_json()["accepted"] == 1

    integrations.switch(INTEGRATIONS["classpass"], on=False, by=make.SYSTEM)
    assert post(reservation() | {"dedupe_key": "r2"}).get_json()["ignored"] == 1
    [booking] = db.session.scalars(select(Booking))
    assert (booking.name, booking.paid_with) == ("Yin", "classpass")


def test_what_no_integration_claims_is_nobodys_switch(post: Post) -> None:
    """The studio's own booking system tells of a class that somebody paid for with Classpass: that is not Classpass."""
    answer = post(reservation(channel="momoyoga"))

    assert (answer.get_json()["accepted"], "ignored" in answer.get_json()) == (1, False)


@pytest.mark.req("APP-06")
@pytest.mark.parametrize("key", INTEGRATIONS)
def test_the_example_on_the_page_is_an_event_that_works(owner: Client, post: Post, key: str) -> None:
    plan.change(plan.STUDIO, by=make.SYSTEM)
    integrations.switch(INTEGRATIONS[key], on=True, by=make.SYSTEM)
    page = owner.get(f"/apps/integrations/{key}").text
    shown = re.search(r'<pre class="code"[^>]*>(.*?)</pre>', page.split('id="how-title"')[1], flags=re.DOTALL)
    assert shown is not None
    event = json.loads(unescape(shown[1]).partition("-d '")[2].rstrip("'"))

    assert integrations.source_of(event["kind"], event["data"]) == INTEGRATIONS[key]
    assert post(event).get_json()["accepted"] == 1


@pytest.mark.req("CP-02")
def test_the_ids_can_be_copied_and_stay_what_they_are(owner: Client) -> None:
    before = classpass.classpass()
    page = owner.get("/apps/integrations/classpass").text

    founding.lay()  # as at every start

    assert classpass.classpass() == before
    assert len(before.host_id) == classpass.LENGTH
    [here] = db.session.scalars(select(Location))
    for shown in (before.host_id, before.venue_id(here)):
        assert f'data-href="{shown}"' in page


@pytest.mark.req("CP-03")
def test_with_several_locations_one_venue_id_can_stand_for_all_and_with_one_there_is_no_such_thing(
    owner: Client,
) -> None:
    assert "Generate a consolidated venue ID" not in owner.get("/apps/integrations/classpass").text
    assert owner.post("/apps/integrations/classpass/consolidated-venue").status_code == 409

    make.location("Confluence")
    assert "Generate a consolidated venue ID" in owner.get("/apps/integrations/classpass").text
    owner.post("/apps/integrations/classpass/consolidated-venue")

    together = classpass.classpass().consolidated_id
    assert together is not None
    assert {one.name for one in classpass.locations_of(together)} == {"Main studio", "Confluence"}
    page = owner.get("/apps/integrations/classpass").text
    assert f'data-href="{together}"' in page
    assert "Confluence, Main studio" in page
    assert classpass.locations_of("SOMEBODY-1") == []


@pytest.mark.req("CP-04")
def test_two_checklists_each_end_with_the_ids_to_paste(owner: Client) -> None:
    page = owner.get("/apps/integrations/classpass").text
    ids = classpass.classpass()
    [here] = db.session.scalars(select(Location))

    first, move = page.split('<details class="guide-part"')[1:]
    for steps in (first, move):
        assert "Host ID: " + ids.host_id in steps
        assert "Venue ID: " + ids.venue_id(here) in steps
    assert "You want Classpass to work with your own scheduling system" in first
    assert "You are changing your scheduling platform" in move


def test_an_integration_that_does_not_exist_has_no_page(owner: Client) -> None:
    assert owner.get("/apps/integrations/myspace").status_code == 404
    assert owner.post("/apps/integrations/myspace/switch", data={"on": "1"}).status_code == 404

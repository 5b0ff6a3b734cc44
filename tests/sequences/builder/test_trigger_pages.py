"""The pages that narrow a trigger: what applies to it is shown, and nothing else."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from app import clock as the_clock
from app import events
from app.contacts import custom_fields
from app.db import db
from app.demo import make
from app.events import posting
from app.sequences import drafts, publishing
from app.sequences.models import Sequence
from app.staff.models import Staff
from tests.harness.client import Client

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
SMS = {"id": "sms", "do": "sms", "body": "Hello"}
TILL = events.Actor("api", None, "Till")


def offered(client: Client, kind: str) -> set[str]:
    """The names of the fields that page one shows for a trigger."""
    page = client.get("/sequences/new/filters", query_string={"kind": kind}, headers=PARTIAL)
    assert page.status_code == 200
    return set(re.findall(r'name="filter-(\w+)"', page.text))


@pytest.mark.req("TRG-45")
def test_page_one_shows_only_what_applies(client: Client, owner: Staff) -> None:
    make.location("Lyon")
    db.session.commit()
    assert offered(client, "class.late_cancelled") == {"class", "template", "rule", "location"}
    assert "class" not in offered(client, "client.birthday")
    assert {"count", "enrol"} <= offered(client, "class.visited")
    assert {"count", "enrol"} & offered(client, "class.booked") == set()
    assert offered(client, "pack.credits_left") >= {"credits"}
    assert client.get("/sequences/new/filters", query_string={"kind": "moon.full"}).status_code == 404


@pytest.mark.req("TRG-45", "SEQ-04", "SEQ-15")
def test_a_sequence_is_made_with_what_page_one_narrowed(client: Client, owner: Staff) -> None:
    sent = {"title": "Tenth", "kind": "class.visited", "filters_of": "class.visited"}
    made = client.post("/sequences", data=sent | {"filter-class": "Yin, Hatha", "filter-count": "10"})
    assert made.status_code == 303

    tenth = db.session.scalars(select(Sequence).where(Sequence.title == "Tenth")).one()
    assert drafts.draft_of(tenth).trigger.filters == {"class": ["Yin", "Hatha"], "count": 10}


def test_filters_of_another_trigger_are_let_go(client: Client, owner: Staff) -> None:
    sent = {"title": "Other", "kind": "client.created", "filters_of": "class.visited", "filter-count": "10"}
    assert client.post("/sequences", data=sent).status_code == 303

    other = db.session.scalars(select(Sequence).where(Sequence.title == "Other")).one()
    assert drafts.draft_of(other).trigger.filters == {}


@pytest.mark.req("SEQ-15")
def test_classes_that_people_have_booked_are_offered_and_others_can_be_typed(client: Client, owner: Staff) -> None:
    posting.post("class.booked", make.contact(), {"class_name": "Yin"}, posting.How(TILL, the_clock.now()))
    sequence = make.sequence(SMS, trigger="class.booked", active=False)
    url = f"/sequences/{sequence.id}/trigger"
    assert 'value="Yin"' in client.get(url, headers=PARTIAL).text

    said: dict[str, Any] = {"kind": "class.booked", "filtering": "1", "filter-class": ["Yin"]}
    client.post(url, data=said | {"filter-class_typed": "Aerial"}, headers=PARTIAL)
    assert drafts.draft_of(sequence).trigger.filters == {"class": ["Yin", "Aerial"]}
    assert 'value="Aerial"' in client.get(url, headers=PARTIAL).text


@pytest.mark.req("SEQ-14", "TRG-41")
def test_the_plus_above_the_trigger_comes_with_enrolment_on_booking(client: Client, owner: Staff) -> None:
    sequence = make.sequence(SMS, trigger="class.visited", filters={"enrol": "check_in"}, active=False)
    url = f"/sequences/{sequence.id}"
    assert "add=lane" not in client.get(url).text
    changed = {"kind": "class.visited", "filtering": "1", "filter-enrol": "booking"}
    client.post(f"{url}/trigger", data=changed, headers=PARTIAL)

    assert "add=lane" in client.get(url).text


@pytest.mark.req("CND-02")
@pytest.mark.parametrize(
    ("trigger", "suggested"),
    [
        ("class.booked", ["bookings.count", "visits.count", "membership.active"]),
        ("appointment.booked", ["appointments.count", "appointment.visits.count", "membership.active"]),
        ("lead.created", ["bookings.count", "visits.count", "membership.active", "client"]),
    ],
)
def test_the_conditions_suggested_first_depend_on_the_trigger(
    client: Client, owner: Staff, trigger: str, suggested: list[str]
) -> None:
    sequence = make.sequence(SMS, trigger=trigger, active=False)
    page = client.get(f"/sequences/{sequence.id}?add=top").text
    kinds = re.findall(r'value="if:([\w.]+)"', page)

    assert kinds[: len(suggested)] == suggested
    assert "tag.has" in kinds[len(suggested) :], "every other rule is behind All conditions"


@pytest.mark.req("TRG-24", "TRG-28", "CUS-05")
def test_what_a_trigger_needs_is_asked_for_before_it_can_act(client: Client, owner: Staff) -> None:
    counted = make.sequence(SMS, trigger="intro.bookings_count", active=False)
    dated = make.sequence(
        SMS, trigger="client.date_field", filters={"field": "Aniversary", "mode": "yearly"}, active=False
    )
    custom_fields.create_field("Anniversary", "date")

    assert [one.detail for one in publishing.check(counted)] == ["Say for the trigger: At booking number."]
    assert [one.detail for one in publishing.check(dated)] == ["“Aniversary” does not exist; nearest: Anniversary"]

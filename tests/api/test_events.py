"""Events from other systems."""

from __future__ import annotations

import jsonschema
import pytest
from sqlalchemy import select

from app.db import db
from app.demo import make
from app.leads.models import CONVERTED
from app.studio.models import Booking, Holding
from tests.api.conftest import Api


def test_a_booking_elsewhere_is_a_booking_here(api: Api) -> None:
    booked = {
        "kind": "class.booked",
        "contact": {"first_name": "Ana", "email": "ana@mail.example"},
        "dedupe_key": "b-1",
        "data": {"class_name": "Yin", "booking_id": "b-1", "starts_at": "2030-01-01T18:00:00+01:00"},
    }

    first, again = api.post("/events", booked), api.post("/events", booked)

    assert (first.status_code, first.get_json()["accepted"]) == (202, 1)
    assert again.get_json() == {"accepted": 0, "duplicates": 1, "ids": []}
    (booking,) = db.session.scalars(select(Booking))
    assert (booking.name, booking.external_id) == ("Yin", "b-1")
    (ana,) = api.get("/contacts", email="ana@mail.example").get_json()["items"]
    assert ana["client"] is True


@pytest.mark.req("LEAD-17")
def test_a_membership_bought_elsewhere_converts_the_lead_here(api: Api) -> None:
    lead = make.lead()

    bought = {"kind": "membership.purchased", "contact": {"id": lead.contact_id}, "data": {"membership": "Unlimited"}}
    assert api.post("/events", bought).status_code == 202

    db.session.refresh(lead)
    assert lead.status == CONVERTED
    assert db.session.scalars(select(Holding.name)).all() == ["Unlimited"]


@pytest.mark.req("TRG-32")
def test_a_tag_added_elsewhere_is_a_tag_here_and_taken_off_again(api: Api) -> None:
    ana = make.contact(tags=["VIP"])

    def post(kind: str, tag: str, key: str | None = None) -> int:
        said = {"kind": kind, "contact": {"id": ana.id}, "data": {"tag": tag}} | ({"dedupe_key": key} if key else {})
        answer = api.post("/events", said)
        assert answer.status_code == 202
        accepted: int = answer.get_json()["accepted"]
        return accepted

    assert post("tag.added", "vip") == 0  # there already: no news, and nothing that listens is told
    assert post("tag.added", "Regular", "t-1") == 1
    assert api.get(f"/contacts/{ana.id}").get_json()["tags"] == ["Regular", "VIP"]
    assert post("tag.removed", "regular") == 1
    assert post("tag.removed", "regular") == 0
    assert post("tag.added", "Regular", "t-1") == 0  # a repeat of what was taken off meanwhile
    assert api.get(f"/contacts/{ana.id}").get_json()["tags"] == ["VIP"]
    blank = {"kind": "tag.added", "contact": {"id": ana.id}, "data": {"tag": " "}}
    assert api.post("/events", blank).status_code == 422


def test_a_thousand_events_at_once(api: Api) -> None:
    ana = make.contact()
    many = [
        {"kind": "api.event", "contact": {"id": ana.id}, "dedupe_key": f"k{number}", "data": {"name": "Opened the app"}}
        for number in range(1000)
    ]

    assert api.post("/events", {"events": many}).get_json()["accepted"] == 1000
    assert api.post("/events", {"events": many}).get_json()["duplicates"] == 1000
    assert api.post("/events", {"events": [*many, many[0]]}).status_code == 422


def test_what_lies_ahead_has_not_happened(api: Api) -> None:
    said = {
        "kind": "api.event",
        "contact": {"first_name": "Ana"},
        "data": {"name": "x"},
        "occurred_at": "2999-01-01T00:00:00Z",
    }

    assert api.post("/events", said).get_json()["errors"][0]["pointer"] == "/occurred_at"


def test_each_kind_describes_its_data(api: Api) -> None:
    kinds = {one["kind"]: one for one in api.get("/event-kinds").get_json()["items"]}

    assert "lead.created" not in kinds  # that one is made here, of a lead
    assert kinds["class.booked"]["triggers"]
    jsonschema.validate({"class_name": "Yin"}, kinds["class.booked"]["data"])
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"class_name": 7}, kinds["class.booked"]["data"])

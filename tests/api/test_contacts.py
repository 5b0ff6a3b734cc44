"""Contacts through the API."""

from __future__ import annotations

import pytest

from app.contacts.models import Contact
from app.db import db
from app.demo import make
from tests.api.conftest import Api


@pytest.mark.req("GEN-07")
def test_a_person_known_by_address_is_completed_and_not_made_twice(api: Api) -> None:
    first = api.post("/contacts", {"first_name": "Ana", "email": "ana@mail.example"})
    again = api.post(
        "/contacts",
        {
            "first_name": "Anna",
            "last_name": "Diaz",
            "email": "ANA@mail.example",
            "phone": "06 12 34 56 78",
            "tags": ["VIP"],
        },
    )

    assert (first.status_code, again.status_code) == (201, 200)
    known = again.get_json()
    assert known["id"] == first.get_json()["id"]
    assert (known["first_name"], known["last_name"], known["phone"]) == ("Ana", "Diaz", "+33612345678")
    assert known["tags"] == ["VIP"]


@pytest.mark.req("LIFE-12")
def test_a_new_contact_gets_the_default_stage(api: Api) -> None:
    created = api.post("/contacts", {"first_name": "Ana", "phone": "+33612345678"})

    assert created.get_json()["lifecycle_stage"] == "New lead"


def test_a_change_touches_what_it_names(api: Api) -> None:
    ana = api.post(
        "/contacts", {"first_name": "Ana", "email": "ana@mail.example", "custom": {"goal": "Back"}}
    ).get_json()

    changed = api.patch(f"/contacts/{ana['id']}", {"last_name": "Diaz", "lifecycle_stage": "Payment"}).get_json()

    assert changed == ana | {"last_name": "Diaz", "lifecycle_stage": "Payment"}


def test_an_address_of_somebody_else_is_a_conflict(api: Api) -> None:
    api.post("/contacts", {"first_name": "Ana", "email": "ana@mail.example"})
    ben = api.post("/contacts", {"first_name": "Ben"}).get_json()

    assert api.patch(f"/contacts/{ben['id']}", {"email": "ana@mail.example"}).status_code == 409


def test_consent_is_set_by_name_and_stands_in_the_timeline(api: Api) -> None:
    ana = make.contact("Ana Diaz")

    answer = api.put(f"/contacts/{ana.id}/consent", {"sms_marketing": False})

    assert answer.get_json()["consent"] == {
        "email_marketing": True,
        "email_transactional": True,
        "sms_marketing": False,
        "sms_transactional": True,
    }
    newest = api.get(f"/contacts/{ana.id}/timeline").get_json()["items"][0]
    assert newest["kind"] == "consent.withdrawn"
    assert newest["actor"]["name"] == "Booking system"


def test_lists_go_on_where_they_stopped(api: Api) -> None:
    ids = [make.contact().id for _ in range(5)]

    first = api.get("/contacts", limit=3).get_json()
    second = api.get("/contacts", limit=3, cursor=first["next_cursor"]).get_json()

    assert [one["id"] for one in first["items"] + second["items"]] == ids[::-1]
    assert second["next_cursor"] is None


def test_contacts_are_found_by_tag_and_stage(api: Api) -> None:
    make.contact("Ana Diaz", tags=["VIP"])
    make.contact("Ben Roy")

    assert [one["first_name"] for one in api.get("/contacts", tag="vip").get_json()["items"]] == ["Ana"]
    assert len(api.get("/contacts", stage="New lead").get_json()["items"]) == 2
    assert api.get("/contacts", stage="Nowhere").status_code == 422


def test_an_erased_person_is_gone_but_counted(api: Api) -> None:
    ana = make.client("Ana Diaz", email="ana@mail.example")

    assert api.post(f"/contacts/{ana.id}/erase").status_code == 202

    assert api.get(f"/contacts/{ana.id}").status_code == 404
    assert api.get("/contacts", email="ana@mail.example").get_json()["items"] == []
    kept = db.session.get_one(Contact, ana.id)
    assert (kept.is_client, kept.email, kept.phone, kept.first_name) == (True, None, None, "")


def test_the_same_key_answers_once(api: Api) -> None:
    body = {"first_name": "Ana"}
    first = api.post("/contacts", body, Idempotency_Key="k1")
    again = api.post("/contacts", body, Idempotency_Key="k1")
    other = api.post("/contacts", {"first_name": "Ben"}, Idempotency_Key="k1")

    assert first.get_json() == again.get_json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert other.status_code == 409
    assert len(api.get("/contacts").get_json()["items"]) == 1


def test_a_key_is_free_again_after_a_refusal(api: Api) -> None:
    assert api.post("/contacts", {"email": "x"}, Idempotency_Key="k2").status_code == 422
    assert api.post("/contacts", {"first_name": "Ana"}, Idempotency_Key="k2").status_code == 201

"""What nobody should send, and somebody does: a clear answer by the field, and nothing half-stored."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from app.contacts.models import Contact
from app.db import db
from app.events.models import Event
from tests.api.conftest import Api, pointers


def _contacts() -> int:
    return db.session.scalar(select(func.count()).select_from(Contact)) or 0


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b'{"first_name": NaN}', b"[" * 100_000, b"null", b"[]", b'"text"', b"3"],
)
def test_a_body_that_is_no_json_object_is_refused(api: Api, body: bytes) -> None:
    answer = api.raw("/contacts", body)

    assert answer.status_code in {400, 422}
    assert answer.content_type == "application/problem+json"
    assert _contacts() == 0


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"first_name": "A" * 1_000_000}, "/first_name"),
        ({"first_name": "Ana", "email": "ana@"}, "/email"),
        ({"first_name": "Ana", "phone": "+33 000"}, "/phone"),
        ({"first_name": "Ana\x00"}, "/first_name"),
        ({"first_name": "Ana", "nickname": "x"}, "/nickname"),
        ({"first_name": 7}, "/first_name"),
        ({"first_name": "Ana", "tags": ["ok", 3]}, "/tags/1"),
        ({"first_name": "Ana", "custom": {"n": 2**70}}, "/custom/n"),
        ({"first_name": "Ana", "location": "Atlantis"}, "/location"),
    ],
)
def test_a_field_that_cannot_be_taken_is_named(api: Api, body: dict[str, Any], pointer: str) -> None:
    assert pointers(api.post("/contacts", body)) == [pointer]
    assert _contacts() == 0


def test_half_a_surrogate_pair_is_not_text(api: Api) -> None:
    assert pointers(api.raw("/contacts", b'{"first_name": "\\ud800"}')) == ["/first_name"]


@pytest.mark.parametrize(
    "name", ["José 🧘‍♀️", "مريم بنت أحمد", "李 小龍", "O'Neill; DROP TABLE contact; --", "Zoë\u200d"]
)
def test_any_name_people_have_is_kept_as_it_is(api: Api, name: str) -> None:
    created = api.post("/contacts", {"first_name": name})

    assert created.status_code == 201
    assert api.get(f"/contacts/{created.get_json()['id']}").get_json()["first_name"] == name


@pytest.mark.parametrize("path", ["/contacts/999999", "/contacts/99999999999999999999999", "/leads/0", "/enrolments/5"])
def test_what_does_not_exist_is_not_found(api: Api, path: str) -> None:
    assert api.get(path).status_code == 404


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 201}, {"limit": "x"}, {"cursor": "!!"}, {"page": 2}])
def test_a_query_that_makes_no_sense_is_named(api: Api, query: dict[str, Any]) -> None:
    assert pointers(api.get("/contacts", **query)) == [f"/query/{next(iter(query))}"]


def test_one_bad_event_of_many_stores_nothing(api: Api) -> None:
    before = db.session.scalar(select(func.count()).select_from(Event))
    good = {"kind": "purchase.made", "contact": {"email": "ana@mail.example"}, "data": {"item": "Mat"}}

    answer = api.post(
        "/events", {"events": [good, good | {"kind": "purchase.mad"}, good | {"data": {"price_cents": "x"}}]}
    )

    assert pointers(answer) == ["/events/1/kind", "/events/2/data/item", "/events/2/data/price_cents"]
    assert "purchase.made" in answer.get_json()["errors"][0]["detail"]
    assert _contacts() == 0
    assert db.session.scalar(select(func.count()).select_from(Event)) == before


def test_a_contact_named_by_an_unknown_id_stores_nothing_of_the_request(api: Api) -> None:
    good = {"kind": "purchase.made", "contact": {"email": "ana@mail.example"}, "data": {"item": "Mat"}}

    answer = api.post("/events", {"events": [good, good | {"contact": {"id": 12345}}]})

    assert pointers(answer) == ["/events/1/contact/id"]
    assert _contacts() == 0

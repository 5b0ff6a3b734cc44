"""The door: who gets in, how often one may try, and when a session ends."""

from __future__ import annotations

import pytest
from flask import Flask

from app.demo import make
from app.staff import accounts, passwords
from app.staff.models import Staff
from tests.harness.client import Client

TYPED = {"email": "lea@maison-souffle.example", "password": make.PASSWORD}


@pytest.fixture
def lea(app: Flask) -> Staff:
    return make.staff("Léa Fontaine", email=TYPED["email"])


def test_somebody_signs_in_whatever_the_case_of_their_address(client: Client, lea: Staff) -> None:
    response = client.post("/sign-in", data=TYPED | {"email": " LEA@Maison-Souffle.example "})

    assert (response.status_code, response.headers["Location"]) == (303, "/")
    assert client.get("/tasks").status_code == 200


@pytest.mark.parametrize("typed", [{"password": "wrong"}, {"email": "nobody@maison-souffle.example"}])
def test_a_wrong_password_and_an_unknown_address_read_the_same(
    client: Client, lea: Staff, typed: dict[str, str]
) -> None:
    response = client.post("/sign-in", data=TYPED | typed)

    assert response.status_code == 422
    assert "This address and password do not go together." in response.text
    assert client.get("/tasks").status_code == 303


def test_the_eleventh_try_within_a_minute_is_refused_even_with_the_right_password(client: Client, lea: Staff) -> None:
    for _ in range(10):
        assert client.post("/sign-in", data=TYPED | {"password": "guess"}).status_code == 422

    assert client.post("/sign-in", data=TYPED).status_code == 429


@pytest.mark.parametrize(
    "next_page",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "/\t/evil.example",
        "",
    ],
)
def test_signing_in_leads_to_our_own_pages_only(client: Client, lea: Staff, next_page: str) -> None:
    response = client.post("/sign-in", query_string={"next": next_page}, data=TYPED)

    assert response.headers["Location"] == "/"


def test_signing_in_leads_to_the_page_one_wanted(client: Client, lea: Staff) -> None:
    asked = client.get("/tasks?hot=1")
    assert asked.status_code == 303

    response = client.post(asked.headers["Location"], data=TYPED)

    assert response.headers["Location"] == "/tasks?hot=1"


def test_a_session_from_before_signing_in_is_not_taken_over(client: Client, lea: Staff) -> None:
    with client.session_transaction() as session:
        session["_user_id"] = "1:guessed"
        session["planted"] = "by somebody else"

    client.post("/sign-in", data=TYPED)

    with client.session_transaction() as session:
        assert "planted" not in session
        assert session["_user_id"] == lea.get_id()


def test_a_new_password_ends_all_open_sessions(client: Client, lea: Staff) -> None:
    client.sign_in(lea)
    assert client.get("/account").status_code == 200

    passwords.set_password(lea, "another long one")

    assert client.get("/account").status_code == 303


def test_closing_an_account_ends_its_sessions_and_lets_nobody_in(client: Client, lea: Staff) -> None:
    client.sign_in(lea)

    accounts.deactivate(lea)

    assert client.get("/account").status_code == 303
    assert client.post("/sign-in", data=TYPED).status_code == 422


def test_an_invitation_lets_somebody_choose_a_password_once_within_a_week(client: Client, app: Flask) -> None:
    new = accounts.add_staff("Zoé Petit", "zoe@maison-souffle.example", make.role("teacher"))
    link = f"/invitation/{accounts.invitation(new)}"
    chosen = {"password": "a long new one", "again": "a long new one"}

    assert client.get(link).status_code == 200
    assert client.get("/tasks").status_code == 303
    assert client.post(link, data={"password": "short", "again": "short"}).status_code == 422
    assert client.post(link, data=chosen | {"again": "another"}).status_code == 422
    assert client.post(link, data=chosen | {"name": "Zoé Petit-Roux"}).status_code == 303
    assert client.get("/tasks").status_code == 200
    assert (new.name, new.last_seen_at is not None) == ("Zoé Petit-Roux", True)
    client.sign_out()
    assert client.get(link).status_code == 404
    assert client.post(link, data=chosen).status_code == 404
    assert client.get("/invitation/forged").status_code == 404


def test_a_change_posted_from_somebody_elses_website_is_refused(client: Client, lea: Staff) -> None:
    client.sign_in(lea)
    client.application.config["WTF_CSRF_ENABLED"] = True
    try:
        assert client.post("/account", data={"theme": "dark"}).status_code == 400
    finally:
        client.application.config["WTF_CSRF_ENABLED"] = False
    assert lea.theme == "system"

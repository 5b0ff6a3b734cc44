"""Who may call the API."""

from __future__ import annotations

import pytest
from flask import Flask

from app.staff import tokens
from tests.api.conftest import Api, api_with
from tests.harness.client import Client


def test_without_a_token_nothing_is_said(client: Client) -> None:
    answer = client.get("/api/v1/contacts")

    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
    assert answer.get_json()["title"] == "Unauthorized"


@pytest.mark.parametrize("sent", ["Bearer nonsense", "Basic abc", "Bearer ", ""])
def test_a_bad_token_is_refused(client: Client, sent: str) -> None:
    assert client.get("/api/v1/contacts", headers={"Authorization": sent}).status_code == 401


def test_a_revoked_token_is_refused(client: Client) -> None:
    token, plaintext = tokens.create_token("Old system")
    assert Api(client, plaintext).get("/contacts").status_code == 200

    tokens.revoke_token(token)

    assert Api(client, plaintext).get("/contacts").status_code == 401


def test_a_token_does_what_its_scopes_say_and_no_more(client: Client) -> None:
    reader = api_with(client, "contacts:read")

    assert reader.get("/contacts").status_code == 200
    refused = reader.post("/contacts", {"first_name": "Ana"})
    assert refused.status_code == 403
    assert refused.get_json()["scope"] == "contacts:write"


def test_errors_outside_any_operation_are_problems_too(api: Api) -> None:
    missing = api.get("/no-such-thing")
    assert (missing.status_code, missing.content_type) == (404, "application/problem+json")

    wrong = api.patch("/events", {})
    assert wrong.status_code == 405
    assert "POST" in wrong.headers["Allow"]


def test_too_many_requests_say_when_to_come_back(app: Flask, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "API_RATE", "3 per minute")

    answers = [api.get("/roles") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert int(answers[-1].headers["Retry-After"]) <= 60

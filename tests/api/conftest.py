"""Another system, with a token."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.staff import tokens
from tests.harness.client import Client


class Api:
    """Speaks to the API as another system does."""

    def __init__(self, client: Client, token: str) -> None:
        self._client = client
        self._token = token

    def get(self, path: str, **query: Any) -> TestResponse:
        return self._client.get(f"/api/v1{path}", query_string=query, headers=self._headers({}))

    def post(self, path: str, body: Any = None, **headers: str) -> TestResponse:
        return self._client.post(f"/api/v1{path}", json=body, headers=self._headers(headers))

    def patch(self, path: str, body: Any) -> TestResponse:
        return self._client.patch(f"/api/v1{path}", json=body, headers=self._headers({}))

    def put(self, path: str, body: Any) -> TestResponse:
        return self._client.put(f"/api/v1{path}", json=body, headers=self._headers({}))

    def raw(self, path: str, body: bytes) -> TestResponse:
        return self._client.post(
            f"/api/v1{path}", data=body, content_type="application/json", headers=self._headers({})
        )

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"} | {
            key.replace("_", "-"): value for key, value in more.items()
        }


@pytest.fixture
def api(client: Client) -> Api:
    """A system that may do everything."""
    return api_with(client)


def api_with(client: Client, *scopes: str) -> Api:
    """A system with these scopes only."""
    _, plaintext = tokens.create_token("Booking system", scopes)
    return Api(client, plaintext)


def pointers(response: TestResponse) -> list[str]:
    """What a refused body was refused for."""
    assert response.status_code == 422, response.text
    assert response.content_type == "application/problem+json"
    return [error["pointer"] for error in response.get_json()["errors"]]

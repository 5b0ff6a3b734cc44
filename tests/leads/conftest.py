"""What the tests of the leads' pages share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event
from werkzeug.test import TestResponse

from app.db import db
from app.demo import make
from tests.harness.client import Client

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def owner(client: Client) -> Client:
    """A browser in which the owner is signed in."""
    client.sign_in(make.staff("Inès Garnier", "owner"))
    return client


@pytest.fixture
def ask(owner: Client) -> Callable[..., TestResponse]:
    """Post as HTMX does, from a page of the product."""

    def post(url: str, *, on: str = "/leads", **fields: object) -> TestResponse:
        return owner.post(url, data=fields, headers=HTMX | {"HX-Current-URL": f"http://localhost{on}"})

    return post


@contextmanager
def statements() -> Iterator[list[str]]:
    """The questions put to the database within."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("SELECT"):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)

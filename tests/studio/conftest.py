"""What the tests of the studio's pages share."""

from __future__ import annotations

import pytest

from app.demo import make
from tests.harness.client import Client

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def owner(client: Client) -> Client:
    """A browser in which the owner is signed in."""
    client.sign_in(make.staff("Inès Garnier", "owner"))
    return client

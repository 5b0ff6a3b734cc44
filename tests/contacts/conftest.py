"""Who is signed in, in the tests of pages about people."""

from __future__ import annotations

import pytest

from app.demo import make
from app.staff.models import Staff
from tests.harness.client import Client


@pytest.fixture
def agent(client: Client) -> Staff:
    """An agent, signed in at `client`."""
    member = make.staff("Tom Wright", "agent")
    client.sign_in(member)
    return member

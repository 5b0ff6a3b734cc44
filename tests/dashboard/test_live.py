"""Open pages hear at once of what happens, from the moment they were drawn."""

from __future__ import annotations

import re

import pytest

from app.demo import make
from tests.harness.client import Client


@pytest.mark.committed
def test_a_page_hears_of_what_happened_since_it_was_drawn(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.sign_in(make.staff(role_key="owner"))
    make.contact()
    page = client.get("/tasks").text
    stream = re.search(r'hx-sse:connect="([^"]+)"', page)
    assert stream is not None
    make.lead()
    monkeypatch.setattr("app.live.STREAM_SECONDS", 0.1)

    heard = client.get(stream[1]).text

    assert "event: lead-created" in heard
    assert heard.count("event: lead-created") == 1

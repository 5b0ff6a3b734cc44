"""The line above every page when the product is unwell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from app.db import db
from app.demo import make
from app.staff import pulse
from app.staff.models import Heartbeat
from tests.harness.client import Client


def silent_for(name: str, seconds: float) -> None:
    since = datetime.now(UTC) - timedelta(seconds=seconds)
    db.session.execute(update(Heartbeat).where(Heartbeat.name.startswith(name)).values(beat_at=since))


@pytest.mark.req("BEY-20")
def test_a_silent_clock_and_silent_workers_are_said_above_every_page(client: Client) -> None:
    client.sign_in(make.staff())
    pulse.hold_clock("here")
    pulse.beat("worker:here:1")
    assert "nothing is lost" not in client.get("/tasks").text

    silent_for("clock", 185)
    assert "The clock is 3 min late." in client.get("/tasks").text

    silent_for("worker:", 125)
    page = client.get("/tasks").text
    assert "The workers have been silent for 2 min." in page
    assert "Messages and sequences wait; nothing is lost." in page


@pytest.mark.req("BEY-20")
def test_an_installation_without_clock_and_workers_says_so(client: Client) -> None:
    client.sign_in(make.staff())

    page = client.get("/tasks").text

    assert "The clock has never run." in page
    assert "No worker has ever run." in page

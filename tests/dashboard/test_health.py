"""What a load balancer and Prometheus ask."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text

from app.db import db
from app.demo import make
from app.staff import pulse, tokens
from tests.harness.client import Client


def metric(page: str, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", page, re.MULTILINE)
    assert found is not None, f"{name} is not in:\n{page}"
    return float(found[1])


def test_a_process_that_answers_is_alive(client: Client) -> None:
    assert (client.get("/healthz").status_code, client.get("/healthz").text) == (200, "ok\n")


def test_an_installation_is_ready_once_its_clock_ticks(client: Client) -> None:
    before = client.get("/readyz")
    assert (before.status_code, before.json) == (
        503,
        {"database": True, "migrations": True, "broker": True, "clock": False},
    )

    pulse.hold_clock("here")

    assert client.get("/readyz").status_code == 200


def test_tables_of_another_release_are_not_ready(client: Client) -> None:
    pulse.hold_clock("here")
    db.session.execute(text("UPDATE alembic_version SET version_num = '0000'"))

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["migrations"] is False


def test_metrics_count_what_waits(client: Client) -> None:
    make.lead()

    page = client.get("/metrics").text

    assert metric(page, 'encore_events_waiting{consumer="notifications"}') >= 1
    assert metric(page, 'encore_unwell{process="worker"}') == 1.0
    assert metric(page, "encore_oldest_due_seconds") >= 0.0


@pytest.mark.parametrize(
    ("remote", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("203.0.113.9", {}, 403),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.9"}, 403),
        ("203.0.113.9", {"Authorization": "Bearer nonsense"}, 403),
    ],
)
def test_metrics_are_for_this_machine(client: Client, remote: str, headers: dict[str, str], status: int) -> None:
    assert client.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": remote}).status_code == status


def test_metrics_are_for_whoever_has_a_token(client: Client) -> None:
    _token, plaintext = tokens.create_token("Prometheus")
    asked = {"Authorization": f"Bearer {plaintext}"}

    assert client.get("/metrics", headers=asked, environ_base={"REMOTE_ADDR": "203.0.113.9"}).status_code == 200

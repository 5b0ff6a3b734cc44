"""The button that moves the sandbox's clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import clock


@pytest.fixture
def owner(house: Flask) -> Iterator[FlaskClient]:
    house.config["WTF_CSRF_ENABLED"] = False
    clock.shift_by(house.extensions["sandbox_shift"])
    visitor = house.test_client()
    visitor.get("/style/door/light")
    yield visitor
    house.config["WTF_CSRF_ENABLED"] = True
    clock.shift_by(None)


def test_the_owner_moves_the_clock_and_reads_what_happened(owner: FlaskClient) -> None:
    before = clock.now()
    answer = owner.post("/sandbox/clock", data={"seconds": "86400"}, headers={"Referer": "http://localhost/settings"})
    assert clock.now() - before >= timedelta(days=1)
    assert (answer.status_code, answer.location) == (303, "/settings")
    assert "The clock moved on." in owner.get("/settings").text


@pytest.mark.parametrize("seconds", ["", "0", "-3600", "soon", "99999999999"])
def test_time_does_not_run_back_or_away(owner: FlaskClient, seconds: str) -> None:
    before = clock.now()
    assert owner.post("/sandbox/clock", data={"seconds": seconds}).status_code == 400
    assert clock.now() - before < timedelta(minutes=1)


def test_a_real_installation_has_no_such_button(app: Flask) -> None:
    assert "sandbox.advance" not in app.view_functions

"""Both shapes start, answer, forget between tests, and come back after a kill."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from app.contacts.models import Contact
from app.db import db
from app.demo import make
from tests.harness.live import LiveServer, both_shapes


@both_shapes
@pytest.mark.browser
@pytest.mark.parametrize("turn", ["first", "second"])
def test_each_test_finds_an_empty_studio_in_the_browser(live_server: LiveServer, page: Page, turn: str) -> None:
    with live_server.database():
        assert db.session.scalar(select(func.count()).select_from(Contact)) == 0
        make.contact()
        make.staff("Inès Garnier", "owner", email="ines@maison-souffle.example")

    page.goto("/sign-in")
    page.get_by_label("E-mail").fill("ines@maison-souffle.example")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_text("do not go together")).to_be_visible()


@pytest.mark.chaos
def test_a_killed_worker_is_up_again_for_the_next_test(live_server: LiveServer) -> None:
    live_server.kill("worker")
    live_server.start("worker")

    assert "ready for action" in live_server.log("worker")

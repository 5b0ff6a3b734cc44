"""The counts on the canvas go up while workers run, and nothing else on it moves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from app import clock
from app.db import db
from app.demo import make
from app.messaging.models import Message
from tests.harness.live import LiveServer, both_shapes

pytestmark = pytest.mark.browser

LINK = '<p><a href="https://studio.example/timetable">The timetable</a></p>'


def _sign_in(page: Page) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill("ines@maison-souffle.example")
    page.get_by_label("Password").fill(make.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "sign-in" not in url)


def _count(page: Page, step: str, what: str) -> Locator:
    return page.locator(f"#step-{step} [data-count={what}]")


@both_shapes
@pytest.mark.req("SEQ-06")
def test_counts_rise_while_workers_run_and_the_canvas_stays_as_it_is(live_server: LiveServer, page: Page) -> None:
    with live_server.database():
        make.staff("Inès Garnier", "owner", email="ines@maison-souffle.example")
        sequence = make.sequence(
            {"id": "hello", "do": "email", "subject": "Hi", "html": LINK},
            {"id": "later", "do": "email", "wait": {"days": 3}, "subject": "Again", "html": "<p>Hi</p>"},
            trigger="client.created",
        )
        db.session.flush()
        sequence_id = sequence.id
    _sign_in(page)
    page.goto(f"/sequences/{sequence_id}")
    expect(_count(page, "hello", "done")).to_have_text("0")
    page.get_by_role("button", name="Zoom in").click()
    page.locator("#step-hello").click()
    page.wait_for_url("**step=hello")
    page.evaluate("Promise.allSettled(document.getAnimations().map((one) => one.finished)).then(() => null)")
    page.evaluate("document.getElementById('step-hello').marked = 'the same element'")
    place = page.locator("[data-pane]").evaluate("(pane) => pane.style.transform")

    with live_server.database():
        make.client("Ana Ruiz")
    expect(_count(page, "hello", "done")).to_have_text("1", timeout=20_000)
    expect(_count(page, "later", "waiting")).to_have_text("1", timeout=20_000)
    expect(page.locator("#totals")).to_contain_text("1 waiting")

    with live_server.database():
        mail = db.session.scalars(select(Message).where(Message.step_id == "hello")).one()
        mail.sent_at = clock.now() - timedelta(minutes=5)  # so that no scanner is suspected
        make.opening(mail)
        make.click(mail)
    expect(_count(page, "hello", "opened")).to_have_text("1", timeout=30_000)
    expect(_count(page, "hello", "clicked")).to_have_text("1", timeout=30_000)

    assert page.locator("[data-pane]").evaluate("(pane) => pane.style.transform") == place
    assert page.evaluate("document.getElementById('step-hello').marked") == "the same element"
    expect(page.locator("#step-hello")).to_have_attribute("aria-selected", "true")

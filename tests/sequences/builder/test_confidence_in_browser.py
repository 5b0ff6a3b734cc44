"""Before an owner dares to publish: the check beside the canvas and the test with a client, by mouse and keyboard."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from app.db import db
from app.demo import make
from app.sequences import drafts, graph
from app.sequences.models import Enrolment, Sequence
from tests.harness.accessibility import barriers
from tests.harness.browser import sign_in
from tests.harness.live import LiveServer, both_shapes

pytestmark = pytest.mark.browser

STEPS: list[dict[str, Any]] = [
    {"id": "hello", "do": "sms", "body": "Hi ##{{first_name}}, [your offer]"},
    {
        "id": "keen",
        "wait": {"days": 2},
        "if": {"rules": [{"rule": "bookings.count", "op": ">=", "value": 1}]},
        "then": [{"id": "well", "do": "email", "subject": "Well done, ##{{first_name}}", "html": "<p>See you.</p>"}],
        "else": [{"id": "still", "do": "sms", "body": "Still there?", "enabled": False}],
    },
]


@pytest.fixture
def sequence_id(live_server: LiveServer, page: Page) -> int:
    """A draft, a client, and somebody signed in who may build."""
    with live_server.database():
        make.staff("Inès Garnier", "owner", email="ines@maison-souffle.example")
        make.client("Ana Duarte")
        number = make.sequence(*STEPS, active=False, title="After the trial", trigger="client.created").id
    sign_in(page, "ines@maison-souffle.example")
    return number


def draft_of(live_server: LiveServer, sequence_id: int) -> graph.Document:
    with live_server.database():
        return drafts.draft_of(db.session.get_one(Sequence, sequence_id))


def step(page: Page, step_id: str) -> Locator:
    return page.locator(f"#step-{step_id}")


@pytest.mark.req("SEQ-24", "BEY-17")
@pytest.mark.timeout(240)
@both_shapes
def test_what_the_check_finds_is_mended_where_it_stands(live_server: LiveServer, page: Page, sequence_id: int) -> None:
    page.goto(f"/sequences/{sequence_id}")
    chip = page.locator("#check-chip")
    expect(chip).to_have_class(re.compile(r"\bwarn\b"))
    expect(step(page, "hello")).to_have_attribute("data-finding", "warning")
    chip.click()
    panel = page.get_by_role("region", name="Check")
    expect(panel).to_be_visible()

    # A finding leads to its step, near enough to be read.
    page.locator("[data-canvas=fit]").click()
    panel.get_by_role("link", name="This step is switched off").click()
    expect(page.locator("#step")).to_have_attribute("data-step", "still")
    expect(step(page, "still")).to_have_attribute("aria-selected", "true")

    # One click switches it on, and the form beside it shows so at once.
    panel.get_by_role("button", name="Switch it on").click()
    expect(page.locator("#step").get_by_label("This step is on")).to_be_checked()
    expect(panel.get_by_role("link", name="This step is switched off")).to_have_count(0)

    assert barriers(page) == []

    # What is to be replaced is typed once.
    panel.get_by_label("What stands there instead of [your offer]").fill("two weeks for €39")
    panel.get_by_role("button", name="Replace").click()
    expect(panel.get_by_role("link", name="Replace the placeholder")).to_have_count(0)
    expect(step(page, "hello")).not_to_have_attribute("data-finding", re.compile("."))
    hello = graph.find(draft_of(live_server, sequence_id), "hello")
    assert isinstance(hello, graph.ActionStep)
    assert "two weeks for €39" in dict(hello.action.written(hello.params))["body"]

    # Undo brings it back, and the check hears of it.
    page.locator("#draft-state [data-undo]").click()
    expect(panel.get_by_role("link", name="Replace the placeholder")).to_be_visible()
    panel.get_by_role("button", name="Close").press("Escape")
    expect(panel).to_be_hidden()
    expect(chip).to_be_focused()


@pytest.mark.req("BEY-06", "BEY-17")
@pytest.mark.timeout(240)
@both_shapes
def test_a_client_is_taken_through_the_days_by_mouse(live_server: LiveServer, page: Page, sequence_id: int) -> None:
    page.goto(f"/sequences/{sequence_id}")
    page.get_by_role("link", name="Test", exact=True).click()
    drawer = page.get_by_role("complementary", name="Test with a client")
    drawer.get_by_placeholder("Search people").fill("duar")
    expect(drawer.get_by_text("Found", exact=True)).to_be_visible()
    drawer.get_by_role("link", name="Ana Duarte").click()
    expect(drawer).to_contain_text("Hi Ana, [your offer]")
    expect(drawer).to_contain_text("(has 0)")
    expect(step(page, "still")).to_have_attribute("data-run", re.compile("past|now"))
    expect(step(page, "well")).not_to_have_attribute("data-run", re.compile("."))

    # What if she books on the first day? The other branch, with its e-mail as she would get it.
    drawer.get_by_label("Day on which they do it: books a class").fill("1")
    drawer.get_by_label("books a class", exact=True).check()
    expect(drawer).to_contain_text("Ana books a class")
    expect(step(page, "well")).to_have_attribute("data-run", re.compile("past|now"))
    drawer.get_by_text("Well done, Ana").click()
    expect(drawer.locator("iframe").content_frame.get_by_text("See you.")).to_be_visible()

    # Back to the start, and on from happening to happening.
    drawer.get_by_role("button", name="To the start").click()
    expect(step(page, "keen")).not_to_have_attribute("data-run", re.compile("."))
    drawer.get_by_role("button", name="Next happening").click()
    drawer.get_by_role("button", name="Next happening").click()
    expect(step(page, "keen")).to_have_attribute("data-run", "now")
    expect(drawer.locator("[aria-current=step]")).to_contain_text("True")

    drawer.get_by_role("link", name="Close").click()
    expect(page.locator("#world [data-run]")).to_have_count(0)
    with live_server.database():
        assert db.session.query(Enrolment).count() == 0


@pytest.mark.req("BEY-06", "BEY-17")
@pytest.mark.timeout(240)
def test_a_test_run_by_keyboard_and_on_a_phone(live_server: LiveServer, page: Page, sequence_id: int) -> None:
    page.goto(f"/sequences/{sequence_id}")
    page.get_by_role("link", name="Test", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_placeholder("Search people")).to_be_focused()
    page.get_by_role("link", name="Somebody invented").focus()
    page.keyboard.press("Enter")
    days = page.get_by_label("Time travel", exact=True).and_(page.locator("input"))
    expect(days).to_have_value("2")
    days.focus()
    page.keyboard.press("Home")
    expect(step(page, "keen")).not_to_have_attribute("data-run", re.compile("."))
    page.keyboard.press("ArrowRight")
    expect(days).to_have_attribute("aria-valuetext", re.compile(r"^Day 1 · "))
    page.keyboard.press("End")
    expect(step(page, "keen")).to_have_attribute("data-run", re.compile("past|now"))

    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"/sequences/{sequence_id}/test?contact=0")
    expect(page.locator("run-player li").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert barriers(page) == []

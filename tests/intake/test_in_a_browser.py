"""Making an intake form, and filling it in on a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from app.demo import make
from tests.harness.accessibility import barriers
from tests.harness.browser import sign_in
from tests.harness.live import LiveServer

pytestmark = pytest.mark.browser


@pytest.mark.req("STU-21", "NAV-02")
def test_a_form_is_made_sent_and_filled_in_on_a_phone(live_server: LiveServer, page: Page, browser: Browser) -> None:
    with live_server.database():
        make.staff("Léa Fontaine", "front_desk", email="lea@x.org")
        ana = make.client("Ana Duarte", language="en").id
    sign_in(page, "lea@x.org")
    page.goto("/clients/intake-forms")
    page.get_by_role("link", name="New form").first.click()
    page.get_by_role("textbox", name="Title").fill("Before we meet")
    page.get_by_label("Question 1", exact=True).fill("What is your goal?")
    page.get_by_role("button", name="Several choices").click()
    page.get_by_label("Question 2", exact=True).fill("Does anything hurt?")
    page.get_by_label("Choices of").nth(1).fill("Neck\nBack")
    preview = page.locator("#intake-preview")
    expect(preview.get_by_text("Neck")).to_be_visible()
    expect(page.get_by_label("Question 1", exact=True)).to_have_value("What is your goal?")
    page.get_by_role("button", name="Consent to tick").click()
    expect(page.get_by_label("Question 3", exact=True)).to_be_visible()
    page.get_by_role("button", name="Remove Question 3").click()
    expect(page.get_by_label("Question 3", exact=True)).to_have_count(0)
    page.get_by_role("button", name="Move Does anything hurt? up").click()
    assert barriers(page) == []
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_url(re.compile(r"/intake-forms/\d+$"))
    expect(page.get_by_label("Question 1", exact=True)).to_have_value("Does anything hurt?")

    page.goto(f"/contacts/{ana}")
    page.get_by_role("region", name="Intake forms").get_by_role("link", name="Send").click()
    dialog = page.get_by_role("dialog")
    link = dialog.locator("copy-link").get_attribute("data-href")
    assert link is not None
    dialog.get_by_role("button", name="Send").click()
    expect(page.get_by_text("“Before we meet” is on its way to Ana Duarte")).to_be_visible()

    phone = browser.new_page(viewport={"width": 390, "height": 844}, locale="en-GB")
    phone.goto(link)
    expect(phone.get_by_role("heading", name="Hello Ana")).to_be_visible()
    phone.get_by_text("Back", exact=True).click()
    phone.get_by_label("What is your goal?").fill("Run again")
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    assert barriers(phone) == []
    phone.get_by_role("button", name="Send my answers").click()
    expect(phone.get_by_role("heading", name="Thank you")).to_be_visible()
    phone.close()

    page.reload()
    answers = page.get_by_role("region", name="Intake forms")
    expect(answers.get_by_text("Run again")).to_be_visible()
    expect(answers.get_by_text("Back", exact=True)).to_be_visible()

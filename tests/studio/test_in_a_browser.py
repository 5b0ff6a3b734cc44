"""Buying on a phone, and what the studio sees of it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from app.contacts import tags
from app.demo import make
from app.messaging import personal
from tests.harness.accessibility import barriers
from tests.harness.browser import sign_in
from tests.harness.live import LiveServer

pytestmark = pytest.mark.browser


@pytest.mark.req("STU-16", "STU-17", "NAV-04")
def test_a_phone_buys_and_the_desk_takes_the_money(live_server: LiveServer, page: Page, browser: Browser) -> None:
    with live_server.database():
        make.staff("Léa Fontaine", "front_desk", email="lea@x.org")
        make.item("10-class pass", "pack", 14000)
    sign_in(page, "lea@x.org")
    page.goto("/memberships")
    link = page.locator("copy-link").first.get_attribute("data-href")
    assert link is not None

    phone = browser.new_page(viewport={"width": 390, "height": 844}, locale="en-GB")
    phone.goto(link)
    phone.get_by_label("First name").fill("Hannah")
    with phone.expect_response(lambda answer: "hannah" in (answer.request.post_data or "")):
        phone.get_by_label("E-mail").fill("hannah@x.org")
        phone.get_by_label("Phone").focus()
    phone.goto(link)  # the tab was closed; the next day
    expect(phone.get_by_label("E-mail")).to_have_value("hannah@x.org")
    expect(phone.get_by_text("We kept what you typed.")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    assert barriers(phone) == []
    phone.get_by_label("Phone").fill("06 12 34 56 78")
    phone.get_by_role("button", name="Order").click()  # straight from the field, whose draft is then on its way
    expect(phone.get_by_role("heading", name="Thank you, Hannah")).to_be_visible()
    phone.close()

    page.goto("/memberships/orders")
    row = page.get_by_role("row", name=re.compile("Hannah"))
    expect(row.get_by_text("€140")).to_be_visible()
    assert barriers(page) == []
    row.get_by_role("link", name="Take payment").click()
    page.get_by_role("dialog").get_by_text("Cash").click()
    page.get_by_role("dialog").get_by_role("button", name="Mark as paid").click()
    expect(page.get_by_text("Everything is paid")).to_be_visible()
    expect(page.get_by_text("10-class pass of Hannah is paid.")).to_be_visible()


@pytest.mark.req("TAG-07")
def test_the_total_is_that_of_whoever_followed_the_link_if_they_buy(live_server: LiveServer, page: Page) -> None:
    with live_server.database():
        tags.create_tag("TRIAL10", discount_percent=10)
        hannah = make.contact("Hannah Whitmore", email="hannah@x.org", tags=["TRIAL10"])
        link = personal.addressed(f"{live_server.url}/buy/{make.item('5-class pass', 'pack', 5000).slug}", hannah.id)
    page.goto(link)
    expect(page.get_by_text("€45", exact=True)).to_be_visible()
    page.get_by_label("First name").fill("Hannah")
    page.get_by_label("E-mail").fill("friend@x.org")
    page.get_by_label("Phone").focus()
    expect(page.get_by_text("€45", exact=True)).to_have_count(0)

    page.get_by_label("E-mail").fill("hannah@")
    page.get_by_role("button", name="Order").click()
    expect(page.get_by_text("This address looks incomplete.")).to_be_visible()
    page.get_by_label("E-mail").fill("hannah@x.org")
    page.get_by_role("button", name="Order").click()
    expect(page.get_by_role("heading", name="Thank you, Hannah")).to_be_visible()
    expect(page.get_by_text("€45", exact=True)).to_be_visible()

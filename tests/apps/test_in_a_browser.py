"""The switch of the marketing suite, as an owner uses it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from app.demo import make
from tests.harness.live import LiveServer

pytestmark = pytest.mark.browser


@pytest.mark.req("APP-01", "APP-02")
def test_an_owner_switches_the_suite_off_and_on_again(live_server: LiveServer, page: Page) -> None:
    with live_server.database():
        make.staff("Inès Garnier", "owner", email="ines@x.org")
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill("ines@x.org")
    page.get_by_label("Password").fill(make.PASSWORD)
    page.get_by_label("Password").press("Enter")
    expect(page).not_to_have_url(re.compile("sign-in"))

    marketing = page.get_by_role("navigation", name="Marketing")
    suite = page.get_by_role("switch", name="Email & SMS Marketing suite")
    page.goto("/apps")
    expect(suite).to_be_checked()
    expect(marketing).to_be_visible()

    suite.click()
    page.locator("#confirm").get_by_role("button", name="Cancel").click()
    expect(suite).to_be_checked()

    suite.click()
    page.locator("#confirm [value=yes]").click()
    expect(suite).not_to_be_checked()
    expect(marketing).to_have_count(0)

    page.goto("/sequences")
    expect(page.get_by_role("heading", name="This page needs the marketing suite")).to_be_visible()
    page.get_by_role("link", name="Go to the App store").click()
    suite.click()
    expect(suite).to_be_checked()
    expect(marketing).to_be_visible()

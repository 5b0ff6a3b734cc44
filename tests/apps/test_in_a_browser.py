"""The switch of the marketing suite, as an owner uses it."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from app.apps import integrations
from app.apps.integrations import INTEGRATIONS
from app.demo import make
from tests.harness.accessibility import barriers
from tests.harness.live import LiveServer

pytestmark = pytest.mark.browser


PAGES = (
    "/apps",
    "/apps/integrations",
    "/apps/integrations/classpass",
    "/apps/integrations/lead_ads",
    "/settings/plan",
    "/settings/phone",
    "/settings/cancellation-policy",
    "/settings/waitlist",
)


@pytest.mark.timeout(180)  # eight pages, each searched whole
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_keeps_anybody_from_using_these_pages(
    live_server: LiveServer, owner_page: Page, theme: Literal["light", "dark"]
) -> None:
    with live_server.database():
        make.location("Confluence")
        integrations.ignore(INTEGRATIONS["lead_ads"], "form.submitted", make.contact(), by=make.SYSTEM)
    owner_page.emulate_media(color_scheme=theme)
    found = []
    for address in PAGES:
        owner_page.goto(address)
        found += [f"{address}: {barrier}" for barrier in barriers(owner_page)]
    assert found == []


@pytest.mark.req("APP-01", "APP-02")
def test_an_owner_switches_the_suite_off_and_on_again(owner_page: Page) -> None:
    page = owner_page
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

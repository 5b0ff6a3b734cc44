"""Page one, as people use it: choosing a trigger brings up what it can be narrowed by."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.db import db
from app.demo import make
from app.sequences import drafts
from app.sequences.models import Sequence
from tests.harness.browser import sign_in
from tests.harness.live import LiveServer

pytestmark = pytest.mark.browser


@pytest.mark.req("TRG-45", "TRG-41")
def test_choosing_a_trigger_brings_up_what_applies_to_it(live_server: LiveServer, page: Page) -> None:
    with live_server.database():
        make.staff("Inès Garnier", "owner", email="ines@maison-souffle.example")
        make.location("Croix-Rousse")
    sign_in(page, "ines@maison-souffle.example")
    page.goto("/sequences/new")
    page.get_by_label("Name", exact=True).fill("Tenth visit")
    page.get_by_text("Client's birthday", exact=True).click()
    expect(page.locator("#new-filters")).to_contain_text("Location")
    expect(page.locator("#new-filters")).not_to_contain_text("Class template")

    page.get_by_text("Class visit", exact=True).click()
    page.get_by_label("Only at visit number").fill("10")
    page.get_by_label("People are enrolled").select_option("booking")
    page.get_by_role("button", name="Go on to the steps").click()
    page.wait_for_url(lambda url: "/sequences/new" not in url)

    with live_server.database():
        made = db.session.scalars(select(Sequence).where(Sequence.title == "Tenth visit")).one()
        assert drafts.draft_of(made).trigger.filters == {"count": 10, "enrol": "booking"}

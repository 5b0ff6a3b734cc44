"""The gallery of ready-made folders, as an owner uses it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from app.db import db
from app.sequences.models import DRAFT, Sequence
from tests.harness.accessibility import barriers
from tests.harness.live import LiveServer

pytestmark = pytest.mark.browser


@pytest.mark.req("TPL-01", "TPL-02")
def test_a_folder_is_looked_at_named_and_made(live_server: LiveServer, owner_page: Page) -> None:
    page = owner_page
    page.goto("/sequences")
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Folder from template").click()
    expect(page.locator(".tpl:not(.blank)")).to_have_count(8)
    assert barriers(page) == []

    page.get_by_role("link", name="Win-back").click()
    expect(page.locator(".tpl:not(.blank)")).to_have_count(1)
    page.get_by_role("link", name="All").click()
    page.get_by_role("link", name="Intro offer funnel").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="8 · Ten days later, a discount")).to_be_visible()
    expect(dialog.get_by_text("10 days after the trigger")).to_be_visible()
    assert barriers(page) == []

    dialog.get_by_label("Language of the messages").select_option("fr")
    expect(dialog.get_by_label("Name of the folder")).to_have_value("Parcours offre découverte")
    dialog.get_by_label("Name of the folder").fill("Intro 2026")
    dialog.get_by_role("button", name="Make the folder").click()
    expect(page.get_by_role("heading", name="Intro 2026")).to_be_visible()
    expect(page.get_by_text("8 sequences made, all switched off")).to_be_visible()
    with live_server.database():
        made = db.session.execute(select(func.count(), func.min(Sequence.status), func.max(Sequence.status))).one()
    assert tuple(made) == (8, DRAFT, DRAFT)

    page.goto("/sequences/templates")
    page.get_by_role("link", name="Client birthday").click()
    page.get_by_role("dialog").get_by_label("Name of the folder").fill("intro 2026")
    page.get_by_role("dialog").get_by_role("button", name="Make the folder").click()
    expect(page.get_by_role("dialog").get_by_text("There is a folder “intro 2026” already.").first).to_be_visible()


def test_a_template_has_an_address_of_its_own(live_server: LiveServer, owner_page: Page) -> None:
    owner_page.goto("/sequences/templates/milestones")
    owner_page.get_by_role("button", name="Make the folder").click()
    owner_page.wait_for_url("**/sequences?folder=*")
    expect(owner_page.get_by_role("link", name="75th class")).to_be_visible()

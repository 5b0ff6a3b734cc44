"""Importing as the staff do it, in the browser, while real workers run."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.db import db
from app.demo import make
from app.leads.importing.models import LeadImport
from app.leads.models import Lead
from tests.harness.live import LiveServer, both_shapes
from tests.leads import imports

pytestmark = pytest.mark.browser


def choose_from_menu(page: Page, item: str) -> None:
    page.goto("/leads")
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name=item).click()


@pytest.mark.req("NAV-08")
def test_the_leads_page_has_its_menu_and_its_buttons(owner_page: Page) -> None:
    page = owner_page
    choose_from_menu(page, "Settings")
    expect(page.get_by_role("heading", name="Lead settings")).to_be_visible()
    choose_from_menu(page, "Import leads")
    expect(page.get_by_role("heading", name="Import leads")).to_be_visible()

    page.goto("/leads")
    page.get_by_role("link", name="Lead segmentation").click()
    expect(page.locator("#drawer aside")).to_be_visible()
    page.goto("/leads")
    page.get_by_role("link", name="New lead").click()
    expect(page.get_by_role("dialog", name="New lead")).to_be_visible()
    page.goto("/leads")
    page.locator("#leads > header").get_by_role("link", name="Collect leads").click()
    expect(page.get_by_role("heading", name="Collect leads")).to_be_visible()


@both_shapes
@pytest.mark.req("IMP-01", "IMP-03", "IMP-05", "BEY-19")
def test_a_list_comes_in_is_moved_on_and_taken_back(live_server: LiveServer, owner_page: Page, tmp_path: Path) -> None:
    page = owner_page
    with live_server.database():
        make.sequence({"do": "sms", "body": "Hi", "wait": {"days": 1}}, title="Welcome")
        make.lead(make.contact("Ana One", email="ana1@mail.example"), from_source="Dashboard")
    file = tmp_path / "open-day.csv"
    file.write_text(imports.people(200).replace("\n", "\nBen,Ali,ben@\n", 1))
    choose_from_menu(page, "Import leads")
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_role("status").filter(has_text="201 people")).to_contain_text("200 new leads")
    expect(page.get_by_label("First name")).to_have_value("0")
    expect(page.get_by_text("1 active sequence listens to new leads")).to_be_visible()
    page.get_by_label("Import without starting sequences").check()
    expect(page.get_by_text("1 sequence listens to new leads and will not start")).to_be_visible()
    page.get_by_label("Source").select_option(label="Website form")
    expect(page.get_by_role("status").filter(has_text="201 people")).to_contain_text("201 new leads")
    page.get_by_role("button", name="Import 201 leads").click()

    expect(page.get_by_label("Summary")).to_contain_text("201 leads", timeout=20_000)
    expect(page.get_by_role("row").filter(has_text="Ben Ali")).to_contain_text("marked as probably fraudulent")
    with page.expect_download() as receipt:
        page.get_by_role("link", name="Receipt").click()
    assert len(Path(receipt.value.path()).read_text().splitlines()) == 202

    page.goto("/leads?q=ana20")
    page.get_by_role("checkbox", name="Select all on this page").check()
    bar = page.get_by_role("toolbar", name="With the selected ones")
    expect(bar).to_contain_text("2 selected")
    bar.get_by_role("button", name="Move to stage").click()
    page.get_by_role("menuitem", name="Contacted").click()
    expect(page.get_by_role("row").filter(has_text="Ana200")).to_contain_text("Contacted")
    expect(page.get_by_role("status").filter(has_text="2 leads are in Contacted now")).to_be_visible()

    page.goto("/leads/imports")
    page.get_by_role("link", name="open-day.csv").click()
    page.get_by_role("link", name="Take back").click()
    page.get_by_role("dialog").get_by_role("button", name="Take 199 leads back").click()
    expect(page.get_by_label("Summary")).to_contain_text("199 leads were taken back", timeout=20_000)
    expect(page.get_by_label("Summary")).to_contain_text("2 stay")
    with live_server.database():
        assert db.session.query(Lead).count() == 3
        assert {one.status for one in db.session.query(LeadImport)} == {"undone"}

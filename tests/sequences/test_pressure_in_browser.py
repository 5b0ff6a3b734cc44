"""How often people may be written to, and what is due to one of them, as an owner sees it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from app import sandbox, work
from app.db import db
from app.demo import make
from app.sequences import pressure
from app.sequences.pressure import Cap, Caps
from tests.harness.accessibility import barriers
from tests.harness.live import LiveServer
from tests.sequences.conftest import tag

pytestmark = pytest.mark.browser


@pytest.mark.req("BEY-16")
def test_how_often_is_set_from_the_menu_of_the_sequences(owner_page: Page) -> None:
    page = owner_page
    page.goto("/sequences")
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="How often").click()
    dialog = page.get_by_role("dialog", name="How often")
    dialog.get_by_label("E-mails at most").fill("2")
    dialog.get_by_label("SMS at most").fill("-1")
    assert barriers(page) == []
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_contain_text("between 0 and 100")

    dialog.get_by_label("SMS at most").fill("0")
    dialog.get_by_label("Days, for SMS").fill("1")
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator("#sequences")).to_contain_text("At most 2 e-mails in 7 days")
    expect(page.locator("#sequences")).to_contain_text("Sequences send no SMS")


@pytest.mark.req("BEY-16")
def test_what_is_due_to_somebody_is_skipped_or_sent_now(owner_page: Page, live_server: LiveServer) -> None:
    page = owner_page
    with live_server.database():
        pressure.set_caps(Caps(in_app=Cap(most=1, days=7)))
        for title in ("Welcome", "Summer offer", "Win back"):
            note = {"id": "note", "do": "in_app", "body": f"{title}: hello ##{{{{first_name}}}}"}
            make.sequence(note, title=title, trigger="tag.added")
        ana = make.client("Ana Duarte")
        tag(ana, "New")
        contact_id = ana.id
        db.session.commit()
        sandbox.advance(timedelta(seconds=10))  # who has found another worker with her is asked again

    page.goto(f"/contacts/{contact_id}")
    panel = page.locator(f"#due-to-{contact_id}")
    expect(panel.get_by_role("listitem")).to_have_count(2)
    expect(panel).to_contain_text("Has had enough for now: at most 1 in-app message in 7 days")
    assert barriers(page) == []

    panel.get_by_role("listitem").filter(has_text="Win back").get_by_role("button", name="Skip").click()
    expect(panel.get_by_role("listitem")).to_have_count(1)
    panel.get_by_role("button", name="Send now").click()
    expect(panel).to_contain_text("Now")
    with live_server.database():
        work.settle()
    page.reload()
    expect(panel).to_contain_text("No message is on its way.")

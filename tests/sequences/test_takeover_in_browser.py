"""Above the composer: what is about to be written by itself, held or let go by mouse and keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from app.demo import make
from app.sequences import enrolling
from tests.harness.accessibility import barriers
from tests.harness.browser import sign_in
from tests.harness.live import LiveServer

pytestmark = pytest.mark.browser

TIP = {"id": "tip", "do": "sms", "body": "A tip, ##{{first_name}}", "wait": {"days": 1}}


@pytest.mark.req("BEY-08")
@pytest.mark.timeout(240)
def test_automatic_messages_are_held_while_somebody_writes(live_server: LiveServer, page: Page) -> None:
    with live_server.database():
        make.staff("Léa Roux", "front_desk", email="lea@maison-souffle.example")
        ana = make.client("Ana Duarte")
        enrolling.enrol_by_hand(make.sequence(TIP, title="Tips"), ana)
        number = ana.id
    sign_in(page, "lea@maison-souffle.example")
    page.goto(f"/inbox/{number}")
    notice = page.locator("#due-notice")
    expect(notice).to_contain_text("1 automatic message is due within two days")
    assert barriers(page) == []

    notice.get_by_label("How long messages are held").select_option("1")
    notice.get_by_role("button", name="Hold for").focus()
    page.keyboard.press("Enter")
    expect(notice).to_contain_text("Léa Roux holds automatic messages until")

    # What is typed meanwhile stays, and goes.
    page.get_by_label("Message", exact=True).fill("See you tonight")
    notice.get_by_role("button", name="Let them go").click()
    expect(notice).to_contain_text("1 automatic message is due within two days")
    expect(page.get_by_label("Message", exact=True)).to_have_value("See you tonight")

    notice.get_by_role("link", name="Send anyway").click()
    expect(notice).to_contain_text("1 automatic message goes as planned.")
    notice.get_by_role("link", name="Change").click()
    notice.get_by_role("button", name="Do not send").click()
    expect(notice).to_contain_text("Léa Roux has left out automatic messages until")

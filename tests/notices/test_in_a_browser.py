"""Rewriting a message with its preview beside it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from app.demo import make
from tests.harness.accessibility import barriers
from tests.harness.browser import sign_in
from tests.harness.live import LiveServer
from tests.harness.smtp import SmtpSink

pytestmark = pytest.mark.browser


@pytest.mark.req("TXN-01", "TXN-05")
def test_a_text_is_rewritten_tried_out_and_saved(live_server: LiveServer, page: Page, smtp: SmtpSink) -> None:
    with live_server.database():
        make.staff("Inès Garnier", "owner", email="ines@x.org")
        make.client("Ana Duarte", language="en")
    sign_in(page, "ines@x.org")
    page.goto("/studio/email-templates")
    assert barriers(page) == []
    page.get_by_role("switch", name="Class reminder by SMS").check()
    expect(page.get_by_text("Class reminder is on")).to_be_visible()

    page.get_by_role("link", name="Class confirmation").click()
    page.get_by_role("textbox", name="Subject").fill("Hooray ##{{firstname}}, ##{{className}} it is!")
    preview = page.locator("#notice-preview")
    expect(preview.get_by_text("Hooray ##{{firstname}}, Vinyasa Flow it is!")).to_be_visible()
    expect(preview.get_by_text("did you mean")).to_be_visible()
    page.get_by_role("textbox", name="Subject").fill("Hooray ##{{first_name}}, ##{{className}} it is!")
    expect(preview.get_by_text("Hooray Ana, Vinyasa Flow it is!")).to_be_visible()
    expect(preview.get_by_text("did you mean")).to_have_count(0)
    expect(page.frame_locator(".mail-sheet").get_by_text("Hello Ana,")).to_be_visible()
    assert barriers(page) == []

    page.get_by_role("button", name="Send me a test").click()
    expect(page.get_by_text("On its way to ines@x.org")).to_be_visible()
    page.get_by_role("radiogroup", name="Language").get_by_text("Français").click()
    expect(page.frame_locator(".mail-sheet").get_by_text("Bonjour Ana,")).to_be_visible()

    page.get_by_role("button", name="Save").click()
    page.goto("/studio/email-templates/class_confirmation")
    expect(page.get_by_role("textbox", name="Subject")).to_have_value("Hooray ##{{first_name}}, ##{{className}} it is!")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_text("Versions").click()
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_role("textbox", name="Subject")).to_have_value(
        "You are booked: ##{{className}}, ##{{classDate}}"
    )

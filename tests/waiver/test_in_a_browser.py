"""The whole way of a changed waiver: written, asked for with a note, opened from the mail on a phone, signed, seen."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from app import clock, work
from app.demo import make
from app.events import posting
from app.waiver import signing
from tests.harness.accessibility import barriers
from tests.harness.browser import sign_in
from tests.harness.live import LiveServer
from tests.harness.smtp import SmtpSink

pytestmark = pytest.mark.browser


def sign_on_a_phone(browser: Browser, link: str) -> None:
    """Without JavaScript, as mail programs' own browsers may be."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-GB", java_script_enabled=False)
    phone = context.new_page()
    phone.goto(link)
    expect(phone.get_by_text("Also in the sauna.")).to_be_visible()
    phone.get_by_label("I have read this text and I agree to it").check()
    phone.get_by_label("Your full name").fill("Ana Duarte")
    phone.get_by_role("button", name="Sign").click()
    expect(phone.get_by_role("heading", name="Thank you. It is signed.")).to_be_visible()
    context.close()


@pytest.mark.timeout(120)
@pytest.mark.req("WVR-01", "WVR-02", "WVR-03", "WVR-05", "WVR-06", "NAV-06")
def test_a_changed_waiver_is_asked_for_signed_on_a_phone_and_seen(
    live_server: LiveServer, page: Page, browser: Browser, smtp: SmtpSink
) -> None:
    with live_server.database():
        ines = make.staff("Inès Garnier", "owner", email="ines@x.org")
        ana = make.client("Ana Duarte", language="en", email="ana@mail.example")
        tomorrow = (clock.now() + timedelta(days=1)).isoformat()
        booked = {"class_name": "Yin", "booking_id": "b1", "starts_at": tomorrow}
        posting.post("class.booked", ana, booked, posting.How(make.SYSTEM, clock.now()))
        make.waiver("At my own risk.", by=ines)
        make.signature(ana)
        ana_id = ana.id
    sign_in(page, "ines@x.org")

    page.goto("/settings/general")
    page.get_by_role("link", name=re.compile("Waiver What clients")).click()
    assert barriers(page) == []
    page.get_by_label("Text").fill("At my own risk.\n\nAlso in the sauna.")
    page.get_by_role("button", name="Save").click()
    dialog = page.get_by_role("dialog", name="Ask for signatures of version 2?")
    expect(dialog.get_by_text("1 person with a class to come is asked")).to_be_visible()
    dialog.get_by_role("link", name="Not now").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_text("Nobody has been asked to sign version 2 yet.")).to_be_visible()
    page.get_by_role("link", name="Ask them").click()
    dialog.get_by_label("Note").fill("New: the sauna.")
    assert barriers(page) == []
    dialog.get_by_role("button", name="Send the request").click()
    expect(page.get_by_text("The requests are on their way")).to_be_visible()
    expect(dialog).to_have_count(0)

    with live_server.database():
        work.settle()
    [mail] = smtp.sent_to("ana@mail.example")
    [link] = [one for one in mail.links if "/waiver/" in one]
    assert "New: the sauna." in mail.text
    sign_on_a_phone(browser, link)

    page.goto(f"/contacts/{ana_id}")
    waiver = page.get_by_role("region", name="Waiver")
    expect(waiver.get_by_text("Signed", exact=True)).to_be_visible()
    expect(waiver.get_by_role("link", name="Version 2")).to_be_visible()
    expect(waiver.get_by_role("link", name="Version 1")).to_be_visible()
    assert barriers(page) == []
    page.goto("/settings/general/waiver/waiting")
    expect(page.get_by_text("Everybody with a class to come has signed")).to_be_visible()


@pytest.mark.req("WVR-05")
def test_the_page_to_sign_has_no_barriers_on_a_phone(live_server: LiveServer, page: Page) -> None:
    with live_server.database():
        version = make.waiver("At my own risk.", by=make.staff("Inès Garnier", "owner"))
        link = signing.link_for(version, make.client("Ana Duarte", language="fr").id)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(link)
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_role("button", name="Signer").click()
    expect(page.get_by_text("Cochez cette case pour signer.")).to_be_visible()
    assert barriers(page) == []

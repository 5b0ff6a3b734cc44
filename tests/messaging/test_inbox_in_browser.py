"""The inbox as one works in it: messages come and go by themselves, and what is being typed stays."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from app.demo import make
from tests.harness.browser import sign_in
from tests.harness.live import LiveServer
from tests.harness.twilio import TwilioStandIn

pytestmark = pytest.mark.browser

CAMILLE, THEO = "+33612345678", "+33687654321"


@pytest.fixture
def inbox(live_server: LiveServer, page: Page) -> Page:
    """The inbox, open before Léa, who has written to nobody yet."""
    with live_server.database():
        lea = make.staff("Léa Fontaine")
        make.client("Camille Moreau", phone=CAMILLE)
        make.client("Théo Lambert", phone=THEO)
        address = lea.email
    sign_in(page, address)
    page.goto("/inbox")
    return page


@pytest.mark.req("INB-01", "INB-05", "INB-06", "INB-09", "INB-14")
def test_a_conversation_from_the_first_word_to_the_last(inbox: Page, phone_provider: TwilioStandIn) -> None:
    row = inbox.locator("a.conv", has_text="Camille Moreau")
    phone_provider.receives_sms(CAMILLE, "Can I use the two weeks offer at Confluence?")
    expect(row).to_contain_text("Unanswered")
    waiting = inbox.locator("#side-badge-inbox")
    expect(waiting).to_contain_text("1")

    row.click()
    expect(inbox.locator("#thread-messages")).to_contain_text("two weeks offer")
    expect(inbox.locator("#inbox-profile")).to_contain_text("Camille Moreau")
    expect(row).not_to_have_class(re.compile("unread"))

    inbox.get_by_label("Message", exact=True).fill("Yes, any class. See you Thursday!")
    inbox.keyboard.press("Control+Enter")
    expect(inbox.locator(".msg.out .rcpt")).to_have_text("Sent")
    expect(row).not_to_contain_text("Unanswered")
    expect(waiting).not_to_contain_text("1")
    assert [sms.text for sms in phone_provider.sent_to(CAMILLE)] == ["Yes, any class. See you Thursday!"]

    inbox.get_by_label("Message", exact=True).fill("By the way")
    phone_provider.receives_sms(CAMILLE, "Perfect, thank you")
    expect(inbox.locator("#thread-messages")).to_contain_text("Perfect, thank you")
    expect(inbox.get_by_label("Message", exact=True)).to_have_value("By the way")

    inbox.locator("#thread-bar").get_by_role("button", name="Close").click()
    expect(row).to_have_count(0)
    inbox.get_by_role("button", name="Undo").click()
    expect(row).to_have_count(1)
    expect(inbox.locator("#thread-bar").get_by_role("button", name="Close")).to_be_visible()


@pytest.mark.req("INB-05", "INB-08")
def test_filters_and_search_leave_the_open_thread_alone(inbox: Page, phone_provider: TwilioStandIn) -> None:
    for phone in (CAMILLE, THEO):
        phone_provider.receives_sms(phone, "Hello")
    rows = inbox.locator("a.conv")
    expect(rows).to_have_count(2)
    rows.filter(has_text="Camille").click()
    inbox.get_by_label("Message", exact=True).fill("half written")

    inbox.get_by_label("Search conversations").fill("théo")
    expect(rows).to_have_count(1)
    expect(inbox.get_by_label("Search conversations")).to_be_focused()
    inbox.get_by_label("Search conversations").fill("")
    expect(rows).to_have_count(2)

    inbox.locator("#inbox-filters").get_by_role("link", name="Assigned to me").click()
    expect(rows).to_have_count(0)
    inbox.locator("#inbox-filters").get_by_role("link", name="Open").click()
    expect(rows).to_have_count(2)
    inbox.locator(".composer").get_by_text("E-mail").click()
    expect(inbox.get_by_label("Subject")).to_be_visible()
    expect(inbox.get_by_label("Message", exact=True)).to_have_value("half written")


@pytest.mark.req("SMS-01")
def test_an_sms_is_counted_while_it_is_typed(inbox: Page, phone_provider: TwilioStandIn) -> None:
    phone_provider.receives_sms(CAMILLE, "Hello")
    inbox.locator("a.conv").click()
    text, count = inbox.get_by_label("Message", exact=True), inbox.locator("#composer sms-counter")

    text.fill("See you")
    expect(count).to_contain_text("7 / 160")
    text.fill("See you 🙂")
    expect(count).to_contain_text("10 / 70")
    expect(count).to_contain_text("“🙂” makes it shorter")
    text.fill("See you")
    expect(count).to_have_text("7 / 160 · 1 segment")


def test_on_a_phone_list_and_thread_are_two_pages(inbox: Page, phone_provider: TwilioStandIn) -> None:
    phone_provider.receives_sms(CAMILLE, "Hello")
    inbox.set_viewport_size({"width": 390, "height": 844})
    inbox.locator("a.conv").click()
    expect(inbox.locator("#inbox-list")).to_be_hidden()
    expect(inbox.locator("#composer")).to_be_visible()
    inbox.get_by_role("button", name="Assign").click()
    inbox.get_by_role("menuitemradio", name="Léa Fontaine").click()
    expect(inbox.get_by_role("button", name="Léa", exact=True)).to_be_visible()
    expect(inbox.locator("#thread-bar").get_by_role("link", name="Camille Moreau")).to_be_visible()

    inbox.get_by_role("link", name="Back to the inbox").click()
    expect(inbox.locator("#inbox-list")).to_be_visible()
    expect(inbox.locator("#composer")).to_be_hidden()

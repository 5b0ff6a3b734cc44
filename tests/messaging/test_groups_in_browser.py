"""Writing to many people, and the segments above a list, as the front desk uses them."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from app.contacts import consent, criteria, segments
from app.db import db
from app.demo import make
from app.messaging import groups, groups_audience
from app.messaging.models import GroupMessage
from app.rules import RuleUse
from app.staff.models import Staff
from tests.harness.accessibility import barriers
from tests.harness.browser import sign_in
from tests.harness.live import LiveServer

pytestmark = pytest.mark.browser


@pytest.fixture
def owner(live_server: LiveServer, page: Page) -> Page:
    """The owner's browser, signed in, at a studio with four clients, one of whom wants no offers."""
    with live_server.database():
        ines = make.staff("Inès Garnier", "owner", email="ines@x.org")
        for name in ("Ana Silva", "Ben Ali", "Zoë Petit"):
            make.client(name, tags=["Regular"])
        make.lead(make.contact("Eva Roux"))
        consent.withdraw(make.client("Sam Vidal", tags=["Regular"]), ["email_marketing"], by=ines, via="staff")
        for name in ("One", "Two", "Three"):
            segments.save(name, segments.CLIENTS, [RuleUse(rule="tag.has", value="Regular")], by=ines)
    sign_in(page, "ines@x.org")
    return page


@pytest.mark.req("UNS-10", "SEG-08")
def test_a_segment_is_written_to_and_the_warning_names_who_gets_nothing(owner: Page) -> None:
    page = owner
    page.goto("/clients")
    page.get_by_role("link", name="Two 4").click()
    page.get_by_role("button", name="Contact clients").click()
    page.get_by_label("Subject").fill("Open day")
    page.get_by_role("textbox", name="Message").fill("Come on Sunday, ")
    page.get_by_role("button", name="First name").click()
    expect(page.frame_locator("#group-aside iframe").locator("body")).to_contain_text("Come on Sunday, Ana")

    page.get_by_role("button", name="Review and send").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("1 person gets nothing")
    expect(dialog).to_contain_text("Sam Vidal")
    dialog.get_by_role("button", name="Send to 3 people").click()
    expect(page.get_by_role("heading", name="Open day")).to_be_visible()
    expect(page.locator("#group-progress")).to_contain_text("Client list, Two · 4 people")


@pytest.mark.req("SEG-04")
def test_segments_are_dragged_into_another_order(owner: Page) -> None:
    page = owner
    page.goto("/clients")
    page.get_by_role("link", name="Arrange segments").click()
    rows = page.locator("#segment-rows li")
    expect(rows).to_have_count(3)
    grip, first = rows.nth(2).locator(".grip").bounding_box(), rows.nth(0).bounding_box()
    assert grip is not None
    assert first is not None
    with page.expect_response(re.compile("/segments/clients/order")):
        page.mouse.move(grip["x"] + 8, grip["y"] + 8)
        page.mouse.down()
        page.mouse.move(first["x"] + 20, first["y"] + 20, steps=8)
        page.mouse.move(first["x"] + 20, first["y"] + 4, steps=4)
        page.mouse.up()
    page.get_by_role("link", name="Done").click()
    page.reload()

    tabs = page.get_by_role("navigation", name="Segments").get_by_role("link")
    expect(tabs).to_have_text(["All clients", "Three 4", "One 4", "Two 4", ""])  # and the gear


@pytest.mark.timeout(180)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_keeps_anybody_from_using_these_pages(
    live_server: LiveServer, owner: Page, theme: Literal["light", "dark"]
) -> None:
    with live_server.database():
        draft, sent = _group("email"), _group("sms")
        groups.send(sent)
        addresses = (
            "/clients?rules=" + quote(criteria.write([RuleUse(rule="hot")])),
            "/leads",
            "/inbox",
            "/segments/clients/criteria?segment=1",
            "/segments/leads/new?status=open",
            "/segments/clients/all",
            "/group-messages",
            f"/group-messages/{draft.id}",
            f"/group-messages/{sent.id}",
        )
    owner.emulate_media(color_scheme=theme)
    found = []
    for address in addresses:
        owner.goto(address)
        found += [f"{address}: {barrier}" for barrier in barriers(owner)]
    assert found == []


def _group(channel: str) -> GroupMessage:
    ines = db.session.scalars(select(Staff)).one()
    people, whose = groups_audience.selected("clients", MultiDict(), None, seen_by=ines)
    group = groups.begin(people, whose, by=ines)
    groups.write(group, channel, "Open day", "Hello ##{{first_name}}")
    return group

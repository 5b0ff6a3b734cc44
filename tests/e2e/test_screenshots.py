"""The pictures of `make screenshots`: every page and the main dialogs, with a lively studio's data, in both sizes and
themes. An address that answers anything but its page fails.
"""

from __future__ import annotations

import shutil
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from app.contacts.models import Contact
from app.db import db
from app.demo import cast, seed
from app.leads.models import Lead
from app.messaging import groups
from app.messaging.models import Conversation, GroupMessage
from app.notices.catalogue import NOTICES
from app.waiver import audience, signing, versions
from tests.harness.browser import sign_in
from tests.harness.live import LiveServer
from tests.harness.pictures import FOLDER, SIZES, photograph

DAYS = 35  # long enough for somebody not to have been seen for three weeks

PAGES = {
    "dashboard": "/dashboard",
    "leads-table": "/leads?view=table",
    "leads-board": "/leads?view=board",
    "imports": "/leads/imports",
    "import": "/leads/imports/1",
    "collect-leads": "/leads/collect",
    "lead-settings": "/leads/settings",
    "lead-forms": "/website/lead-forms",
    "lead-form-design": "/website/lead-forms/1",
    "contacts": "/contacts",
    "clients": "/clients",
    "tags": "/clients/tags",
    "custom-fields": "/clients/custom-fields",
    "segment": "/clients?segment=2",
    "criteria": "/segments/clients/criteria?segment=2",
    "segments": "/segments/clients/all",
    "group-messages": "/group-messages",
    "intake-forms": "/clients/intake-forms",
    "intake-form": "/clients/intake-forms/1",
    "intake-form-new": "/clients/intake-forms/new",
    "email-templates": "/studio/email-templates",
    "lifecycle": "/lifecycle",
    "activity": "/activity",
    "tasks": "/tasks",
    "memberships": "/memberships",
    "membership": "/memberships/5",
    "orders": "/memberships/orders",
    "checkout": "/buy/10-class-pass",
    "sequences": "/sequences",
    "builder": "/sequences/1",
    "sequence-new": "/sequences/new",
    "sequence-people": "/sequences/1/people",
    "notifications": "/notifications",
    "account": "/account",
    "settings": "/settings",
    "general": "/settings/general",
    "locations": "/settings/locations",
    "lead-notifications": "/settings/notifications",
    "lifecycle-settings": "/settings/lifecycle",
    "roles": "/settings/roles",
    "api": "/settings/api",
    "scoring": "/settings/scoring",
    "app-store": "/apps",
    "integrations": "/apps/integrations",
    "classpass": "/apps/integrations/classpass",
    "plan": "/settings/plan",
    "phone-number": "/settings/phone",
    "cancellation-policy": "/settings/cancellation-policy",
    "waitlist": "/settings/waitlist",
    "waiver": "/settings/general/waiver",
    "waiver-request": "/settings/general/waiver/request",
    "waiver-version": "/settings/general/waiver/versions/1",
    "waiver-waiting": "/settings/general/waiver/waiting",
    "messages": "/settings/messages",
    "staff": "/settings/staff",
    "lead-form": "/f/first-class",
    "lead-form-thanks": "/f/first-class/thanks",
    "intake": "/intake/before-your-first-session",
}

# Of what opens on a page: the page, and what is pressed there.
OPENED = {
    "lead-new": ("/leads?view=table", "New lead"),
    "lead-filters": ("/leads?view=table", "Lead segmentation"),
    "client-new": ("/clients", "New client"),
    "client-criteria": ("/clients?segment=2", "Client segmentation"),
    "tag-new": ("/clients/tags", "Create tag"),
    "custom-field-new": ("/clients/custom-fields", "Create field"),
    "task-new": ("/tasks", "New task"),
    "payment": ("/memberships/orders", "Take payment"),
    "sending-hours": ("/sequences", "Sending hours"),
    "staff-new": ("/settings/staff", "Add somebody"),
    "location-new": ("/settings/locations", "Add a location"),
    "token-new": ("/settings/api", "New token"),
}

# What the README shows.
SHOWN = {"leads-board": "leads-board", "builder": "builder", "inbox": "inbox"}
IMAGES = Path(__file__).parents[2] / "docs" / "images"


@pytest.mark.screenshots
@pytest.mark.timeout(1800)
def test_every_page_has_its_picture(live_server: LiveServer, page: Page) -> None:
    with live_server.database():
        seed.sow(DAYS)
        pages, opened = PAGES | _pages_by_number(), dict(OPENED)
    opened["group-review"] = (pages["group-draft"], "Review and send")
    opened["intake-send"] = (pages["contact"], "Send")
    opened["contact-edit"] = (pages["contact"], "Edit")
    sign_in(page, cast.OWNER_EMAIL)

    for name, address in pages.items():
        _visit(page, address)
        photograph(page, name)
    for name, (address, pressed) in opened.items():
        page.set_viewport_size(SIZES["desktop"])
        _visit(page, address)
        _press(page, pressed)
        photograph(page, name, reload=False)

    IMAGES.mkdir(exist_ok=True)
    for taken, shown in SHOWN.items():
        shutil.copy(FOLDER / f"{taken}-desktop-light.png", IMAGES / f"{shown}.png")


def _pages_by_number() -> dict[str, str]:
    """The pages of somebody and something in particular."""
    latest = db.session.query(Conversation.contact_id).order_by(Conversation.waiting_since.desc()).limit(1).scalar()
    somebody = db.session.query(Contact.id).limit(1).scalar()
    sent, draft = (
        db.session.query(GroupMessage.id).filter(GroupMessage.state == state).limit(1).scalar()
        for state in (groups.DONE, groups.DRAFT)
    )
    waiver = versions.the_current()
    unsigned = audience.beyond(waiver, 0, limit=1)[0]
    return {
        "waiver-signing": signing.link_for(waiver, unsigned),
        "inbox": f"/inbox/{latest or somebody}",
        "contact": f"/contacts/{somebody}",
        "lead": f"/leads/{db.session.query(Lead.id).limit(1).scalar()}",
        "group-message": f"/group-messages/{sent}",
        "group-draft": f"/group-messages/{draft}",
        "email-template": f"/studio/email-templates/{next(iter(NOTICES))}",
    }


def _visit(page: Page, address: str) -> None:
    """Go to a page, and be there."""
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == HTTPStatus.OK, address
    assert urlsplit(page.url).path == urlsplit(address).path, f"{address} led to {page.url}"


def _press(page: Page, name: str) -> None:
    """Press what opens a dialog or a drawer, and wait for it."""
    pressed = (
        page.locator("main").get_by_role("link", name=name).or_(page.locator("main").get_by_role("button", name=name))
    )
    pressed.first.click()
    expect(page.locator("dialog[open], .drawer").first).to_be_visible()

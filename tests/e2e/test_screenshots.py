"""The pictures of `make screenshots`: every page with a lively studio's data, in both sizes and themes."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.contacts.models import Contact
from app.db import db
from app.demo import cast, make, seed
from app.messaging.models import Conversation
from app.waiver import audience, signing, versions
from tests.harness.live import LiveServer
from tests.harness.pictures import FOLDER, photograph

DAYS = 15

PAGES = {
    "dashboard": "/dashboard",
    "leads-table": "/leads?view=table",
    "leads-board": "/leads?view=board",
    "imports": "/leads/imports",
    "import": "/leads/imports/1",
    "lead-forms": "/website/lead-forms",
    "contacts": "/contacts",
    "clients": "/clients",
    "tags": "/clients/tags",
    "custom-fields": "/clients/custom-fields",
    "segment": "/clients?segment=2",
    "criteria": "/segments/clients/criteria?segment=2",
    "group-messages": "/group-messages",
    "group-message": "/group-messages/1",
    "group-draft": "/group-messages/2",
    "lifecycle": "/lifecycle",
    "activity": "/activity",
    "tasks": "/tasks",
    "memberships": "/memberships",
    "membership": "/memberships/5",
    "orders": "/memberships/orders",
    "checkout": "/buy/10-class-pass",
    "sequences": "/sequences",
    "builder": "/sequences/1",
    "settings": "/settings",
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
}

# What the README shows.
SHOWN = {"leads-board": "leads-board", "builder": "builder", "inbox": "inbox"}
IMAGES = Path(__file__).parents[2] / "docs" / "images"


@pytest.mark.screenshots
@pytest.mark.timeout(1200)
def test_every_page_has_its_picture(live_server: LiveServer, page: Page) -> None:
    with live_server.database():
        seed.sow(DAYS)
        latest = db.session.query(Conversation.contact_id).order_by(Conversation.waiting_since.desc()).limit(1).scalar()
        anybody = db.session.query(Contact.id).limit(1).scalar()
        waiver = versions.the_current()
        unsigned = audience.beyond(waiver, 0, limit=1)[0]
        paper = signing.link_for(waiver, unsigned)
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(cast.OWNER_EMAIL)
    page.get_by_label("Password").fill(make.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).not_to_have_url(re.compile("sign-in"))

    of_people = {"inbox": f"/inbox/{latest or anybody}", "contact": f"/contacts/{anybody}", "waiver-signing": paper}
    for name, address in {**PAGES, **of_people}.items():
        page.goto(address)
        photograph(page, name)

    IMAGES.mkdir(exist_ok=True)
    for taken, shown in SHOWN.items():
        shutil.copy(FOLDER / f"{taken}-desktop-light.png", IMAGES / f"{shown}.png")

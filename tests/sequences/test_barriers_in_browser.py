"""Nothing keeps people from the builder and the pages around it, in either theme."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from app.demo import make
from tests.harness.live import LiveServer
from tests.sequences.builder.canvas import Canvas

pytestmark = [pytest.mark.browser, pytest.mark.req("BEY-17")]

STEPS = (
    {"id": "hello", "do": "sms", "body": "Hello [name of the studio]"},
    {
        "id": "fork",
        "if": {"rules": [{"rule": "tag.has", "value": "VIP"}]},
        "then": [{"id": "vip", "do": "tag.add", "tags": ["Seen"], "enabled": False}],
        "else": [{"id": "mail", "do": "email", "wait": {"days": 2}, "subject": "Welcome", "html": "<p>Hi</p>"}],
    },
)
PAGES = (
    "/sequences",
    "/sequences/{}",
    "/sequences/{}?step=fork",
    "/sequences/{}?step=mail",
    "/sequences/{}/steps/mail/message",
    "/sequences/{}/steps/hello/message",
    "/sequences/{}/people",
    "/sequences/{}/people?who=leads",
    "/sequences/{}/history",
    "/sequences/templates",
    "/sequences/new",
)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_keeps_anybody_out(live_server: LiveServer, owner_page: Page, theme: Literal["light", "dark"]) -> None:
    with live_server.database():
        number = make.sequence(*STEPS, title="Follow-up", folder="Leads").id
        make.lead(make.contact("Ana Duarte", tags=["VIP"]))
    canvas = Canvas(owner_page, live_server, number)
    owner_page.emulate_media(color_scheme=theme)
    found = {}
    for path in PAGES:
        owner_page.goto(path.format(number))
        expect(owner_page.locator("#page")).to_be_visible()
        found[path] = canvas.barriers()
    owner_page.goto("/sequences/templates")
    owner_page.locator(".tpl b a").first.click()
    expect(owner_page.get_by_role("dialog")).to_be_visible()
    found["a template"] = canvas.barriers()

    assert {path: said for path, said in found.items() if said} == {}

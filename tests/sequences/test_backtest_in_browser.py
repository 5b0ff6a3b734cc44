"""The backtest, as somebody who draws a sequence asks for it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app import clock
from app.db import db
from app.demo import make
from app.sequences import backtest_counts
from tests.harness.accessibility import barriers
from tests.harness.browser import sign_in
from tests.harness.live import LiveServer
from tests.sequences.conftest import buy_membership, tag

pytestmark = pytest.mark.browser

TIPS = [{"id": f"tip{n}", "do": "email", "wait": {"days": 1}, "subject": f"Tip {n}", "html": "Hi"} for n in (1, 2, 3)]
STEPS: list[dict[str, Any]] = [
    {"id": "hello", "do": "sms", "body": "Hi ##{{first_name}}, how was it?"},
    {
        "id": "keen",
        "wait": {"days": 1},
        "if": {"match": "any", "rules": [{"rule": "bookings.count", "op": ">=", "value": 1}]},
        "then": [{"id": "well", "do": "email", "subject": "Well done", "html": "<p>See you soon.</p>"}],
        "else": [{"id": "call", "do": "task", "title": "Call them", "assign": {"role": "Front desk"}}],
    },
    *TIPS,
]
BOUGHT = [{"rule": "membership.purchased", "since": "enrolment"}]


@pytest.mark.req("BEY-07")
@pytest.mark.timeout(240)
def test_the_builder_tells_what_the_draft_would_have_done(live_server: LiveServer, page: Page) -> None:
    with live_server.database():
        make.staff("Inès Garnier", "owner", email="ines@x.org")
        with clock.imagine(clock.now() - timedelta(days=20)):
            people = [make.client(name) for name in ("Ana Duarte", "Leo Martin", "Kim Roux", "Zoé Blanc")]
            people.append(make.client("Max Noir", phone=None))
            for one in people:
                tag(one, "Trial")
        with clock.imagine(clock.now() - timedelta(days=18)):
            buy_membership(people[1])
        draft = make.sequence(*STEPS, title="After the trial", trigger="tag.added", active=False, exits=BOUGHT)
        idle = make.sequence(*STEPS, title="Nobody", trigger="score.became_hot", active=False)
        db.session.commit()
        draft_id, idle_id = draft.id, idle.id
    sign_in(page, "ines@x.org")

    page.goto(f"/sequences/{draft_id}")
    page.get_by_role("link", name="Backtest").click()
    dialog = page.get_by_role("dialog", name="Backtest")
    expect(dialog).to_contain_text("It would have enrolled 5 people and sent")
    expect(dialog).to_contain_text("bought a membership")
    expect(dialog.get_by_role("link", name="Ana Duarte")).to_be_visible()
    assert barriers(page) == []
    dialog.get_by_role("link", name="30 days").click()
    expect(dialog.get_by_role("link", name="30 days")).to_have_attribute("aria-current", "true")
    expect(dialog).to_contain_text("It would have enrolled 5 people")

    page.goto(f"/sequences/{idle_id}")
    page.get_by_role("link", name="Backtest").click()
    expect(page.get_by_role("dialog", name="Backtest")).to_contain_text("Nobody would have come in")


@pytest.mark.req("BEY-07")
@pytest.mark.timeout(240)
def test_the_page_follows_a_count_of_everybody_and_shows_what_came_of_it(live_server: LiveServer, page: Page) -> None:
    with live_server.database():
        ines = make.staff("Inès Garnier", "owner", email="ines@x.org")
        with clock.imagine(clock.now() - timedelta(days=20)):
            for name in ("Ana Duarte", "Leo Martin", "Kim Roux"):
                tag(make.client(name), "Trial")
        draft = make.sequence(*STEPS, title="After the trial", trigger="tag.added", active=False, exits=BOUGHT)
        db.session.commit()
        # As if a worker were at it: the page has something to wait for, however fast the workers are.
        count = backtest_counts.count_everyone(draft, days=90, by=ines)
        count.lease_until = clock.now() + timedelta(hours=1)
        db.session.commit()
        draft_id, count_id = draft.id, count.id
    sign_in(page, "ines@x.org")

    page.goto(f"/sequences/{draft_id}")
    page.get_by_role("link", name="Backtest").click()
    dialog = page.get_by_role("dialog", name="Backtest")
    expect(dialog).to_contain_text("Everybody is being counted: 0 of")
    assert barriers(page) == []
    with live_server.database():
        db.session.get_one(backtest_counts.BacktestCount, count_id).lease_until = None
    expect(dialog).to_contain_text("people were counted: everybody.", timeout=30_000)
    expect(dialog).to_contain_text("It would have enrolled 3 people")
    assert barriers(page) == []

    dialog.get_by_role("button", name="Forget this").click()
    expect(dialog).not_to_contain_text("were counted: everybody")
    expect(dialog).to_contain_text("It would have enrolled 3 people")

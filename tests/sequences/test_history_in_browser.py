"""Versions, publishing and going on, as people do them in the browser."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from app import clock
from app.db import db
from app.demo import make
from app.sequences import checking, drafts, enrolling, formats, publishing
from app.sequences.models import Enrolment, Sequence
from tests.harness.accessibility import barriers
from tests.harness.browser import sign_in
from tests.harness.live import LiveServer

pytestmark = pytest.mark.browser

SMS: dict[str, Any] = {"id": "sms", "do": "sms", "body": "Come and see us on Monday"}
TAG: dict[str, Any] = {"id": "tag", "do": "tag.add", "tags": ["Regular"], "wait": {"days": 2}}
MAIL: dict[str, Any] = {
    "id": "mail", "do": "email", "title": "How did it feel?", "wait": {"days": 1}, "subject": "Hi", "html": "<p>Hi</p>",
}  # fmt: skip


@pytest.fixture
def sequence_id(live_server: LiveServer, page: Page) -> int:
    """Version 1 is live with three people before its e-mail, which the draft has lost; an owner is signed in."""
    with live_server.database():
        make.staff("Inès Garnier", "owner", email="ines@maison-souffle.example")
        made = make.sequence(MAIL, SMS, TAG, title="Follow-up", trigger="api.event")
        for _ in range(3):
            enrolling.enrol_by_hand(made, make.client())
        said = formats.dump(drafts.draft_of(made))
        said["steps"] = [SMS | {"body": "Come and see us on Friday"}, TAG]
        drafts.save_draft(made, checking.read(said), summary="Removed “How did it feel?”")
        number = made.id
    sign_in(page, "ines@maison-souffle.example")
    return number


def _statuses(live_server: LiveServer) -> set[tuple[str, str]]:
    with live_server.database():
        return {(run.status, run.reason) for run in db.session.scalars(select(Enrolment))}


@pytest.mark.req("SEQ-28")
def test_an_older_version_is_compared_restored_and_that_undone(
    live_server: LiveServer, page: Page, sequence_id: int
) -> None:
    page.goto(f"/sequences/{sequence_id}")
    page.get_by_role("link", name="History", exact=True).first.click()
    compared = page.locator("#comparison")
    expect(compared).to_contain_text("From version 1 to version 2")
    expect(compared.locator("del").first).to_contain_text("Monday")
    page.get_by_label("Compare from version 2").check()
    expect(compared).to_contain_text("Nothing is different.")
    page.get_by_role("link", name="What changed").first.click()
    expect(compared).to_contain_text("From version 1 to version 2")

    page.get_by_role("button", name="Menu of version 1").click()
    page.get_by_role("menuitem", name="Restore this version").click()
    expect(page.locator("#step-mail")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#step-mail")).to_have_count(0)
    page.reload()
    expect(page.locator("#step-mail")).to_have_count(0)
    page.get_by_role("button", name="Redo").click()
    expect(page.locator("#step-mail")).to_be_visible()


def test_the_history_bars_nobody(page: Page, sequence_id: int) -> None:
    page.goto(f"/sequences/{sequence_id}/history")
    expect(page.locator("#comparison")).to_contain_text("From version 1 to version 2")
    assert barriers(page) == []


@pytest.mark.req("BEY-04")
def test_whoever_waits_on_a_removed_step_leaves_if_that_is_chosen(
    live_server: LiveServer, page: Page, sequence_id: int
) -> None:
    page.goto(f"/sequences/{sequence_id}")
    page.get_by_role("link", name="Review and publish").click()
    dialog = page.locator("#review")
    expect(dialog).to_contain_text("3 people wait on “How did it feel?”, which you have removed")
    expect(dialog.locator(".changes")).to_contain_text("3 people wait here")
    choice = dialog.get_by_label("3 people wait on")
    expect(choice.locator("option:checked")).to_contain_text("Go on with “Come and see us on Friday”")
    dialog.get_by_label("Let them finish the old version").check()
    expect(choice).to_be_hidden()
    dialog.get_by_label("Move them to the new version").check()
    choice.select_option(label="Leave the sequence")
    dialog.get_by_role("button", name="Publish v2").click()
    expect(page.locator("#sequence-status")).to_contain_text("v2")

    assert _statuses(live_server) == {("exited", "step_removed:How did it feel?")}


@pytest.mark.req("SEQ-18")
def test_what_is_overdue_is_shown_before_a_paused_sequence_goes_on(
    live_server: LiveServer, page: Page, sequence_id: int
) -> None:
    with live_server.database():
        sequence = db.session.get_one(Sequence, sequence_id)
        drafts.undo(sequence)
        publishing.pause(sequence)
        db.session.execute(update(Enrolment).values(held_due_at=clock.now()))
    page.goto("/sequences")
    page.get_by_role("switch", name="Follow-up on").click()
    dialog = page.locator("#resume")
    expect(dialog.locator("tbody tr")).to_contain_text(["How did it feel?"])
    expect(dialog).to_contain_text("The 3 late messages")
    expect(dialog.get_by_label("Pass over the late messages")).to_be_checked()
    dialog.get_by_role("button", name="Resume").click()
    expect(page.locator("#sequence-status")).to_contain_text("Live")

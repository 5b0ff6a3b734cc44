"""The fuse and what is late, as an owner meets them: the banners with their buttons, the dialog, a step's form."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app import clock
from app.db import db
from app.demo import make
from app.messaging import outgoing
from app.messaging.models import Message
from app.sequences import drafts, enrolling, fuses, safety
from app.sequences.lateness import SendWithin
from app.sequences.models import Sequence
from app.sequences.waits import Duration
from tests.harness.accessibility import barriers
from tests.harness.browser import sign_in
from tests.harness.live import LiveServer

pytestmark = pytest.mark.browser

STEPS = (
    {"id": "hello", "do": "sms", "wait": {"days": 1}, "body": "Welcome, ##{{first_name}}"},
    {"id": "mail", "do": "email", "wait": {"days": 2}, "subject": "How was it?", "html": "<p>Tell us.</p>"},
)


@pytest.fixture
def sequence_id(live_server: LiveServer, page: Page) -> int:
    """An active sequence, and somebody signed in who may change it."""
    with live_server.database():
        make.staff("Inès Garnier", "owner", email="ines@maison-souffle.example")
        number = make.sequence(*STEPS, title="Welcome", folder="Clients", trigger="client.created").id
    sign_in(page, "ines@maison-souffle.example")
    return number


def ask(sequence_id: int, count: int) -> None:
    """Messages of the first step that an outage has kept back, as the engine leaves them."""
    sequence = db.session.get_one(Sequence, sequence_id)
    now = clock.now()
    runs = [enrolling.enrol_by_hand(sequence, make.contact()) for _ in range(count)]
    outgoing.queue_many(
        [
            outgoing.NewMessage(
                contact_id=run.contact_id,
                channel="sms",
                due_at=now + timedelta(hours=1),
                sequence_id=sequence.id,
                revision_id=run.revision_id,
                enrolment_id=run.id,
                step_id="hello",
            )
            for run in runs
        ]
    )
    for message in db.session.scalars(select(Message).where(Message.sequence_id == sequence.id)):
        message.meant_at, message.asked_at = now - timedelta(hours=4), now


@pytest.mark.req("BEY-05")
def test_a_blown_fuse_says_why_and_is_resumed(live_server: LiveServer, page: Page, sequence_id: int) -> None:
    with live_server.database():
        fuses.blow(sequence_id, "person", 21)
    page.goto("/sequences")
    banner = page.get_by_role("alert").filter(has_text="Paused by the fuse")
    expect(banner).to_contain_text("The same person was to get 21 messages within an hour.")
    expect(page.get_by_role("row", name="Welcome").get_by_text("Paused by the fuse")).to_be_visible()
    assert barriers(page) == []

    page.get_by_role("link", name="Welcome", exact=True).first.click()
    expect(banner).to_be_visible()
    banner.get_by_role("link", name="Resume").click()
    page.get_by_role("dialog").get_by_role("button", name="Resume").click()
    expect(page.get_by_text("“Welcome” goes on.")).to_be_visible()
    expect(banner).to_have_count(0)
    with live_server.database():
        assert db.session.get_one(Sequence, sequence_id).status == "active"


@pytest.mark.req("BEY-14")
@pytest.mark.parametrize(
    "answered",
    [("Send", "12 late messages leave, in turn.", None), ("Skip", "12 late messages are not sent.", "suppressed")],
)
def test_what_an_outage_kept_back_is_sent_or_skipped_with_a_click(
    live_server: LiveServer, page: Page, sequence_id: int, answered: tuple[str, str, str | None]
) -> None:
    answer, said, left = answered
    with live_server.database():
        ask(sequence_id, 12)
    page.goto(f"/sequences/{sequence_id}")
    banner = page.get_by_role("alert").filter(has_text="12 messages of “Welcome, First name” were due")
    expect(banner).to_be_visible()
    assert barriers(page) == []

    banner.get_by_role("button", name=answer).click()
    expect(page.get_by_text(said)).to_be_visible()
    expect(banner).to_have_count(0)
    with live_server.database():
        found = db.session.scalars(select(Message).where(Message.sequence_id == sequence_id)).all()
        assert all(one.asked_at is None and (left is None or one.status == left) for one in found)


@pytest.mark.req("BEY-05", "BEY-14")
def test_safety_is_set_in_a_dialog(live_server: LiveServer, page: Page, sequence_id: int) -> None:
    page.goto("/sequences")
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Safety").click()
    dialog = page.get_by_role("dialog", name="Safety")
    expect(dialog.get_by_label("The same words to the same person once in")).to_have_value("24")
    assert barriers(page) == []
    dialog.get_by_label("The same words to the same person once in").fill("")
    dialog.get_by_label("Late messages a minute, at most").fill("30")
    dialog.get_by_label("How long").fill("6")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Safety saved.")).to_be_visible()
    with live_server.database():
        known = safety.safety()
    assert (known.window_hours, known.burst) == (None, 30)
    assert known.late == SendWithin(send_within=Duration(hours=6))


@pytest.mark.req("BEY-05", "BEY-14")
def test_a_step_has_its_own_rule(live_server: LiveServer, page: Page, sequence_id: int) -> None:
    page.goto(f"/sequences/{sequence_id}?step=hello")
    form = page.locator("#step")
    form.get_by_text("Repeats and late messages").click()
    form.get_by_label("May say the same again at once").check()
    form.get_by_label("Due while nothing ran").select_option("Send it late, up to")
    with page.expect_response(lambda answer: "guard-late_amount=7" in (answer.request.post_data or "")):
        form.locator("#guard").get_by_label("How long").fill("7")
        form.locator("#guard").get_by_label("How long").blur()
    page.reload()

    expect(form.get_by_label("May say the same again at once")).to_be_checked()
    expect(form.get_by_label("Due while nothing ran")).to_have_value("within")
    expect(form.locator("#guard").get_by_label("How long")).to_have_value("7")
    with live_server.database():
        document = drafts.draft_of(db.session.get_one(Sequence, sequence_id))
    said = document.steps[0].model_dump(mode="json", exclude_unset=True)
    assert (said["repeat"], said["late"]) == (True, {"send_within": {"hours": 7}})

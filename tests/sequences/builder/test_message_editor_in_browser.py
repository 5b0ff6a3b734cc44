"""The message editor as people use it: building a mail of blocks, by mouse and by keyboard, and looking at it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.db import db
from app.demo import make
from app.sequences import drafts, formats
from app.sequences.builder import edits, message_editor
from app.sequences.models import Sequence
from tests.harness.accessibility import barriers
from tests.harness.browser import sign_in
from tests.harness.live import LiveServer
from tests.harness.smtp import SmtpSink

pytestmark = pytest.mark.browser

DOCUMENT = {
    "title": "Follow-up",
    "trigger": {"kind": "lead.created"},
    "steps": [
        {
            "id": "mail",
            "do": "email",
            "subject": "Welcome, ##{{first_name}}",
            "blocks": [
                {"block": "heading", "text": "Hello ##{{first_name}}"},
                {"block": "text", "html": "<p>Come to [your class].</p>"},
                {"block": "button", "label": "Book", "href": "https://studio.example/buy/trial"},
            ],
        },
        {"id": "sms", "do": "sms", "body": "Hi ##{{first_name}}"},
    ],
}


@pytest.fixture
def editor(live_server: LiveServer, page: Page) -> Page:
    """The editor of a mail of three blocks, opened from the canvas by an owner."""
    with live_server.database():
        make.staff("Inès Garnier", "owner", email="ines@maison-souffle.example")
        make.client("Ana Duarte", email="ana@mail.example")
        make.client("Bea Lund", email="bea@mail.example")
        made = drafts.create_sequence(DOCUMENT)
        db.session.flush()
        number = made.id
    sign_in(page, "ines@maison-souffle.example")
    page.goto(f"/sequences/{number}?step=mail")
    page.get_by_role("link", name="Open the editor").click()
    expect(page.locator(".block-card")).to_have_count(3)
    return page


def _blocks(live_server: LiveServer) -> list[str]:
    with live_server.database():
        sequence = db.session.query(Sequence).one()
        step: dict[str, Any] = formats.dump(drafts.draft_of(sequence))["steps"][0]
        return [one["block"] for one in step["blocks"]]


def _kinds(page: Page, *kinds: str) -> None:
    expect(page.locator(".block-card h3")).to_have_text(list(kinds))


@pytest.mark.req("SEQ-26")
def test_a_block_is_dragged_elsewhere(editor: Page, live_server: LiveServer) -> None:
    grip = editor.locator(".block-card .grip").nth(2).bounding_box()
    first = editor.locator(".block-card").first.bounding_box()
    assert grip is not None
    assert first is not None
    editor.mouse.move(grip["x"] + 8, grip["y"] + 12)
    editor.mouse.down()
    editor.mouse.move(first["x"] + 30, first["y"] + 60, steps=8)
    editor.mouse.move(first["x"] + 30, first["y"] + 4, steps=8)
    editor.mouse.up()

    _kinds(editor, "Button", "Heading", "Text")
    expect(editor.locator("#message-side")).to_contain_text("Saved in draft v2")
    assert _blocks(live_server) == ["button", "heading", "text"]


@pytest.mark.req("SEQ-26")
def test_a_block_is_moved_by_keyboard_and_undone(editor: Page, live_server: LiveServer) -> None:
    up = editor.get_by_role("button", name="Move “Button” up")
    up.focus()
    editor.keyboard.press("Enter")
    _kinds(editor, "Heading", "Button", "Text")
    expect(up).to_be_focused()
    editor.keyboard.press("Enter")
    _kinds(editor, "Button", "Heading", "Text")

    editor.get_by_role("button", name="Undo").click()
    _kinds(editor, "Heading", "Button", "Text")
    assert _blocks(live_server) == ["heading", "button", "text"]


@pytest.mark.req("SEQ-26")
def test_blocks_are_added_duplicated_and_removed(editor: Page, live_server: LiveServer) -> None:
    editor.get_by_role("button", name="Add a block").click()
    editor.get_by_role("menuitem", name="Quote").click()
    _kinds(editor, "Heading", "Text", "Button", "Quote")
    expect(editor.locator("#f-b-3-text")).to_be_focused()
    editor.get_by_role("button", name="More for “Heading”").click()
    editor.get_by_role("menuitem", name="Duplicate").click()
    _kinds(editor, "Heading", "Heading", "Text", "Button", "Quote")
    editor.get_by_role("button", name="More for “Text”").click()
    editor.get_by_role("menuitem", name="Remove").click()
    _kinds(editor, "Heading", "Heading", "Button", "Quote")
    assert _blocks(live_server) == ["heading", "heading", "button", "quote"]


@pytest.mark.req("SEQ-26")
def test_the_preview_follows_what_is_typed_and_who_gets_it(editor: Page) -> None:
    sheet = editor.frame_locator(".mail-sheet")
    editor.get_by_label("Preview with").select_option(label="Ana Duarte")
    expect(sheet.locator("body")).to_contain_text("Hello Ana")
    expect(sheet.locator("mark")).to_have_text("[your class]")
    expect(editor.locator("#message-side")).to_contain_text("Welcome, Ana")

    editor.get_by_label("Preview text").fill("For ##{{first_name}} only")
    editor.get_by_label("Subject").focus()
    expect(editor.locator("#message-side")).to_contain_text("For Ana only")
    editor.get_by_label("Preview with").select_option(label="Bea Lund")
    expect(sheet.locator("body")).to_contain_text("Hello Bea")

    wide = editor.locator(".mail-sheet").bounding_box()
    editor.get_by_role("radio", name="Phone").check(force=True)
    expect(editor.locator(".mail-preview")).to_have_css("max-width", "360px")
    narrow = editor.locator(".mail-sheet").bounding_box()
    assert wide is not None
    assert narrow is not None
    assert narrow["width"] < wide["width"]


@pytest.mark.req("SEQ-26")
def test_a_test_arrives(editor: Page, mail_server: SmtpSink) -> None:
    editor.get_by_label("Preview with").select_option(label="Ana Duarte")
    expect(editor.frame_locator(".mail-sheet").locator("body")).to_contain_text("Hello Ana")
    editor.get_by_role("button", name="Send a test").click()
    expect(editor.get_by_text("On its way to ines@maison-souffle.example")).to_be_visible()
    for _look in range(60):
        if mail_server.sent_to("ines@maison-souffle.example"):
            break
        editor.reload()  # the live worker has it in hand; a page takes a moment

    (mail,) = mail_server.sent_to("ines@maison-souffle.example")
    assert mail.subject == "Test: Welcome, Ana"
    assert "Hello Ana" in mail.html


@pytest.mark.req("SEQ-26")
def test_on_a_phone_the_text_comes_first_and_a_variable_goes_where_the_caret_was(editor: Page) -> None:
    editor.set_viewport_size({"width": 390, "height": 844})
    editor.goto(editor.url.split("?")[0].replace("/mail/", "/sms/"))
    variable = editor.get_by_role("button", name="Last name")
    message = editor.locator("#f-body")
    expect(variable).to_be_hidden()
    message.click()
    message.press("ControlOrMeta+Home")
    editor.get_by_text("Put in a variable").click()
    variable.click()

    expect(variable).to_be_hidden()
    expect(message).to_be_focused()
    expect(message).to_have_value("##{{last_name}}Hi ##{{first_name}}")
    expect(editor.locator("sms-counter")).to_contain_text("42 / 160")  # a brace takes two places


@pytest.mark.req("BEY-17")
def test_of_two_people_at_one_message_the_second_is_asked(editor: Page, live_server: LiveServer) -> None:
    with live_server.database():
        sequence = db.session.query(Sequence).one()
        mail = message_editor.step_of(sequence, "mail")
        hers = mail.params.model_copy(update={"subject": "Hers"})
        edits.change_message(sequence, "mail", hers, by=make.staff("Léa Martin", "owner"))
    subject = editor.get_by_label("Subject")
    subject.fill("Mine")
    subject.blur()
    asked = editor.get_by_role("alert")
    expect(asked).to_contain_text("Léa Martin changed this message a moment ago")
    expect(subject).to_have_value("Mine")
    editor.get_by_label("Preview text").fill("For you")
    editor.get_by_label("Preview text").blur()
    expect(subject).to_have_value("Mine")
    expect(asked).to_be_visible()

    editor.get_by_role("button", name="Keep mine").click()
    expect(asked).to_have_count(0)
    expect(editor.locator("#message-side")).to_contain_text("Mine")
    editor.reload()
    expect(subject).to_have_value("Mine")
    expect(editor.get_by_label("Preview text")).to_have_value("For you")


def test_an_address_that_is_none_is_said_beside_its_field(editor: Page, live_server: LiveServer) -> None:
    editor.get_by_label("Leads to").fill("nowhere")
    editor.get_by_label("Words on it").focus()

    expect(editor.locator("#f-b-2-href-error")).to_contain_text("https://")
    expect(editor.get_by_label("Words on it")).to_be_focused()
    assert barriers(editor) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_keeps_people_out(editor: Page, theme: Any) -> None:
    editor.emulate_media(color_scheme=theme)
    editor.get_by_text("Purchase links", exact=True).click()
    editor.get_by_text("Plain text", exact=True).first.click()

    assert [one for one in barriers(editor) if not one.endswith(("['.me']", "['.jump']"))] == []
    editor.goto(editor.url.split("?")[0].replace("/mail/", "/sms/"))
    expect(editor.get_by_text("1 segment")).to_be_visible()
    assert [one for one in barriers(editor) if not one.endswith(("['.me']", "['.jump']"))] == []

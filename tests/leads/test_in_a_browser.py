"""The leads page as people use it: with a mouse, with keys, and while visitors come."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, expect

from app.db import db
from app.demo import make
from app.leads import queries
from app.leads.models import Lead
from tests.harness.live import LiveServer

pytestmark = pytest.mark.browser

Open = Callable[..., Page]


@pytest.fixture
def open_page(owner_page: Page) -> Open:
    """Open a page as the owner."""

    def opened(path: str) -> Page:
        owner_page.goto(path)
        return owner_page

    return opened


@pytest.fixture
def a_website_with() -> Iterator[Callable[[str], str]]:
    """Somebody else's website: a page with this code in it, at an origin that is not ours."""
    servers: list[ThreadingHTTPServer] = []

    def put_up(code: str) -> str:
        class Website(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(f"<!doctype html><title>Prices</title><h1>Prices</h1>{code}".encode())

        server = ThreadingHTTPServer(("127.0.0.1", 0), Website)
        Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/"

    yield put_up
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.req("FORM-05", "LEAD-03")
def test_a_visitors_lead_is_on_the_board_within_two_seconds(
    live_server: LiveServer, open_page: Open, browser: Browser
) -> None:
    with live_server.database():
        form = make.lead_form(from_source="Pricing page").slug
    board = open_page("/leads?view=board")
    lane = board.get_by_role("region", name="New")
    expect(lane.get_by_text("Hannah Whitmore")).to_have_count(0)

    visitor = browser.new_page(base_url=live_server.url, viewport={"width": 390, "height": 844}, locale="en-GB")
    visitor.goto(f"/f/{form}")
    visitor.get_by_label("First name").fill("Hannah")
    visitor.get_by_label("Last name").fill("Whitmore")
    visitor.get_by_label("E-mail").fill("hannah@x.org")
    visitor.get_by_role("button", name="Send").click()
    expect(visitor.get_by_role("heading", name="Got it")).to_be_visible()

    card = lane.get_by_role("article").filter(has_text="Hannah Whitmore")
    expect(card).to_contain_text("Pricing page", timeout=2_500)
    expect(board.get_by_role("link", name="All leads 1")).to_be_visible()
    visitor.close()


def test_back_from_the_thanks_finds_the_refused_form_with_what_was_typed(
    live_server: LiveServer, browser: Browser
) -> None:
    with live_server.database():
        form = make.lead_form(from_source="Pricing page").slug
    visitor = browser.new_page(base_url=live_server.url, locale="en-GB")
    visitor.goto(f"/f/{form}")
    visitor.get_by_label("First name").fill("Hannah")
    visitor.get_by_label("E-mail").fill("hannah@x")
    visitor.get_by_role("button", name="Send").click()
    expect(visitor.get_by_text("looks incomplete")).to_be_visible()
    visitor.get_by_label("E-mail").fill("hannah@x.org")
    visitor.get_by_role("button", name="Send").click()
    expect(visitor.get_by_role("heading", name="Got it")).to_be_visible()

    visitor.go_back()

    expect(visitor.get_by_label("First name")).to_have_value("Hannah")
    visitor.close()


@pytest.mark.req("LEAD-09")
def test_a_card_is_dragged_to_another_stage(live_server: LiveServer, open_page: Open) -> None:
    with live_server.database():
        lead_id = make.lead(make.contact("Ana Silva")).id
    board = open_page("/leads?view=board")
    card, contacted = board.locator(f"#lead-{lead_id}"), board.get_by_role("region", name="Contacted")

    card.hover()
    board.mouse.down()
    contacted.locator("drag-list").hover()
    contacted.locator("drag-list").hover(position={"x": 60, "y": 40})
    expect(contacted.locator(".drop-mark")).to_have_count(1)
    board.mouse.up()

    expect(contacted.get_by_role("article")).to_contain_text("Ana Silva")
    expect(board.locator("#toasts")).to_contain_text("Ana Silva is in Contacted now")
    with live_server.database():
        assert db.session.get_one(Lead, lead_id).stage == queries.stage_named("Contacted")

    board.get_by_role("button", name="Undo").click()
    expect(board.get_by_role("region", name="New").get_by_role("article")).to_contain_text("Ana Silva")


@pytest.mark.req("LEAD-09", "LEAD-11")
def test_the_menu_of_a_row_moves_and_assigns_without_dragging(live_server: LiveServer, open_page: Open) -> None:
    with live_server.database():
        make.lead(make.contact("Ana Silva"))
        make.staff("Dave Grant")
    table = open_page("/leads")
    row = table.get_by_role("row").filter(has_text="Ana Silva")

    row.get_by_role("button", name="What to do with Ana Silva").click()
    table.get_by_role("menuitem", name="Move to stage").click()
    table.get_by_role("dialog").get_by_role("button", name="Trial booked").click()
    expect(row).to_contain_text("Trial booked")
    expect(table.get_by_role("dialog")).to_have_count(0)

    row.get_by_role("link", name="Assign Ana Silva").click()
    table.get_by_role("dialog").get_by_role("button", name="Dave Grant").click()
    expect(row).to_contain_text("Dave")


@pytest.mark.req("LEAD-04", "LEAD-03")
def test_adding_searching_and_filtering_leave_the_page_where_it_is(live_server: LiveServer, open_page: Open) -> None:
    with live_server.database():
        make.lead(make.contact("Ana Silva"), from_source="Flyer")
    table = open_page("/leads")

    table.get_by_role("link", name="New lead").click()
    dialog = table.get_by_role("dialog", name="New lead")
    dialog.get_by_role("button", name="Add lead").click()
    expect(dialog.get_by_text("Type a name.")).to_be_visible()
    dialog.get_by_label("First name").fill("John")
    dialog.get_by_label("Last name").fill("Johnson")
    dialog.get_by_role("button", name="Add lead").click()
    expect(table.get_by_role("heading", name="John Johnson")).to_be_visible()
    table.get_by_role("link", name="All leads").click()

    table.get_by_label("Search leads").press_sequentially("johnson")
    expect(table.get_by_role("row").filter(has_text="Ana Silva")).to_have_count(0)
    expect(table).to_have_url(re.compile("q=johnson"))
    expect(table.get_by_label("Search leads")).to_be_focused()

    table.goto("/leads")
    table.get_by_role("link", name="Lead segmentation").click()
    table.get_by_role("checkbox", name="Flyer").check()
    expect(table.get_by_role("button", name="Show 1 lead")).to_be_visible()
    expect(table.get_by_role("row").filter(has_text="John Johnson")).to_have_count(0)
    expect(table).to_have_url(re.compile("source="))


@pytest.mark.req("LEAD-09", "LEAD-14")
def test_the_leads_page_changes_stage_and_assignee_on_the_spot(live_server: LiveServer, open_page: Open) -> None:
    with live_server.database():
        lead_id = make.lead(make.contact("John Johnson")).id
        make.staff("Dave Grant")
    page = open_page(f"/leads/{lead_id}")

    page.get_by_label("Assignee").select_option(label="Dave Grant")
    expect(page.get_by_role("listitem").filter(has_text="Lead assigned to Dave Grant")).to_be_visible()
    page.get_by_label("Stage").select_option(label="✨ On trial")
    expect(page.get_by_role("listitem").filter(has_text="Lead moved from New to On trial")).to_be_visible()


@pytest.mark.req("FORM-01", "FORM-03", "FORM-04")
def test_a_form_is_made_beside_its_preview_and_shown_on_another_website(
    live_server: LiveServer, open_page: Open, browser: Browser, a_website_with: Callable[[str], str]
) -> None:
    editor = open_page("/website/lead-forms/new")
    preview = editor.get_by_role("complementary", name="Preview")

    editor.get_by_role("textbox", name="Title").fill("Open day")
    expect(preview.get_by_role("heading", name="Open day", include_hidden=True)).to_be_attached()
    editor.get_by_role("checkbox", name="Message").check()
    expect(preview.locator("textarea")).to_be_attached()
    editor.get_by_label("New source").fill("Pricing page")
    editor.get_by_role("button", name="Save").click()
    expect(editor.get_by_role("heading", name="Put it on your website")).to_be_visible()
    editor.get_by_text("Show the code").click()
    code = editor.locator("pre").inner_text()

    website = browser.new_page()
    website.goto(a_website_with(code))
    frame = website.frame_locator("iframe")
    frame.get_by_label("First name").fill("Ana")
    frame.get_by_label("E-mail").fill("ana@x.org")
    frame.get_by_role("button", name="Send").click()
    expect(frame.get_by_role("heading", name="Got it")).to_be_visible()
    expect(website.locator("iframe")).not_to_have_css("height", "640px")
    website.close()

    with live_server.database():
        assert [lead.source.name for lead in db.session.query(Lead)] == ["Pricing page"]

"""The lifecycle's board under a mouse, under a finger, and with keys alone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from app.contacts.models import Contact
from app.db import db
from app.demo import make
from tests.harness.live import LiveServer

pytestmark = pytest.mark.browser

Stage = Callable[[], str]


@pytest.fixture
def board(live_server: LiveServer, page: Page) -> Page:
    """The board, open before the owner, with one new lead on it."""
    with live_server.database():
        make.staff("Inès Garnier", "owner", email="ines@x.org")
        make.contact("Ana Duarte", email="ana@x.org")
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill("ines@x.org")
    page.get_by_label("Password").fill(make.PASSWORD)
    page.get_by_label("Password").press("Enter")
    expect(page).not_to_have_url(re.compile("sign-in"))
    page.goto("/lifecycle")
    expect(page.locator("list-keys drag-list").first).to_be_visible()
    return page


@pytest.fixture
def stage_of_ana(live_server: LiveServer) -> Stage:
    def stage() -> str:
        with live_server.database():
            ana = db.session.scalars(select(Contact).where(Contact.email == "ana@x.org")).one()
            return ana.lifecycle_stage.key if ana.lifecycle_stage else ""

    return stage


def carry(page: Page, card: Locator, past: Locator, to: tuple[float, float]) -> None:
    """Take a card over another place to a point, and let it go there."""
    begin, over = card.bounding_box(), past.bounding_box()
    assert begin is not None
    assert over is not None
    page.mouse.move(begin["x"] + 20, begin["y"] + begin["height"] - 10)
    page.mouse.down()
    page.mouse.move(over["x"] + 80, over["y"] + 60, steps=12)
    expect(past.locator(".drop-mark")).to_have_count(1)
    page.mouse.move(*to, steps=6)
    page.mouse.up()


def middle(place: Locator) -> tuple[float, float]:
    box = place.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.req("LIFE-19")
def test_a_card_is_carried_to_another_stage(board: Page, stage_of_ana: Stage) -> None:
    hot = board.get_by_role("region", name="Hot lead")
    expect(hot).to_contain_text("Nobody here.")
    card = board.get_by_role("article").filter(has_text="Ana Duarte")

    with board.expect_response(re.compile(r"/lifecycle/cards/\d+$")):
        carry(board, card, hot, middle(hot))

    expect(hot.get_by_role("article")).to_have_count(1)
    expect(hot.locator("header .c")).to_have_text("1")
    expect(hot.get_by_text("Nobody here.")).to_be_hidden()
    assert stage_of_ana() == "hot_lead"


def test_a_card_let_go_beside_every_stage_goes_back(board: Page, stage_of_ana: Stage) -> None:
    new, hot = (board.get_by_role("region", name=name) for name in ("New lead", "Hot lead"))
    asked: list[str] = []
    board.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)

    carry(board, new.get_by_role("article"), hot, middle(board.get_by_role("heading", name="Lifecycle", level=1)))

    expect(new.get_by_role("article")).to_have_count(1)
    expect(hot.get_by_role("article")).to_have_count(0)
    assert asked == []
    assert stage_of_ana() == "new_lead"


@pytest.mark.req("LIFE-19")
def test_a_card_is_moved_with_keys_alone_and_they_stay_with_it(board: Page, stage_of_ana: Stage) -> None:
    board.keyboard.press("j")
    board.keyboard.press("m")
    expect(board.get_by_role("dialog").get_by_role("button", name="Hot lead")).to_be_focused()

    board.keyboard.press("Enter")

    moved = board.get_by_role("region", name="Hot lead").get_by_role("article")
    expect(moved.get_by_role("link", name="Ana Duarte", exact=True)).to_be_focused()
    board.keyboard.press("m")
    expect(board.get_by_role("dialog", name="Move Ana Duarte to")).to_be_visible()
    assert stage_of_ana() == "hot_lead"


def test_a_search_that_finds_nobody_says_so(board: Page) -> None:
    board.get_by_role("searchbox").fill("zzz")
    expect(board.get_by_role("heading", name="Nobody matches")).to_be_visible()

    board.get_by_role("link", name="Clear").click()

    expect(board.get_by_role("article").filter(has_text="Ana Duarte")).to_be_visible()
    expect(board.get_by_role("searchbox")).to_have_value("")

"""A canvas of 500 steps: what there is of it far from the window, and near."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.demo import make
from tests.harness.browser import sign_in
from tests.harness.live import LiveServer
from tests.sequences.builder.canvas import Canvas, make_sequence

pytestmark = [pytest.mark.browser, pytest.mark.req("BEY-17")]

MOST_ELEMENTS = 6_000  # of the whole page; each icon beside them is a shadow tree of its own
FAR = 1_500  # pixels of the screen around the canvas

# What is filled in further away than so many pixels, and what is to be seen of a step without being filled in.
FILLED_FAR_AWAY = """(far) => {
  const view = document.querySelector("flow-canvas").getBoundingClientRect();
  return [...document.querySelectorAll(".world [data-filled]")].filter((one) => {
    const { left, right, top, bottom } = one.closest("[style]").getBoundingClientRect();
    return right < view.left - far || left > view.right + far || bottom < view.top - far || top > view.bottom + far;
  }).length;
}"""
GO = """(step) => {
  const canvas = document.querySelector("flow-canvas");
  canvas.centre(canvas.selection.find(step), 0.7);
}"""
PLAIN_IN_SIGHT = """() => {
  const view = document.querySelector("flow-canvas").getBoundingClientRect();
  return [...document.querySelectorAll(".world :is(.node, .pill, .branch):not(.near)")].filter((one) => {
    const { left, right, top, bottom } = one.getBoundingClientRect();
    return right > view.left && left < view.right && bottom > view.top && top < view.bottom;
  }).map((one) => one.id);
}"""


@pytest.fixture
def canvas(live_server: LiveServer, page: Page) -> Canvas:
    with live_server.database():
        make.staff("Inès Garnier", "owner", email="ines@maison-souffle.example")
    opened = Canvas(page, live_server, make_sequence(live_server, "Large", _steps(500)))
    sign_in(page, "ines@maison-souffle.example")
    page.set_default_navigation_timeout(60_000)  # a large page, and the machine may be busy
    opened.open()
    return opened


def _steps(count: int) -> list[dict[str, Any]]:
    """So many steps: a mail and a fork with a step on each side, again and again."""
    steps: list[dict[str, Any]] = []
    for number in range(count // 4):
        fork = {"if": {"rules": [{"rule": "client"}]}} | {
            side: [{"id": f"{side}{number}", "do": "tag.add", "tags": ["VIP"]}] for side in ("then", "else")
        }
        mail = {"do": "email", "wait": {"days": 1}, "subject": f"Letter {number}", "html": "<p>Hi</p>"}
        steps += [{"id": f"mail{number}"} | mail, {"id": f"fork{number}"} | fork]
    return steps


def _is_filled_in(canvas: Canvas, what: str) -> None:
    expect(canvas.page.locator(f"{what}.near use").first).to_be_attached()


def test_only_what_is_near_the_window_is_filled_in_wherever_one_goes(canvas: Canvas) -> None:
    page = canvas.page
    for step in ("trigger", "mail40", "else124", "trigger"):
        page.evaluate(GO, step)
        _is_filled_in(canvas, f"#step-{step}")
        expect(page.locator("flow-canvas:not(.moving)")).to_be_visible()
        assert page.evaluate(PLAIN_IN_SIGHT) == []
        assert page.evaluate(FILLED_FAR_AWAY, FAR) == 0
        assert page.evaluate("document.querySelectorAll('*').length") < MOST_ELEMENTS


def test_the_whole_fits_as_coloured_boxes(canvas: Canvas) -> None:
    page = canvas.page
    canvas.fit()
    expect(page.locator("flow-canvas[data-lod=map]:not(.moving)")).to_be_visible()
    expect(page.locator(".world .near")).to_have_count(0)
    for step in ("trigger", "then124"):
        expect(page.locator(f"#step-{step}")).to_be_in_viewport(ratio=0.9)  # 1 is never quite reached


def test_a_step_far_away_is_found_by_what_it_says_and_says_what_it_is(canvas: Canvas) -> None:
    page = canvas.page
    expect(page.get_by_role("treeitem", name="True: Add tag VIP")).to_have_count(125)
    page.keyboard.press("/")
    page.keyboard.type("letter 111")
    page.keyboard.press("Enter")
    expect(page.locator("#step-mail111")).to_be_focused()
    _is_filled_in(canvas, "#step-mail111")


def test_an_edit_fills_in_what_it_has_drawn_anew(canvas: Canvas) -> None:
    page = canvas.page
    with canvas.edit():
        page.locator("#step-mail0").focus()
        page.keyboard.press("s")
    expect(page.locator("#step-mail0.off .rate")).to_be_visible()
    expect(page.locator("#step-mail0 [data-count=waiting]")).to_have_text("0")
    with canvas.edit():
        page.keyboard.press("Control+z")
    expect(page.locator("#step-mail0 .rate")).to_be_hidden()
    _is_filled_in(canvas, "#step-mail0")
    _is_filled_in(canvas, "#wait-mail0")
    _is_filled_in(canvas, "#branch-fork0-then")

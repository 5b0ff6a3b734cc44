"""Each thing that can be done on the canvas, once by mouse and once by keyboard."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.harness.live import LiveServer
from tests.sequences.builder.canvas import Canvas, make_sequence

pytestmark = [pytest.mark.browser, pytest.mark.req("BEY-17")]

STEPS: list[dict[str, Any]] = [
    {"id": "hello", "do": "sms", "body": "Hello"},
    {
        "id": "regular",
        "if": {"rules": [{"rule": "tag.has", "value": "Regular"}]},
        "then": [{"id": "vip", "do": "tag.add", "tags": ["VIP"]}],
        "else": [],
    },
    {"id": "mail", "do": "email", "subject": "Welcome", "html": "<p>Come and see us.</p>"},
]


@pytest.fixture
def canvas(live_server: LiveServer, owner_page: Page) -> Canvas:
    found = Canvas(owner_page, live_server, make_sequence(live_server, "Follow-up", STEPS))
    found.open()
    return found


@pytest.mark.req("SEQ-07", "SEQ-08", "SEQ-09")
def test_a_step_is_put_at_every_edge_and_end(canvas: Canvas) -> None:
    page = canvas.page
    menu = page.get_by_role("dialog", name="Add a step")
    spots = page.locator(".world .plus").evaluate_all("all => all.map((one) => one.dataset.spot)")
    assert {"top", "after:hello", "in:regular:then", "in:regular:else", "after:vip", "after:mail"} <= set(spots)
    for number, spot in enumerate(spots):
        canvas.look_at(f".world .plus[data-spot='{spot}']")
        with canvas.edit():
            page.locator(f".world .plus[data-spot='{spot}']").click()
            menu.get_by_role("button", name="A condition" if number % 2 else "An action").click()
            menu.get_by_role("button", name="A/B split" if number % 2 else "SMS", exact=True).click()
    assert len(canvas.ids) == len(STEPS) + 1 + len(spots)


@pytest.mark.req("SEQ-10", "SEQ-17")
def test_by_mouse_steps_are_duplicated_switched_copied_and_pasted_and_undone_after_a_reload(canvas: Canvas) -> None:
    page = canvas.page
    page.locator("#step-hello").click()
    drawer = page.locator("#step")
    expect(drawer).to_have_attribute("data-step", "hello")
    for act in ("Duplicate", "Copy"):
        drawer.get_by_role("button", name="More with this step").click()
        if act == "Duplicate":
            with canvas.edit():
                page.get_by_role("menuitem", name=act).click()
            canvas.said("Duplicated “Hello”")
            expect(drawer).not_to_have_attribute("data-step", "hello")
        else:
            page.get_by_role("menuitem", name=act).click()
            canvas.said("Copied “Hello”")
    with canvas.edit():
        drawer.get_by_role("switch", name="This step is on").click()
    expect(page.locator(".node.off")).to_have_count(1)
    drawer.get_by_role("link", name="Close").click()
    with canvas.edit():
        page.locator("#plus-top").click()
        page.locator("#copied").get_by_role("button", name="Paste").click()
    assert len(canvas.order) == len(STEPS) + 3

    page.reload()
    for name, left in (("Undo", 2), ("Redo", 3)):
        with canvas.edit():
            page.locator("#draft-state").get_by_role("button", name=name).click()
        assert len(canvas.order) == len(STEPS) + left


def test_by_keyboard_steps_are_duplicated_switched_and_a_condition_is_added_and_undone_after_a_reload(
    canvas: Canvas,
) -> None:
    page = canvas.page
    page.locator("#step-hello").focus()
    with canvas.edit():
        page.keyboard.press("d")
    canvas.said("Duplicated “Hello”")
    page.locator("#step-hello").focus()
    with canvas.edit():
        page.keyboard.press("s")
    expect(page.locator("#step-hello.off")).to_be_visible()
    with canvas.edit():
        page.keyboard.press("a")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.keyboard.type("is a client")
        page.keyboard.press("Enter")
    expect(page.locator("#step h2")).to_have_text("Condition")
    assert len(canvas.order) == len(STEPS) + 3

    page.reload()
    for keys, left in (("ControlOrMeta+z", 2), ("ControlOrMeta+z", 2), ("ControlOrMeta+y", 2), ("ControlOrMeta+y", 3)):
        page.locator("#step-trigger").focus()
        with canvas.edit():
            page.keyboard.press(keys)
        assert len(canvas.order) == len(STEPS) + left


@pytest.mark.req("SEQ-10")
def test_by_keyboard_the_canvas_pans_zooms_fits_and_fills_the_screen(canvas: Canvas) -> None:
    page = canvas.page
    zoomed, trigger = page.locator("[data-zoomed]"), page.locator("#step-trigger")
    trigger.focus()
    page.keyboard.press("0")
    expect(zoomed).to_have_text("100 %")
    page.keyboard.press("+")
    expect(zoomed).to_have_text("125 %")
    page.keyboard.press("-")
    expect(zoomed).to_have_text("100 %")
    canvas.settle()
    before = canvas.middle("#step-trigger")
    page.keyboard.press("Shift+ArrowRight")
    canvas.settle()
    assert canvas.middle("#step-trigger") == pytest.approx((before[0] - 80, before[1]), abs=2)
    page.keyboard.press("1")
    expect(page.locator("#step-mail")).to_be_in_viewport()

    page.keyboard.press("f")
    expect(page.locator(".bld:fullscreen")).to_have_count(1)
    page.locator("#step-mail").focus()
    with canvas.edit():
        page.keyboard.press("d")
    expect(page.locator(".bld #toasts")).to_contain_text("Duplicated “Welcome”")
    page.keyboard.press("f")
    expect(page.locator(".bld:fullscreen")).to_have_count(0)
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(sheet).to_contain_text("On the canvas of a sequence")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()


def test_by_mouse_the_map_a_search_and_the_list_lead_to_a_step(canvas: Canvas) -> None:
    page = canvas.page
    for _ in range(3):
        page.get_by_role("button", name="Zoom in").click()
    canvas.settle()
    expect(page.locator("#step-mail")).not_to_be_in_viewport(ratio=0.99)
    box = page.locator("#minimap").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.85)
    expect(page.locator("#step-mail")).to_be_in_viewport(ratio=0.99)

    page.get_by_role("combobox", name="Find a step").fill("hello")
    page.get_by_role("option").click()
    expect(page.locator("#step-hello")).to_be_focused()
    expect(page.locator("#step-hello")).to_be_in_viewport(ratio=0.99)

    page.get_by_role("button", name="Outline").click()
    page.locator("#line-mail a").first.click()
    expect(page.locator("#step")).to_have_attribute("data-step", "mail")
    page.get_by_role("button", name="Outline").click()
    expect(page.locator("#outline")).to_be_hidden()
    page.locator("#step").get_by_label("Subject").fill("Come in")
    with canvas.edit():
        page.locator("#step").get_by_label("Subject").blur()
    page.reload()
    expect(page.locator("#step-mail")).to_contain_text("Come in")

"""The frame in a real browser: what a keyboard, a finger and a screen reader find there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, url_for
from playwright.sync_api import Locator, Page, expect

from app import navigation
from tests.frame.conftest import DESKTOP, PHONE

pytestmark = pytest.mark.browser

Visit = Callable[..., Page]

RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]

PAGES = [
    ("/style/", "light", DESKTOP),
    ("/style/", "dark", DESKTOP),
    ("/style/", "light", PHONE),
    ("/style/", "dark", PHONE),
    ("/account", "light", DESKTOP),
    ("/settings/general", "dark", DESKTOP),
    ("/nowhere", "light", DESKTOP),
    ("/sign-in", None, DESKTOP),
    ("/sign-in", None, PHONE),
    ("/style/public/lead_form?wrong=1", None, DESKTOP),
    ("/style/public/lead_form", None, PHONE),
    ("/style/public/unsubscribe?lang=fr", None, PHONE),
    ("/style/public/unsubscribed", None, PHONE),
    ("/style/public/message", None, PHONE),
]


def faults(page: Page, axe: str) -> list[str]:
    """What the accessibility checker holds against the page as it stands."""
    page.evaluate(axe)
    report: dict[str, Any] = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    return [
        f"{fault['id']}: {node['target']} {node['html'][:120]}"
        for fault in report["violations"]
        for node in fault["nodes"]
    ]


@pytest.mark.parametrize(("path", "theme", "size"), PAGES)
def test_nothing_stands_in_anybodys_way(
    visit: Visit, axe: str, path: str, theme: str | None, size: tuple[int, int]
) -> None:
    page = visit(path, theme=theme, size=size)
    for opened in page.locator("details.prefs").all():
        opened.locator("summary").click()
    assert faults(page, axe) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_opens_is_as_open_to_all(visit: Visit, axe: str, theme: str) -> None:
    page = visit("/style/", theme=theme)
    for opener, opened in [
        (".me", "#me-menu"),
        ("[popovertarget=lead-menu-1]", "#lead-menu-1"),
        ("a.btn.primary", "#modal dialog"),
        (".jump", "#jump"),
    ]:
        page.locator(opener).first.click()
        expect(page.locator(opened)).to_be_visible()
        assert faults(page, axe) == [], opener
        page.keyboard.press("Escape")
        expect(page.locator(opened)).not_to_be_visible()


def test_a_page_never_scrolls_sideways(visit: Visit) -> None:
    for path, theme in [("/style/", "light"), ("/sign-in", None), ("/style/public/lead_form", None)]:
        for width in (360, 390, 721, 900, 1024):
            page = visit(path, theme=theme, size=(width, 800))
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
            page.context.close()


def test_a_menu_is_worked_with_the_keyboard_alone(visit: Visit) -> None:
    page = visit("/style/", theme="light")
    button = page.get_by_role("button", name="More for James Okafor")
    button.focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitem", name="Assign")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitem", name="Close")).to_be_focused()
    page.keyboard.press("d")
    expect(page.get_by_role("menuitem", name="Delete")).to_be_focused()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")


def test_a_toast_says_what_happened_and_takes_it_back(visit: Visit) -> None:
    page = visit("/style/", theme="light")
    page.get_by_role("button", name="Say it").click()
    toast = page.locator("toast-region > .toast")
    expect(toast).to_contain_text("Lead closed")
    with page.expect_response("**/style/said") as answer:
        toast.get_by_role("button", name="Undo").click()
    assert answer.value.status == 200
    expect(toast).to_have_count(1)


def test_a_dialog_takes_the_focus_and_gives_it_back(visit: Visit) -> None:
    page = visit("/style/", theme="light")
    opener = page.get_by_role("link", name="New lead")
    opener.click()
    expect(page.get_by_role("dialog", name="New lead")).to_be_visible()
    expect(page.get_by_role("alert").filter(has_text="2 fields need you").last).to_be_focused()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(opener).to_be_focused()


def test_what_reaches_clients_is_asked_first(visit: Visit) -> None:
    page = visit("/style/", theme="light")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.method) if request.url.endswith("/style/said") else None)
    page.get_by_role("button", name="More for Camille Moreau").click()
    page.get_by_role("menuitem", name="Delete").click()
    question = page.get_by_role("dialog", name="Delete this lead?")
    question.get_by_role("button", name="Cancel").click()
    assert asked == []
    page.get_by_role("button", name="More for Camille Moreau").click()
    page.get_by_role("menuitem", name="Delete").click()
    question.get_by_role("button", name="Yes, go on").click()
    expect(page.locator("toast-region > .toast")).to_be_visible()
    assert asked == ["POST"]


def test_ctrl_k_goes_anywhere(visit: Visit) -> None:
    page = visit("/style/", theme="light")
    page.keyboard.press("Control+k")
    page.keyboard.type("lead sc")
    expect(page.locator("#jump").get_by_role("option", selected=True)).to_contain_text("Lead scoring")
    page.keyboard.press("Enter")
    page.wait_for_url("**/settings/scoring")


def test_a_list_is_walked_and_ticked_with_letters(visit: Visit) -> None:
    page = visit("/style/", theme="light")
    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.get_by_role("checkbox", name="Select James Okafor")).to_be_checked()
    expect(page.get_by_role("toolbar")).to_contain_text("2 selected")
    page.keyboard.press("Escape")
    expect(page.get_by_role("toolbar")).to_be_hidden()
    page.get_by_role("checkbox", name="Select all on this page").click()
    expect(page.get_by_role("toolbar")).to_contain_text("Select all 248")


def test_the_next_rows_come_by_themselves(visit: Visit) -> None:
    page = visit("/style/", theme="light")
    expect(page.locator("#lead-9")).to_have_count(1)


def carry(page: Page, card: str, lane: Locator, *, behind: str) -> None:
    """Drag as a hand does: press, move a little, move over, let go once the card is seen to stand behind another."""
    start, end = page.locator(card).bounding_box(), lane.bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 20, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(start["x"] + 40, start["y"] + 20, steps=4)
    page.mouse.move(end["x"] + 60, end["y"] + end["height"] - 12, steps=12)
    expect(lane.locator(f"{behind} + {card}")).to_be_visible()
    page.mouse.up()


def test_a_card_is_carried_to_another_lane(visit: Visit) -> None:
    page = visit("/style/", theme="light", size=(1440, 2600))
    with page.expect_request("**/style/said") as sent:
        carry(page, "[data-id=Hugo]", page.locator("drag-list").nth(1), behind="[data-id^=Th]")
    assert (sent.value.post_data or "").startswith("stage=2&before=&after=Th")
    assert "x-csrftoken" in sent.value.headers


def test_the_theme_changes_at_once_and_stays(visit: Visit) -> None:
    page = visit("/style/", theme="dark")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    page.evaluate("document.dispatchEvent(new CustomEvent('theme', {detail: {value: 'light'}}))")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"


@pytest.mark.parametrize(
    ("text", "length", "parts"),
    [
        ("", 0, 1),
        ("x" * 160, 160, 1),
        ("x" * 161, 161, 2),
        ("x" * 306, 306, 2),
        ("x" * 307, 307, 3),
        ("é" * 160, 160, 1),
        ("€" * 80, 160, 1),
        ("x" * 152 + "€" + "x" * 10, 164, 2),  # the euro sign is not cut in half
        ("ê" + "x" * 69, 70, 1),
        ("ê" + "x" * 70, 71, 2),
        ("🙏" * 35, 70, 1),
        ("🙏" * 36, 72, 2),
    ],
)
def test_an_sms_is_counted_as_it_will_be_billed(visit: Visit, text: str, length: int, parts: int) -> None:
    page = visit("/style/", theme="light")
    source = page.locator("script[type=module]").get_attribute("src")
    assert source is not None
    counted = page.evaluate(
        "async ([address, text]) => (await import(address)).measure(text)",
        [source.replace("encore.js", "sms-counter.js"), text],
    )
    assert (counted["length"], counted["parts"]) == (length, parts)


def test_whatever_asks_the_server_also_works_without_scripts(visit: Visit) -> None:
    page = visit("/style/", theme="light")
    hrefs = page.locator("[data-opens], [hx-get]").evaluate_all(
        "all => all.map(one => one.tagName + one.getAttribute('href'))"
    )
    assert [one for one in hrefs if one == "Anull"] == []


def test_the_numbers_of_the_menu_follow(visit: Visit) -> None:
    page = visit("/style/", theme="light")
    with page.expect_response("**/menu/counts") as answer:
        page.evaluate("document.body.dispatchEvent(new CustomEvent('counts'))")
    assert answer.value.status == 200
    expect(page.locator("#side-badge-tasks")).to_have_count(1)


def test_single_letters_can_be_switched_off(visit: Visit) -> None:
    page = visit("/style/", theme="light")
    page.keyboard.press("?")
    page.get_by_role("switch", name="Single letters work").click()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.locator("tr.cursor")).to_have_count(0)


def test_a_dialog_that_is_a_page_stands_in_the_page(visit: Visit) -> None:
    page = visit("/style/dialog", theme="light")
    expect(page.get_by_role("button", name="Add lead")).to_be_visible()
    expect(page.get_by_role("button", name="Cancel")).to_be_hidden()


def test_losing_the_connection_is_said(visit: Visit) -> None:
    page = visit("/style/", theme="light")
    expect(page.locator("offline-note")).to_be_hidden()
    page.context.set_offline(True)
    expect(page.get_by_text("You are offline.")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("offline-note")).to_be_hidden()


@pytest.mark.parametrize(("theme", "size"), [("light", DESKTOP), ("dark", PHONE)])
@pytest.mark.timeout(240)
def test_every_page_of_the_menu_is_open_to_all(
    visit: Visit, axe: str, house: Flask, theme: str, size: tuple[int, int]
) -> None:
    found: dict[str, list[str]] = {}
    with house.test_request_context():
        addresses = sorted(url_for(endpoint) for endpoint in navigation.ENDPOINTS)
    page = visit("/style/", theme=theme, size=size)
    for address in addresses:
        page.goto(address, wait_until="load")
        found[address] = faults(page, axe)
    assert {address: wrong for address, wrong in found.items() if wrong} == {}

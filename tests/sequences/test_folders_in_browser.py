"""Putting the list of sequences in order, with and without a mouse."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from app.sequences import drafts
from tests.harness.accessibility import barriers
from tests.harness.live import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.req("SEQ-19", "SEQ-21")]


@pytest.fixture
def sequences(live_server: LiveServer, owner_page: Page) -> Page:
    """Three sequences in one folder, one in a second."""
    with live_server.database():
        for title, folder in (("One", "Leads"), ("Two", "Leads"), ("Three", "Leads"), ("Four", "Loyalty")):
            drafts.create_sequence(
                {"title": title, "folder": folder, "trigger": {"kind": "lead.created"}, "steps": [{"do": "stop"}]}
            )
    owner_page.goto("/sequences")
    return owner_page


def _shown(page: Page, *titles: str) -> None:
    expect(page.locator("#sequence-list b a")).to_have_text(list(titles))


def _grip(page: Page, title: str) -> tuple[float, float]:
    """The middle of the grip of a sequence, once the mouse is over its row."""
    page.get_by_role("row", name=title).hover()
    return _middle(page, f"button[aria-label^='Move {title}:']")


def _middle(page: Page, what: str) -> tuple[float, float]:
    box = page.locator(what).bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def _drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=10)
    page.mouse.move(end[0], end[1] + 2)
    page.mouse.up()


def test_sequences_are_dragged_within_a_folder_and_onto_another(sequences: Page) -> None:
    page = sequences
    x, y = _grip(page, "One")
    _drag(page, _grip(page, "Three"), (x, y - 8))
    _shown(page, "Three", "One", "Two", "Four")

    _drag(page, _grip(page, "One"), _middle(page, ".folders a:has-text('Loyalty')"))
    _shown(page, "Three", "Two", "Four", "One")
    expect(page.locator("#toasts")).to_contain_text("Moved to “Loyalty”")
    page.reload()
    _shown(page, "Three", "Two", "Four", "One")


def test_folders_are_dragged(sequences: Page) -> None:
    page = sequences
    folders = page.locator(".folders [data-id]")
    folders.first.hover()
    x, y = _middle(page, ".folders a:has-text('Loyalty')")
    _drag(page, _middle(page, ".folders a:has-text('Leads') .grip"), (x, y + 8))

    expect(folders).to_have_text(["Loyalty1", "Leads3"])
    _shown(page, "Four", "One", "Two", "Three")
    page.reload()
    expect(folders).to_have_text(["Loyalty1", "Leads3"])


def test_without_a_mouse_arrows_and_menus_do_the_same(sequences: Page) -> None:
    page = sequences
    grip = page.get_by_role("button", name="Move Three: drag it, or press the arrow keys")
    grip.focus()
    page.keyboard.press("ArrowUp")
    _shown(page, "One", "Three", "Two", "Four")
    expect(grip).to_be_focused()
    expect(page.locator("#toasts")).to_contain_text("Moved to place 2 of 3.")
    page.keyboard.press("ArrowDown")
    _shown(page, "One", "Two", "Three", "Four")
    assert [one for one in barriers(page) if not one.endswith(("['.me']", "['.jump']"))] == []

    page.get_by_role("button", name="Menu of One").press("Enter")
    page.get_by_role("menuitem", name="Move down").press("Enter")
    _shown(page, "Two", "One", "Three", "Four")
    page.get_by_role("link", name="Loyalty").first.press("Enter")
    page.get_by_role("button", name="More", exact=True).press("Enter")
    page.get_by_role("menuitem", name="Move this folder up").press("Enter")
    expect(page.locator(".folders [data-id]")).to_have_text(["Loyalty1", "Leads3"])

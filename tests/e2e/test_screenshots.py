"""The pictures of `make screenshots`: every page and dialog, with a lively studio's data and on a studio's first day,
in both sizes and themes. An address that answers anything but its page fails.
"""

from __future__ import annotations

import shutil
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import ElementHandle, Page, expect

from app.demo import cast, make, seed
from tests.e2e import pages
from tests.e2e.pages import EMPTY, SIGHTS, Sight
from tests.harness.browser import sign_in
from tests.harness.live import LiveServer
from tests.harness.pictures import FOLDER, Viewer

DAYS = 35  # long enough for somebody not to have been seen for three weeks

# What the README shows.
SHOWN = {"leads-board": "leads-board", "builder": "builder", "inbox": "inbox"}
IMAGES = Path(__file__).parents[2] / "docs" / "images"

# Whatever leads to an address of this pattern: one that can be seen where there is one, else one in a menu.
LEADS_TO = """pattern => {
  const leads = [...document.querySelectorAll("[href], [hx-get]")].filter((one) =>
    ["href", "hx-get"].some((name) => one.getAttribute(name)
      && new RegExp(pattern).test(new URL(one.getAttribute(name), location).pathname)));
  return leads.find((one) => one.checkVisibility()) ?? leads[0] ?? null;
}"""
MENU_OF = """one => {
  const menu = one.closest("[popover]");
  return menu && document.querySelector(`[popovertarget="${menu.id}"]`);
}"""


@pytest.mark.screenshots
@pytest.mark.timeout(3600)
def test_every_page_has_its_picture(live_server: LiveServer, page: Page) -> None:
    viewer = Viewer(page)
    with live_server.database():
        make.staff("Inès Garnier", "owner", email=cast.OWNER_EMAIL)
    sign_in(page, cast.OWNER_EMAIL)
    for name in EMPTY:
        _picture(viewer, f"empty-{name}", SIGHTS[name], {})

    live_server.reset()
    with live_server.database():
        seed.sow(DAYS)
        own = pages.studios_own()
    page.context.clear_cookies()
    sign_in(page, cast.OWNER_EMAIL)
    for name, sight in SIGHTS.items():
        _picture(viewer, name, sight, own)

    IMAGES.mkdir(exist_ok=True)
    for taken, shown in SHOWN.items():
        shutil.copy(FOLDER / f"{taken}-desktop-light.png", IMAGES / f"{shown}.png")


def _picture(viewer: Viewer, name: str, sight: Sight, own: dict[str, str]) -> None:
    for size in sight.sizes:
        viewer.hold(size)
        _visit(viewer.page, pages.address(sight.at, own))
        _open(viewer.page, sight, own)
        viewer.photograph(name, size)


def _visit(page: Page, address: str) -> None:
    """Go to a page for the first time, and be there: canvas and lists remember how they were left."""
    page.evaluate("try { localStorage.clear(); sessionStorage.clear() } catch { /* the blank page has none */ }")
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == HTTPStatus.OK, address
    assert urlsplit(page.url).path == urlsplit(address).path, f"{address} led to {page.url}"


def _open(page: Page, sight: Sight, own: dict[str, str]) -> None:
    """Open on the page what is to be seen, as a person does, and wait for it."""
    for selector in sight.press:
        page.locator(selector).first.click()
    if sight.opens:
        found = page.evaluate_handle(LEADS_TO, pages.pattern(sight.opens, own)).as_element()
        assert found is not None, f"nothing on {page.url} leads to {sight.opens}"
        _press(found)
        expect(page.locator("dialog[open], .drawer").first).to_be_visible()


def _press(what: ElementHandle) -> None:
    """Press it, in its menu where it stands in one."""
    menu = what.evaluate_handle(MENU_OF).as_element()
    if menu is not None:
        menu.click()
    what.click()

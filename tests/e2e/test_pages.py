"""Every page, looked at from end to end: whether the list knows it, whether it fits the screen, whether axe finds
anything that keeps people out, in both themes.
"""

from __future__ import annotations

import re

import pytest
from flask import Flask
from playwright.sync_api import Page

from app.demo import cast
from tests.e2e import pages
from tests.e2e.pages import NO_SIGHT, SIGHTS
from tests.harness.accessibility import CONTRAST, RULES, barriers
from tests.harness.browser import sign_in
from tests.harness.live import LiveServer
from tests.harness.pictures import SIZES, Viewer

FRAME = (".side", ".tabbar", "#more", "#jump")  # around every page; tests/frame looks at it

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def _rules_seen(app: Flask) -> set[str]:
    """The routes behind the addresses of the list."""
    router = app.url_map.bind("localhost")
    addresses = {address for sight in SIGHTS.values() for address in (sight.at, sight.opens) if address}
    paths = {re.sub(r"\{\w+\}", "1", address).partition("?")[0] for address in addresses}
    return {router.match(path, method="GET", return_rule=True)[0].rule for path in paths}


def test_every_page_is_among_the_pictures(app: Flask) -> None:
    machines = ("/api/", "/assets/", "/static/")
    routes = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.rule.startswith(machines)
    }
    seen = _rules_seen(app)

    assert routes - seen - set(NO_SIGHT) == set(), "add it to tests/e2e/pages.py, SIGHTS or NO_SIGHT"
    assert set(NO_SIGHT) - routes == set(), "there is no such route any more"
    assert seen & set(NO_SIGHT) == set(), "it is pictured: take it out of NO_SIGHT"


@pytest.mark.browser
@pytest.mark.timeout(600)
def test_every_page_fits_the_screen_and_keeps_nobody_out(live_server: LiveServer, page: Page) -> None:
    with live_server.database():
        pages.open_a_small_studio()
        own = pages.studios_own()
    sign_in(page, cast.OWNER_EMAIL)
    viewer = Viewer(page)

    faults = [fault for address in _addresses(own, "at") for fault in _barriers(viewer, address)]
    faults += [fault for address in _addresses(own, "opens") for fault in _overflow(viewer, address)]

    assert faults == []


def _addresses(own: dict[str, str], part: str) -> list[str]:
    """Each page once, or each dialog as the page it is without JavaScript."""
    said = (getattr(sight, part) for sight in SIGHTS.values())
    return list(dict.fromkeys(pages.address(one, own) for one in said if one))


def _barriers(viewer: Viewer, address: str) -> list[str]:
    """What keeps somebody out of a page, with a mouse in the light; then in the dark, where only colours differ."""
    overflow = _overflow(viewer, address)
    viewer.hold("desktop")
    light, dark = (
        barriers(viewer.page, rules, but=FRAME) for _, rules in zip(viewer.themes(), (RULES, CONTRAST), strict=True)
    )
    return overflow + [f"{address}: {found}" for found in light] + [f"{address}, dark: {found}" for found in dark]


def _overflow(viewer: Viewer, address: str) -> list[str]:
    """How much wider a page is than the screen."""
    viewer.hold("desktop")
    viewer.page.goto(address)
    found = []
    for size in SIZES:
        viewer.hold(size)
        if beyond := viewer.page.evaluate(OVERFLOW):
            found.append(f"{address}: {beyond} px wider than the screen of a {size}")
    return found

"""Whether the list of pages knows every page."""

from __future__ import annotations

import re

from flask import Flask

from tests.e2e.pages import NO_SIGHT, SIGHTS


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

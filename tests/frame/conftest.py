"""A running house and a real browser for the tests of the frame."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from scripts import translations
from tests.frame.house import styled_app
from tests.harness import databases

DESKTOP = (1440, 900)
PHONE = (390, 844)


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    translations.compile_french(translations.french())
    app = styled_app(tmp_path_factory.mktemp("house"))
    app.config["WTF_CSRF_ENABLED"] = True
    yield app
    databases.dispose(app)


@pytest.fixture(scope="session")
def address(house: Flask) -> Iterator[str]:
    """Where the house answers."""
    server = make_server("127.0.0.1", 0, house, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def chromium(browser: Browser) -> Browser:
    """The one browser of a run: Playwright takes no second one beside it."""
    return browser


Visit = Callable[..., Page]


@pytest.fixture
def visit(chromium: Browser, address: str) -> Iterator[Visit]:
    """Open a page, signed in as the owner where a theme is named; what the browser complains of fails the test."""
    contexts = []
    complaints: list[str] = []

    def open_page(
        path: str, *, theme: str | None = None, size: tuple[int, int] = DESKTOP, language: str = "en"
    ) -> Page:
        context = chromium.new_context(
            base_url=address,
            viewport={"width": size[0], "height": size[1]},
            has_touch=size == PHONE,
            reduced_motion="reduce",
            permissions=["clipboard-read", "clipboard-write"],
        )
        context.set_default_timeout(8000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.goto(f"/style/door/{theme}?next={path}" if theme else path, wait_until="load")
        return page

    yield open_page
    for context in contexts:
        context.close()
    unexpected = [one for one in complaints if "status of 4" not in one]
    assert not unexpected, unexpected


@pytest.fixture(scope="session")
def axe() -> str:
    """The accessibility checker, as a script."""
    return (Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js").read_text()

"""The live server and the browser that visits it, as fixtures."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, ViewportSize, sync_playwright

from app.config import Settings
from app.demo import make
from tests.harness.browser import find_chromium, sign_in
from tests.harness.fixtures import SECRET, SMS_WEBHOOK
from tests.harness.live import EMBEDDED, FULL, LiveServer, environment, free_port
from tests.harness.services import Services
from tests.harness.smtp import SmtpSink
from tests.harness.twilio import TwilioStandIn, post_over_http

DESKTOP: ViewportSize = {"width": 1440, "height": 900}

# No name but the machine's own leads anywhere.
NEARBY = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"


@pytest.fixture(scope="session")
def live_servers() -> Iterator[dict[str, LiveServer]]:
    """Those that run, by kind. They start when a test first asks for them and stay up until the end of the run."""
    servers: dict[str, LiveServer] = {}
    yield servers
    for server in servers.values():
        server.close()


@pytest.fixture
def live_server(
    request: pytest.FixtureRequest,
    live_servers: dict[str, LiveServer],
    mail_server: SmtpSink,
    phone_provider: TwilioStandIn,
) -> LiveServer:
    """Encore in its own processes, at a studio's first day. See `live.both_shapes` for running in both its shapes."""
    kind = getattr(request, "param", FULL)
    if kind not in live_servers:
        settings = _settings(kind, request)
        live_servers[kind] = LiveServer(
            kind, settings, environment(settings, request.getfixturevalue("watched_environment"))
        )
    server = live_servers[kind]
    server.reset()
    mail_server.clear()
    phone_provider.clear()
    phone_provider.post = post_over_http
    phone_provider.webhook_url = server.url + SMS_WEBHOOK
    return server


def _settings(kind: str, request: pytest.FixtureRequest) -> Settings:
    ask = request.getfixturevalue
    folder: Path = ask("tmp_path_factory").mktemp(kind)
    known = reachable(folder, ask("mail_server"), ask("phone_provider"))
    if kind == EMBEDDED:
        shutil.copy(ask("sqlite_template"), folder / "encore.sqlite3")
    else:
        running: Services = ask("running_services")
        known["database_url"] = running.postgres.create_database(f"live_{ask('worker_name')}", ask("postgres_template"))
        # A number of its own for each process that shares the tests out: they must not answer each other's rings.
        known["redis_url"] = f"{running.redis_url}?db={ask('worker_name').removeprefix('gw').replace('only', '15')}"
    return Settings.model_validate(known)


def reachable(folder: Path, mail: SmtpSink, phones: TwilioStandIn) -> dict[str, Any]:
    """The settings of a sandbox on a port of its own, with the stand-ins for its providers."""
    return {
        "encore_secret_key": SECRET,
        "encore_sandbox": True,
        "encore_data": folder,
        "encore_port": free_port(),
        "encore_smtp_url": mail.url,
        "twilio_account_sid": phones.account_sid,
        "twilio_auth_token": phones.auth_token,
        "twilio_from": phones.number,
        "twilio_base_url": phones.url,
    }


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=find_chromium(), args=[NEARBY])
        yield launched
        launched.close()


@pytest.fixture
def browser_errors() -> list[str]:
    """What the browser complained of. A test that provokes a complaint removes it from the list."""
    return []


@pytest.fixture
def browser_context(browser: Browser, live_server: LiveServer, browser_errors: list[str]) -> Iterator[BrowserContext]:
    """A person's browser: cookies of its own, desktop size, speaking English, living in Paris.

    At the end, anything it complained of fails the test: an error in a script, a breach of the security policy, a
    request that wanted to leave this machine.
    """
    context = browser.new_context(
        base_url=live_server.url,
        viewport=DESKTOP,
        locale="en-GB",
        timezone_id="Europe/Paris",
    )
    context.set_default_timeout(10_000)
    context.on("console", lambda message: _note_complaint(message, browser_errors))
    context.on("weberror", lambda error: browser_errors.append(str(error.error)))
    context.on("request", lambda request: _note_stray(request, live_server.url, browser_errors))
    yield context
    context.close()
    if browser_errors:
        pytest.fail("the browser complained:\n" + "\n".join(browser_errors), pytrace=False)


@pytest.fixture
def page(browser_context: BrowserContext) -> Page:
    """A tab, on the live server: `page.goto("/sign-in")`."""
    return browser_context.new_page()


@pytest.fixture
def owner_page(live_server: LiveServer, page: Page) -> Page:
    """A tab in which the owner is signed in."""
    with live_server.database():
        make.staff("Inès Garnier", "owner", email="ines@x.org")
    sign_in(page, "ines@x.org")
    return page


def _note_complaint(message: ConsoleMessage, errors: list[str]) -> None:
    # An answer with a status like 422 is the product's way of saying no, and the browser reports each one.
    if message.type == "error" and "the server responded with a status of 4" not in message.text:
        errors.append(f"{message.text} ({message.location.get('url', '')})")


def _note_stray(request: Request, home: str, errors: list[str]) -> None:
    if not request.url.startswith((home, "data:", "blob:", "about:")):
        errors.append(f"a request to {request.url}")

"""The builder with 500 steps in Chromium: how long it takes to open, to move about in, and to answer an edit.

`python -m benchmarks.builder`, on a database of its own: DATABASE_URL and REDIS_URL are those of `make bench`.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page, sync_playwright

from app.config import Settings
from app.db import db
from app.demo import make
from app.sequences import drafts
from app.sequences.models import Sequence
from benchmarks.arena import arena
from tests.harness import browser, databases
from tests.harness.live import FULL, LiveServer, environment, free_port

SIZES = (25, 100, 500)
EDITS = 20
GESTURE_MS = 3000
COLUMNS = """| steps | opens | server | page | elements | frames/s | a frame | change | answer | one on top | answer |
| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"""
OWNER = "ines@maison-souffle.example"

# Pans in a circle for three seconds while zooming in and out, and notes how long each frame took.
GESTURE = """(length) => new Promise((done) => {
  const canvas = document.querySelector("flow-canvas"), frames = [], begun = performance.now();
  let last = begun;
  const step = (now) => {
    frames.push(now - last);
    last = now;
    if (now - begun > length) return done(frames.slice(1));
    const at = (now - begun) / 400;
    canvas.pan(Math.cos(at) * 14, Math.sin(at) * 14);
    canvas.zoomAt(0.75 + 0.2 * Math.sin(at / 2), canvas.clientWidth / 2, canvas.clientHeight / 2);
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})"""


def run() -> None:
    """Measure and print."""
    print("\nThe builder in Chromium\n")
    print(COLUMNS)
    with _studio() as (server, page):
        for size in SIZES:
            with server.database():
                sequence = drafts.create_sequence(document(size))
                db.session.flush()
                number = sequence.id
            opened, answered, kilobytes = _opening(page, f"{server.url}/sequences/{number}")
            elements = page.evaluate("document.querySelectorAll('*').length")
            rate, busy = _moving(page)
            edit, edited = _posts(server, page, number, "steps/s2", {"body": "Hello", "wait-way": "now"})
            add, added = _posts(server, page, number, "steps", {"spot": "top", "kind": "sms"})
            opening = f"{opened:.0f} ms | {answered:.0f} ms | {kilobytes:.0f} kB | {elements:,}"
            edits = f"{edit:.0f} ms | {edited:.0f} kB | {add:.0f} ms | {added:.0f} kB"
            print(f"| {size} | {opening} | {rate:.0f} | {busy:.1f} ms | {edits} |")


def document(size: int) -> dict[str, Any]:
    """A sequence of so many steps: messages, tags, and a fork after every few, three levels deep."""
    count = 0

    def chain(depth: int) -> list[dict[str, Any]]:
        nonlocal count
        steps: list[dict[str, Any]] = []
        for kind in ("email", "sms", "tag.add", "email"):
            if count < size:
                count += 1
                steps.append(_step(kind, count))
        if depth and count < size:
            count += 1
            rule = {"rules": [{"rule": "tag.has", "value": "Regular"}]}
            steps.append({"id": f"if{count}", "if": rule, "then": chain(depth - 1), "else": chain(depth - 1)})
        return steps

    steps: list[dict[str, Any]] = []
    while count < size:
        steps += chain(3)
    return {"title": f"{size} steps", "trigger": {"kind": "lead.created"}, "steps": steps}


def _step(kind: str, number: int) -> dict[str, Any]:
    if kind == "email":
        text = "<p>Hello ##{{first_name}}, " + "a few kind words. " * 20 + "</p>"
        said = {"id": f"m{number}", "wait": {"days": 1}, "subject": f"Letter {number}", "html": text}
    elif kind == "sms":
        said = {"id": f"s{number}", "body": "Hi ##{{first_name}}, see you soon"}
    else:
        said = {"id": f"t{number}", "tags": ["Regular"]}
    return {"do": kind} | said


def _opening(page: Page, address: str) -> tuple[float, float, float]:
    """Milliseconds until all can be seen, those of them until the answer was in, its kilobytes: the middle of five."""
    times, answers = [], []
    for _ in range(5):
        page.goto("about:blank")
        begun = time.monotonic()
        answer = page.goto(address, wait_until="load")
        page.wait_for_selector("flow-canvas[data-lod]")
        page.evaluate("new Promise(requestAnimationFrame)")
        times.append((time.monotonic() - begun) * 1000)
        answers.append(page.evaluate("performance.getEntriesByType('navigation')[0].responseEnd"))
    return statistics.median(times), statistics.median(answers), len(answer.body()) / 1000 if answer else 0.0


def _moving(page: Page) -> tuple[float, float]:
    """Frames a second while the canvas is moved (by the middle frame), and the page's processor milliseconds a frame.

    The latter hardly depend on what else the machine does. Putting layers on the screen is another process's work.
    """
    wire = page.context.new_cdp_session(page)
    wire.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = _busy_seconds(wire)
    frames = page.evaluate(GESTURE, GESTURE_MS)
    busy = (_busy_seconds(wire) - before) * 1000 / len(frames)
    wire.detach()
    return 1000 / statistics.median(frames), busy


def _busy_seconds(wire: CDPSession) -> float:
    metrics = wire.send("Performance.getMetrics")["metrics"]
    return float(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))


def _posts(
    server: LiveServer, page: Page, number: int, path: str, data: dict[str, str | float | bool]
) -> tuple[float, float]:
    """Milliseconds at the server and kilobytes of the answer to an edit, as the page posts it: the middle of many."""
    token = page.locator("input[name=csrf_token]").first.input_value()
    times, sizes = [], []
    for turn in range(EDITS):
        with server.database():
            shown = db.session.get_one(Sequence, number).draft_id
        begun = time.monotonic()
        answer = page.request.post(
            f"{server.url}/sequences/{number}/{path}",
            form=data | {"csrf_token": token, "title": f"Text {turn}"},
            headers={"HX-Request": "true", "HX-Request-Type": "partial", "X-Canvas": str(shown)},
        )
        times.append((time.monotonic() - begun) * 1000)
        sizes.append(len(answer.body()) / 1000)
        if not answer.ok:
            raise RuntimeError(f"an edit was refused: {answer.status}")
    return statistics.median(times), statistics.median(sizes)


@contextmanager
def _studio() -> Iterator[tuple[LiveServer, Page]]:
    """The product's own processes on an empty database, and an owner signed in, on a screen of 1440 by 900."""
    with arena("builder") as (servers, _sink), tempfile.TemporaryDirectory(prefix="encore-bench-") as folder:
        settings = Settings.model_validate(
            {
                "encore_secret_key": "of-the-benchmark-" * 3,
                "encore_sandbox": True,
                "encore_data": Path(folder),
                "encore_port": free_port(),
                "database_url": servers.database,
                "redis_url": servers.redis_url,
            }
        )
        databases.build(settings)
        server = LiveServer(FULL, settings, environment(settings, {}))
        with server.database():
            make.staff("Inès Garnier", "owner", email=OWNER)
        chosen = os.environ.get("CHROMIUM") or browser.find_chromium()
        server.start()
        try:
            with sync_playwright() as playwright:
                chromium = playwright.chromium.launch(executable_path=chosen)
                page = chromium.new_page(viewport={"width": 1440, "height": 900})
                page.goto(f"{server.url}/sign-in")
                page.get_by_label("E-mail").fill(OWNER)
                page.get_by_label("Password").fill(make.PASSWORD)
                page.get_by_role("button", name="Sign in").click()
                page.wait_for_url(lambda url: "sign-in" not in url)
                yield server, page
                chromium.close()
        finally:
            server.close()


if __name__ == "__main__":
    run()

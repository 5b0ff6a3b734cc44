"""The canvas in a browser, as tests speak of it: what it shows, and waiting for what an edit changes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page, expect

from app.db import db
from app.sequences import drafts, graph
from app.sequences.models import Sequence
from tests.harness.accessibility import SETTLED, barriers
from tests.harness.live import LiveServer

FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


class Canvas:
    """A sequence open in the builder, and the same sequence as the server has it."""

    def __init__(self, page: Page, server: LiveServer, sequence_id: int) -> None:
        self.page = page
        self.server = server
        self.sequence_id = sequence_id

    def open(self, step: str | None = None) -> None:
        self.page.goto(f"/sequences/{self.sequence_id}" + (f"?step={step}" if step else ""))
        expect(self.page.locator("flow-canvas[data-lod]:not(.moving)")).to_be_visible()

    def on(self, page: Page) -> Canvas:
        """The same sequence in another tab or on another device."""
        return Canvas(page, self.server, self.sequence_id)

    # ------------------------------------------------------------------ what it shows

    @property
    def order(self) -> list[str]:
        """The ids of the steps in reading order, without the trigger."""
        ids: list[str] = self.page.evaluate("[...document.querySelectorAll('.steps > *')].map((one) => one.id)")
        return [one.removeprefix("step-") for one in ids[1:]]

    @property
    def zoom(self) -> int:
        """In percent."""
        return int(self.page.locator("[data-zoomed]").inner_text().removesuffix(" %"))

    def middle(self, what: str) -> tuple[float, float]:
        """Where the middle of an element is on the screen."""
        box = self.page.locator(what).bounding_box()
        assert box is not None
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def settle(self) -> None:
        """Wait until what glides has arrived."""
        self.page.evaluate(FRAMES)  # what has been asked for has begun
        self.page.evaluate(SETTLED)

    def fit(self) -> None:
        self.page.get_by_role("button", name="Fit everything").click()
        self.settle()

    def look_at(self, what: str) -> None:
        """Have an element in the middle of the canvas, in full detail."""
        self.page.evaluate("document.querySelector('flow-canvas').zoomAt(1, 0, 0)")
        expect(self.page.locator("flow-canvas[data-lod=near]:not(.moving)")).to_be_visible()
        (x, y), (middle_x, middle_y) = self.middle(what), self.middle("flow-canvas")
        self.page.evaluate(f"document.querySelector('flow-canvas').pan({middle_x - x}, {middle_y - y})")
        self.settle()

    def barriers(self) -> list[str]:
        """What axe finds in the page itself; the menu around it is the frame's, and tried there."""
        return [one for one in barriers(self.page) if not one.endswith(("['.me']", "['.jump']"))]

    # ------------------------------------------------------------------ what is done with it

    @contextmanager
    def edit(self) -> Iterator[None]:
        """Do something that changes the draft, and wait until the page shows it."""
        before = self.page.locator("#world").get_attribute("data-revision")
        yield
        expect(self.page.locator(f"#world:not([data-revision='{before}'])")).to_be_attached()

    def said(self, text: str) -> None:
        """Wait until something is announced."""
        expect(self.page.locator("#toasts")).to_contain_text(text)

    # ------------------------------------------------------------------ as the server has it

    @property
    def document(self) -> graph.Document:
        with self.server.database():
            return drafts.draft_of(db.session.get_one(Sequence, self.sequence_id))

    @property
    def ids(self) -> list[str]:
        return [place.step.id for place in graph.walk(self.document)]


def make_sequence(server: LiveServer, title: str, steps: list[dict[str, Any]]) -> int:
    """A draft for new leads. Answers its id."""
    with server.database():
        made = drafts.create_sequence({"title": title, "trigger": {"kind": "lead.created"}, "steps": steps})
        db.session.flush()
        return made.id

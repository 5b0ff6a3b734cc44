"""After any number of edits the canvas is what a reload would show."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Response, expect

from app.db import db
from app.demo import make
from app.sequences import drafts
from tests.harness.browser import sign_in
from tests.harness.live import LiveServer

pytestmark = pytest.mark.browser

DOCUMENT = {
    "title": "Follow-up",
    "trigger": {"kind": "class.visited"},
    "steps": [
        {"id": "early", "do": "sms", "wait": {"before_anchor": {"hours": 2}}, "body": "See you soon"},
        {"id": "hello", "do": "sms", "body": "Hi"},
        {"id": "mail", "do": "email", "wait": {"days": 1}, "subject": "Welcome", "html": "<p>Hi</p>"},
        {
            "id": "keen",
            "if": {"rules": [{"rule": "client"}]},
            "then": [{"id": "vip", "do": "tag.add", "tags": ["VIP"]}],
            "else": [{"id": "new", "do": "tag.add", "tags": ["New"]}],
        },
    ],
}

# The canvas without what a reload forgets: which step has the focus, the order of what stands around the steps,
# what is filled in near the window, and what the check has found, which comes a moment later.
CANVAS = """() => {
  const world = document.getElementById("world").cloneNode(true);
  for (const one of world.querySelectorAll("[tabindex], [aria-selected]")) {
    one.removeAttribute("tabindex");
    one.removeAttribute("aria-selected");
  }
  for (const one of world.querySelectorAll("[data-filled]")) one.remove();
  for (const one of world.querySelectorAll(".near")) one.classList.remove("near");
  const told = (one) => [one.id, one.style.getPropertyValue("--x"), one.style.getPropertyValue("--y"),
    [...one.attributes].map(({ name, value }) => `${name}=${value}`)
      .filter((said) => !/^(style|aria-expanded|data-finding)=/.test(said)).sort().join(),
    one.textContent.replace(/\\s+/g, " ").trim()].join("|");
  const steps = [...world.querySelector(".steps").children].map(told);
  const around = [...world.children].filter((one) => one.tagName !== "svg" && !one.matches(".steps")).map(told).sort();
  const lines = [...world.querySelectorAll("path")].map((one) => `${one.id} ${one.getAttribute("d")}`).sort();
  return JSON.stringify([{ ...world.dataset }, steps, around, lines], null, 1);
}"""


@pytest.mark.req("SEQ-06", "SEQ-08", "BEY-17")
def test_after_many_edits_the_canvas_is_what_a_reload_shows(live_server: LiveServer, page: Page) -> None:
    with live_server.database():
        make.staff("Inès Garnier", "owner", email="ines@maison-souffle.example")
        sequence = drafts.create_sequence(DOCUMENT)
        db.session.flush()
        address = f"/sequences/{sequence.id}"
    sign_in(page, "ines@maison-souffle.example")
    page.goto(address)
    swapped: list[str] = []

    def note(response: Response) -> None:
        if response.request.method == "POST":
            swapped.append(response.headers.get("hx-retarget", ""))

    page.on("response", note)

    def edited(then: str) -> None:
        """Wait until the page shows the next revision."""
        expect(page.locator(f"#world:not([data-revision='{then}'])")).to_be_attached()

    def compare() -> None:
        """The page is what a reload in a second tab shows."""
        other = page.context.new_page()
        other.goto(address)
        assert page.evaluate(CANVAS) == other.evaluate(CANVAS)
        other.close()

    def revision() -> str:
        return page.locator("#world").get_attribute("data-revision") or ""

    for spot, kind in (("plus-top", "SMS"), ("plus-in-keen-else", "E-mail"), ("plus-after-mail", "E-mail")):
        shown = revision()
        page.locator(f"#{spot}").dispatch_event("click")
        page.locator("#add-step").get_by_role("button", name="Action").click()
        page.locator("#add-step").get_by_role("button", name=kind, exact=True).first.click()
        edited(shown)
    compare()
    shown = revision()
    page.keyboard.press("Escape")
    page.locator("#step-keen").focus()
    page.keyboard.press("Delete")
    page.get_by_role("dialog").get_by_role("button", name="Remove").last.click()
    edited(shown)
    compare()
    for _ in range(2):
        shown = revision()
        page.locator("button[data-undo]").click()
        edited(shown)
    shown = revision()
    page.locator("button[data-redo]").click()
    edited(shown)
    compare()
    assert set(swapped) == {"#changes"}

"""The canvas under fingers: real touches, as a tablet and a phone send them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, Page, ViewportSize, expect

from tests.harness.live import LiveServer
from tests.sequences.builder.canvas import Canvas, make_sequence

pytestmark = [pytest.mark.browser, pytest.mark.req("BEY-17")]

TABLET: ViewportSize = {"width": 1180, "height": 820}
PHONE: ViewportSize = {"width": 390, "height": 844}
STEPS: list[dict[str, Any]] = [
    {"id": "call", "do": "task", "title": "Call them", "assign": {"role": "Front desk"}},
    {"id": "hello", "do": "sms", "body": "Hello"},
    {
        "id": "regular",
        "if": {"rules": [{"rule": "tag.has", "value": "Regular"}]},
        "then": [{"id": "vip", "do": "tag.add", "tags": ["VIP"]}],
        "else": [],
    },
    {"id": "mail", "do": "email", "subject": "Welcome", "html": "<p>Come and see us.</p>"},
]


class Fingers:
    """One or several fingers on the glass, by the points they touch."""

    def __init__(self, page: Page) -> None:
        self.wire: CDPSession = page.context.new_cdp_session(page)

    def down(self, *points: tuple[float, float]) -> None:
        self._send("touchStart", points)

    def glide(self, *ways: tuple[tuple[float, float], tuple[float, float]], frames: int = 6) -> None:
        """Each finger from one point to another, at the same time."""
        for frame in range(1, frames + 1):
            self._send("touchMove", [_between(start, end, frame / frames) for start, end in ways])

    def up(self) -> None:
        self._send("touchEnd", [])

    def tap(self, point: tuple[float, float]) -> None:
        self.down(point)
        self.up()

    def _send(self, kind: str, points: Any) -> None:
        touches = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        self.wire.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})


def _between(start: tuple[float, float], end: tuple[float, float], share: float) -> tuple[float, float]:
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


@pytest.fixture
def touch(browser: Browser, live_server: LiveServer, owner_page: Page) -> Iterator[Callable[[ViewportSize], Canvas]]:
    """The sequence open on a device with a touch screen of the given size."""
    contexts = []
    sequence_id = make_sequence(live_server, "Follow-up", STEPS)

    def open_on(size: ViewportSize) -> Canvas:
        contexts.append(
            browser.new_context(
                base_url=live_server.url,
                viewport=size,
                has_touch=True,
                is_mobile=True,
                storage_state=owner_page.context.storage_state(),
            )
        )
        canvas = Canvas(contexts[-1].new_page(), live_server, sequence_id)
        canvas.open()
        return canvas

    yield open_on
    for context in contexts:
        context.close()


def test_two_fingers_zoom_around_their_middle_and_take_the_canvas_along(touch: Callable[..., Canvas]) -> None:
    canvas = touch(TABLET)
    fingers = Fingers(canvas.page)
    zoom, (x, y) = canvas.zoom, canvas.middle("#step-hello")

    fingers.down((x - 150, y), (x + 150, y))
    fingers.glide(((x - 150, y), (x - 50, y + 60)), ((x + 150, y), (x + 130, y + 60)))
    fingers.up()
    canvas.settle()

    assert canvas.zoom == pytest.approx(zoom * 180 / 300, abs=2)
    # What was under their middle still is: they ended up 40 to the right and 60 further down.
    assert canvas.middle("#step-hello") == pytest.approx((x + 40, y + 60), abs=4)
    expect(canvas.page.locator("#step:not([hidden])")).to_have_count(0)


def test_a_tap_opens_a_step(touch: Callable[..., Canvas]) -> None:
    canvas = touch(TABLET)

    Fingers(canvas.page).tap(canvas.middle("#step-hello"))

    expect(canvas.page.locator("#step")).to_have_attribute("data-step", "hello")


def test_one_finger_pans_even_where_it_lands_on_a_step(touch: Callable[..., Canvas]) -> None:
    canvas = touch(TABLET)
    fingers = Fingers(canvas.page)
    x, y = canvas.middle("#step-hello")

    fingers.down((x, y))
    fingers.glide(((x, y), (x - 90, y - 120)))
    fingers.up()
    canvas.settle()

    assert canvas.middle("#step-hello") == pytest.approx((x - 90, y - 120), abs=4)
    expect(canvas.page.locator("#step:not([hidden])")).to_have_count(0)
    assert canvas.ids == ["call", "hello", "regular", "vip", "mail"]


@pytest.mark.req("SEQ-08")
@pytest.mark.parametrize("size", [TABLET, PHONE], ids=["tablet", "phone"])
def test_a_step_held_down_is_carried_to_a_plus(touch: Callable[..., Canvas], size: ViewportSize) -> None:
    canvas = touch(size)
    canvas.fit()
    fingers = Fingers(canvas.page)
    start, end = canvas.middle("#step-regular"), canvas.middle("#step-call")
    end = (end[0], end[1] - (canvas.middle("#step-hello")[1] - end[1]) / 2)  # the plus above it, small as it may be

    fingers.down(start)
    expect(canvas.page.locator(".dragged")).to_have_count(1)
    fingers.glide((start, end))
    expect(canvas.page.locator("#plus-top.target")).to_have_count(1)
    with canvas.edit():
        fingers.up()
    assert canvas.order == ["regular", "vip", "call", "hello", "mail"]
    canvas.said("Moved")
    expect(canvas.page.locator("#step:not([hidden])")).to_have_count(0)


def test_held_and_lifted_on_the_spot_chooses_steps_and_taps_choose_more(touch: Callable[..., Canvas]) -> None:
    canvas = touch(TABLET)
    fingers = Fingers(canvas.page)
    count = canvas.page.locator("[data-run] .count")

    fingers.down(canvas.middle("#step-call"))
    expect(canvas.page.locator(".dragged")).to_have_count(1)
    fingers.up()
    expect(count).to_have_text("1 step")
    fingers.tap(canvas.middle("#step-hello"))
    expect(count).to_have_text("2 steps")
    with canvas.edit():
        canvas.page.locator("[data-run]").get_by_role("button", name="Duplicate").tap()
    assert len(canvas.order) == 7


def test_a_second_finger_lets_a_held_step_be_and_pinches(touch: Callable[..., Canvas]) -> None:
    canvas = touch(TABLET)
    fingers = Fingers(canvas.page)
    zoom, (x, y) = canvas.zoom, canvas.middle("#step-call")

    fingers.down((x, y))
    expect(canvas.page.locator(".dragged")).to_have_count(1)
    fingers.down((x, y), (x + 200, y))
    expect(canvas.page.locator(".dragged")).to_have_count(0)
    fingers.glide(((x, y), (x, y)), ((x + 200, y), (x + 100, y)))
    fingers.up()
    canvas.settle()
    assert canvas.zoom < zoom
    expect(canvas.page.locator("[data-run]")).to_be_hidden()
    assert canvas.ids == ["call", "hello", "regular", "vip", "mail"]

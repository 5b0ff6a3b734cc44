"""Takes the pictures of `make screenshots`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from playwright.sync_api import CDPSession, Page, ViewportSize

FOLDER = Path(__file__).parents[2] / "screenshots"
SIZES: dict[str, ViewportSize] = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

# What was asked for while the page opened is there, and the fonts are. A promise: a predicate to be evaluated again and
# again is what the page's security policy refuses.
ARRIVED = """async () => {
  while (document.querySelector('.htmx-request, .htmx-swapping') || document.fonts.status !== 'loaded')
    await new Promise(requestAnimationFrame);
}"""


class Viewer:
    """Somebody who looks at one page with a big screen and a mouse, or with a phone in the hand."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._device: CDPSession = page.context.new_cdp_session(page)

    def hold(self, size: str) -> None:
        """Take the screen of this size, and the finger or the mouse that goes with it."""
        self.page.set_viewport_size(SIZES[size])
        # The page's own way to know a finger from a mouse: (pointer: coarse), by which targets grow to 44 px.
        self._device.send("Emulation.setTouchEmulationEnabled", {"enabled": size == "phone"})

    def themes(self) -> Iterator[str]:
        """Each theme, once the page wears it."""
        for theme in THEMES:
            self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            yield theme

    def photograph(self, name: str, size: str) -> None:
        """Picture the page at hand as `screenshots/NAME-SIZE-THEME.png`, in each theme."""
        FOLDER.mkdir(exist_ok=True)
        for theme in self.themes():
            self.page.evaluate(ARRIVED)
            self.page.screenshot(path=FOLDER / f"{name}-{size}-{theme}.png")

"""Takes the pictures of `make screenshots`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from playwright.sync_api import Page, ViewportSize

FOLDER = Path(__file__).parents[2] / "screenshots"
SIZES: dict[str, ViewportSize] = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def photograph(page: Page, name: str, *, sizes: tuple[str, ...] = tuple(SIZES), reload: bool = True) -> None:
    """Picture the page at hand as `screenshots/NAME-SIZE-THEME.png`, in every size and theme.

    `reload` fetches it anew at each size, as a phone would; without it, what was opened on the page stays open.
    """
    FOLDER.mkdir(exist_ok=True)
    for size in sizes:
        for theme in THEMES:
            page.set_viewport_size(SIZES[size])
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            if reload:
                page.reload(wait_until="load")
            page.evaluate("document.fonts.ready")
            page.screenshot(path=FOLDER / f"{name}-{size}-{theme}.png")

"""Asks axe-core what keeps people from using a page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
# What is half faded in has half its contrast. Spinners never end, and what scrolling drives is no matter of time.
SETTLED = """() => Promise.all(document.getAnimations()
  .filter((one) => one.timeline === document.timeline && one.effect.getComputedTiming().endTime < Infinity)
  .map((one) => one.finished.catch(() => {})))"""
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
CONTRAST = ("color-contrast",)


def barriers(page: Page, rules: Sequence[str] = RULES, *, but: Sequence[str] = ()) -> list[str]:
    """The WCAG 2.2 A and AA failures of the page as it stands, one line each; empty when there are none.

    `rules` are axe's tags, or its rules by name: `CONTRAST` is what a theme alone can break. `but` are the selectors of
    what is tried elsewhere.
    """
    page.evaluate(SETTLED)
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE.read_text())  # evaluated by the debugger, where the page's security policy does not reach
    asked = {"rules": list(rules), "exclude": list(but)}
    result = page.evaluate(
        "({ rules, exclude }) => axe.run(exclude.length ? { exclude } : document, { runOnly: rules })", asked
    )
    return [
        f"{violation['id']}: {violation['help']}: {node['target']}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]

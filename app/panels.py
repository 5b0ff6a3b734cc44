"""Parts that one room shows on another's page: tasks and messages on a lead's page, the score on a contact's.

A room lower in the house cannot import the ones above it; those hang their panels here instead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

PLACES = ("contact", "lead", "thread", "composer")


@dataclass(frozen=True)
class Panel:
    """One part of a page. `render` gets what the page is about (a contact or a lead) and may answer nothing."""

    place: str
    key: str
    order: int
    render: Callable[[Any], Markup]


_panels: dict[tuple[str, str], Panel] = {}


def register(panel: Panel) -> None:
    """Hang a panel. Raises KeyError for a place no page has."""
    if panel.place not in PLACES:
        raise KeyError(f"no page has the place {panel.place}")
    _panels[panel.place, panel.key] = panel


def shown(place: str, about: Any) -> list[Markup]:
    """The panels of a place, in their order."""
    wanted = sorted((panel for panel in _panels.values() if panel.place == place), key=lambda panel: panel.order)
    return [markup for panel in wanted if (markup := panel.render(about))]

"""Who listens to new leads: what an import would set going. The rooms above say it; this one cannot know them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.leads.models import LeadSource


@dataclass(frozen=True)
class Listener:
    """Something that each new lead from a source would set going."""

    title: str
    url: str
    messages: int  # at most so many to each person


Ask = Callable[[LeadSource], Sequence[Listener]]

_asked: list[Ask] = []


def listening(ask: Ask) -> Ask:
    """Register what tells who listens to new leads from a source."""
    _asked.append(ask)
    return ask


def listeners(source: LeadSource) -> list[Listener]:
    return [listener for ask in _asked for listener in ask(source)]

"""Whom new leads are announced to (NOTE-01)."""

from __future__ import annotations

from pydantic import BaseModel

from app.staff import studio

KEY = "notifications.leads"


class LeadNotices(BaseModel):
    """The roles that hear of new leads, and of which sources; no source named means all of them."""

    roles: list[int] = []
    sources: list[int] = []


def lead_notices() -> LeadNotices:
    return studio.get(KEY, LeadNotices)


def announce(roles: list[int], sources: list[int]) -> None:
    """Announce new leads to these roles, from these sources or from all."""
    studio.put(KEY, LeadNotices(roles=roles, sources=sources))

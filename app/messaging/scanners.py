"""Telling machines from people by how they fetch the links of a mail (BEY-10). Pure functions."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

# Nobody has read a mail and decided to click so soon after it left; gateways fetch on arrival.
TOO_SOON = timedelta(seconds=10)
# Two different links within this time are a machine's pace.
BURST = timedelta(seconds=3)
# Who has followed the link that no person sees follows every link, in one go.
TRAP_REACH = timedelta(seconds=60)
# A hit counts only when this much time has shown that it was not the first of a burst.
HOLD = timedelta(seconds=5)

HEAD, PREFETCH, KNOWN, NO_AGENT, SOON, TOGETHER, TRAPPED = (
    "HEAD request",
    "prefetch",
    "known scanner",
    "no user agent",
    "too soon",
    "many links at once",
    "hidden link",
)

_MACHINES = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|preview|scan|proofpoint|mimecast|barracuda|safelinks|symantec|messagelabs|"
    r"trendmicro|fireeye|forcepoint|ironport|sophos|cloudmark|facebookexternalhit|whatsapp|telegram|slack|skype|"
    r"curl/|wget/|python|go-http|java/|okhttp|libwww|httpclient|headless|phantom|axios|node-fetch|ruby|perl",
    re.IGNORECASE,
)
_PREFETCH_HEADERS = ("Purpose", "Sec-Purpose", "X-Purpose", "X-Moz")


@dataclass(frozen=True)
class Hit:
    """One fetch: when, of which link (None: the open marker), and whether it already looks like a machine's."""

    at: datetime
    link: int | None
    is_trap: bool = False


def at_once(method: str, headers: Mapping[str, str], *, now: datetime, sent_at: datetime | None) -> str:
    """Why a fetch is a machine's, as far as it shows by itself; empty where it may be a person's."""
    agent = headers.get("User-Agent", "")
    if method == "HEAD":
        return HEAD
    if any("prefetch" in headers.get(name, "") or "preview" in headers.get(name, "") for name in _PREFETCH_HEADERS):
        return PREFETCH
    if not agent:
        return NO_AGENT
    if _MACHINES.search(agent):
        return KNOWN
    return SOON if sent_at is not None and now - sent_at < TOO_SOON else ""


def in_hindsight(hit: Hit, others: Collection[Hit]) -> str:
    """Why a fetch is a machine's, seen among the other fetches of the same message; empty where it is a person's.

    Opening a mail and following a link belong together, so the open marker is no second link.
    """
    if any(other.is_trap and abs(other.at - hit.at) <= TRAP_REACH for other in others):
        return TRAPPED
    links = {other.link for other in _near(hit, others) if other.link is not None}
    return TOGETHER if hit.link is not None and links - {hit.link} else ""


def _near(hit: Hit, others: Collection[Hit]) -> Sequence[Hit]:
    return [other for other in others if abs(other.at - hit.at) <= BURST]

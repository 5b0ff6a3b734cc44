"""The addresses that tracked links lead to: one row an address, whoever gets it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from sqlalchemy import Table, select

from app.db import db, insert_new
from app.messaging.models import TrackedLink

LINKS: Table = TrackedLink.__table__  # type: ignore[assignment]


def numbers_of(addresses: Collection[str]) -> dict[str, int]:
    """The number of each address; those that are new get one."""
    if not addresses:
        return {}
    hashes = {hashlib.sha256(address.encode()).hexdigest(): address for address in addresses}
    known = _known(hashes)
    missing = [{"url_hash": key, "url": address} for key, address in hashes.items() if address not in known]
    if missing:
        insert_new(LINKS, missing)
        known = _known(hashes)
    return known


def _known(hashes: dict[str, str]) -> dict[str, int]:
    rows = db.session.execute(select(TrackedLink.url, TrackedLink.id).where(TrackedLink.url_hash.in_(hashes)))
    return {row.url: row.id for row in rows}

"""Cooling down: a hot contact who is not heard of for the set period becomes cold again (SCORE-16 to SCORE-19)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, case, select, update

from app import clock, events, scans
from app.contacts.models import Contact
from app.db import db
from app.scoring import ledger
from app.scoring.settings import scoring


def cool_down() -> int:
    """Make cold whoever has been silent for the period. The score starts again from 0, else one open would undo it."""
    worth = scoring()
    if worth.reset_after is None:
        return 0
    limit = clock.now() - worth.reset_after
    if worth.reset_set_at is not None and worth.reset_set_at > limit:
        return 0
    cooled = db.session.scalars(
        update(Contact)
        .where(Contact.hot_since.is_not(None), _last_heard() <= limit)
        .values(hot_since=None, score=0)
        .returning(Contact.id)
        .execution_options(synchronize_session="fetch")
    ).all()
    ledger.void_lines(cooled, ledger.RESET)
    data = {"score": 0, "threshold": worth.threshold, "why": ledger.RESET}
    events.record_many([events.Entry("score.became_cold", contact_id, data) for contact_id in sorted(cooled)])
    return len(cooled)


def next_cooling() -> datetime | None:
    """When the first of those who are hot now will be cold, if nothing is heard from them."""
    worth = scoring()
    if worth.reset_after is None:
        return None
    first = db.session.scalar(
        select(_last_heard()).where(Contact.hot_since.is_not(None)).order_by(_last_heard()).limit(1)
    )
    if first is None:
        return None
    return max(first, worth.reset_set_at or first) + worth.reset_after


def _last_heard() -> ColumnElement[datetime]:
    """The last sign of interest, at the earliest the moment of becoming hot: then the period begins."""
    later = Contact.last_interaction_at > Contact.hot_since
    return case((later, Contact.last_interaction_at), else_=Contact.hot_since)


scans.register(scans.Scan(name="cooling down", look=cool_down, next_at=next_cooling))

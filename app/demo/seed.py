"""A lively demo studio: months of history, told by the product itself.

The clock is set to each day in turn; people come, book, buy, write and are written to through the product's own verbs,
and the background work of that day is done before the next begins. So the timeline, the scores, the enrolments and the
figures are what they would be had it all happened.
"""

from __future__ import annotations

from sqlalchemy import func, select

from app import clock
from app.contacts.models import Contact
from app.db import db
from app.demo import opening
from app.demo.cast import OWNER_EMAIL
from app.demo.story import Story

DAYS = 75


def is_wanted() -> bool:
    """Whether the database is still empty of people."""
    return not db.session.scalar(select(func.count()).select_from(Contact))


def sow(days: int = DAYS) -> None:
    """Fill an empty installation with the demo studio. Commits as it goes: stopped half-way, start afresh."""
    today = clock.now()
    try:
        opening.open_studio(today, days)
        Story(today, days).tell()
    finally:
        clock.set(None)


__all__ = ["OWNER_EMAIL", "is_wanted", "sow"]

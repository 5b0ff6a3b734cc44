"""How things stood at an instant gone by, where a row keeps only how they stand now: told from the log.

The last change until then says what it was changed to; failing that, the first one after it says what it was changed
from; what has never changed was always as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import aliased

from app.events.models import Event
from app.rules.registry import Subject


class Change:
    """One change of something, as the log has it: an alias of its own for each question."""

    def __init__(self) -> None:
        self.event = aliased(Event)

    def is_kind(self, kind: str) -> ColumnElement[bool]:
        return case((self.event.kind == kind, True), else_=False)

    def text(self, key: str) -> ColumnElement[Any]:
        said: ColumnElement[Any] = self.event.data[key].as_string()
        return said

    def number(self, key: str) -> ColumnElement[Any]:
        said: ColumnElement[Any] = self.event.data[key].as_integer()
        return said


def as_it_was(
    about: Subject,
    change: Change,
    kinds: Sequence[str],
    *,
    what: Sequence[ColumnElement[bool]] = (),
    to: ColumnElement[Any],
    before: ColumnElement[Any],
    still: ColumnElement[Any],
) -> ColumnElement[Any]:
    """What something was as of then: events of these `kinds`, narrowed by `what`, tell what it was changed `to`, and
    what it was `before`; where there are none it is `still` so.
    """
    event = change.event
    changes = (event.contact_id == about.contact_id, event.kind.in_(kinds), *what)
    earlier = select(to).where(*changes, event.occurred_at <= about.now)
    last = earlier.order_by(event.occurred_at.desc(), event.id.desc()).limit(1)
    later = select(before).where(*changes, event.occurred_at > about.now)
    first = later.order_by(event.occurred_at, event.id).limit(1)
    return func.coalesce(last.scalar_subquery(), first.scalar_subquery(), still)

"""Lists by keyset: `?limit=` and `?cursor=`, answered as items and next_cursor."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute

from app.api.operations import Answer
from app.api.problems import Fault, Problem
from app.db import db

T = TypeVar("T")


class Page(BaseModel):
    """The query every list takes."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=100)

    def after(self) -> int | None:
        """The id after which this page begins. Raises Problem for a cursor we did not make."""
        if self.cursor is None:
            return None
        try:
            number = int(base64.urlsafe_b64decode(self.cursor.encode("ascii") + b"==").decode("ascii"))
        except (ValueError, binascii.Error, UnicodeError):
            number = -1
        if not 0 <= number < 2**63:
            raise Problem(422, "The cursor is not one of ours.", [Fault("/query/cursor", "not a cursor of this API")])
        return number


def page(
    rows: Select[T],
    by: InstrumentedAttribute[int],
    query: Page,
    show: Callable[[Sequence[T]], list[dict[str, Any]]],
    *,
    newest_first: bool = True,
) -> Answer:
    """One page of a list, ordered by an id. `show` turns the rows into what is answered, all at once."""
    after = query.after()
    if after is not None:
        rows = rows.where(by < after if newest_first else by > after)
    rows = rows.order_by(by.desc() if newest_first else by).limit(query.limit + 1)
    found = db.session.scalars(rows).unique().all()
    shown = found[: query.limit]
    more = len(found) > query.limit
    return Answer({"items": show(shown), "next_cursor": _cursor(getattr(shown[-1], by.key)) if more else None})


def _cursor(number: int) -> str:
    return base64.urlsafe_b64encode(str(number).encode("ascii")).decode("ascii").rstrip("=")

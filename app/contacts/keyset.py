"""Lists that go on where the last page ended: by a value and an id, whatever comes or goes in between.

A cursor is the pair of the last row shown. Pages neither skip nor repeat rows when new ones arrive at the top, and the
hundredth page costs what the first does.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar, TypeVarTuple

from sqlalchemy import ColumnElement, Select, literal, tuple_
from werkzeug.exceptions import BadRequest

from app.db import UtcDateTime

T = TypeVar("T")
R = TypeVarTuple("R")


@dataclass(frozen=True)
class Order:
    """How a list is sorted: by a column that is never null, then by id; `descending` goes for both."""

    value: ColumnElement[Any]
    id: ColumnElement[int]
    descending: bool = True


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows, and the cursor of the page after them where there is one."""

    rows: Sequence[T]
    next: str | None = None


def ordered(rows: Select[*R], order: Order, cursor: str | None) -> Select[*R]:
    """Sort a query and begin it after the cursor. Raises BadRequest (400) for a cursor that is none of ours."""
    if cursor:
        value, last_id = _decode(cursor, order)
        here = tuple_(order.value, order.id)
        there = tuple_(literal(value, order.value.type), literal(last_id, order.id.type))
        rows = rows.where(here < there if order.descending else here > there)
    if order.descending:
        return rows.order_by(order.value.desc(), order.id.desc())
    return rows.order_by(order.value, order.id)


def page(found: Sequence[tuple[T, Any, int]], limit: int) -> Page[T]:
    """Make a page of rows fetched with one more than `limit`, each beside its sorting value and its id."""
    shown = found[:limit]
    more = len(found) > limit
    return Page([row for row, _value, _id in shown], _encode(shown[-1][1], shown[-1][2]) if more else None)


def _encode(value: object, last_id: int) -> str:
    plain = value.isoformat() if isinstance(value, datetime) else value
    return base64.urlsafe_b64encode(json.dumps([plain, last_id]).encode()).decode().rstrip("=")


def _decode(cursor: str, order: Order) -> tuple[Any, int]:
    try:
        value, last_id = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii") + b"=="))
        return _typed(value, order), int(last_id) % 2**63
    except (ValueError, TypeError, AttributeError, OverflowError, binascii.Error):
        raise BadRequest from None


def _typed(value: Any, order: Order) -> Any:
    if isinstance(order.value.type, UtcDateTime):
        return datetime.fromisoformat(value).astimezone(UTC)
    if isinstance(value, str):
        return str(order.value.type.python_type(value)).replace("\0", "")
    return order.value.type.python_type(value)

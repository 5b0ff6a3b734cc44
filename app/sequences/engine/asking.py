"""Asking rules of many people at once: one query a question, however many are asked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    FromClause,
    String,
    bindparam,
    cast,
    column,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP

from app import arrays
from app.db import UtcDateTime, db, is_postgresql
from app.rules import Subject
from app.rules.registry import expression
from app.sequences.engine.program import Question

# Whom a question is about: a key of the caller's, the contact, and since when they are enrolled.
About = tuple[int, int, datetime]


def who_match(question: Question, people: Sequence[About], now: datetime) -> set[int]:
    """The keys of those for whom the rules of a question hold."""
    if not people:
        return set()
    table, parameters = _as_table(people)
    subject = Subject(contact_id=table.c.contact_id, now=now, enrolled_at=table.c.enrolled_at)
    wanted = select(table.c.key).where(expression(question.rules, subject, question.match))
    return set(db.session.scalars(wanted, parameters))


def _as_table(people: Sequence[About]) -> tuple[FromClause, dict[str, Any]]:
    """The people as a table that a query can select from, and its parameters."""
    if is_postgresql():
        keys, contacts, dates = zip(*people, strict=True)
        columns = func.unnest(
            cast(bindparam("keys", type_=arrays.Written), ARRAY(BigInteger)),
            cast(bindparam("contacts", type_=arrays.Written), ARRAY(BigInteger)),
            cast(bindparam("dates", type_=arrays.Written), ARRAY(TIMESTAMP(timezone=True))),
        )
        table = columns.table_valued(
            column("key", BigInteger),
            column("contact_id", BigInteger),
            column("enrolled_at", UtcDateTime),
            name="asked",
        ).render_derived()
        return table, {
            "keys": arrays.literal(keys),
            "contacts": arrays.literal(contacts),
            "dates": arrays.literal(dates),
        }
    # The text of an instant as SQLite has it in its columns, so that the two compare.
    rows = [(key, contact, at.strftime("%Y-%m-%d %H:%M:%S.%f")) for key, contact, at in people]
    each = func.json_each(bindparam("people", type_=String)).table_valued("value", name="each")
    parts = (
        func.json_extract(each.c.value, literal_column("'$[0]'"), type_=BigInteger).label("key"),
        func.json_extract(each.c.value, literal_column("'$[1]'"), type_=BigInteger).label("contact_id"),
        func.json_extract(each.c.value, literal_column("'$[2]'"), type_=UtcDateTime()).label("enrolled_at"),
    )
    return select(*parts).subquery("asked"), {"people": json.dumps(rows)}

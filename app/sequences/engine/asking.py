"""Asking rules of many people at once: one query a question, however many are asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    FromClause,
    Row,
    Select,
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
from app.db import UtcDateTime, db, is_postgresql, one_of
from app.rules import Subject
from app.rules.registry import Reckon, expression
from app.sequences.engine.program import Question

# Whom a question is about: a key of the caller's, the contact, and since when they are enrolled.
About = tuple[int, int, datetime]

# When it is asked: now; or, of what has gone by, by key at an instant of each one's own.
Present = datetime | Mapping[int, datetime]

# Of those asked about an instant of their own, what stands beside what is read of each.
KEY: ColumnElement[int] = literal_column("asked.key", BigInteger)


def who_match(
    question: Question,
    people: Sequence[About],
    now: Present,
    *,
    are_runs: bool = False,
    woken: Collection[int] | None = None,
) -> set[int]:
    """The keys of those for whom the rules of a question hold, or held at their instant.

    `are_runs`: the keys are those of their enrolments. `woken`: of runs that are imagined, the keys of those for whom
    what their step waited for has come.
    """
    if not people:
        return set()
    if not isinstance(now, datetime):
        found = as_of_then(
            people, now, lambda about: select(KEY).where(expression(question.rules, about, question.match)), woken=woken
        )
        return {row[0] for row in found}
    table, parameters = _as_table(people)
    run = table.c.key if are_runs else None
    subject = Subject(table.c.contact_id, now, table.c.enrolled_at, enrolment_id=run)
    wanted = select(table.c.key).where(expression(question.rules, subject, question.match))
    return set(db.session.scalars(wanted, parameters))


def as_of_then(
    people: Sequence[About],
    now: Mapping[int, datetime],
    wanted: Callable[[Subject], Select[*tuple[Any, ...]]],
    join: tuple[Any, Callable[[Subject], ColumnElement[bool]]] | None = None,
    woken: Collection[int] | None = None,
) -> Sequence[Row[*tuple[Any, ...]]]:
    """What is wanted of these people, each as of an instant of their own: one query.

    `wanted` selects, of what is joined too, for a person told as rules are asked about them.
    """
    if not people:
        return []
    moments = Moments([now[key] for key, _contact, _at in people])
    contact_id: ColumnElement[int] = literal_column("asked.contact_id", BigInteger)
    was_woken = one_of(KEY, woken) if woken is not None else None
    about = Subject(contact_id, _instant("now"), _instant("enrolled_at"), was_woken=was_woken, reckon=moments.reckon)
    statement = wanted(about)
    on = join[1](about) if join is not None else None
    table, parameters = _as_table(people, moments.columns)
    return db.session.execute(
        statement.select_from(table if join is None else table.join(join[0], on)), parameters
    ).all()


class Moments:
    """The instants of the people asked, one column each for those that rules reckon from them as they are written."""

    def __init__(self, presents: Sequence[datetime]) -> None:
        self.columns: dict[str, Sequence[datetime]] = {"now": presents}

    def reckon(self, reckoned: Reckon) -> ColumnElement[datetime]:
        """A column of what is reckoned from each one's present."""
        name = f"moment{len(self.columns)}"
        self.columns[name] = [reckoned(present) for present in self.columns["now"]]
        return _instant(name)


def _instant(name: str) -> ColumnElement[datetime]:
    return literal_column(f"asked.{name}", UtcDateTime())


def _as_table(
    people: Sequence[About], moments: Mapping[str, Sequence[datetime]] | None = None
) -> tuple[FromClause, dict[str, Any]]:
    """The people as a table that a query can select from, with these instants of theirs, and its parameters."""
    keys, contacts, dates = zip(*people, strict=True)
    instants = {"enrolled_at": dates, **(moments or {})}
    if is_postgresql():
        given = {"keys": keys, "contacts": contacts, **instants}
        kinds = {"keys": BigInteger, "contacts": BigInteger}
        columns = func.unnest(
            *(
                cast(bindparam(name, type_=arrays.Written), ARRAY(kinds.get(name) or TIMESTAMP(timezone=True)))
                for name in given
            )
        )
        table = columns.table_valued(
            column("key", BigInteger),
            column("contact_id", BigInteger),
            *(column(name, UtcDateTime) for name in instants),
        ).render_derived(name="asked")
        return table, {name: arrays.literal(values) for name, values in given.items()}
    # The text of an instant as SQLite has it in its columns, so that the two compare.
    texts = [[at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f") for at in values] for values in instants.values()]
    rows = list(zip(keys, contacts, *texts, strict=True))
    each = func.json_each(bindparam("people", type_=String)).table_valued("value", name="each")

    def part(place: int, name: str, kind: Any) -> ColumnElement[Any]:
        return func.json_extract(each.c.value, literal_column(f"'$[{place}]'"), type_=kind).label(name)

    parts = [part(0, "key", BigInteger), part(1, "contact_id", BigInteger)]
    parts += [part(place, name, UtcDateTime()) for place, name in enumerate(instants, start=2)]
    return select(*parts).subquery("asked"), {"people": json.dumps(rows)}

"""Rows as columns for PostgreSQL: one array a column, one statement whatever the number of rows.

A statement with a parameter a value is cut up and sent anew for every size of a batch; with arrays its text stays
the same and is planned once. The arrays are written here as PostgreSQL's own literals, several times faster than the
driver does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, String, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import UserDefinedType


class Written(UserDefinedType[str]):
    """A parameter that is an array's literal. It is sent without a type of its own, so that a cast makes it a
    constant that the planner can look into and hash, rather than text to be read for each row.
    """

    cache_ok = True

    def get_col_spec(self, **_more: Any) -> str:
        return "TEXT"


_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def insert(table: Table, names: Sequence[str], returning: Sequence[str] = ()) -> str:
    """The statement that inserts rows given as arrays `:c0`, `:c1` …, leaving out those that meet a unique key."""
    said = f"{_inserting(table, names)} ON CONFLICT DO NOTHING"
    return f"{said} RETURNING {', '.join(returning)}" if returning else said


def put(table: Table, key: str, names: Sequence[str], changed: Sequence[str], returning: Sequence[str]) -> str:
    """The statement that inserts rows given as arrays, and changes those that there are; see `app.db.put_rows`."""
    changes = ", ".join(f"{name} = excluded.{name}" for name in changed)
    said = f"{_inserting(table, names)} ON CONFLICT ({key}) DO UPDATE SET {changes}"
    return f"{said} RETURNING {', '.join(returning)}"


def _inserting(table: Table, names: Sequence[str]) -> str:
    return f"INSERT INTO {table.name} ({', '.join(names)}) SELECT * FROM unnest({parts(table, names)})"  # noqa: S608 - names of our own tables


def update(  # noqa: PLR0917 - the parts of a statement in their order
    table: Table,
    keys: Sequence[str],
    columns: Sequence[str],
    keep: Collection[str],
    only: Collection[str],
    returning: Sequence[str],
) -> str:
    """The statement that changes rows given as arrays, found by `keys`; see `app.db.update_rows`."""
    name = table.name
    kept = {column: f"COALESCE(changed.{column}, {name}.{column})" for column in keep}
    changes = ", ".join(f"{column} = {kept.get(column, f'changed.{column}')}" for column in columns)
    which = [f"{name}.{key} = changed.{key}" for key in keys]
    which += [f"{name}.{column} = ANY(CAST(:only_{column} AS {_kind(table.c[column])}[]))" for column in only]
    said = (
        f"UPDATE {name} SET {changes} FROM unnest({parts(table, [*keys, *columns])})"  # noqa: S608 - names of our own tables
        f" AS changed({', '.join([*keys, *columns])}) WHERE {' AND '.join(which)}"
    )
    return f"{said} RETURNING {', '.join(f'{name}.{column}' for column in returning)}" if returning else said


def parts(table: Table, names: Sequence[str]) -> str:
    """The arrays of these columns, as the arguments of unnest."""
    return ", ".join(f"CAST(:c{index} AS {_kind(table.c[name])}[])" for index, name in enumerate(names))


def parameters(table: Table, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> dict[str, str]:
    """The arrays themselves, by the names the statement has for them."""
    columns = zip(*rows, strict=True)
    return {
        f"c{index}": literal(values, is_json=isinstance(table.c[name].type, JSON))
        for index, (name, values) in enumerate(zip(names, columns, strict=True))
    }


def literal(values: Iterable[Any], *, is_json: bool = False) -> str:
    """An array as PostgreSQL reads it."""
    given = list(values)
    if given and not is_json and given.count(given[0]) == len(given):  # as in most columns of a batch
        return "{" + ",".join([_element(given[0])] * len(given)) + "}"
    kinds = set(map(type, given))
    write = _json if is_json else _WRITERS.get(kinds.pop(), _element) if len(kinds) == 1 else _element
    return "{" + ",".join(map(write, given)) + "}"


def with_defaults(table: Table, rows: Sequence[Mapping[str, Any]]) -> tuple[list[str], list[list[Any]]]:
    """The columns to write and the rows' values for them: those given, and those that the model has a default for."""
    given = list(rows[0])
    missing = [column for column in table.c if column.name not in rows[0] and column.default is not None]
    values = [[row[name] for name in given] + [_default(column) for column in missing] for row in rows]
    return given + [column.name for column in missing], values


def _default(column: Column[Any]) -> Any:
    default: Any = column.default
    return default.arg(None) if default.is_callable else default.arg


def _kind(column: Column[Any]) -> str:
    # A cast to VARCHAR(n) would cut what is too long without a word; as TEXT the column itself refuses it.
    if isinstance(column.type, String):
        return "TEXT"
    if isinstance(column.type, JSON):
        return "JSONB"
    return column.type.compile(_DIALECT)


def _element(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, datetime):
        return _instant(value)
    return _quoted(str(value))


def _instant(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError("a naive datetime has no place in the database")
    return f'"{value.isoformat()}"'


def _json(value: Any) -> str:
    return _quoted(_as_json(value))


def _quoted(said: str) -> str:
    escaped = said.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


_WRITERS: dict[type, Callable[[Any], str]] = {str: _quoted, int: str, datetime: _instant}  # for columns of nothing else
_as_json = json.JSONEncoder(ensure_ascii=False).encode  # made once: `json.dumps` makes one a value

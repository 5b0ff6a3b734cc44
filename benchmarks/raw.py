"""The limit: the rows the product has written, written once more by the bare driver into copies of the same tables.

One INSERT … SELECT FROM unnest a table and batch, one transaction a batch: the fastest a program can be that keeps
the same.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import sql


def rewrite(address: str, tables: Sequence[str], batches: int) -> tuple[int, float]:
    """Write all rows of these tables into copies of them, in so many batches. Answers the rows and the seconds."""
    with psycopg.connect(address) as connection:
        loads = [_Load(connection, table, batches) for table in tables]
        connection.commit()
        began = time.perf_counter()
        for number in range(batches):
            for load in loads:
                load.write(connection, number)
            connection.commit()
        seconds = time.perf_counter() - began
        for load in loads:
            connection.execute(sql.SQL("DROP TABLE {}").format(load.copy))
        return sum(load.count for load in loads), seconds


class _Load:
    """One table's rows, as columns, and the statement that writes a slice of them."""

    def __init__(self, connection: psycopg.Connection[Any], table: str, batches: int) -> None:
        self.copy = sql.Identifier(f"raw_{table}")
        connection.execute(sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(self.copy, sql.Identifier(table)))
        described = connection.execute(
            "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
            [table],
        ).fetchall()
        wanted = sql.SQL(", ").join(
            sql.SQL("{}::text").format(sql.Identifier(name)) if kind == "jsonb" else sql.Identifier(name)
            for name, kind in described
        )
        rows = connection.execute(sql.SQL("SELECT {} FROM {}").format(wanted, sql.Identifier(table))).fetchall()
        self.count = len(rows)
        self.size = -(-self.count // batches)
        self.columns = [list(column) for column in zip(*rows, strict=True)]
        arrays = sql.SQL(", ").join(sql.SQL("%s::{}[]").format(sql.SQL(kind)) for _name, kind in described)
        self.statement = sql.SQL("INSERT INTO {} SELECT * FROM unnest({})").format(self.copy, arrays)

    def write(self, connection: psycopg.Connection[Any], number: int) -> None:
        begin, end = number * self.size, (number + 1) * self.size
        if begin < self.count:
            connection.execute(self.statement, [column[begin:end] for column in self.columns])

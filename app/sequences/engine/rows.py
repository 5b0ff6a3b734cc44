"""The tables the engine writes by the hundred, and how it changes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, bindparam, text, update

from app import arrays
from app.db import db, is_postgresql
from app.sequences.models import Enrolment, StepRun

ENROLMENTS: Table = Enrolment.__table__  # type: ignore[assignment]
STEP_RUNS: Table = StepRun.__table__  # type: ignore[assignment]

Row = tuple[Any, ...]


def update_enrolments(rows: Sequence[Row], columns: Sequence[str], *, where_status: str | None = None) -> None:
    """Change enrolments: each row is an id and the new values of `columns`.

    Only those that are still in `where_status` are changed, if it is given.
    """
    if not rows:
        return
    names = ["id", *columns]
    if is_postgresql():
        changes = ", ".join(f"{name} = changed.{name}" for name in columns)
        said = (
            f"UPDATE enrolment SET {changes} FROM unnest({arrays.parts(ENROLMENTS, names)})"  # noqa: S608 - names of our own columns
            f" AS changed({', '.join(names)}) WHERE enrolment.id = changed.id"
        )
        said += " AND enrolment.status = :was" if where_status is not None else ""
        given = {"was": where_status} if where_status is not None else {}
        db.session.execute(text(said), arrays.parameters(ENROLMENTS, names, rows) | given)
    else:
        statement = update(ENROLMENTS).where(ENROLMENTS.c.id == bindparam("_id"))
        if where_status is not None:
            statement = statement.where(ENROLMENTS.c.status == where_status)
        values = [dict(zip(["_id", *columns], row, strict=True)) for row in rows]
        db.session.connection().execute(statement.values({name: bindparam(name) for name in columns}), values)

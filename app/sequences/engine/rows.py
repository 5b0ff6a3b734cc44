"""The tables the engine writes by the hundred, and how it changes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table

from app.db import update_rows
from app.sequences.models import Enrolment, StepRun

ENROLMENTS: Table = Enrolment.__table__  # type: ignore[assignment]
STEP_RUNS: Table = StepRun.__table__  # type: ignore[assignment]

Row = tuple[Any, ...]


RUN = ("enrolment_id", "sequence_id", "step_id", "outcome", "reason", "ran_at")


def update_enrolments(rows: Sequence[Row], columns: Sequence[str], *, where_status: str | None = None) -> None:
    """Change enrolments: each row is an id and the new values of `columns`.

    Only those that are still in `where_status` are changed, if it is given.
    """
    only = {"status": (where_status,)} if where_status is not None else None
    update_rows(ENROLMENTS, ("id",), columns, rows, only=only, returning=())

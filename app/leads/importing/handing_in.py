"""A file that is handed in: looked at, changed, then confirmed or forgotten. Nothing happens until it is confirmed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Table, delete, func, select

from app import clock, wake
from app.db import db, insert_rows
from app.leads import queries
from app.leads.importing import checking, columns, reading
from app.leads.importing.models import HANDED_IN, RUNNING, WAITING, LeadImport, LeadImportRow
from app.leads.models import LeadSource
from app.staff.models import Staff

ACTOR = "import_leads"

KEPT_FOR = timedelta(hours=24)  # a file that nobody confirms

ROWS: Table = LeadImportRow.__table__  # type: ignore[assignment]
COLUMNS = ("import_id", "number", "first_name", "last_name", "email", "outcome", "reason", "same_as", "filled")


def hand_in(name: str, data: bytes, source: LeadSource, *, by: Staff) -> LeadImport:
    """Take a file, to be looked at before anything happens. Raises reading.Unreadable or columns.ColumnMissing."""
    text = reading.decode(name, data)
    sheet = reading.read(text)
    placed = columns.infer(sheet)
    made = LeadImport(
        file_name=name[-200:] or "leads.csv",
        text=text,
        columns=placed,
        ignored=columns.ignored(sheet, placed),
        source=source,
        rows=len(sheet.rows),
        by=by,
        created_at=clock.now(),
    )
    db.session.add(made)
    db.session.flush()
    return made


def choose(of: LeadImport, *, placed: Mapping[str, int], source: LeadSource, is_quiet: bool) -> None:
    """Change how a file that waits is to be read, and what its leads do."""
    of.columns = dict(placed)
    of.ignored = columns.ignored(sheet_of(of), placed)
    of.source, of.is_quiet = source, is_quiet
    db.session.flush()


def sheet_of(of: LeadImport) -> reading.Sheet:
    """The file of an import that is not confirmed yet."""
    return reading.read(of.text or "")


def source_of(of: LeadImport) -> LeadSource:
    """Where its leads come from: the Dashboard's, where the source that was chosen has been deleted since."""
    return of.source or queries.built_in_source("dashboard")


def plan_of(of: LeadImport) -> checking.Plan:
    """What an import that is not confirmed yet would do."""
    return checking.check(sheet_of(of), of.columns, source_of(of))


def start(of: LeadImport) -> None:
    """Let it happen. The file goes; its rows are what is left of it. Confirming twice does nothing the second time."""
    db.session.refresh(of, with_for_update=True)
    if of.status == HANDED_IN:
        plan = plan_of(of)
        insert_rows(ROWS, COLUMNS, [_as_row(of, checked) for checked in plan.rows])
        refused = [row for row in plan.rows if not row.is_lead and row.reason != checking.OPEN_ALREADY]
        of.tally = Counter(row.outcome for row in refused)
        of.text, of.status, of.begun_at = None, RUNNING, clock.now()
        wake.ring(ACTOR)


def discard(of: LeadImport) -> None:
    """Forget a file that was not confirmed."""
    if of.status == HANDED_IN:
        db.session.delete(of)


def forget_unconfirmed() -> int:
    """Delete the files that were handed in and never confirmed: they hold people's data for nothing."""
    old = LeadImport.created_at <= clock.now() - KEPT_FOR
    gone = db.session.scalars(
        delete(LeadImport)
        .where(LeadImport.status == HANDED_IN, old)
        .returning(LeadImport.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())


def next_forgetting() -> datetime | None:
    oldest = db.session.scalar(select(func.min(LeadImport.created_at)).where(LeadImport.status == HANDED_IN))
    return oldest + KEPT_FOR if oldest is not None else None


def _as_row(of: LeadImport, checked: checking.Checked) -> tuple[object, ...]:
    """A row that waits, or one of which nothing can become. Who has a lead now may have none when it is their turn."""
    waits = checked.is_lead or checked.reason == checking.OPEN_ALREADY
    return (
        of.id,
        checked.number,
        checked.first_name[: checking.LONGEST_NAME],
        checked.last_name[: checking.LONGEST_NAME],
        (checked.address or checked.email)[: checking.LONGEST_EMAIL],
        WAITING if waits else checked.outcome,
        "" if checked.reason == checking.OPEN_ALREADY else checked.reason,
        checked.same_as,
        [],
    )

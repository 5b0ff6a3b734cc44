"""An import at work: a batch of rows at a time, one transaction a batch.

A batch takes the next waiting rows of an import that nobody else works on, makes their leads as every lead is made, and
writes beside each row what became of it. A worker killed in the middle leaves the rows waiting, and nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.orm import aliased

from app import clock
from app.contacts import people
from app.contacts.models import Contact
from app.db import db
from app.leads import capture, round_robin
from app.leads.importing import checking, handing_in, undoing
from app.leads.importing.models import (
    AT_WORK,
    CREATED,
    DONE,
    MERGED,
    REFUSED,
    RUNNING,
    SKIPPED,
    WAITING,
    LeadImport,
    LeadImportRow,
)

log = structlog.get_logger(__name__)

BATCH = 200


def run_batch() -> int | None:
    """Do the next rows of the oldest import that nobody else works on. Answers its id, None where there is none."""
    at_work = (
        select(LeadImport)
        .where(LeadImport.status.in_(AT_WORK))
        .order_by(LeadImport.begun_at, LeadImport.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=LeadImport)
        .execution_options(populate_existing=True)
    )
    found = db.session.scalar(at_work)
    if found is None:
        return None
    if found.status == RUNNING:
        _import_next(found)
    else:
        undoing.take_back_next(found, BATCH)
    return found.id


def next_due() -> datetime | None:
    """Since when an import waits for its next batch."""
    return db.session.scalar(select(func.min(LeadImport.begun_at)).where(LeadImport.status.in_(AT_WORK)))


def _import_next(of: LeadImport) -> None:
    rows = db.session.scalars(
        select(LeadImportRow)
        .where(LeadImportRow.import_id == of.id, LeadImportRow.outcome == WAITING)
        .order_by(LeadImportRow.number)
        .limit(BATCH)
    ).all()
    if rows:
        of.turns_before = of.turns_before or round_robin.state()
        _import(of, rows)
        of.tally = dict(Counter(of.tally) + Counter(row.outcome for row in rows))
        of.flagged += sum(row.lead_id is not None and bool(row.reason) for row in rows)
    else:
        _point_repeated(of)
        of.turns_after = round_robin.state()
        of.status, of.finished_at = DONE, clock.now()


def _import(of: LeadImport, rows: Sequence[LeadImportRow]) -> None:
    """Make the leads of these rows: all at once or, where that fails, one by one: one does not spoil the rest."""
    try:
        with db.session.begin_nested():
            _make_leads(of, rows)
    except Exception as error:  # noqa: BLE001 - whatever ails a row, the others must not wait for it
        log.warning("import.failed", import_id=of.id, rows=len(rows), error=type(error).__name__)
        if len(rows) > 1:
            for row in rows:
                _import(of, [row])
        else:
            rows[0].outcome, rows[0].reason = REFUSED, checking.FAILED


def _make_leads(of: LeadImport, rows: Sequence[LeadImportRow]) -> None:
    about: dict[str, Any] = {"via": "import", "import_id": of.id}
    about |= {"starts_nothing": True} if of.is_quiet else {}
    details = [people.Details(row.first_name, row.last_name, row.email) for row in rows]
    before = people.find_by_email([one.email for one in details if one.email])
    lacking = {contact.id: _lacks(contact) for contact in before.values()}
    found = people.find_or_create_many(details, by=of.by, **about)
    leads = capture.capture_many(
        [(contact, _faults(row)) for (contact, _is_new), row in zip(found, rows, strict=True)],
        handing_in.source_of(of),
        by=of.by,
        **about,
    )
    for row, (contact, is_new) in zip(rows, found, strict=True):
        row.contact_id, row.lead_id = contact.id, leads.get(contact.id)
        row.filled = sorted(lacking.get(contact.id, set()) - _lacks(contact))
        row.outcome = (CREATED if is_new else MERGED) if row.lead_id is not None else SKIPPED
        row.reason = row.reason if row.lead_id is not None else checking.OPEN_ALREADY
    db.session.flush()


def _lacks(contact: Contact) -> set[str]:
    return {name for name in ("first_name", "last_name") if not getattr(contact, name)}


def _faults(row: LeadImportRow) -> dict[str, str]:
    """A lead without an address that can be used is marked fraudulent, also where none was given (LEAD-19, IMP-06)."""
    return {"email": row.email} if row.reason in {checking.NO_EMAIL, checking.BAD_EMAIL} else {}


def _point_repeated(of: LeadImport) -> None:
    """Let the rows that say somebody again point to that person: who is erased goes from all of their rows."""
    first = aliased(LeadImportRow)
    person = select(first.contact_id).where(first.import_id == of.id, first.number == LeadImportRow.same_as)
    db.session.execute(
        update(LeadImportRow)
        .where(LeadImportRow.import_id == of.id, LeadImportRow.same_as.is_not(None))
        .values(contact_id=person.scalar_subquery())
        .execution_options(synchronize_session=False)
    )

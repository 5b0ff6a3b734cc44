"""What became of every row, to be read and to be kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.contacts import keyset
from app.contacts.keyset import Order, Page
from app.db import db
from app.leads.importing import words
from app.leads.importing.models import LeadImport, LeadImportRow

ROWS = 100
IMPORTS = 20

IN_ORDER = Order(LeadImportRow.number.expression, LeadImportRow.number.expression, descending=False)
NEWEST_FIRST = Order(LeadImport.created_at.expression, LeadImport.id.expression)


def imports(*, after: str | None = None) -> Page[LeadImport]:
    """The imports, newest first. `after` is the cursor of the page before."""
    wanted = select(LeadImport).options(joinedload(LeadImport.source), joinedload(LeadImport.by))
    found = db.session.scalars(keyset.ordered(wanted, NEWEST_FIRST, after).limit(IMPORTS + 1)).all()
    return keyset.page([(one, one.created_at, one.id) for one in found], IMPORTS)


def rows(of: LeadImport, *, outcome: str = "", after: str | None = None) -> Page[LeadImportRow]:
    """The rows of an import in their order, all or those with one outcome."""
    wanted = select(LeadImportRow).where(LeadImportRow.import_id == of.id)
    if outcome:
        wanted = wanted.where(LeadImportRow.outcome == outcome)
    found = db.session.scalars(keyset.ordered(wanted, IN_ORDER, after).limit(ROWS + 1)).all()
    return keyset.page([(row, row.number, row.number) for row in found], ROWS)


def as_table(of: LeadImport) -> Iterator[Sequence[str]]:
    """The receipt as the rows of a file for a spreadsheet."""
    yield [_("Row"), _("First name"), _("Last name"), _("E-mail"), _("Outcome"), _("Reason")]
    every = select(LeadImportRow).where(LeadImportRow.import_id == of.id).order_by(LeadImportRow.number)
    yield from map(_cells, db.session.scalars(every))


def _cells(row: LeadImportRow) -> Sequence[str]:
    said = [row.first_name, row.last_name, row.email, str(words.OUTCOMES[row.outcome]), words.reason_of(row)]
    return [str(row.number), *said]

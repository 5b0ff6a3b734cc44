"""Files that a studio hands in, and the way through the pages."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

from werkzeug.test import TestResponse

from app.db import db
from app.leads import queries
from app.leads.importing.models import LeadImport, LeadImportRow
from app.leads.models import Lead
from tests.harness.client import Client

HEADINGS = "First Name,Surname,E-mail address"


def people(count: int, *, start: int = 1) -> str:
    """A file of so many people."""
    numbers = range(start, start + count)
    return "\n".join([HEADINGS, *(f"Ana{number},Silva{number},ana{number}@mail.example" for number in numbers)])


def hand_in(owner: Client, data: bytes | str, *, name: str = "fair.csv", source: str = "Dashboard") -> TestResponse:
    """Choose a file and a source on the import page. Answers the page that comes then."""
    content = data.encode() if isinstance(data, str) else data
    chosen = queries.source_named(source)
    assert chosen is not None
    fields = {"file": (io.BytesIO(content), name), "source": str(chosen.id)}
    return owner.post("/leads/imports", data=fields, content_type="multipart/form-data", follow_redirects=True)


def latest() -> LeadImport:
    return db.session.query(LeadImport).order_by(LeadImport.id.desc()).limit(1).one()


def start(owner: Client, **choices: object) -> LeadImport:
    """Confirm the file that was handed in last, changing what is named."""
    made = latest()
    said = {"source": made.source_id, **made.columns, **choices}
    assert owner.post(f"/leads/imports/{made.id}/start", data=said).status_code == 303
    return made


def outcomes(of: LeadImport) -> list[tuple[int, str, str]]:
    """What became of each row: number, outcome, reason."""
    rows: Sequence[LeadImportRow] = (
        db.session.query(LeadImportRow).filter_by(import_id=of.id).order_by(LeadImportRow.number).all()
    )
    return [(row.number, row.outcome, row.reason) for row in rows]


def text_of(page: TestResponse) -> str:
    """What a page says, without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


def leads() -> list[Lead]:
    """All leads, in the order they came."""
    return db.session.query(Lead).order_by(Lead.id).all()

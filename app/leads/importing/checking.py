"""What would become of each row, before anything is done: the consequences, in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import String, func, select

from app.contacts.addresses import clean_email
from app.contacts.models import Contact
from app.db import db, one_of
from app.leads import queries
from app.leads.importing.models import CREATED, MERGED, REFUSED, SKIPPED
from app.leads.importing.reading import Row, Sheet
from app.leads.models import LeadSource

NO_NAME, TOO_LONG, NO_EMAIL, BAD_EMAIL, REPEATED, OPEN_ALREADY, FAILED = (
    "no_name",
    "too_long",
    "no_email",
    "bad_email",
    "repeated",
    "open_already",
    "failed",
)

LONGEST_NAME = 200
LONGEST_EMAIL = 254


@dataclass
class Checked:
    """A row and what would become of it. `address` is the e-mail address in its normal form."""

    number: int
    first_name: str
    last_name: str
    email: str
    address: str | None
    outcome: str = CREATED
    reason: str = ""
    same_as: int | None = None

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.first_name, self.last_name) if part)

    @property
    def is_lead(self) -> bool:
        return self.outcome in {CREATED, MERGED}


@dataclass(frozen=True)
class Plan:
    """All rows, checked."""

    rows: Sequence[Checked]
    tally: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, int] = field(default_factory=dict)

    @property
    def leads(self) -> int:
        return self.tally.get(CREATED, 0) + self.tally.get(MERGED, 0)

    @property
    def odd(self) -> list[Checked]:
        """The rows to look at: those that would not become a lead, or become one nobody can write to."""
        return [row for row in self.rows if row.reason]


def check(sheet: Sheet, columns: Mapping[str, int], source: LeadSource) -> Plan:
    """Foretell what a file would do. Two questions to the database, however many rows."""
    rows = [_checked(row, columns) for row in sheet.rows]
    _mark_repeated(rows)
    _mark_known(rows, source)
    return Plan(rows, Counter(row.outcome for row in rows), Counter(row.reason for row in rows if row.reason))


def known_people(addresses: Sequence[str]) -> dict[str, int]:
    """Who has one of these addresses already: the contact's id by the address in lower case."""
    lowered = func.lower(Contact.email, type_=String())
    wanted = one_of(lowered, [address.lower() for address in addresses])
    return {row.email: row.id for row in db.session.execute(select(lowered.label("email"), Contact.id).where(wanted))}


def _checked(row: Row, columns: Mapping[str, int]) -> Checked:
    said = {name: row.cell(place) for name, place in columns.items()}
    checked = Checked(row.number, said["first_name"], said["last_name"], said["email"], clean_email(said["email"]))
    if max(len(checked.first_name), len(checked.last_name)) > LONGEST_NAME or len(checked.email) > LONGEST_EMAIL:
        checked.outcome, checked.reason = REFUSED, TOO_LONG
    elif not checked.name:
        checked.outcome, checked.reason = REFUSED, NO_NAME
    elif checked.address is None:
        checked.reason = BAD_EMAIL if checked.email else NO_EMAIL
    return checked


def _mark_repeated(rows: Sequence[Checked]) -> None:
    """Who stands in the file twice counts once: by the address, else by all that is said."""
    first: dict[tuple[str, ...], int] = {}
    for row in rows:
        if row.is_lead:
            key = (row.address.lower(),) if row.address else (row.name.casefold(), row.email.casefold())
            row.same_as = first.get(key)
            if row.same_as is not None:
                row.outcome, row.reason = SKIPPED, REPEATED
            else:
                first[key] = row.number


def _mark_known(rows: Sequence[Checked], source: LeadSource) -> None:
    leads = [row for row in rows if row.is_lead and row.address]
    known = known_people([row.address for row in leads if row.address])
    busy = queries.with_open_lead(list(known.values()), source.id)
    for row in leads:
        contact_id = known.get((row.address or "").lower())
        if contact_id in busy:
            row.outcome, row.reason = SKIPPED, OPEN_ALREADY
        elif contact_id is not None:
            row.outcome = MERGED

"""An import: a file of people that somebody handed in, and what became of each of its rows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import BigId, Json, Model, UtcDateTime
from app.leads.models import Lead, LeadSource
from app.staff.models import Staff

# How far an import is. Handed in, it waits to be confirmed; what nobody confirms is forgotten after a day.
HANDED_IN, RUNNING, DONE, UNDOING, UNDONE = "handed_in", "running", "done", "undoing", "undone"
AT_WORK = (RUNNING, UNDOING)

# What became of a row.
WAITING = "waiting"
CREATED = "created"  # somebody new, and their lead
MERGED = "merged"  # a lead of somebody we know
SKIPPED = "skipped"  # nothing new: an open lead from the source, or the same person as a row above
REFUSED = "refused"  # cannot be a lead
TAKEN_BACK = "taken_back"  # was a lead until the import was undone
OUTCOMES = (CREATED, MERGED, SKIPPED, REFUSED, TAKEN_BACK)
LEADS = (CREATED, MERGED)


class LeadImport(Model):
    """One file. Its text is kept only until the import is confirmed; then the rows are all there is."""

    __tablename__ = "lead_import"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    file_name: Mapped[str] = mapped_column(String(200))
    text: Mapped[str | None] = mapped_column(Text)
    columns: Mapped[dict[str, int]] = mapped_column(Json, default=dict)  # where each field stands in the file
    ignored: Mapped[list[str]] = mapped_column(Json, default=list)  # the headings of the columns that stay out
    source_id: Mapped[int | None] = mapped_column(ForeignKey("lead_source.id", ondelete="SET NULL"), index=True)
    is_quiet: Mapped[bool] = mapped_column(default=False)  # its leads start no sequence
    status: Mapped[str] = mapped_column(String(12), default=HANDED_IN)
    rows: Mapped[int] = mapped_column(default=0)
    tally: Mapped[dict[str, int]] = mapped_column(Json, default=dict)  # how many rows have come to each outcome
    flagged: Mapped[int] = mapped_column(default=0)  # leads without an address that can be used (LEAD-19)
    turns_before: Mapped[dict[str, int]] = mapped_column(Json, default=dict)  # of the round-robin, to be given back
    turns_after: Mapped[dict[str, int]] = mapped_column(Json, default=dict)
    by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    begun_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when the work at hand was asked for
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_to: Mapped[int] = mapped_column(default=0)  # the row up to which undoing has come

    source: Mapped[LeadSource | None] = relationship()  # None once it is deleted
    by: Mapped[Staff] = relationship(foreign_keys=by_id)
    undone_by: Mapped[Staff | None] = relationship(foreign_keys=undone_by_id)

    __table_args__ = (Index("ix_lead_import_status", "status", "id"),)

    @property
    def is_at_work(self) -> bool:
        return self.status in AT_WORK

    @property
    def decided(self) -> int:
        """How many rows something has become of."""
        return sum(self.tally.values())

    @property
    def leads(self) -> int:
        """How many leads there are from it."""
        return sum(self.tally.get(outcome, 0) for outcome in LEADS)

    @property
    def share(self) -> float:
        """How much of the work at hand is done, from 0 to 1."""
        done = self.decided if self.status == RUNNING else self.undone_to
        return min(done / self.rows, 1.0) if self.rows else 1.0


class LeadImportRow(Model):
    """One row of a file: what it said, and what became of it. Numbers are the file's own, its headings being 1."""

    __tablename__ = "lead_import_row"

    import_id: Mapped[int] = mapped_column(ForeignKey("lead_import.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    first_name: Mapped[str] = mapped_column(String(200), default="")
    last_name: Mapped[str] = mapped_column(String(200), default="")
    email: Mapped[str] = mapped_column(String(254), default="")  # as typed
    outcome: Mapped[str] = mapped_column(String(12), default=WAITING)
    reason: Mapped[str] = mapped_column(String(24), default="")  # a code (`words.REASONS`)
    same_as: Mapped[int | None] = mapped_column()  # the row above that is the same person
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("lead.id"), index=True)
    filled: Mapped[list[str]] = mapped_column(Json, default=list)  # what the row added to somebody we knew

    lead: Mapped[Lead | None] = relationship()

    __table_args__ = (Index("ix_lead_import_row_outcome", "import_id", "outcome", "number"),)

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.first_name, self.last_name) if part)

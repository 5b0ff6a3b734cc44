"""What became of a row, in words."""

from __future__ import annotations

from typing import Protocol

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.leads.importing import checking
from app.leads.importing.models import CREATED, MERGED, REFUSED, SKIPPED, TAKEN_BACK, WAITING

OUTCOMES = {
    WAITING: _l("Waiting"),
    CREATED: _l("New lead"),
    MERGED: _l("New lead of somebody we know"),
    SKIPPED: _l("Skipped"),
    REFUSED: _l("Refused"),
    TAKEN_BACK: _l("Taken back"),
}

TONES = {WAITING: "", CREATED: "ok", MERGED: "ok", SKIPPED: "", REFUSED: "danger", TAKEN_BACK: "off"}

REASONS = {
    checking.NO_NAME: _l("No name"),
    checking.TOO_LONG: _l("Longer than any name or address"),
    checking.NO_EMAIL: _l("No e-mail address: marked as probably fraudulent"),
    checking.BAD_EMAIL: _l("The e-mail address cannot be used: marked as probably fraudulent"),
    checking.OPEN_ALREADY: _l("Has an open lead from this source"),
    checking.FAILED: _l("Could not be saved"),
}


class Explained(Protocol):
    """A row, checked or done."""

    reason: str
    same_as: int | None


def reason_of(row: Explained) -> str:
    """Why a row was skipped, refused or marked; nothing where all is well."""
    if row.reason == checking.REPEATED:
        return str(_("The same person as row %(row)s", row=row.same_as))
    return str(REASONS.get(row.reason, ""))

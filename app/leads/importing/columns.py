"""Which column is which: by its heading in English or French, the e-mail address also by what stands below (IMP-03)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.contacts import naming
from app.leads.importing.reading import Sheet, Unreadable

FIELDS = {"first_name": _l("First name"), "last_name": _l("Last name"), "email": _l("E-mail")}

LOOKED_AT = 200  # rows that tell whether a column holds addresses


class ColumnMissing(Unreadable):
    """All three columns must be there (IMP-02)."""

    def __init__(self, missing: Sequence[str], headings: Sequence[str]) -> None:
        self.missing = missing
        named = ", ".join(str(FIELDS[one]) for one in missing)
        found = ", ".join(heading for heading in headings if heading) or "–"
        super().__init__(_("A column is missing: %(missing)s. This file has: %(found)s.", missing=named, found=found))


def infer(sheet: Sheet) -> dict[str, int]:
    """Where each field stands. Raises ColumnMissing."""
    meanings = [naming.meaning(heading) for heading in sheet.headings]
    found = {field: meanings.index(field) for field in FIELDS if field in meanings}
    if "email" not in found:
        addresses = _column_of_addresses(sheet)
        if addresses is not None and addresses not in found.values():
            found["email"] = addresses
    missing = [field for field in FIELDS if field not in found]
    if missing:
        raise ColumnMissing(missing, sheet.headings)
    return found


def ignored(sheet: Sheet, columns: Mapping[str, int]) -> list[str]:
    """The headings of the columns that stay out (IMP-04)."""
    used = set(columns.values())
    return [heading or f"#{place + 1}" for place, heading in enumerate(sheet.headings) if place not in used]


def _column_of_addresses(sheet: Sheet) -> int | None:
    """The column in which more than half of what is filled in has an @."""
    for place in range(len(sheet.headings)):
        filled = [cell for row in sheet.rows[:LOOKED_AT] if (cell := row.cell(place))]
        if filled and sum("@" in cell for cell in filled) * 2 > len(filled):
            return place
    return None

"""Reading a file of people as spreadsheets write it: its headings and its rows, whatever the alphabet and separator.

UTF-8 with or without its mark, UTF-16 with one, else Windows-1252; comma, semicolon or tab. What is no text is refused
with a sentence that says what to do.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from app.web import Refusal

MOST_ROWS = 25_000  # their addresses are asked for in one statement, and SQLite takes 32,766 values in one
MOST_COLUMNS = 200
SEPARATORS = (",", ";", "\t")

_WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods", ".numbers")
_ARCHIVE = b"PK\x03\x04"  # what an .xlsx, an .ods or a .numbers file begins with
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"  # .xls

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


class Unreadable(Refusal):
    """The file cannot be read as a list of people."""

    status = 422


@dataclass(frozen=True)
class Row:
    """One row, by its number in the file: the headings are row 1, as in a spreadsheet."""

    number: int
    cells: Sequence[str]

    def cell(self, column: int | None) -> str:
        """What stands in a column, in one line; nothing where the row is too short."""
        if column is None or column >= len(self.cells):
            return ""
        return " ".join(self.cells[column].split())


@dataclass(frozen=True)
class Sheet:
    """A file that was read. Rows without anything in them are left out."""

    headings: Sequence[str]
    rows: Sequence[Row]


def decode(name: str, data: bytes) -> str:
    """The text of a file. Raises Unreadable for a workbook, a picture, an empty file."""
    if data.startswith((_ARCHIVE, _OLD_WORKBOOK)) or name.lower().endswith(_WORKBOOKS):
        raise Unreadable(_("This is a workbook, not a CSV file. Open it, save it as CSV, and choose that file."))
    if not data.strip():
        raise Unreadable(_("This file is empty."))
    text = _decoded(data)
    if text is None or _CONTROL.search(text):
        raise Unreadable(_("This is not a CSV file: there is something other than text in it."))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read(text: str) -> Sheet:
    """Headings and rows of a decoded file. Raises Unreadable for one without headings or rows, or with too many."""
    said = re.match(r"sep=(.)\n", text, re.IGNORECASE)  # Excel's own way to name the separator
    body = text[said.end() :] if said else text
    separator = said[1] if said else _separator(body)
    try:
        records = list(_numbered(body, separator, first=2 if said else 1))
    except csv.Error:
        raise Unreadable(
            _("This file cannot be split into columns. Is a quotation mark opened and never closed?")
        ) from None
    if not records:
        raise Unreadable(_("This file is empty."))
    headings, rows = records[0], records[1:]
    if not rows:
        raise Unreadable(_("There is nobody below the headings of this file."))
    if len(rows) > MOST_ROWS:
        raise Unreadable(
            _(
                "This file has %(rows)s rows; at most %(most)s go in at once. Split it.",
                rows=f"{len(rows):,}",
                most=f"{MOST_ROWS:,}",
            )
        )
    if len(headings.cells) > MOST_COLUMNS:
        raise Unreadable(_("This file has %(columns)s columns. Keep those that matter.", columns=len(headings.cells)))
    return Sheet([" ".join(cell.split()) for cell in headings.cells], rows)


def _decoded(data: bytes) -> str | None:
    is_wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for alphabet in ["utf-16"] if is_wide else ["utf-8-sig", "cp1252"]:
        try:
            return data.decode(alphabet)
        except UnicodeDecodeError:
            continue
    return None


def _separator(text: str) -> str:
    """The one that cuts the headings into most columns."""
    first = next((line for line in text.split("\n") if line.strip()), "")
    return max(SEPARATORS, key=lambda one: len(next(csv.reader([first], delimiter=one), [])))


def _numbered(text: str, separator: str, first: int) -> Iterator[Row]:
    """The records that say something, with the numbers a spreadsheet shows beside them."""
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    for number, cells in enumerate(csv.reader((f"{line}\n" for line in lines), delimiter=separator), start=first):
        if any(cell.strip() for cell in cells):
            yield Row(number, cells)

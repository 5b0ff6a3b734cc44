"""Whom a group message is for: the ticked rows of a list, or all that its filter leaves (LEAD-21, SEG-08)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort
from sqlalchemy import ColumnElement, Select
from werkzeug.datastructures import MultiDict

from app.contacts import filters as people_filters
from app.contacts import segments
from app.contacts.models import Contact
from app.db import one_of
from app.leads import listing
from app.leads.filters import Filters as LeadFilters
from app.leads.models import Lead
from app.staff.models import Staff

LISTS = ("clients", "contacts", "leads")

Selected = tuple[Select[Any], ColumnElement[int]]  # the rows, and whose they are


def selected(listed: str, args: MultiDict[str, str], ids: Sequence[int] | None, *, seen_by: Staff) -> Selected:
    """The rows that an address's query leaves of a list, or those of it that were ticked. 404 for no such list."""
    match listed:
        case "clients" | "contacts":
            wanted = people_filters.Filters.read(args, by=seen_by) if ids is None else people_filters.Filters()
            rows: Select[Any] = people_filters.selection(wanted, clients_only=listed == "clients", seen_by=seen_by)
            number = Contact.id.expression
            whose = number
        case "leads":
            rows = listing.selection(LeadFilters.from_args(args) if ids is None else LeadFilters(), seen_by)
            number, whose = Lead.id.expression, Lead.contact_id.expression
        case _:
            abort(404)
    return (rows if ids is None else rows.where(one_of(number, ids))), whose


def segment_name(args: MultiDict[str, str]) -> str:
    """What the segment is called that an address names."""
    found = segments.named(args.get("segment", type=int))
    return found.name if found is not None else ""

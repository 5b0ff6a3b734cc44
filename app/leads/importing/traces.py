"""Whether anything has happened with somebody since they were imported, asked for many rows in SQL.

Who refers to people, leads and events is read from the models, so that a room built later is asked as well. What a room
writes about every new lead by itself, and has not acted on (a notification, a place before the first step of a
sequence), is no reason to keep the lead: the room says so with `leave`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import Column, ColumnElement, Table, and_, case, exists, false, func, not_, or_

from app.contacts.models import Contact
from app.db import Model, db
from app.events.models import Event, QueuedEvent
from app.leads.importing.models import CREATED, LeadImport, LeadImportRow
from app.leads.models import Lead
from app.staff.models import Notification

# What an import writes about a person.
OWN_KINDS = ("contact.created", "lead.created", "lead.assigned")

# What an import is made of: asked about by hand.
_OWN_TABLES = {one.__tablename__ for one in (Contact, Lead, Event, QueuedEvent, LeadImportRow)}


@dataclass(frozen=True)
class Trace:
    """Rows that a room writes about every new lead by itself, as long as nothing has come of them.

    `is_idle` says which they are, where not all of the table are. `told_as` is the kind of event that tells of such a
    row, and the key under which the event has its id. `before_going` is told which rows are about to go.
    """

    model: type[Model]
    is_idle: ColumnElement[bool] | None = None
    told_as: tuple[str, str] | None = None
    before_going: Callable[[ColumnElement[bool]], None] | None = None

    @property
    def which(self) -> list[ColumnElement[bool]]:
        return [self.is_idle] if self.is_idle is not None else []

    @property
    def row_id(self) -> ColumnElement[int]:
        return db.metadata.tables[self.model.__tablename__].c.id


_traces: dict[str, Trace] = {}


def leave(trace: Trace) -> None:
    """Make known what a room leaves, once a table. It goes with its lead; the table's other rows hold the lead."""
    _traces[trace.model.__tablename__] = trace


def trace_in(table: Table) -> Trace | None:
    """What may be in the table and is no reason to stay."""
    return _traces.get(table.name)


def references() -> Iterator[tuple[Table, Column[int], str]]:
    """The tables and columns that refer to what an import makes, and to what: "contact", "lead" or "event"."""
    for table in db.metadata.sorted_tables:
        for column in table.c:
            for key in column.foreign_keys:
                if table.name not in _OWN_TABLES and key.column.table.name in {"contact", "lead", "event"}:
                    yield table, column, key.column.table.name


def is_own_event(of: LeadImport) -> ColumnElement[bool]:
    """Whether the import itself wrote the event."""
    return _said(Event.kind.in_(OWN_KINDS), "import_id") == of.id


def is_held(of: LeadImport) -> ColumnElement[bool]:
    """Whether something has happened with the lead of a row, or where it came with the contact, with the contact."""
    came_along = LeadImportRow.outcome == CREATED
    own = is_own_event(of)
    about_it = or_(came_along, _lead_of_event() == LeadImportRow.lead_id)

    def is_theirs(column: Column[int], target: str) -> ColumnElement[bool]:
        match target:
            case "contact":
                return and_(came_along, column == LeadImportRow.contact_id)
            case "lead":
                return column == LeadImportRow.lead_id
            case _:
                return and_(Event.id == column, Event.contact_id == LeadImportRow.contact_id, own)

    return or_(
        exists().where(Lead.contact_id == LeadImportRow.contact_id, Lead.id != LeadImportRow.lead_id, came_along),
        exists().where(
            Event.contact_id == LeadImportRow.contact_id,
            about_it,
            not_(own),
            *(not_(_tells_of_idle(one)) for one in _traces.values() if one.told_as is not None),
        ),
        *(
            exists().where(is_theirs(column, target), *_comes_to_more(table))
            for table, column, target in references()
            if table.name not in _mere_traces()
        ),
    )


def _lead_of_event() -> ColumnElement[int]:
    """The lead that an event is about, 0 where it is about none."""
    return _said(Event.kind.like("lead.%"), "lead_id")


def tells_of(trace: Trace, row_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether an event tells of a row of the trace's table."""
    if trace.told_as is None:
        return false()
    kind, key = trace.told_as
    return and_(Event.kind == kind, _said(Event.kind == kind, key) == row_id)


def _mere_traces() -> set[str]:
    """The tables whose rows hold nobody."""
    return {name for name, trace in _traces.items() if trace.is_idle is None}


def _comes_to_more(table: Table) -> list[ColumnElement[bool]]:
    """What makes a row of the table more than a trace."""
    trace = trace_in(table)
    return [not_(trace.is_idle)] if trace is not None and trace.is_idle is not None else []


def _tells_of_idle(trace: Trace) -> ColumnElement[bool]:
    return exists().where(tells_of(trace, trace.row_id), *trace.which)


def _said(by_kind: ColumnElement[bool], key: str) -> ColumnElement[int]:
    """An id that events of some kinds say, else 0. Other kinds, which may say anything there, are not looked into."""
    return func.coalesce(case((by_kind, Event.data[key].as_integer())), 0)


leave(Trace(Notification, Notification.kind.in_(OWN_KINDS)))

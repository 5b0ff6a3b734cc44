"""Taking an import back: as if it had never been, for everybody with whom nothing has happened since (`traces`).

The leads go, the contacts that came with them, and what the log says of their coming. The others stay, and the receipt
says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, and_, delete, func, select, update

from app import clock, wake
from app.contacts.models import Contact
from app.db import Model, db, one_of
from app.events.models import Event, QueuedEvent
from app.leads import round_robin
from app.leads.importing import handing_in, traces
from app.leads.importing.models import (
    CREATED,
    DONE,
    LEADS,
    TAKEN_BACK,
    UNDOING,
    UNDONE,
    LeadImport,
    LeadImportRow,
)
from app.leads.models import Lead
from app.staff.models import Staff


def undo(of: LeadImport, *, by: Staff) -> None:
    """Ask for an import to be taken back. Asking twice, or for one that is not finished, does nothing."""
    db.session.refresh(of, with_for_update=True)
    if of.status == DONE:
        of.status, of.undone_by, of.begun_at = UNDOING, by, clock.now()
        wake.ring(handing_in.ACTOR)


def count_kept(of: LeadImport) -> int:
    """How many leads would stay, because something has happened with them."""
    wanted = select(func.count()).select_from(LeadImportRow).where(_has_lead(of), traces.is_held(of))
    return db.session.scalar(wanted) or 0


def take_back_next(of: LeadImport, limit: int) -> None:
    """Take the next leads back, or end where none is left."""
    rows = db.session.scalars(
        select(LeadImportRow)
        .where(_has_lead(of), LeadImportRow.number > of.undone_to)
        .order_by(LeadImportRow.number)
        .limit(limit)
    ).all()
    if rows:
        of.undone_to = rows[-1].number
        held = _hold(of, rows)
        gone = [row for row in rows if row.number not in held]
        left = Counter(of.tally) - Counter(row.outcome for row in gone)
        of.tally = dict(left + Counter({TAKEN_BACK: len(gone)}))
        _take_back(of, gone)
    else:
        round_robin.give_back(of.turns_before, of.turns_after, of.tally.get(TAKEN_BACK, 0))
        of.status, of.undone_at = UNDONE, clock.now()


def _has_lead(of: LeadImport) -> ColumnElement[bool]:
    return (LeadImportRow.import_id == of.id) & LeadImportRow.outcome.in_(LEADS)


def _hold(of: LeadImport, rows: Sequence[LeadImportRow]) -> set[int]:
    """Keep others from these people until the end of the transaction. Answers the numbers of the rows that must stay.

    First their events that wait for a consumer: whoever has one in hand is waited for, while nothing they need is held.
    Then the people themselves: from there on, nobody can refer to them any more.
    """
    people = [row.contact_id for row in rows]
    own = select(Event.id).where(one_of(Event.contact_id, people), traces.is_own_event(of))
    db.session.execute(select(QueuedEvent.event_id).where(QueuedEvent.event_id.in_(own)).with_for_update())
    db.session.execute(select(Contact.id).where(one_of(Contact.id, people)).order_by(Contact.id).with_for_update())
    these = one_of(LeadImportRow.number, [row.number for row in rows])
    return set(db.session.scalars(select(LeadImportRow.number).where(_has_lead(of), these, traces.is_held(of))))


def _take_back(of: LeadImport, rows: Sequence[LeadImportRow]) -> None:
    _empty_again([row for row in rows if row.filled])
    people = [row.contact_id for row in rows]
    created = [row.contact_id for row in rows if row.outcome == CREATED]
    leads = [row.lead_id for row in rows]
    own = db.session.scalars(select(Event.id).where(one_of(Event.contact_id, people), traces.is_own_event(of))).all()
    gone = {"contact": created, "lead": leads, "event": own}
    for row in rows:
        row.outcome, row.first_name, row.last_name, row.email = TAKEN_BACK, "", "", ""
    db.session.flush()

    told = _delete_traces(gone, people)
    _delete(QueuedEvent, one_of(QueuedEvent.event_id, [*own, *told]))
    _delete(Event, one_of(Event.id, [*own, *told]))
    _forget("lead_id", leads)
    _forget("contact_id", created)
    _delete(Lead, one_of(Lead.id, leads))
    _delete(Contact, one_of(Contact.id, created))
    db.session.expire_all()


def _delete_traces(gone: Mapping[str, Sequence[int | None]], people: Sequence[int | None]) -> list[int]:
    """Delete what rooms have prepared for what goes. Answers the events that tell of it."""
    told: list[int] = []
    for table, column, target in traces.references():
        trace = traces.trace_in(table)
        if trace is not None:
            where = [one_of(column, gone[target]), *trace.which]
            if trace.told_as is not None:
                telling = select(Event.id).join(trace.model, traces.tells_of(trace, trace.row_id))
                told += db.session.scalars(telling.where(one_of(Event.contact_id, people), *where))
            if trace.before_going is not None:
                trace.before_going(and_(*where))
            _delete(trace.model, *where)
    return told


def _empty_again(rows: Sequence[LeadImportRow]) -> None:
    """Take out of people we knew what the file has added, unless somebody has changed it since."""
    wanted = select(Contact).where(one_of(Contact.id, [row.contact_id for row in rows]))
    known = {one.id: one for one in db.session.scalars(wanted)}
    for row in rows:
        contact = known[row.contact_id or 0]
        for name in row.filled:
            if getattr(contact, name) == getattr(row, name):
                setattr(contact, name, "")


def _forget(column: str, ids: Sequence[int | None]) -> None:
    """Let no receipt, of this import or another, point to what goes."""
    pointing = one_of(getattr(LeadImportRow, column), ids)
    db.session.execute(
        update(LeadImportRow).where(pointing).values({column: None}).execution_options(synchronize_session=False)
    )


def _delete(model: type[Model], *where: ColumnElement[bool]) -> None:
    db.session.execute(delete(model).where(*where).execution_options(synchronize_session=False))

"""How a lead comes into being, whatever the channel: form, dashboard, API, import, sequence."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from sqlalchemy import Table, select

from app import clock, events
from app.contacts import addresses, people
from app.contacts.models import Contact
from app.db import db, insert_new
from app.events import log
from app.events.log import Acting
from app.leads import board, queries, round_robin
from app.leads.models import NOT_CONTACTED, Lead, LeadForm, LeadSource, LeadStage
from app.staff.models import Staff

LEAD: Table = Lead.__table__  # type: ignore[assignment]


def capture_person(
    details: people.Details,
    source: LeadSource,
    *,
    by: events.Actor | Acting,
    via: str,
    **how: Any,
) -> Lead:
    """Make a lead of somebody, known or not; `how` is what `capture_lead` takes.

    An address or number that cannot be used does not stop the lead: it is marked fraudulent (LEAD-19).
    """
    contact, _is_new = people.find_or_create(details, by=by, via=via)
    return capture_lead(contact, source, by=by, faults=faults_of(details), **how)


def faults_of(details: people.Details) -> dict[str, str]:
    """What was typed for the e-mail and the phone where it cannot be used."""
    typed = {"email": details.email or "", "phone": details.phone or ""}
    return {name: typed[name].strip()[:200] for name in addresses.faults(details.email, details.phone)}


def capture_lead(
    contact: Contact,
    source: LeadSource,
    *,
    by: events.Actor | Acting,
    form: LeadForm | None = None,
    item_kind: str = "",
    item: str = "",
    note: str = "",
    custom: Mapping[str, Any] | None = None,
    stage: LeadStage | None = None,
    assignee: Staff | None = None,
    faults: Mapping[str, str] | None = None,
) -> Lead:
    """Make a lead of a contact, or note that somebody with an open lead from this source came again (GEN-02).

    Without an assignee the lead goes to whose turn it is (LEAD-12). Of two captures at once the unique key on open
    leads lets one through; the other becomes the repeat. A repeat keeps the lead's stage and assignee.
    """
    db.session.flush()
    about: dict[str, Any] = {
        "source": source.name,
        "source_id": source.id,
        "item_kind": item_kind,
        "item": item,
        "note": note,
    }
    about |= {"form": form.title, "form_id": form.id} if form is not None else {}
    row = {
        "contact_id": contact.id,
        "source_id": source.id,
        "form_id": form.id if form is not None else None,
        "item_kind": item_kind,
        "item": item,
        "note": note,
        "custom": dict(custom or {}),
        "faults": dict(faults or {}),
    }
    if queries.open_lead_of(contact.id, source.id) is None:
        lead = _insert(row, contact, stage or queries.first_stage(), assignee)
        if lead is not None:
            events.record("lead.created", contact, by=by, lead_id=lead.id, **about)
            if lead.assignee is not None:
                board.record_assigned(lead, lead.assignee, by=by if assignee is not None else events.Actor.system())
            return lead
    return _repeat(row, contact, source, about, by)


def capture_many(
    people_and_faults: Sequence[tuple[Contact, Mapping[str, str]]],
    source: LeadSource,
    *,
    by: events.Actor | Acting,
    **about: Any,
) -> dict[int, int]:
    """Make leads of many different people in a handful of statements, as `capture_lead` makes one.

    Answers the lead's id by the contact's. Who has an open lead from this source keeps it as it is, and is not in the
    answer. `about` is what else the events say.
    """
    db.session.flush()
    busy = queries.with_open_lead([contact.id for contact, _faults in people_and_faults], source.id)
    wanted = [(contact, faults) for contact, faults in people_and_faults if contact.id not in busy]
    stage, turns = queries.first_stage(), round_robin.hold_turns(len(wanted))
    rows = [
        {"contact_id": contact.id, "source_id": source.id, "faults": dict(faults)}
        | _beginning(contact, stage, turn.staff_id if turn is not None else None)
        for (contact, faults), turn in zip_longest(wanted, turns)
    ]
    inserted = insert_new(LEAD, rows, returning=("id", "contact_id", "assignee_id"))
    round_robin.pass_on(*turns)
    _record_many({row.contact_id: row for row in inserted}, [contact for contact, _faults in wanted], source, by, about)
    return {row.contact_id: row.id for row in inserted}


def _record_many(
    made: Mapping[int, Any],
    contacts: Sequence[Contact],
    source: LeadSource,
    by: events.Actor | Acting,
    about: Mapping[str, Any],
) -> None:
    """Write what happened to each, in the order of the people: the lead, then whose it is."""
    said = {"source": source.name, "source_id": source.id, "item_kind": "", "item": "", "note": "", **about}
    rows = [made[contact.id] for contact in contacts if contact.id in made]
    actor = log.actor(by)
    events.record_many(
        [events.Entry("lead.created", row.contact_id, {"lead_id": row.id, **said}, actor) for row in rows]
    )
    given = [row for row in rows if row.assignee_id is not None]
    names = _names({row.assignee_id for row in given})
    events.record_many(
        [
            events.Entry(
                "lead.assigned",
                row.contact_id,
                {"lead_id": row.id, "assignee": names[row.assignee_id], "assignee_id": row.assignee_id, **about},
            )
            for row in given
        ]
    )


def _names(staff_ids: Collection[int]) -> dict[int, str]:
    found = db.session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(staff_ids)))
    return {row.id: row.name for row in found}


def _beginning(contact: Contact, stage: LeadStage, assignee_id: int | None) -> dict[str, Any]:
    """How every lead begins."""
    now = clock.now()
    return {
        "stage_id": stage.id,
        "status": NOT_CONTACTED,
        "assignee_id": assignee_id,
        "was_client": contact.is_client,
        "stage_since": now,
        "created_at": now,
    }


def _insert(row: dict[str, Any], contact: Contact, stage: LeadStage, assignee: Staff | None) -> Lead | None:
    """Insert the lead, given to whose turn it is. None where another capture has just made it."""
    turn = round_robin.hold_turn() if assignee is None else None
    given_to = assignee.id if assignee is not None else turn.staff_id if turn is not None else None
    row |= _beginning(contact, stage, given_to)
    inserted = insert_new(LEAD, [row], returning=("id",))
    if not inserted:
        return None
    if turn is not None:
        round_robin.pass_on(turn)
    return db.session.get_one(Lead, inserted[0].id)


def _repeat(
    row: dict[str, Any], contact: Contact, source: LeadSource, about: dict[str, Any], by: events.Actor | Acting
) -> Lead:
    """Keep what the newer capture says on the lead that is open, and write that the person came again."""
    lead = queries.open_lead_of(contact.id, source.id)
    if lead is None:
        raise RuntimeError("the open lead went away while it was being repeated")
    lead.custom = lead.custom | row["custom"]
    lead.faults = lead.faults | row["faults"]
    lead.note = lead.note or row["note"]
    lead.item_kind, lead.item = row["item_kind"] or lead.item_kind, row["item"] or lead.item
    events.record("lead.repeated", contact, by=by, lead_id=lead.id, **about)
    return lead

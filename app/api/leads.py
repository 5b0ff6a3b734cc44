"""Leads: make, list, change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from sqlalchemy import func, or_, select
from sqlalchemy.orm import selectinload

from app.api import contacts, paging
from app.api.access import token_at_hand
from app.api.operations import Answer, operation
from app.api.problems import not_found, refused
from app.api.shapes import LeadChange, LeadOut, NewLead
from app.contacts.models import Contact
from app.db import db
from app.leads import board, capture
from app.leads.models import OPEN_STATUSES, STATUSES, Lead, LeadSource, LeadStage
from app.staff.models import Staff


class LeadQuery(paging.Page):
    """How to narrow the leads."""

    source: str | None = None
    stage: str | None = None
    status: Literal["open", "closed", "not_contacted", "contacted", "converted", "not_converted"] | None = None
    assignee: str | None = None


@operation("POST", "/leads", scope="leads:write", takes=NewLead, gives=LeadOut, status=201)
def create_lead(body: NewLead) -> Answer:
    """Create a lead. A contact's open lead of the same source is answered as it is (200)."""
    source = source_named(body.source, "/source")
    stage = stage_named(body.stage, "/stage") if body.stage else None
    assignee = staff_named(body.assignee, "/assignee") if body.assignee else None
    contact = _contact_of(body)
    newest = db.session.scalar(select(func.max(Lead.id))) or 0
    lead = capture.capture_lead(contact, source, by=token_at_hand(), note=body.note, stage=stage, assignee=assignee)
    db.session.flush()
    return Answer(_show([lead])[0], 201 if lead.id > newest else 200)


@operation("GET", "/leads", scope="leads:read", asks=LeadQuery, gives=LeadOut, is_list=True)
def list_leads(query: LeadQuery) -> Answer:
    """List leads, newest first."""
    rows = select(Lead).options(selectinload(Lead.source), selectinload(Lead.stage), selectinload(Lead.assignee))
    if query.source is not None:
        rows = rows.where(Lead.source_id == source_named(query.source, "/query/source").id)
    if query.stage is not None:
        rows = rows.where(Lead.stage_id == stage_named(query.stage, "/query/stage").id)
    if query.status in STATUSES:
        rows = rows.where(Lead.status == query.status)
    elif query.status is not None:
        rows = rows.where(Lead.status.in_(OPEN_STATUSES) == (query.status == "open"))
    if query.assignee is not None:
        rows = rows.where(Lead.assignee_id == staff_named(query.assignee, "/query/assignee").id)
    return paging.page(rows, Lead.id, query, _show)


@operation("GET", "/leads/<id:lead_id>", scope="leads:read", gives=LeadOut)
def show_lead(lead_id: int) -> Answer:
    """One lead."""
    return Answer(_show([_get(lead_id)])[0])


@operation("PATCH", "/leads/<id:lead_id>", scope="leads:write", takes=LeadChange, gives=LeadOut)
def change_lead(lead_id: int, body: LeadChange) -> Answer:
    """Change a lead's stage, status, assignee or note."""
    lead, by = _get(lead_id), token_at_hand()
    if body.stage is not None:
        board.move_lead(lead, stage_named(body.stage, "/stage"), by=by)
    if body.status is not None:
        board.set_status(lead, body.status, by=by)
    if body.assignee is not None:
        board.assign_lead(lead, staff_named(body.assignee, "/assignee") if body.assignee else None, by=by)
    if body.note is not None:
        lead.note = body.note
    db.session.flush()
    return Answer(_show([lead])[0])


def source_named(name: str, pointer: str) -> LeadSource:
    """A source by its name or key. Raises Problem by pointer."""
    wanted = name.strip().lower()
    found = db.session.scalar(
        select(LeadSource).where(or_(func.lower(LeadSource.name) == wanted, LeadSource.key == wanted))
    )
    if found is None:
        known = ", ".join(db.session.scalars(select(LeadSource.name).order_by(LeadSource.position).limit(20)))
        raise refused(pointer, f"there is no source {name!r}; there are: {known}")
    return found


def stage_named(name: str, pointer: str) -> LeadStage:
    """A lead stage by its name or key. Raises Problem by pointer."""
    wanted = name.strip().lower()
    found = db.session.scalar(
        select(LeadStage).where(or_(func.lower(LeadStage.name) == wanted, LeadStage.key == wanted))
    )
    if found is None:
        known = ", ".join(db.session.scalars(select(LeadStage.name).order_by(LeadStage.position).limit(20)))
        raise refused(pointer, f"there is no lead stage {name!r}; there are: {known}")
    return found


def staff_named(name: str, pointer: str) -> Staff:
    """A member of the staff by name or e-mail address. Raises Problem by pointer."""
    wanted = name.strip().lower()
    found = db.session.scalars(
        select(Staff).where(or_(func.lower(Staff.name) == wanted, func.lower(Staff.email) == wanted)).limit(1)
    ).first()
    if found is None:
        raise refused(pointer, f"nobody of the staff is called {name!r}")
    return found


def _contact_of(body: NewLead) -> Contact:
    if (body.contact is None) == (body.contact_id is None):
        raise refused("/contact", "name the contact by `contact` or by `contact_id`, one of the two")
    if body.contact is not None:
        return contacts.resolve(body.contact, pointer="/contact")[0]
    known = db.session.get(Contact, body.contact_id)
    if known is None or known.erased_at is not None:
        raise refused("/contact_id", "there is no contact with this id")
    return known


def _get(lead_id: int) -> Lead:
    lead = db.session.get(Lead, lead_id)
    if lead is None:
        raise not_found("lead")
    return lead


def _show(found: Sequence[Lead]) -> list[dict[str, Any]]:
    return [
        LeadOut(
            id=lead.id,
            contact_id=lead.contact_id,
            source=lead.source.name,
            stage=lead.stage.name,
            status="open" if lead.is_open else "closed",
            detailed_status=lead.status,
            assignee=lead.assignee.name if lead.assignee else None,
            fraudulent=lead.is_fraudulent,
            created_at=lead.created_at,
            converted_at=lead.converted_at,
        ).model_dump(mode="json")
        for lead in found
    ]

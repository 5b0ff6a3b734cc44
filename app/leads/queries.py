"""What is read about leads: one lead, its source and stage, and which of them somebody may see."""

from __future__ import annotations

from collections.abc import Sequence

from flask import abort
from sqlalchemy import ColumnElement, Select, and_, func, select, true
from sqlalchemy.orm import contains_eager, joinedload

from app.contacts import queries as contact_queries
from app.contacts.models import Contact
from app.db import db, one_of
from app.leads.models import CONVERTED, OPEN_STATUSES, STATUSES, Lead, LeadSource, LeadStage
from app.staff.models import Staff

ALL_LEADS = "leads.see_all"

SETTABLE = tuple(status for status in STATUSES if status != CONVERTED)  # by hand; a purchase does the rest (GEN-05)


def leads_seen_by(staff: Staff) -> Select[Lead]:
    """The leads this person may see, with all that a row shows (`ROLE-03`, `ROLE-05`)."""
    return (
        select(Lead)
        .join(Lead.contact)
        .join(Lead.source)
        .join(Lead.stage)
        .outerjoin(Lead.assignee)
        .options(
            contains_eager(Lead.contact),
            contains_eager(Lead.source),
            contains_eager(Lead.stage),
            contains_eager(Lead.assignee).joinedload(Staff.role),
        )
        .where(is_seen_by(staff))
    )


def is_seen_by(staff: Staff) -> ColumnElement[bool]:
    """Whether a lead, joined with its contact, is shown to this person.

    Some see their own leads only; some see one location, and those who have none. Nobody sees the erased.
    """
    mine = true() if staff.may(ALL_LEADS) else Lead.assignee_id == staff.id
    return and_(Contact.erased_at.is_(None), contact_queries.is_seen_by(staff), mine)


def get_lead(lead_id: int, *, seen_by: Staff) -> Lead:
    """One lead. Aborts with 404 where there is none that this person may see."""
    lead = db.session.scalar(leads_seen_by(seen_by).where(Lead.id == lead_id))
    return lead if lead is not None else abort(404)


def open_lead_of(contact_id: int, source_id: int | None = None) -> Lead | None:
    """The contact's open lead, from one source or the latest of any."""
    wanted = select(Lead).where(Lead.contact_id == contact_id, Lead.status.in_(OPEN_STATUSES))
    if source_id is not None:
        wanted = wanted.where(Lead.source_id == source_id)
    return db.session.scalar(wanted.order_by(Lead.created_at.desc(), Lead.id.desc()).limit(1))


def with_open_lead(contact_ids: Sequence[int], source_id: int) -> set[int]:
    """Who of these people has an open lead from the source."""
    theirs = one_of(Lead.contact_id, contact_ids)
    wanted = select(Lead.contact_id).where(theirs, Lead.source_id == source_id, Lead.status.in_(OPEN_STATUSES))
    return set(db.session.scalars(wanted))


def leads_of(contact_id: int) -> list[Lead]:
    """All leads of a contact, the latest first."""
    return list(
        db.session.scalars(
            select(Lead)
            .where(Lead.contact_id == contact_id)
            .options(joinedload(Lead.source), joinedload(Lead.stage), joinedload(Lead.assignee))
            .order_by(Lead.created_at.desc(), Lead.id.desc())
        )
    )


def all_sources() -> list[LeadSource]:
    return list(db.session.scalars(select(LeadSource).order_by(LeadSource.position, LeadSource.id)))


def source_named(name: str) -> LeadSource | None:
    """A source by its name, whatever its case."""
    return db.session.scalar(select(LeadSource).where(func.lower(LeadSource.name) == name.strip().lower()))


def built_in_source(key: str) -> LeadSource:
    """A source of the first day (SRC-03), by key: "dashboard", "abandoned_checkout", "website_form", "api"."""
    return db.session.scalars(select(LeadSource).where(LeadSource.key == key)).one()


def all_stages() -> list[LeadStage]:
    """The stages a lead can be in, in the order of the board."""
    return list(
        db.session.scalars(select(LeadStage).where(~LeadStage.is_retired).order_by(LeadStage.position, LeadStage.id))
    )


def get_stage(stage_id: int) -> LeadStage:
    """A stage of the board. Aborts with 404 where there is none."""
    found = db.session.get(LeadStage, stage_id)
    return found if found is not None and not found.is_retired else abort(404)


def get_source(source_id: int) -> LeadSource:
    """A source. Aborts with 404 where there is none."""
    found = db.session.get(LeadSource, source_id)
    return found if found is not None else abort(404)


def first_stage() -> LeadStage:
    """Where new leads begin (LEAD-08)."""
    return db.session.scalars(
        select(LeadStage).where(~LeadStage.is_retired).order_by(LeadStage.position, LeadStage.id).limit(1)
    ).one()


def stage_named(name: str) -> LeadStage | None:
    """A stage by its name, whatever its case."""
    return db.session.scalar(
        select(LeadStage).where(func.lower(LeadStage.name) == name.strip().lower(), ~LeadStage.is_retired)
    )


def assignable_staff() -> list[Staff]:
    """Who can be given a lead: everybody whose account is active, by name."""
    return list(db.session.scalars(select(Staff).where(Staff.is_active_account).order_by(Staff.name, Staff.id)))

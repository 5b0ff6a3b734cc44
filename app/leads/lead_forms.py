"""Lead forms: made by the studio, put on its website or behind a QR code (FORM-01 to FORM-06)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import abort
from sqlalchemy import exists, func, select
from sqlalchemy.orm import joinedload

from app import clock
from app.contacts import custom_fields, naming
from app.db import db
from app.leads import form_fields
from app.leads.models import Lead, LeadForm, LeadSource


@dataclass(frozen=True)
class Design:
    """Everything that is chosen about a form."""

    title: str
    source: LeadSource
    intro: str = ""
    button: str = ""
    thanks: str = ""
    language: str = ""
    location_id: int | None = None
    fields: Sequence[form_fields.Spec] = field(default_factory=list)


def create_form(design: Design) -> LeadForm:
    """Make a lead form; its address comes from its title and stays when that changes."""
    form = LeadForm(slug=naming.slug_for(design.title, "form", _is_taken), created_at=clock.now())
    db.session.add(form)
    change_form(form, design)
    db.session.flush()
    return form


def change_form(form: LeadForm, design: Design) -> None:
    """Change what a form says and asks. Codes and QR codes that are out already show the new one."""
    form.title, form.intro = design.title.strip(), design.intro.strip()
    form.button, form.thanks = design.button.strip(), design.thanks.strip()
    form.language, form.location_id = design.language, design.location_id
    form.source = design.source
    form.fields = form_fields.cleaned(design.fields, custom_fields.all_fields(on_leads=True))


def switch_form(form: LeadForm, *, on: bool) -> None:
    """Take submissions, or say that the form is closed."""
    form.is_open = on


def all_forms() -> list[LeadForm]:
    """The forms, newest first."""
    newest = (
        select(LeadForm).options(joinedload(LeadForm.source)).order_by(LeadForm.created_at.desc(), LeadForm.id.desc())
    )
    return list(db.session.scalars(newest))


def lead_counts() -> dict[int, int]:
    """How many leads each form has brought, by its id."""
    counted = select(Lead.form_id, func.count()).where(Lead.form_id.is_not(None)).group_by(Lead.form_id)
    return {form_id: count for form_id, count in db.session.execute(counted) if form_id is not None}


def get_form(form_id: int) -> LeadForm:
    """One form. Aborts with 404 where there is none."""
    found = db.session.get(LeadForm, form_id)
    return found if found is not None else abort(404)


def form_at(slug: str) -> LeadForm:
    """The form of a public address. Aborts with 404 where there is none."""
    found = db.session.scalar(select(LeadForm).where(LeadForm.slug == slug).options(joinedload(LeadForm.source)))
    return found if found is not None else abort(404)


def _is_taken(slug: str) -> bool:
    return bool(db.session.scalar(select(exists().where(LeadForm.slug == slug))))

"""Steps that make a lead of somebody, or move the lead they are (ACT-06 to ACT-08)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Self

from flask_babel import lazy_gettext as _
from pydantic import Field, model_validator
from sqlalchemy import select

from app.contacts.models import Contact
from app.db import db
from app.events import Actor
from app.leads import board, capture, queries
from app.leads.models import CONVERTED, OPEN_STATUSES, STATUSES, Lead
from app.rules import RuleUse
from app.sequences import reasons
from app.sequences.actions.registry import DONE, Held, Item, Outcome, Params, action, nearest


class CreateParams(Params):
    source: str = Field(min_length=1, max_length=120)
    stage: str | None = None
    note: str = Field(default="", max_length=2000)


class UpdateParams(Params):
    stage: str | None = None
    status: str | None = None
    assignee: str | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.stage or self.status or self.assignee):
            raise ValueError("name the stage, the status or the assignee the lead is to have")
        if self.status is not None and (self.status not in STATUSES or self.status == CONVERTED):
            settable = ", ".join(one for one in STATUSES if one != CONVERTED)
            raise ValueError(f"a status that can be set is one of: {settable}")
        return self


def _stage_missing(name: str | None) -> Iterator[tuple[str, str]]:
    if name is not None and queries.stage_named(name) is None:
        near = nearest(name, [one.name for one in queries.all_stages()])
        yield "stage", f"there is no lead stage {name!r}; nearest: {near}"


def _create_missing(params: CreateParams) -> Iterator[tuple[str, str]]:
    if queries.source_named(params.source) is None:
        near = nearest(params.source, [one.name for one in queries.all_sources()])
        yield "source", f"there is no lead source {params.source!r}; nearest: {near}"
    yield from _stage_missing(params.stage)


def _update_missing(params: UpdateParams) -> Iterator[tuple[str, str]]:
    yield from _stage_missing(params.stage)
    names = [one.name for one in queries.assignable_staff()]
    if params.assignee is not None and params.assignee.casefold() not in {name.casefold() for name in names}:
        yield "assignee", f"nobody here is called {params.assignee!r}; nearest: {nearest(params.assignee, names)}"


def _foresee_create(items: Sequence[Item], _held: Held) -> list[Outcome]:
    source = items[0].params.source
    known = queries.source_named(source) is not None
    return [DONE if known else Outcome("skipped", reasons.code("no_such", source))] * len(items)


def _foresee_change(items: Sequence[Item], held: Held) -> list[Outcome]:
    stage = items[0].params.stage
    if stage and queries.stage_named(stage) is None:
        return [Outcome("skipped", reasons.code("no_such", stage))] * len(items)
    with_lead = held(RuleUse(rule="lead.status", value="open"))
    nobody = Outcome("skipped", reasons.code("no_open_lead"))
    return [DONE if item.enrolment_id in with_lead else nobody for item in items]


@action(
    "lead.create",
    _("Create a lead"),
    icon="user-star",
    params=CreateParams,
    group="leads",
    causes={"lead.created", "lead.assigned"},
    references=_create_missing,
    foresee=_foresee_create,
)
def create(items: Sequence[Item], _now: datetime) -> list[Outcome]:
    """Make leads of them, one after another: the round-robin gives each in its turn."""
    params = items[0].params
    source = queries.source_named(params.source)
    if source is None:
        return [Outcome("skipped", reasons.code("no_such", params.source))] * len(items)
    stage = queries.stage_named(params.stage) if params.stage else None
    by = Actor("sequence", items[0].sequence_id, items[0].sequence)
    contacts = _contacts(items)
    for item in items:
        capture.capture_lead(contacts[item.contact_id], source, by=by, stage=stage, note=params.note)
    return [DONE] * len(items)


@action(
    "lead.update",
    _("Update the lead"),
    icon="arrow-right",
    params=UpdateParams,
    group="leads",
    causes={"lead.stage_changed", "lead.status_changed", "lead.assigned"},
    references=_update_missing,
    foresee=_foresee_change,
)
def change(items: Sequence[Item], _now: datetime) -> list[Outcome]:
    """Change the most recent open lead of each; who has none is passed over (ACT-08)."""
    params = items[0].params
    stage = queries.stage_named(params.stage) if params.stage else None
    if params.stage and stage is None:
        return [Outcome("skipped", reasons.code("no_such", params.stage))] * len(items)
    assignee = next((one for one in queries.assignable_staff() if one.name == params.assignee), None)
    by = Actor("sequence", items[0].sequence_id, items[0].sequence)
    leads = _open_leads(items)
    outcomes = []
    for item in items:
        lead = leads.get(item.contact_id)
        if lead is None:
            outcomes.append(Outcome("skipped", reasons.code("no_open_lead")))
            continue
        if stage is not None:
            board.move_lead(lead, stage, by=by)
        if assignee is not None:
            board.assign_lead(lead, assignee, by=by)
        if params.status is not None:
            board.set_status(lead, params.status, by=by)
        outcomes.append(DONE)
    return outcomes


def _contacts(items: Sequence[Item]) -> dict[int, Contact]:
    wanted = [item.contact_id for item in items]
    return {one.id: one for one in db.session.scalars(select(Contact).where(Contact.id.in_(wanted)))}


def _open_leads(items: Sequence[Item]) -> dict[int, Lead]:
    wanted = [item.contact_id for item in items]
    found = db.session.scalars(
        select(Lead)
        .where(Lead.contact_id.in_(wanted), Lead.status.in_(OPEN_STATUSES))
        .order_by(Lead.created_at, Lead.id)
    )
    return {lead.contact_id: lead for lead in found}  # the latest of each stays

"""The step that gives the staff something to do (ACT-03)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Self

from flask_babel import lazy_gettext as _
from pydantic import Field, model_validator
from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from app.contacts.models import Contact
from app.db import db
from app.events import Actor
from app.leads.models import OPEN_STATUSES, Lead
from app.messaging import variables
from app.sequences import reasons
from app.sequences.actions.registry import DONE, Held, Item, Outcome, Params, action, nearest
from app.sequences.waits import Duration, shift
from app.staff.models import Location, Role, Staff
from app.tasks import desk


class Assign(Params):
    """Whom a task is for: a role, a location, one person, or whoever the contact's lead is assigned to."""

    role: str | None = None
    location: str | None = None
    person: str | None = None
    lead_assignee: bool = False

    @model_validator(mode="after")
    def _one(self) -> Self:
        if [self.role, self.location, self.person, self.lead_assignee or None].count(None) != 3:  # noqa: PLR2004
            raise ValueError("assign to one of: role, location, person, lead_assignee")
        return self


class TaskParams(Params):
    body: str = Field(default="", max_length=5000)
    assign: Assign
    due: Duration | None = None  # how long there is to do it


def _missing(params: TaskParams) -> Iterator[tuple[str, str]]:
    for field, model in (("role", Role), ("location", Location), ("person", Staff)):
        name = getattr(params.assign, field)
        if name is not None and _find(model, name) is None:
            known = nearest(name, db.session.scalars(select(model.name)))
            yield f"assign/{field}", f"there is no {field} {name!r}; nearest: {known}"


def _foresee(items: Sequence[Item], _held: Held) -> list[Outcome]:
    """Whether there is somebody to give the task to, as things are today."""
    assign = items[0].params.assign
    nobody = Outcome("skipped", reasons.code("no_assignee", _named(assign)))
    return [DONE if owner is not None else nobody for owner in _owners(items)]


@action(
    "task",
    _("Staff task"),
    icon="checklist",
    params=TaskParams,
    group="staff",
    needs_title=True,
    references=_missing,
    texts=("body",),
    foresee=_foresee,
)
def hand_out(items: Sequence[Item], now: datetime) -> list[Outcome]:
    """Hand out one task each. Where nobody can be given it, the step is passed over."""
    params = items[0].params
    owners = _owners(items)
    words = _words(items, params)
    tasks, outcomes = [], []
    for item, owner in zip(items, owners, strict=True):
        if owner is None:
            outcomes.append(Outcome("skipped", reasons.code("no_assignee", _named(params.assign))))
            continue
        known = words[item.contact_id]
        tasks.append(
            desk.NewTask(
                title=variables.fill_bare(item.title, known),
                body=variables.fill_bare(params.body, known),
                contact_id=item.contact_id,
                lead_id=item.lead_id,
                due_at=shift(now, params.due, item.zone) if params.due is not None else None,
                enrolment_id=item.enrolment_id,
                step_id=item.step_id,
                **owner,
            )
        )
        outcomes.append(DONE)
    desk.create_tasks(tasks, by=Actor("sequence", items[0].sequence_id, items[0].sequence))
    return outcomes


def _words(items: Sequence[Item], params: TaskParams) -> dict[int, dict[str, str]]:
    """What the variables in the title and the details say for each of them."""
    if "{{" not in items[0].title + params.body:
        return {item.contact_id: {} for item in items}
    wanted = [item.contact_id for item in items]
    contacts = db.session.scalars(
        select(Contact).where(Contact.id.in_(wanted)).options(joinedload(Contact.location))
    ).all()
    return variables.values_for(contacts, variables.SEQUENCE)


def _owners(items: Sequence[Item]) -> list[dict[str, int] | None]:
    assign = items[0].params.assign
    return _lead_assignees(items) if assign.lead_assignee else [_owner(assign)] * len(items)


def _owner(assign: Assign) -> dict[str, int] | None:
    for field, model, column in (
        ("role", Role, "role_id"),
        ("location", Location, "location_id"),
        ("person", Staff, "assignee_id"),
    ):
        name = getattr(assign, field)
        if name is not None:
            found = _find(model, name)
            return {column: found} if found is not None else None
    return None


def _named(assign: Assign) -> str:
    """The name that the task is for."""
    return assign.role or assign.location or assign.person or ""


def _lead_assignees(items: Sequence[Item]) -> list[dict[str, int] | None]:
    """Whom the lead of the run is assigned to, else the latest open lead of the contact."""
    rows = db.session.execute(
        select(Lead.id, Lead.contact_id, Lead.assignee_id, Lead.status)
        .where(
            or_(
                Lead.id.in_([item.lead_id for item in items if item.lead_id]),
                Lead.contact_id.in_([item.contact_id for item in items]),
            ),
            Lead.assignee_id.is_not(None),
        )
        .order_by(Lead.created_at, Lead.id)
    ).all()
    by_lead = {row.id: row.assignee_id for row in rows}
    by_contact = {row.contact_id: row.assignee_id for row in rows if row.status in OPEN_STATUSES}
    found = [by_lead.get(item.lead_id) or by_contact.get(item.contact_id) for item in items]
    return [{"assignee_id": one} if one is not None else None for one in found]


def _find(model: Any, name: str) -> int | None:
    wanted = name.strip().lower()
    matches = [func.lower(model.name) == wanted]
    if model is Staff:
        matches.append(func.lower(Staff.email) == wanted)
    if model is Role:
        matches.append(Role.key == wanted)
    return db.session.scalar(select(model.id).where(or_(*matches)).limit(1))

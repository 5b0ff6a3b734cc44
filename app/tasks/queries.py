"""Which tasks there are, for whoever looks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import abort
from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from app import clock
from app.contacts.models import Contact
from app.contacts.queries import contacts_seen_by
from app.db import db
from app.staff.models import Staff, staff_location
from app.staff.studio import studio
from app.tasks.models import DONE, OPEN, Task

SHOWN = 200


@dataclass(frozen=True)
class Desk:
    """Somebody's open tasks, in the order of the page: hot people first, then what is due by tonight, then the rest."""

    hot: list[Task]
    today: list[Task]
    later: list[Task]
    done: list[Task]

    @property
    def to_do(self) -> int:
        return len(self.hot) + len(self.today)


def handed_to(staff: Staff) -> ColumnElement[bool]:
    """Tasks for a person: theirs, their role's, their locations' (TASK-02), as those are now (TASK-08).

    Somebody held to one location (ROLE-05) gets a shared task only about people of that location, or of none.
    """
    theirs = select(staff_location.c.location_id).where(staff_location.c.staff_id == staff.id)
    shared = or_(Task.role_id == staff.role_id, Task.location_id.in_(theirs))
    if staff.only_location_id is not None:
        shared = and_(shared, or_(Task.contact_id.is_(None), Task.contact_id.in_(_people_in(staff.only_location_id))))
    return or_(Task.assignee_id == staff.id, shared)


def within_reach(staff: Staff) -> ColumnElement[bool]:
    """Tasks somebody may open: those handed to them, and those about people they may see (LEAD-14, LEAD-15)."""
    if not (staff.may("contacts.see") or staff.may("leads.see")):
        return handed_to(staff)
    about = Task.contact_id.is_not(None)
    if staff.only_location_id is not None:
        about = Task.contact_id.in_(_people_in(staff.only_location_id))
    return or_(handed_to(staff), about)


def get_task(task_id: int, *, seen_by: Staff) -> Task:
    """A task, open or done. Ends in 404 for one that does not exist or is not for this person to see."""
    task = db.session.scalar(_with_people().where(Task.id == task_id, within_reach(seen_by)))
    return task if task is not None else abort(404)


def desk_of(staff: Staff, *, only_hot: bool = False, scope: str = "") -> Desk:
    """What somebody has to do. `scope` narrows it to "me", "role" or "location"; anything else is all of it."""
    wanted = _with_people().where(handed_to(staff), *_narrowed(staff, only_hot=only_hot, scope=scope))
    tasks = db.session.scalars(
        wanted.where(Task.status == OPEN).order_by(*_hot_first(), Task.due_at.asc().nulls_last(), Task.id).limit(SHOWN)
    ).all()
    tonight = end_of_today()
    cool = [task for task in tasks if not _is_hot(task)]
    done = db.session.scalars(
        wanted.where(Task.status == DONE, Task.completed_at >= _start_of_today())
        .order_by(Task.completed_at.desc(), Task.id.desc())
        .limit(SHOWN)
    )
    return Desk(
        hot=[task for task in tasks if _is_hot(task)],
        today=[task for task in cool if task.due_at is None or task.due_at < tonight],
        later=[task for task in cool if task.due_at is not None and task.due_at >= tonight],
        done=list(done),
    )


def count_open(staff: Staff) -> int:
    """How many open tasks somebody has to do by tonight: the figure beside Tasks in the menu."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Task)
            .where(Task.status == OPEN, handed_to(staff), or_(Task.due_at.is_(None), Task.due_at < end_of_today()))
        )
        or 0
    )


def tasks_about(*, contact_id: int | None = None, lead_id: int | None = None, limit: int = 20) -> list[Task]:
    """Tasks about a contact or a lead, the open ones first, then those done last."""
    about = Task.lead_id == lead_id if lead_id is not None else Task.contact_id == contact_id
    return list(
        db.session.scalars(
            _with_people()
            .where(about)
            .order_by(Task.status.desc(), Task.completed_at.desc(), Task.due_at.asc().nulls_last(), Task.id)
            .limit(limit)
        )
    )


def end_of_today() -> datetime:
    """The coming midnight, where the studio is."""
    return _start_of_today() + timedelta(days=1)  # of the wall clock: a day of 23 or 25 hours is one day here


def _start_of_today() -> datetime:
    return clock.now().astimezone(studio().tz).replace(hour=0, minute=0, second=0, microsecond=0)


def _with_people() -> Select[Task]:
    return (
        select(Task)
        .outerjoin(Task.contact)
        .options(
            contains_eager(Task.contact),
            joinedload(Task.assignee),
            joinedload(Task.role),
            joinedload(Task.location),
            joinedload(Task.completed_by),
        )
    )


def _hot_first() -> tuple[ColumnElement[Any], ...]:
    """People who are hot first, the highest score on top (TASK-11)."""
    is_hot = Contact.hot_since.is_not(None)
    return is_hot.desc(), case((is_hot, Contact.score), else_=0).desc()


def _narrowed(staff: Staff, *, only_hot: bool, scope: str) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if only_hot:
        wanted.append(Task.contact_id.in_(select(Contact.id).where(Contact.hot_since.is_not(None))))
    if scope == "me":
        wanted.append(Task.assignee_id == staff.id)
    elif scope == "role":
        wanted.append(Task.role_id == staff.role_id)
    elif scope == "location":
        wanted.append(Task.location_id.is_not(None))
    return wanted


def _people_in(location_id: int) -> Select[int]:
    return select(Contact.id).where(or_(Contact.location_id == location_id, Contact.location_id.is_(None)))


def _is_hot(task: Task) -> bool:
    return task.contact is not None and task.contact.is_hot


def sharing_with(staff: Staff) -> list[Staff]:
    """Who else sees the tasks of this person's role."""
    return list(
        db.session.scalars(
            select(Staff)
            .where(Staff.role_id == staff.role_id, Staff.id != staff.id, Staff.is_active_account)
            .order_by(Staff.name)
        )
    )


def people_like(typed: str, *, seen_by: Staff, limit: int = 8) -> list[Contact]:
    """Whom a task may be about: those whose name or address begins like what was typed."""
    words = [word.lower() for word in typed.split() if word]
    matching = contacts_seen_by(seen_by)
    for word in words:
        parts = (Contact.first_name, Contact.last_name, Contact.email)
        matching = matching.where(or_(*(func.lower(part).startswith(word, autoescape=True) for part in parts)))
    return list(db.session.scalars(matching.order_by(Contact.last_name, Contact.first_name, Contact.id).limit(limit)))


def written(contact: Contact) -> str:
    """How somebody stands in the field "About", so that two of one name are told apart."""
    return f"{contact.name} · {contact.email or contact.phone or contact.id}"


def person_typed(typed: str, *, seen_by: Staff) -> Contact | None:
    """Whom somebody meant: the name as offered, or typed in full where only one is called so."""
    name, _dot, address = (part.strip() for part in typed.partition("·"))
    if address:
        known = contacts_seen_by(seen_by).where(
            or_(func.lower(Contact.email) == address.lower(), Contact.phone == address)
        )
        return db.session.scalar(known.limit(1))
    same = [one for one in people_like(name, seen_by=seen_by, limit=50) if one.name.lower() == name.lower()]
    return same[0] if len(same) == 1 else None

"""Handing out tasks and getting them done. One task is one row however many see it (TASK-04)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import CursorResult, Table, update

from app import clock, events
from app.db import db, insert_new
from app.events.log import Acting
from app.tasks.models import DONE, OPEN, Task
from app.web import Refusal

TASKS: Table = Task.__table__  # type: ignore[assignment]

TITLE_LENGTH = 200


class AlreadyDone(Refusal):
    """Somebody was faster (TASK-07)."""

    def __init__(self, winner: str) -> None:
        super().__init__(_("%(winner)s has already done this.", winner=winner))
        self.winner = winner


@dataclass(frozen=True)
class NewTask:
    """A task to hand out. Exactly one of assignee, role and location says to whom.

    A title longer than the 200 characters there is room for is cut. Raises ValueError when it is for nobody or several.
    """

    title: str
    body: str = ""
    contact_id: int | None = None
    lead_id: int | None = None
    assignee_id: int | None = None
    role_id: int | None = None
    location_id: int | None = None
    due_at: datetime | None = None
    enrolment_id: int | None = None
    step_id: str | None = None

    def __post_init__(self) -> None:
        if [self.assignee_id, self.role_id, self.location_id].count(None) != 2:  # noqa: PLR2004 - one of three
            raise ValueError("a task is for one person, one role or one location")


def create_tasks(tasks: Sequence[NewTask], *, by: events.Actor | Acting | None = None) -> list[int]:
    """Hand out tasks, in one go. Answers the ids of the new ones: a step's task that exists already stays as it is."""
    who = _actor(by)
    written = insert_new(TASKS, [_row(task, who) for task in tasks], returning=("id", "title", "contact_id"))
    events.record_many(
        [
            events.Entry("task.created", row.contact_id, {"task_id": row.id, "title": row.title}, who)
            for row in sorted(written, key=lambda row: row.id)
        ]
    )
    return [row.id for row in written]


def complete_task(task: Task, *, by: events.Actor | Acting) -> None:
    """Tick a task off, for everybody who sees it. Of several who do so at once one wins; the others get AlreadyDone."""
    who = _actor(by)
    won = _change(task, OPEN, status=DONE, completed_at=clock.now(), completed_by_id=_staff_id(who))
    if not won:
        raise AlreadyDone(task.completed_by.name if task.completed_by else _("Another system"))
    _tell("task.completed", task, who)


def reopen_task(task: Task, *, by: events.Actor | Acting) -> None:
    """Take a tick back. A task that is open stays so."""
    if _change(task, DONE, status=OPEN, completed_at=None, completed_by_id=None):
        _tell("task.reopened", task, _actor(by))


def postpone_task(task: Task, to: datetime, *, by: events.Actor | Acting) -> None:
    """Give an open task another time. Raises AlreadyDone for one that has been done meanwhile."""
    if not _change(task, OPEN, due_at=to):
        raise AlreadyDone(task.completed_by.name if task.completed_by else _("Another system"))
    _tell("task.postponed", task, _actor(by))


def _row(task: NewTask, who: events.Actor) -> dict[str, Any]:
    title = task.title.strip()
    return {
        "title": title if len(title) <= TITLE_LENGTH else title[: TITLE_LENGTH - 1] + "…",
        "body": task.body,
        "contact_id": task.contact_id,
        "lead_id": task.lead_id,
        "assignee_id": task.assignee_id,
        "role_id": task.role_id,
        "location_id": task.location_id,
        "status": OPEN,
        "due_at": task.due_at,
        "created_at": clock.now(),
        "created_by_id": _staff_id(who),
        "enrolment_id": task.enrolment_id,
        "step_id": task.step_id,
    }


def _change(task: Task, believed: str, **values: Any) -> bool:
    """Change a task if it is as we believe it to be; what we hold of it is read afresh either way."""
    done: CursorResult[Any] = db.session.execute(  # type: ignore[assignment]
        update(Task)
        .where(Task.id == task.id, Task.status == believed)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    db.session.refresh(task)
    return done.rowcount == 1


def _tell(kind: str, task: Task, who: events.Actor) -> None:
    events.record_many([events.Entry(kind, task.contact_id, {"task_id": task.id, "title": task.title}, who)])


def _actor(by: events.Actor | Acting | None) -> events.Actor:
    if by is None:
        return events.Actor.system()
    return by if isinstance(by, events.Actor) else by.as_actor


def _staff_id(who: events.Actor) -> int | None:
    return who.id if who.kind == "staff" else None

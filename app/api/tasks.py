"""Tasks of the staff: list and complete."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from sqlalchemy import func, or_, select
from sqlalchemy.orm import selectinload

from app.api import paging
from app.api.access import token_at_hand
from app.api.leads import staff_named
from app.api.operations import Answer, operation
from app.api.problems import not_found
from app.api.shapes import TaskOut
from app.db import db
from app.staff.models import Location, Role
from app.tasks import desk
from app.tasks.models import Task


class TaskQuery(paging.Page):
    """How to narrow the tasks."""

    status: Literal["open", "done"] | None = None
    role: str | None = None
    location: str | None = None
    assignee: str | None = None


@operation("GET", "/tasks", scope="tasks:read", asks=TaskQuery, gives=TaskOut, is_list=True)
def list_tasks(query: TaskQuery) -> Answer:
    """List tasks, newest first."""
    rows = select(Task).options(
        selectinload(Task.role),
        selectinload(Task.location),
        selectinload(Task.assignee),
        selectinload(Task.completed_by),
    )
    if query.status is not None:
        rows = rows.where(Task.status == query.status)
    if query.role is not None:
        wanted = query.role.lower()
        rows = rows.join(Role, Task.role_id == Role.id).where(or_(func.lower(Role.name) == wanted, Role.key == wanted))
    if query.location is not None:
        rows = rows.join(Location, Task.location_id == Location.id)
        rows = rows.where(func.lower(Location.name) == query.location.lower())
    if query.assignee is not None:
        rows = rows.where(Task.assignee_id == staff_named(query.assignee, "/query/assignee").id)
    return paging.page(rows, Task.id, query, _show)


@operation("POST", "/tasks/<id:task_id>/complete", scope="tasks:write", gives=TaskOut)
def complete_task(task_id: int) -> Answer:
    """Complete a task. One that is done already answers 409 and by whom."""
    task = db.session.get(Task, task_id)
    if task is None:
        raise not_found("task")
    desk.complete_task(task, by=token_at_hand())
    db.session.refresh(task)
    return Answer(_show([task])[0])


def _show(found: Sequence[Task]) -> list[dict[str, Any]]:
    return [
        TaskOut(
            id=task.id,
            title=task.title,
            contact_id=task.contact_id,
            role=task.role.name if task.role else None,
            location=task.location.name if task.location else None,
            assignee=task.assignee.name if task.assignee else None,
            status="done" if task.status == "done" else "open",
            due_at=task.due_at,
            completed_by=task.completed_by.name if task.completed_by else None,
        ).model_dump(mode="json")
        for task in found
    ]

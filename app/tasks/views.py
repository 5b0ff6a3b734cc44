"""The Tasks page: what is to do, and the task at hand beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app import clock, web
from app.contacts import queries as contacts
from app.contacts import timeline
from app.leads import queries as leads
from app.staff.studio import studio
from app.tasks import desk, panels, queries
from app.tasks.forms import NewTaskForm
from app.tasks.models import Task

bp = Blueprint("tasks", __name__)

TABS = ("todo", "later", "done")
SCOPES = ("", "me", "role", "location")
ACTIVITY_SHOWN = 6


@dataclass(frozen=True)
class Look:
    """How the page is looked at: all of it stands in its address."""

    tab: str
    scope: str
    hot: bool
    task: int | None

    def url(self, **changes: object) -> str:
        """The address of the same look with something changed."""
        other = replace(self, **changes)  # type: ignore[arg-type]
        return url_for(
            "tasks.index",
            tab=other.tab if other.tab != TABS[0] else None,
            scope=other.scope or None,
            hot=1 if other.hot else None,
            task=other.task,
        )


@bp.get("/tasks")
@web.needs("tasks.use")
def index() -> Response:
    look = _look()
    shown = queries.desk_of(current_user, only_hot=look.hot, scope=look.scope)
    chosen = queries.get_task(look.task, seen_by=current_user) if look.task is not None else None
    at_hand = chosen or next(iter([*shown.hot, *shown.today]), None)
    return web.page(
        "tasks/index.html",
        look=look,
        desk=shown,
        task=at_hand,
        is_chosen=chosen is not None,
        activity=_activity(at_hand),
        sharing=queries.sharing_with(current_user),
        now=clock.now(),
    )


@bp.get("/tasks/<int:task_id>")
@web.needs("tasks.use")
def show(task_id: int) -> Response:
    """A task on top of the page at hand (TASK-05); alone, without HTMX."""
    task = queries.get_task(task_id, seen_by=current_user)
    return web.page("tasks/show.html", task=task, activity=_activity(task), now=clock.now())


@bp.get("/tasks/new")
@web.needs("tasks.use")
def new() -> Response:
    about = request.args.get("contact", type=int)
    contact = contacts.get_contact(about, seen_by=current_user) if about is not None else None
    form = NewTaskForm(seen_by=current_user, about=queries.written(contact) if contact else "")
    form.lead_id.data = request.args.get("lead", "")
    form.handed_to.data = f"person:{current_user.id}"
    return web.page("tasks/new.html", form=form, people=[])


@bp.post("/tasks")
@web.needs("tasks.use")
def create() -> Response:
    form = NewTaskForm(seen_by=current_user)
    if not form.validate():
        return web.page("tasks/new.html", status=422, form=form, people=queries.people_like("", seen_by=current_user))
    wanted = form.new_task()
    if wanted.lead_id is not None:
        leads.get_lead(wanted.lead_id, seen_by=current_user)  # 404 for one this person may not see
    desk.create_tasks([wanted], by=current_user)
    if not web.wants_partial():
        return web.go(url_for("tasks.index"))
    return _changed(_("Handed out: %(title)s", title=wanted.title))


@bp.get("/tasks/people")
@web.needs("tasks.use")
def people() -> Response:
    """Whom a task may be about, as one types."""
    found = queries.people_like(request.args.get("about", ""), seen_by=current_user)
    return web.page("tasks/people.html", people=found)


@bp.get("/contacts/<int:contact_id>/tasks")
@web.needs("tasks.use")
def about(contact_id: int) -> Response:
    """The panel on somebody's page, looked at again."""
    contact = contacts.get_contact(contact_id, seen_by=current_user)
    lead_id = request.args.get("lead", type=int)
    lead = leads.get_lead(lead_id, seen_by=current_user) if lead_id is not None else None
    return Response(panels.about_lead(lead) if lead is not None else panels.about_contact(contact))


@bp.post("/tasks/<int:task_id>/completion")
@web.needs("tasks.use")
def complete(task_id: int) -> Response:
    task = queries.get_task(task_id, seen_by=current_user)
    try:
        desk.complete_task(task, by=current_user)
    except desk.AlreadyDone as late:
        if not web.wants_partial():
            raise
        return web.trigger(web.tell(_row(task), str(late), tone="danger"), "tasks-changed")
    return _answer(task, _("Done: %(title)s", title=task.title), undo=url_for("tasks.reopen", task_id=task.id))


@bp.post("/tasks/<int:task_id>/opening")
@web.needs("tasks.use")
def reopen(task_id: int) -> Response:
    task = queries.get_task(task_id, seen_by=current_user)
    desk.reopen_task(task, by=current_user)
    return _answer(task, _("Open again: %(title)s", title=task.title))


@bp.post("/tasks/<int:task_id>/delay")
@web.needs("tasks.use")
def postpone(task_id: int) -> Response:
    """Put a task off until tomorrow or next week, nine in the morning, where the studio is."""
    task = queries.get_task(task_id, seen_by=current_user)
    days = min(max(request.form.get("days", 1, type=int), 1), 365)
    morning = clock.now().astimezone(studio().tz).replace(hour=9, minute=0, second=0, microsecond=0)
    desk.postpone_task(task, morning + timedelta(days=days), by=current_user)
    return _answer(task, _("Put off: %(title)s", title=task.title))


def _look() -> Look:
    wanted = request.args
    return Look(
        tab=wanted["tab"] if wanted.get("tab") in TABS else TABS[0],
        scope=wanted["scope"] if wanted.get("scope") in SCOPES else "",
        hot=wanted.get("hot") == "1",
        task=wanted.get("task", type=int),
    )


def _activity(task: Task | None) -> Sequence[timeline.Entry]:
    """What happened with the person a task is about, turning hot included (TASK-13)."""
    if task is None or task.contact is None or not current_user.may("contacts.see"):
        return []
    return timeline.timeline_of(task.contact, limit=ACTIVITY_SHOWN).rows


def _answer(task: Task, said: str, undo: str | None = None) -> Response:
    if not web.wants_partial():
        return web.go(url_for("tasks.index"))
    response = web.tell(_row(task), said, undo=undo)
    web.trigger(response, "modal-close")
    return web.trigger(response, "tasks-changed")


def _row(task: Task) -> Response:
    return web.reply("tasks/_row.html", back=url_for("tasks.index"), task=task, look=_look(), now=clock.now())


def _changed(said: str) -> Response:
    response = web.tell(Response("", 204), said)
    web.trigger(response, "modal-close")
    return web.trigger(response, "tasks-changed")

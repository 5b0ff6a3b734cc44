"""Handing out tasks and getting them done."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.db import db
from app.demo import make
from app.events.models import Event
from app.staff import accounts
from app.staff.models import Staff
from app.tasks import desk, queries
from app.tasks.models import Task


def titles(staff: Staff, **narrowed: object) -> list[str]:
    shown = queries.desk_of(staff, **narrowed)  # type: ignore[arg-type]
    return [task.title for task in (*shown.hot, *shown.today, *shown.later)]


def kinds(task: Task) -> list[str]:
    return list(
        db.session.scalars(select(Event.kind).where(Event.data["task_id"].as_integer() == task.id).order_by(Event.id))
    )


@pytest.mark.req("TASK-01", "TASK-02", "TASK-09", "ROLE-07")
def test_a_member_of_staff_sees_their_own_tasks_their_roles_and_their_locations(app: Flask) -> None:
    lyon = make.location("Lyon")
    dave = make.staff("Dave Hill", locations=[lyon])
    anna = make.staff("Anna Bell")
    make.task("For Dave", assignee=dave)
    make.task("For the front desk", role=dave.role)
    make.task("For Lyon", location=lyon)
    make.task("For managers", role=make.role("manager"))

    assert sorted(titles(dave)) == ["For Dave", "For Lyon", "For the front desk"]
    assert titles(anna) == ["For the front desk"]


@pytest.mark.req("TASK-08", "ROLE-02")
def test_whoever_joins_a_role_sees_its_open_tasks_at_once(app: Flask) -> None:
    ana, ben = make.staff("Ana"), make.staff("Ben", "teacher")
    make.task("Call Camille", role=ana.role)

    accounts.change_role(ben, ana.role)
    accounts.change_role(ana, make.role("teacher"))
    db.session.flush()

    assert titles(ben) == ["Call Camille"]
    assert titles(ana) == []


@pytest.mark.req("TASK-04", "TASK-06", "TASK-07")
def test_a_shared_task_done_by_one_is_gone_for_all_and_says_by_whom(app: Flask, clock: object) -> None:
    lea, tom = make.staff("Léa Fontaine"), make.staff("Tom Wright")
    task = make.task("Call Camille", role=lea.role)
    assert titles(lea) == titles(tom) == ["Call Camille"]

    desk.complete_task(task, by=lea)

    assert titles(lea) == titles(tom) == []
    assert task.completed_by == lea
    assert task.completed_at is not None
    with pytest.raises(desk.AlreadyDone, match="Léa Fontaine has already done this"):
        desk.complete_task(task, by=tom)
    assert kinds(task) == ["task.created", "task.completed"]


@pytest.mark.req("TASK-07", "BEY-18")
@pytest.mark.committed
def test_of_several_who_tick_at_once_one_wins(app: Flask) -> None:
    people = [make.staff(f"Staff {n}") for n in range(8)]
    task = make.task("Call Camille", role=people[0].role)
    task_id, staff_ids = task.id, [one.id for one in people]
    db.session.commit()
    outcomes: list[str] = []
    start = threading.Barrier(len(staff_ids))

    def tick(staff_id: int) -> None:
        with app.app_context():
            wanted, staff = db.session.get_one(Task, task_id), db.session.get_one(Staff, staff_id)
            db.session.commit()
            start.wait()
            try:
                desk.complete_task(wanted, by=staff)
                db.session.commit()
                outcomes.append("won")
            except desk.AlreadyDone as late:
                outcomes.append(late.winner)

    threads = [threading.Thread(target=tick, args=(staff_id,)) for staff_id in staff_ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    db.session.refresh(task)
    assert task.completed_by is not None
    assert sorted(outcomes) == sorted(["won", *[task.completed_by.name] * 7])
    assert kinds(task) == ["task.created", "task.completed"]


def test_a_tick_can_be_taken_back(app: Flask) -> None:
    lea = make.staff()
    task = make.task("Call Camille", assignee=lea)
    desk.complete_task(task, by=lea)

    desk.reopen_task(task, by=lea)
    desk.reopen_task(task, by=lea)

    assert titles(lea) == ["Call Camille"]
    assert kinds(task) == ["task.created", "task.completed", "task.reopened"]


@pytest.mark.req("TASK-11", "TASK-12")
def test_tasks_about_hot_people_come_first_and_can_be_had_alone(app: Flask) -> None:
    lea = make.staff()
    hot, hotter, cold = make.hot_contact("Ana", 12), make.hot_contact("Bea", 30), make.contact("Cleo")
    make.task("Overdue", assignee=lea, contact=cold, due_days=-3)
    make.task("Call Ana", assignee=lea, contact=hot, due_days=9)
    make.task("Call Bea", assignee=lea, contact=hotter)

    assert titles(lea) == ["Call Bea", "Call Ana", "Overdue"]
    assert titles(lea, only_hot=True) == ["Call Bea", "Call Ana"]


def test_today_ends_at_midnight_where_the_studio_is(app: Flask, clock: object) -> None:
    lea = make.staff()
    clock.set("2026-11-23 22:30", zone="Europe/Paris")  # type: ignore[attr-defined]
    make.task("Tonight", assignee=lea, due_days=1 / 24)
    make.task("After midnight", assignee=lea, due_days=2 / 24)

    shown = queries.desk_of(lea)

    assert [task.title for task in shown.today] == ["Tonight"]
    assert [task.title for task in shown.later] == ["After midnight"]
    assert queries.count_open(lea) == 1


@pytest.mark.req("ROLE-05")
def test_somebody_held_to_one_location_gets_no_shared_task_about_people_of_another(app: Flask) -> None:
    lyon, paris = make.location("Lyon"), make.location("Paris")
    lea = make.staff(only_location=lyon)
    make.task("About Lyon", role=lea.role, contact=make.contact(location=lyon))
    elsewhere = make.task("About Paris", role=lea.role, contact=make.contact(location=paris))
    make.task("About nobody", role=lea.role)

    assert sorted(titles(lea)) == ["About Lyon", "About nobody"]
    assert db.session.scalar(select(Task.id).where(Task.id == elsewhere.id, queries.within_reach(lea))) is None


def test_a_step_makes_its_task_once_however_often_it_runs(app: Flask) -> None:
    lea = make.staff()
    wanted = [
        desk.NewTask("Call Ana", assignee_id=lea.id),
        desk.NewTask("Call Bea", assignee_id=lea.id, contact_id=make.contact().id),
    ]
    before = db.session.scalar(select(func.count()).select_from(Task))

    assert len(desk.create_tasks(wanted)) == 2
    assert db.session.scalar(select(func.count()).select_from(Task)) == (before or 0) + 2


def test_a_task_is_for_exactly_one_person_role_or_location(app: Flask) -> None:
    with pytest.raises(ValueError, match="one person, one role or one location"):
        desk.NewTask("For nobody")
    with pytest.raises(ValueError, match="one person, one role or one location"):
        desk.NewTask("For two", assignee_id=1, role_id=1)


def test_a_title_that_is_too_long_is_cut(app: Flask) -> None:
    task = make.task("Call " + "é" * 400)

    assert task.title == "Call " + "é" * 194 + "…"

"""The Tasks page, as somebody at the desk uses it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from app.db import db
from app.demo import make
from app.staff.models import Staff
from app.tasks.models import Task
from tests.harness.client import Client

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def lea(client: Client) -> Staff:
    made = make.staff("Léa Fontaine")
    client.sign_in(made)
    return made


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are run meanwhile."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def listed(page: str) -> list[str]:
    groups = page.partition('id="task-groups"')[2].partition('id="task-pane"')[0]
    return re.findall(r"<b>(.*?)</b>", groups)


def toast(response: Any) -> Any:
    return json.loads(response.headers["HX-Trigger"])["toast"]


@pytest.mark.req("TASK-02", "TASK-05", "TASK-13")
def test_the_page_lists_the_tasks_and_shows_the_person_of_the_one_chosen(client: Client, lea: Staff) -> None:
    ana = make.hot_contact("Ana Bell", 12)
    make.task("Order mats", assignee=lea)
    call = make.task("Call Ana", assignee=lea, contact=ana, body="Thank her for Saturday.")

    page = client.get(f"/tasks?task={call.id}").text

    assert listed(page) == ["Call Ana", "Order mats"]
    pane = page.partition('id="task-pane"')[2]
    assert "Thank her for Saturday." in pane
    assert "Became hot, score 12" in pane
    assert "Hot lead, score </span>12" in pane
    assert f'href="tel:{ana.phone}"' in pane


def test_a_tick_completes_says_so_and_can_be_undone_from_the_toast(client: Client, lea: Staff) -> None:
    task = make.task("Call Ana", role=lea.role)

    done = client.post(f"/tasks/{task.id}/completion", headers=PARTIAL)

    assert task.status == "done"
    assert toast(done) == {"text": "Done: Call Ana", "tone": "ok", "undo": f"/tasks/{task.id}/opening"}
    client.post(toast(done)["undo"], headers=PARTIAL)
    assert task.status == "open"


@pytest.mark.req("TASK-06", "TASK-07")
def test_a_colleague_who_ticks_too_late_is_told_who_did_it(client: Client, lea: Staff) -> None:
    tom = make.staff("Tom Wright")
    task = make.task("Call Ana", role=lea.role)
    client.post(f"/tasks/{task.id}/completion", headers=PARTIAL)
    client.sign_in(tom)

    late = client.post(f"/tasks/{task.id}/completion", headers=PARTIAL)
    without_htmx = client.post(f"/tasks/{task.id}/completion")

    assert toast(late) == {"text": "Léa Fontaine has already done this.", "tone": "danger", "undo": None}
    assert "Done by Léa" in late.text
    assert (without_htmx.status_code, "Léa Fontaine has already done this." in without_htmx.text) == (409, True)
    assert listed(client.get("/tasks").text) == []
    assert task.completed_by == lea


@pytest.mark.req("TASK-12")
def test_hot_only_and_whose_are_in_the_address(client: Client, lea: Staff) -> None:
    make.task("Call Ana", assignee=lea, contact=make.hot_contact("Ana", 12))
    make.task("Order mats", role=lea.role)
    make.task("Plan summer", assignee=lea, due_days=60)

    assert listed(client.get("/tasks").text) == ["Call Ana", "Order mats"]
    assert listed(client.get("/tasks?hot=1").text) == ["Call Ana"]
    assert listed(client.get("/tasks?scope=role").text) == ["Order mats"]
    assert listed(client.get("/tasks?tab=later").text) == ["Plan summer"]


@pytest.mark.req("TASK-01")
def test_a_task_is_handed_out_about_somebody_to_a_role_until_a_time(
    client: Client, lea: Staff, clock: ModuleType
) -> None:
    clock.set("2026-11-23 10:00", zone="Europe/Paris")
    ana = make.contact("Ana Bell", email="ana@mail.example")
    asked = {
        "title": "Call Ana",
        "about": "Ana Bell · ana@mail.example",
        "handed_to": f"role:{make.role('manager').id}",
        "due_at": "2026-11-24T09:30",
        "body": "About the pack",
    }

    response = client.post("/tasks", data=asked, headers=PARTIAL)

    assert response.status_code == 204
    task = db.session.scalars(select(Task)).one()
    assert (task.contact, task.role, task.body) == (ana, make.role("manager"), "About the pack")
    assert task.due_at is not None
    assert task.due_at.isoformat() == "2026-11-24T08:30:00+00:00"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": " "}, "Say what is to do."),
        ({"title": "x" * 201}, "200"),
        ({"about": "Somebody Unknown"}, "Nobody is called that."),
        ({"handed_to": "person:999999"}, "Not a valid choice"),
        ({"due_at": "soon"}, "Not a valid datetime"),
    ],
)
def test_what_cannot_be_handed_out_is_said_by_the_field(
    client: Client, lea: Staff, wrong: dict[str, str], said: str
) -> None:
    asked = {"title": "Call Ana", "handed_to": f"person:{lea.id}"}

    response = client.post("/tasks", data=asked | wrong, headers=PARTIAL)

    assert response.status_code == 422
    assert said in response.text
    assert db.session.scalar(select(Task.id)) is None


def test_a_task_put_off_until_tomorrow_waits_under_later(client: Client, lea: Staff, clock: ModuleType) -> None:
    clock.set("2026-03-28 21:00", zone="Europe/Paris")  # the night in which the clocks go forward
    task = make.task("Call Ana", assignee=lea)

    client.post(f"/tasks/{task.id}/delay", data={"days": "1"}, headers=PARTIAL)

    assert task.due_at is not None
    assert task.due_at.isoformat() == "2026-03-29T07:00:00+00:00"
    assert listed(client.get("/tasks?tab=later").text) == ["Call Ana"]


def test_people_are_found_as_one_types_by_any_part_of_the_name(client: Client, lea: Staff) -> None:
    make.contact("Ana Bell", email="ana@mail.example")
    make.contact("Bea Cole", email="bea@mail.example")

    assert "Ana Bell · ana@mail.example" in client.get("/tasks/people?about=bel an").text
    assert "Bea" not in client.get("/tasks/people?about=%25").text


def test_the_page_asks_as_little_of_the_database_for_thirty_tasks_as_for_three(
    app: Flask, client: Client, lea: Staff
) -> None:
    def statements() -> int:
        client.get("/tasks")
        with counted() as seen:
            assert client.get("/tasks").status_code == 200
        return len(seen)

    for number in range(3):
        make.task(f"Call {number}", role=lea.role, contact=make.hot_contact(score=12))
    few = statements()
    for number in range(27):
        make.task(f"Call again {number}", role=lea.role, contact=make.contact())

    assert statements() == few
    assert few <= 25


@pytest.mark.req("LEAD-14", "LEAD-15")
def test_the_tasks_about_somebody_stand_on_their_page_and_open_in_a_dialog(client: Client, lea: Staff) -> None:
    dave, ana = make.staff("Dave Hill"), make.contact("Ana Bell")
    task = make.task("Welcome call", assignee=dave, contact=ana)

    panel = client.get(f"/contacts/{ana.id}/tasks").text
    dialog = client.get(f"/tasks/{task.id}", headers=PARTIAL).text

    assert "Welcome call" in panel
    assert "For Dave Hill" in panel
    assert "<dialog" in dialog
    client.post(f"/tasks/{task.id}/completion", headers=PARTIAL)
    client.sign_in(dave)
    assert listed(client.get("/tasks").text) == []

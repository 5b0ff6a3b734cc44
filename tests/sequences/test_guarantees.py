"""What the engine promises whatever happens: one step at a time, each once, no query more for a thousand than for
ten.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from threading import Barrier

import pytest
from flask import Flask
from flask_babel import lazy_gettext as _
from sqlalchemy import event, func, select

from app import clock, events
from app.contacts.models import Contact
from app.db import db, is_postgresql
from app.demo import make
from app.sequences import books, engine, enrolling, stats
from app.sequences.actions.registry import ACTIONS, DONE, Item, Outcome, Params, action
from app.sequences.engine import claiming
from app.sequences.models import StepRun
from tests.harness.work import Workers
from tests.sequences.conftest import Live, enrolments, only, post, tag, trace

SMS = {"id": "sms", "do": "sms", "body": "Hi ##{{first_name}}"}
TAG = {"id": "tag", "do": "tag.add", "tags": ["Regular"]}
MAIL = {"id": "mail", "do": "email", "wait": {"days": 1}, "subject": "Hello", "html": "<p>Hello</p>"}
CALL = {"id": "call", "do": "task", "title": "Call {{first_name}}", "assign": {"role": "Front desk"}}
KEEN = {"if": {"rules": [{"rule": "bookings.count", "op": ">=", "value": 1}]}, "then": [TAG], "else": [SMS]}
EXITS = [{"rule": "membership.purchased", "since": "enrolment"}, {"rule": "tag.has", "value": "VIP"}]


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements run within the block."""
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        said.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def people(number: int) -> list[Contact]:
    return [make.contact() for _ in range(number)]


@pytest.mark.req("WRK-01")
def test_no_query_more_for_many_people_than_for_few(live: Live, workers: Workers) -> None:
    live(CALL, KEEN, MAIL, trigger="api.event", exits=EXITS)

    def cost(number: int) -> tuple[int, int]:
        crowd = people(number)
        for someone in crowd:
            post("api.event", someone, name="x")
        db.session.commit()
        batch = list(
            db.session.scalars(
                select(events.Event).where(
                    events.Event.kind == "api.event", events.Event.contact_id.in_([one.id for one in crowd])
                )
            )
        )
        with counted() as entering:
            engine.enrol(batch)
        with counted() as going:
            engine.advance()
        db.session.commit()
        return len(entering), len(going)

    cost(3)  # the first time, programs are compiled
    assert cost(60) == cost(6)


@pytest.fixture
def fragile() -> Iterator[set[int]]:
    """An action that fails for the contacts in the set it gives."""
    unlucky: set[int] = set()

    @action("test.fragile", _("Fragile"), icon="x", params=Params, group="test")
    def run(items: Sequence[Item], _now: datetime) -> list[Outcome]:
        if unlucky & {item.contact_id for item in items}:
            raise RuntimeError("the other system is down")
        return [DONE] * len(items)

    yield unlucky
    del ACTIONS["test.fragile"]


@pytest.mark.req("WRK-06")
def test_a_step_that_fails_parks_that_person_and_the_others_go_on(
    live: Live, workers: Workers, fragile: set[int]
) -> None:
    sequence = live(TAG, {"id": "fragile", "do": "test.fragile"}, SMS)
    ana, ben, eva = people(3)
    fragile.add(ben.id)
    for someone in (ana, ben, eva):
        make.lead(someone)
    workers.run_until_idle()

    assert [only(one).status for one in (ana, ben, eva)] == ["completed", "failed", "completed"]
    assert (only(ben).step_id, only(ben).error) == ("fragile", "RuntimeError: the other system is down")
    assert books.books(sequence.id).balance

    fragile.clear()
    enrolling.retry_step(only(ben))
    workers.run_until_idle()
    assert only(ben).status == "completed"
    assert [step[0] for step in trace(only(ben))] == ["tag", "fragile", "sms"]


@pytest.mark.req("WRK-05", "CP-10", "EXIT-07")
@pytest.mark.parametrize("first", ["standard", "classpass"])
def test_the_classpass_recipe_comes_out_right_whichever_is_first(live: Live, workers: Workers, first: str) -> None:
    def standard() -> None:
        live(
            {"id": "standard", "do": "tag.add", "tags": ["Standard client"]},
            trigger="class.booked",
            exits=[{"rule": "tag.has", "value": "Classpass client"}],
        )

    def classpass() -> None:
        live(
            {"id": "on", "do": "tag.add", "tags": ["Classpass client"]},
            {"id": "off", "do": "tag.remove", "tags": ["Standard client"]},
            trigger="class.booked",
            filters={"class": ["Classpass Hatha"]},
        )

    for make_one in (standard, classpass) if first == "standard" else (classpass, standard):
        make_one()
    newcomers = people(25)
    for someone in newcomers:
        post("class.booked", someone, class_name="Classpass Hatha")
    workers.run_until_idle()

    for someone in newcomers:
        assert [one.name for one in someone.tags] == ["Classpass client"]


@pytest.mark.committed
@pytest.mark.req("WRK-05")
def test_what_another_worker_holds_is_left_to_it(app: Flask, live: Live, workers: Workers) -> None:
    if not is_postgresql():
        pytest.skip("SQLite has one writer at a time")
    for name in ("one", "two"):
        live({"id": name, "do": "tag.add", "tags": [name], "wait": {"hours": 1}}, trigger="tag.added", title=name)
    ana, ben = people(2)
    tag(ana, "New")
    tag(ben, "New")
    workers.run_until_idle()
    now = max(run.due_at for run in enrolments() if run.due_at)
    db.session.commit()

    first = claiming.claim(now, limit=1)  # takes one run of Ana's, and with it Ana
    with app.app_context():
        second = claiming.claim(now, limit=10)
        db.session.rollback()
    assert {one.contact_id for one in first} == {ana.id}
    assert {one.contact_id for one in second} == {ben.id}
    assert len(second) == 1


@pytest.mark.committed
@pytest.mark.req("ENR-08")
def test_two_workers_at_once_enrol_somebody_once_where_once_is_all(app: Flask, live: Live) -> None:
    if not is_postgresql():
        pytest.skip("SQLite has one writer at a time")
    sequence = live(TAG, trigger="api.event", single_enrolment=True)
    crowd = people(20)
    for _time in range(4):
        for someone in crowd:
            post("api.event", someone, name="x")
    db.session.commit()
    told = list(db.session.scalars(select(events.Event.id).where(events.Event.kind == "api.event")))
    together = Barrier(4)

    def enrol(share: int) -> None:
        with app.app_context():
            mine = events.Event.id.in_(told[share * 20 : share * 20 + 20])
            batch = list(db.session.scalars(select(events.Event).where(mine)))
            together.wait()
            engine.enrol(batch)
            db.session.commit()

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(enrol, range(4)))

    assert [len(enrolments(one, sequence)) for one in crowd] == [1] * 20


def test_a_run_meets_no_step_twice_even_when_it_is_moved_behind(live: Live, workers: Workers) -> None:
    sequence = live(TAG, MAIL)
    ana = make.lead().contact
    workers.run_until_idle()
    run = only(ana)
    run.step_id, run.due_at = "tag", clock.now()  # as an edit that puts the first step last would
    db.session.flush()
    workers.run_until_idle()

    assert db.session.scalar(select(func.count()).where(StepRun.enrolment_id == run.id)) == 1
    assert run.step_id == "mail"
    assert stats.step_stats(sequence)["tag"].done == 1

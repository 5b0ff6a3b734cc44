"""Nobody vanishes: what was written is held against what is there."""

from __future__ import annotations

from types import ModuleType

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update

from app import scans
from app.db import db
from app.demo import make
from app.sequences import books
from app.sequences.books import Gap
from app.sequences.models import Enrolment, Sequence, StepRun, Tally
from tests.harness.client import Client
from tests.harness.work import Workers
from tests.sequences.conftest import Live

TAG = {"id": "tag", "do": "tag.add", "tags": ["Regular"]}
MAIL = {"id": "mail", "do": "email", "wait": {"days": 1}, "subject": "Hello", "html": "<p>Hello</p>"}


@pytest.fixture
def busy(live: Live, workers: Workers, clock: ModuleType) -> Sequence:
    """A sequence with three people inside, its books just looked at."""
    clock.set("2026-06-01 10:00", zone="Europe/Paris")
    sequence = live(TAG, MAIL, title="Welcome")
    for _ in range(3):
        make.lead()
    workers.run_until_idle()
    scans.look()
    return sequence


@pytest.mark.req("BEY-03")
def test_the_books_balance_while_all_goes_well(busy: Sequence, clock: ModuleType, workers: Workers) -> None:
    assert books.findings().gaps == []
    clock.move(days=2)
    workers.run_until_idle()
    assert books.gaps() == []
    assert (books.books(busy.id).entered, books.books(busy.id).completed) == (3, 3)


@pytest.mark.req("BEY-03")
def test_a_row_deleted_by_hand_raises_an_alarm_within_a_minute(
    busy: Sequence, clock: ModuleType, client: Client
) -> None:
    one = db.session.scalars(select(Enrolment)).first()
    assert one is not None
    db.session.execute(delete(StepRun).where(StepRun.enrolment_id == one.id))
    db.session.execute(delete(Enrolment).where(Enrolment.id == one.id))

    clock.move(minutes=1)
    scans.look()
    db.session.commit()

    assert books.findings().gaps == [Gap(sequence_id=busy.id, title="Welcome", what="entered", written=3, found=2)]
    assert not books.books(busy.id).balance
    client.sign_in(make.staff("Inès Garnier", "owner"))
    assert "“Welcome” do not balance" in client.get("/tasks").text
    client.sign_in(make.staff("Léa Fontaine", "teacher"))
    assert "do not balance" not in client.get("/tasks").text


def test_a_step_that_is_missing_is_found_within_the_hour(busy: Sequence, clock: ModuleType) -> None:
    db.session.execute(delete(StepRun))

    clock.move(minutes=1)
    scans.look()
    assert books.findings().gaps == []
    clock.move(hours=1)
    scans.look()
    assert [(gap.what, gap.written, gap.found) for gap in books.findings().gaps] == [("step_runs", 3, 0)]
    clock.move(minutes=1)
    scans.look()
    assert len(books.findings().gaps) == 1, "until the steps are counted again, what was found of them stands"


def test_a_run_that_nobody_will_move_on_is_found(busy: Sequence, clock: ModuleType) -> None:
    one = select(Enrolment.id).limit(1).scalar_subquery()
    db.session.execute(update(Enrolment).where(Enrolment.id == one).values(due_at=None))
    assert [(gap.what, gap.found) for gap in books.gaps()] == [("stuck", 1)]


def test_what_an_operator_accepts_is_no_alarm_any_more(busy: Sequence, app: Flask) -> None:
    db.session.execute(delete(StepRun))
    db.session.commit()
    runner = app.test_cli_runner()

    first = runner.invoke(args=["doctor"])
    assert first.exit_code == 1
    assert f"!! books: sequence {busy.id} “Welcome”: 3 steps were done, 0 are written down" in first.output

    again = runner.invoke(args=["doctor", "--accept-books"])
    assert "1 gaps in the books are accepted." in again.output
    assert "ok books: balance" in again.output


def test_doctor_says_what_waits_for_a_person_and_who_is_silent(busy: Sequence, app: Flask) -> None:
    db.session.execute(update(Enrolment).values(status="failed"))
    db.session.commit()

    said = app.test_cli_runner().invoke(args=["doctor"])

    assert "ok database: answers" in said.output
    assert "ok tables: are the latest" in said.output
    assert "!! clock: has never run" in said.output
    assert "?  runs with an error: 3: see the people of the sequence" in said.output
    assert "ok messages in doubt: none" in said.output


def test_the_tally_is_added_up_and_says_the_same(
    busy: Sequence, clock: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(books, "ROWS_LEFT", 1)
    clock.move(minutes=1)
    scans.look()

    assert db.session.scalar(select(func.count()).select_from(Tally)) == 1
    assert books.gaps() == []

"""Each test starts at a studio's first day, whatever the ones before it committed."""

from __future__ import annotations

from contextvars import copy_context

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.contacts.models import Contact
from app.db import db, set_reading
from app.demo import make
from app.staff.models import Role
from tests.harness.client import Client
from tests.harness.work import Workers


def contacts() -> int:
    return db.session.scalar(select(func.count()).select_from(Contact)) or 0


@pytest.mark.parametrize("turn", ["first", "second"])
def test_what_a_test_commits_is_undone(app: Flask, turn: str) -> None:
    assert contacts() == 0
    make.contact()
    db.session.commit()
    make.contact()
    db.session.rollback()

    assert contacts() == 1


@pytest.mark.committed
@pytest.mark.parametrize("turn", ["first", "second"])
def test_what_a_test_commits_for_other_processes_is_emptied(app: Flask, turn: str) -> None:
    assert contacts() == 0
    make.contact()
    db.session.commit()

    with db.engine.connect() as elsewhere:
        assert elsewhere.scalar(select(func.count()).select_from(Contact)) == 1


def test_the_first_day_has_roles(app: Flask) -> None:
    assert make.role("owner").name == "Owner"
    assert (db.session.scalar(select(func.count()).select_from(Role)) or 0) > 3


def test_a_request_sees_what_the_test_has_done_and_keeps_its_own_state(client: Client) -> None:
    lea = make.staff("Léa Fontaine")
    assert client.get("/live").status_code == 303

    client.sign_in(lea)
    assert client.post("/sign-out").status_code == 303
    assert client.get("/live").status_code == 303


def test_a_request_that_only_reads_leaves_the_test_free_to_write(client: Client) -> None:
    set_reading(False)
    before = [*copy_context().items()]

    client.get("/sign-in")

    assert [*copy_context().items()] == before, "on SQLite, what begins as a reader cannot become a writer"


def test_workers_do_what_is_due(workers: Workers) -> None:
    ana = make.client()
    workers.run_until_idle()

    assert ana.is_client

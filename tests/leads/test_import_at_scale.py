"""Large files, and workers that die in the middle of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import event

from app import work
from app.contacts.models import Contact
from app.db import db
from app.demo import make
from app.leads import round_robin
from app.leads.importing import handing_in, running
from app.leads.importing.models import DONE, LeadImport, LeadImportRow
from app.leads.models import Lead
from app.staff.models import Staff
from tests.harness import queries as asking
from tests.harness.client import Client
from tests.harness.work import Workers
from tests.leads import imports


def begun(rows: int, by: Staff) -> LeadImport:
    made = handing_in.hand_in("large.csv", imports.people(rows).encode(), make.source("Fair"), by=by)
    handing_in.start(made)
    db.session.commit()
    return made


@pytest.mark.req("BEY-19")
@pytest.mark.timeout(180)
def test_a_batch_of_a_large_file_asks_as_much_as_any_other(app: Flask) -> None:
    round_robin.choose_members([make.staff("Dave Grant"), make.staff("Anna Bell")])
    round_robin.switch(on=True)
    made = begun(20_000, make.staff("Inès Garnier", "owner"))
    assert made.rows == db.session.query(LeadImportRow).count() == 20_000

    asked = []
    for _batch in range(4):
        with asking.counted() as questions:
            work.run_batch(handing_in.ACTOR)
        asked.append(len(questions))

    assert db.session.query(Lead).count() == 4 * running.BATCH
    assert max(asked) < 25
    assert max(asked) - min(asked) <= 3, "a batch of a large file asks as much as any other"


class Killed(BaseException):
    """What a worker does not live to see."""


@contextmanager
def failing_at(first_name: str, fault: BaseException) -> Iterator[None]:
    """The database refuses to take one person."""

    def refuse(_mapper: object, _connection: object, contact: Contact) -> None:
        if contact.first_name == first_name:
            raise fault

    event.listen(Contact, "before_insert", refuse)
    try:
        yield
    finally:
        event.remove(Contact, "before_insert", refuse)


@pytest.mark.req("BEY-19")
def test_a_worker_that_dies_in_a_batch_leaves_nothing_double_and_nothing_out(owner: Client, workers: Workers) -> None:
    imports.hand_in(owner, imports.people(624))
    made = imports.start(owner)

    with failing_at("Ana350", Killed()), pytest.raises(Killed):
        workers.run_until_idle()
    assert db.session.query(Lead).count() == running.BATCH
    assert "200 of 624 rows are in" in imports.text_of(owner.get(f"/leads/imports/{made.id}"))

    workers.run_until_idle()

    assert made.status == DONE
    assert made.tally == {"created": 624}
    assert len(imports.outcomes(made)) == 624
    assert db.session.query(Lead).count() == db.session.query(Contact).count() == 624


def test_one_row_that_cannot_be_saved_does_not_spoil_the_others(owner: Client, workers: Workers) -> None:
    imports.hand_in(owner, imports.people(10))
    made = imports.start(owner)

    with failing_at("Ana4", ValueError("no such person")):
        workers.run_until_idle()

    assert made.tally == {"created": 9, "refused": 1}
    assert imports.outcomes(made)[3] == (5, "refused", "failed")

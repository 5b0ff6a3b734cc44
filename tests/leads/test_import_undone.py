"""Taking an import back, and what stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.contacts import erase
from app.contacts.models import Contact
from app.db import db
from app.demo import make
from app.leads import board, queries, round_robin
from app.leads.importing.models import LeadImport, LeadImportRow
from app.leads.models import Lead
from app.messaging.models import Message
from app.sequences import books
from app.sequences.models import Tally
from tests.harness.client import Client
from tests.harness.work import Workers
from tests.leads import imports

Undo = Callable[[LeadImport], None]

# The import itself and its receipt stay, and the e-mails that told the team of its leads. The tally of the sequences
# adds up to what it was; line by line it does not.
STAYING = {one.__tablename__ for one in (LeadImport, LeadImportRow, Message, Tally)}


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """The whole database but what stays, table by table."""
    db.session.expire_all()
    tables = [table for table in db.metadata.sorted_tables if table.name not in STAYING]
    return {
        table.name: [tuple(row) for row in db.session.execute(select(table).order_by(*table.primary_key))]
        for table in tables
    }


@pytest.fixture
def undo(owner: Client, workers: Workers) -> Undo:
    def undone(made: LeadImport) -> None:
        assert owner.post(f"/leads/imports/{made.id}/undoing").status_code == 303
        workers.run_until_idle()

    return undone


@pytest.mark.req("BEY-19")
@pytest.mark.parametrize("sequence", ["none", "waiting"])
def test_an_import_taken_back_leaves_the_database_as_it_was(
    owner: Client, workers: Workers, undo: Undo, sequence: str
) -> None:
    round_robin.choose_members([make.staff("Dave Grant"), make.staff("Anna Bell"), make.staff("Tom Wright")])
    round_robin.switch(on=True)
    if sequence == "waiting":
        make.sequence({"do": "sms", "body": "Hi", "wait": {"days": 1}}, title="Welcome")
    make.lead(make.contact(email="ana3@mail.example"), from_source="Dashboard")
    make.lead(make.contact(email="ana4@mail.example"), from_source="Website form")
    make.contact("Ana4", email="ana5@mail.example", last_name="")
    workers.run_until_idle()
    before = everything()

    imports.hand_in(owner, imports.people(624))
    made = imports.start(owner)
    workers.run_until_idle()
    assert made.tally == {"created": 621, "merged": 2, "skipped": 1}
    assert everything() != before
    assert "Take 623 leads back" in owner.get(f"/leads/imports/{made.id}/undoing").text

    undo(made)

    assert db.session.query(Message).filter(Message.contact_id.is_not(None)).count() == 0
    assert books.gaps() == []
    after = everything()
    assert {name for name in before if before[name] != after[name]} == set()
    assert made.tally == {"taken_back": 623, "skipped": 1}
    assert "623 leads were taken back" in imports.text_of(owner.get(f"/leads/imports/{made.id}"))
    undo(made)
    assert everything() == after


@pytest.mark.req("BEY-19")
def test_a_lead_with_whom_something_has_happened_stays_and_it_is_said(
    owner: Client, workers: Workers, undo: Undo
) -> None:
    make.sequence({"do": "sms", "body": "Hi"}, title="At once", filters={"source": ["Website form"]})
    imports.hand_in(owner, imports.people(8))
    made = imports.start(owner)
    workers.run_until_idle()
    moved, tasked, tagged, erased, again, *_rest = (lead.contact for lead in imports.leads())
    board.move_lead(imports.leads()[0], queries.all_stages()[1], by=make.staff())
    make.task(contact=tasked)
    make.points(tagged, 5)
    erase.erase_contact(erased, by=make.staff())
    make.lead(again, from_source="Website form")
    workers.run_until_idle()
    assert "5 leads stay" in imports.text_of(owner.get(f"/leads/imports/{made.id}/undoing"))

    undo(made)

    assert made.tally == {"created": 5, "taken_back": 3}
    left = {row.contact_id for row in db.session.query(LeadImportRow) if row.lead_id is not None}
    assert left == {moved.id, tasked.id, tagged.id, erased.id, again.id}
    assert "5 stay: something has happened with them since." in imports.text_of(owner.get(f"/leads/imports/{made.id}"))
    gone = db.session.query(LeadImportRow).filter_by(outcome="taken_back").all()
    assert {(row.first_name, row.email) for row in gone} == {("", "")}


def test_somebody_known_before_keeps_what_happened_and_loses_only_the_lead(
    owner: Client, workers: Workers, undo: Undo
) -> None:
    known = make.client("Kim", email="ana1@mail.example", last_name="")
    make.task(contact=known)
    imports.hand_in(owner, imports.people(1))
    made = imports.start(owner)
    workers.run_until_idle()
    assert (known.first_name, known.last_name) == ("Kim", "Silva1")
    make.task(contact=known)

    undo(made)

    assert (known.first_name, known.last_name) == ("Kim", "")
    assert imports.leads() == []


def test_what_a_sequence_has_begun_stays(owner: Client, workers: Workers, undo: Undo) -> None:
    make.sequence(
        {"do": "tag.add", "tags": ["Fair"]}, {"do": "sms", "body": "Hi", "wait": {"days": 1}}, title="At once"
    )
    imports.hand_in(owner, imports.people(3))
    made = imports.start(owner)
    workers.run_until_idle()

    undo(made)

    assert made.tally == {"created": 3}
    assert db.session.query(Contact).count() == db.session.query(Lead).count() == 3


def test_a_receipt_says_nothing_of_somebody_who_is_erased(owner: Client, workers: Workers) -> None:
    file = "\n".join([imports.people(2), "Ana,Again,ANA1@mail.example", f"{'x' * 300},,ana1@mail.example"])
    imports.hand_in(owner, file)
    made = imports.start(owner)
    workers.run_until_idle()
    erase.erase_contact(imports.leads()[0].contact, by=make.staff())

    rows = db.session.query(LeadImportRow).filter_by(import_id=made.id).order_by(LeadImportRow.number).all()
    assert [(row.outcome, row.email) for row in rows] == [
        ("created", ""),
        ("created", "ana2@mail.example"),
        ("skipped", ""),
        ("refused", ""),
    ]
    assert [row.first_name for row in rows] == ["", "Ana2", "", ""]
    assert "ana1@" not in owner.get(f"/leads/imports/{made.id}/receipt.csv").text.lower()

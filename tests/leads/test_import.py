"""Importing leads, from the file to its receipt."""

from __future__ import annotations

import csv
import io
from types import ModuleType

import pytest
from sqlalchemy import func, select

from app.contacts.models import Contact
from app.db import db
from app.demo import make
from app.events.models import Event
from app.leads import queries, round_robin
from app.leads.models import Lead
from app.sequences.models import Enrolment
from tests.harness.client import Client
from tests.harness.work import Workers
from tests.leads import imports


def count(of: type[object]) -> int:
    return db.session.scalar(select(func.count()).select_from(of)) or 0


@pytest.mark.req("IMP-01", "IMP-05")
def test_two_hundred_rows_are_two_hundred_leads_in_the_first_stage(owner: Client, workers: Workers) -> None:
    page = imports.hand_in(owner, imports.people(200), source="Website form")
    assert "200 people 200 new leads" in imports.text_of(page)
    assert count(Lead) == 0

    made = imports.start(owner)
    workers.run_until_idle()

    assert count(Lead) == count(Contact) == 200
    assert {lead.stage for lead in db.session.query(Lead)} == {queries.first_stage()}
    assert {lead.source.name for lead in db.session.query(Lead)} == {"Website form"}
    assert made.tally == {"created": 200}
    assert "200 leads" in imports.text_of(owner.get(f"/leads/imports/{made.id}"))


@pytest.mark.req("IMP-06")
def test_imported_leads_go_round_and_start_the_sequences_of_new_leads(owner: Client, workers: Workers) -> None:
    dave, anna = make.staff("Dave Grant"), make.staff("Anna Bell")
    round_robin.choose_members([dave, anna])
    round_robin.switch(on=True)
    make.sequence({"do": "sms", "body": "Hi", "wait": {"days": 1}}, title="Welcome")

    imports.hand_in(owner, imports.people(4))
    imports.start(owner)
    workers.run_until_idle()

    leads = db.session.query(Lead).order_by(Lead.id).all()
    assert [lead.assignee for lead in leads] == [dave, anna, dave, anna]
    assert {one.lead_id for one in db.session.query(Enrolment)} == {lead.id for lead in leads}


@pytest.mark.req("BEY-19", "IMP-06")
def test_the_consequences_are_said_first_and_sequences_may_stay_out(owner: Client, workers: Workers) -> None:
    make.sequence(
        {"do": "sms", "body": "Hi", "wait": {"days": 1}},
        {
            "if": {"rules": [{"rule": "tag.has", "value": "VIP"}]},
            "then": [{"do": "email", "subject": "A", "html": "<p>A</p>"}],
            "else": [{"do": "task", "title": "Call", "assign": {"role": "Front desk"}}],
        },
        title="Welcome",
    )
    make.sequence({"do": "sms", "body": "Hi"}, title="Other pages", filters={"source": ["Website form"]})
    for number in range(1, 15):
        make.lead(make.contact(email=f"ana{number}@mail.example"), from_source="Dashboard")
    make.contact(email="ANA15@mail.example")
    workers.run_until_idle()
    enrolled = count(Enrolment)

    page = imports.text_of(imports.hand_in(owner, imports.people(412)))
    assert "412 people 398 new leads" in page
    assert "14 are skipped: open leads from this source already." in page
    assert "1 of them is somebody you know" in page
    assert "1 active sequence listens to new leads: Welcome (up to 796 messages)" in page

    made = imports.start(owner, is_quiet="y")
    workers.run_until_idle()

    assert made.tally == {"created": 397, "merged": 1, "skipped": 14}
    assert count(Lead) == 412
    assert count(Enrolment) == enrolled
    assert "without starting sequences" in owner.get(f"/leads/imports/{made.id}").text


@pytest.mark.req("IMP-06", "BEY-19")
def test_every_row_has_its_outcome_and_reason_in_the_receipt(owner: Client, workers: Workers) -> None:
    make.lead(make.contact(email="open@mail.example"), from_source="Dashboard")
    known = make.contact("Kim", email="known@mail.example", last_name="")
    file = "\n".join(
        [
            "email,nom,prénom",
            "ana@mail.example,Silva,Ana",
            "known@mail.example,Lee,Kimberly",
            "OPEN@mail.example,Moreau,Camille",
            "",
            "ANA@MAIL.example,Silva,Ana",
            "ben@,Ali,Ben",
            ",Petit,Cleo",
            "nameless@mail.example,,",
            f"long@mail.example,{'x' * 201},Lou",
            '"=1+1",Formula,Eve',
        ]
    )
    page = imports.text_of(imports.hand_in(owner, file))
    assert "9 people 5 new leads" in page
    assert "The same person as row 2" in page

    made = imports.start(owner)
    workers.run_until_idle()

    assert imports.outcomes(made) == [
        (2, "created", ""),
        (3, "merged", ""),
        (4, "skipped", "open_already"),
        (6, "skipped", "repeated"),
        (7, "created", "bad_email"),
        (8, "created", "no_email"),
        (9, "refused", "no_name"),
        (10, "refused", "too_long"),
        (11, "created", "bad_email"),
    ]
    assert (known.first_name, known.last_name) == ("Kim", "Lee")
    marked = [lead.contact.name for lead in db.session.query(Lead).order_by(Lead.id) if lead.is_fraudulent]
    assert marked == ["Ben Ali", "Cleo Petit", "Eve Formula"]

    receipt = owner.get(f"/leads/imports/{made.id}/receipt.csv")
    lines = list(csv.reader(io.StringIO(receipt.text.removeprefix("\ufeff"))))
    assert len(lines) == 1 + 9
    assert lines[3] == ["4", "Camille", "Moreau", "OPEN@mail.example", "Skipped", "Has an open lead from this source"]
    assert lines[9][3] == "'=1+1"
    shown = imports.text_of(owner.get(f"/leads/imports/{made.id}?outcome=skipped"))
    assert "Camille Moreau" in shown
    assert "Ben Ali" not in shown


@pytest.mark.req("IMP-06")
def test_the_timeline_says_that_it_was_an_import_and_whose(owner: Client, workers: Workers) -> None:
    imports.hand_in(owner, imports.people(1))
    imports.start(owner)
    workers.run_until_idle()

    told = db.session.query(Event).filter_by(kind="lead.created").one()
    assert (told.actor_kind, told.actor_name) == ("staff", "Inès Garnier")
    page = imports.text_of(owner.get(f"/contacts/{told.contact_id}"))
    assert "New lead from Dashboard, imported from a file Inès Garnier" in page


def test_the_file_goes_with_its_confirmation_and_one_that_nobody_confirms_after_a_day(
    owner: Client, workers: Workers, clock: ModuleType
) -> None:
    clock.set("2026-03-02 10:00")
    imports.hand_in(owner, imports.people(3))
    confirmed = imports.start(owner)
    assert confirmed.text is None
    imports.hand_in(owner, imports.people(3))
    left = imports.latest().id
    assert "Not confirmed" in imports.text_of(owner.get("/leads/imports"))

    clock.set("2026-03-03 09:59")
    workers.look()
    assert owner.get(f"/leads/imports/{left}").status_code == 200

    clock.set("2026-03-03 10:01")
    workers.look()
    assert owner.get(f"/leads/imports/{left}").status_code == 404
    assert owner.get(f"/leads/imports/{confirmed.id}").status_code == 200


def test_confirming_twice_and_discarding_afterwards_do_nothing(owner: Client, workers: Workers) -> None:
    imports.hand_in(owner, imports.people(3))
    made = imports.start(owner)
    imports.start(owner)
    workers.run_until_idle()

    assert count(Lead) == 3
    assert owner.post(f"/leads/imports/{made.id}/removal").status_code == 404
    imports.start(owner)
    workers.run_until_idle()
    assert count(Lead) == 3

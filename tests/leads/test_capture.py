"""How leads come into being, and whose they are."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import events
from app.contacts import erase, people
from app.contacts.models import Contact
from app.db import db
from app.demo import make
from app.events.models import Event
from app.leads import capture, conversion, queries, round_robin
from app.leads.models import CONVERTED, Lead
from app.staff.models import Staff

CLIENT = events.Actor.client()

anew = pytest.mark.usefixtures("app")


def kinds(contact: Contact) -> list[str]:
    wanted = select(Event.kind).where(Event.contact_id == contact.id).order_by(Event.id)
    return [kind for kind in db.session.scalars(wanted) if kind.startswith("lead.")]


@anew
@pytest.mark.req("GEN-02", "SRC-04")
def test_a_second_capture_from_one_source_is_a_repeat_on_the_open_lead() -> None:
    ana = make.contact("Ana Silva")

    first = make.lead(ana, from_source="Pricing page", custom={"goal": "Sleep"})
    second = make.lead(ana, from_source="Pricing page", custom={"level": "Gentle"}, note="Wrote again")

    assert second is first
    assert first.source.name == "Pricing page"
    assert first.custom == {"goal": "Sleep", "level": "Gentle"}
    assert kinds(ana) == ["lead.created", "lead.repeated"]


@anew
@pytest.mark.req("GEN-02", "LEAD-02")
def test_a_customer_with_a_closed_lead_may_have_another() -> None:
    ana = make.client("Ana Silva")
    closed = make.lead(ana)
    closed.status = CONVERTED

    checkout = queries.built_in_source("abandoned_checkout")
    opened = capture.capture_lead(ana, checkout, by=CLIENT, item_kind="pack", item="10 classes")

    assert [lead.is_open for lead in queries.leads_of(ana.id)] == [True, False]
    assert (opened.was_client, opened.item) == (True, "10 classes")


@anew
@pytest.mark.req("LEAD-12", "LEAD-13")
def test_new_leads_go_round_those_who_take_part_and_old_ones_stay() -> None:
    waiting = [make.lead() for _ in range(3)]
    dave, anna = make.staff("Dave"), make.staff("Anna")
    round_robin.choose_members([dave, anna])
    round_robin.switch(on=True)

    given = [make.lead().assignee for _ in range(4)]

    assert given == [dave, anna, dave, anna]
    assert [lead.assignee for lead in waiting] == [None, None, None]


@anew
@pytest.mark.req("LEAD-12")
def test_who_joins_is_last_in_line_and_who_has_left_is_passed_over() -> None:
    dave, anna, carl = make.staff("Dave"), make.staff("Anna"), make.staff("Carl")
    round_robin.choose_members([dave, anna])
    round_robin.switch(on=True)
    assert make.lead().assignee == dave

    round_robin.choose_members([carl, dave, anna])
    anna.is_active_account = False

    assert [make.lead().assignee for _ in range(3)] == [carl, dave, carl]


@anew
def test_a_repeat_and_a_lead_given_by_hand_use_nobodys_turn() -> None:
    dave, anna = make.staff("Dave"), make.staff("Anna")
    round_robin.choose_members([dave, anna])
    round_robin.switch(on=True)
    first = make.lead()

    make.lead(first.contact)
    make.lead(assignee=make.staff("Eve"))

    assert make.lead().assignee == anna


@pytest.mark.committed
@pytest.mark.req("LEAD-12", "GEN-02", "GEN-07")
def test_captures_at_the_same_moment_make_one_person_one_lead_and_share_the_turns(app: Flask) -> None:
    round_robin.choose_members([make.staff("Dave"), make.staff("Anna")])
    round_robin.switch(on=True)
    source_id = make.source("Website form").id
    db.session.commit()

    def arrive(address: str) -> None:
        with app.app_context():
            source = queries.get_source(source_id)
            capture.capture_person(people.Details("Ana", email=address), source, by=CLIENT, via="form")
            db.session.commit()

    with ThreadPoolExecutor(6) as crowd:
        list(crowd.map(arrive, ["ana@x.org", "ANA@x.org", "ben@x.org", "cleo@x.org", "dan@x.org", "ana@x.org"]))

    assert db.session.scalar(select(func.count()).select_from(Contact)) == 4
    shared = db.session.execute(
        select(Staff.name, func.count()).join(Lead, Lead.assignee_id == Staff.id).group_by(Staff.name)
    )
    assert sorted(tuple(row) for row in shared) == [("Anna", 2), ("Dave", 2)]


@anew
@pytest.mark.req("LEAD-19")
@pytest.mark.parametrize(("faulty", "typed"), [("email", "ana@"), ("phone", "+33 000")])
def test_what_cannot_be_used_marks_the_lead_until_there_is_something_better(faulty: str, typed: str) -> None:
    details = people.Details("Ana", email=typed) if faulty == "email" else people.Details("Ana", phone=typed)
    lead = capture.capture_person(details, make.source(), by=make.staff("Lea"), via="dashboard")
    assert lead.is_fraudulent
    assert lead.lasting_faults == {faulty: typed}

    setattr(lead.contact, faulty, {"email": "ana@x.org", "phone": "+33612345678"}[faulty])

    assert lead.lasting_faults == {}


@anew
@pytest.mark.req("LEAD-17")
@pytest.mark.parametrize(
    ("was_client", "source", "bought", "converts"),
    [
        (False, "Website form", "intro", True),
        (False, "Website form", "class", True),
        (True, "Abandoned checkout", "product", True),
        (True, "Website form", "intro", False),
        (True, "Website form", "class", False),
        (True, "Website form", "subscription", True),
        (True, "Website form", "pack", True),
    ],
)
def test_which_purchase_closes_which_lead(was_client: bool, source: str, bought: str, converts: bool) -> None:
    ana = make.client("Ana Silva") if was_client else make.contact("Ana Silva")
    lead = make.lead(ana, from_source=source)

    conversion.convert_open_leads(ana, by=CLIENT, item_kind=bought, item="Something", sale="S-1")

    assert (lead.status == CONVERTED) is converts
    assert (lead.converted_at is not None, lead.sale) == (converts, "S-1" if converts else "")


@anew
def test_what_a_lead_tells_of_somebody_goes_when_they_are_erased() -> None:
    lead = make.lead(
        make.contact("Ana Silva", email=None), note="Her knee", custom={"goal": "Sleep"}, faults={"email": "a@"}
    )

    erase.erase_contact(lead.contact, by=make.staff("Inès", "owner"))
    db.session.refresh(lead)

    assert (lead.note, lead.custom, lead.faults) == ("", {}, {})
    assert lead.is_open

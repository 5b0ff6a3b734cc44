"""One person's page and drawer, and what is done there."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.contacts import consent, custom_fields, details, tags, timeline
from app.contacts.models import ConsentEntry, Contact
from app.db import db
from app.demo import make
from app.lifecycle import board, stages
from app.staff.models import Staff
from tests.harness import queries
from tests.harness.client import Client

HX = {"HX-Request": "true", "HX-Request-Type": "partial"}


def newest(contact: Contact) -> tuple[str, str]:
    entry = timeline.timeline_of(contact).rows[0]
    return entry.sentence, entry.by


@pytest.mark.req("CUS-01")
def test_selecting_a_contact_opens_a_drawer_with_what_matters(client: Client, owner: Staff) -> None:
    ana = make.contact("Ana Silva", email="ana@mail.example", tags=["Regular"])
    ana.score, ana.hot_since = 7, ana.created_at

    drawer = client.get(f"/contacts/{ana.id}/drawer", headers=HX).text
    activities = client.get(f"/contacts/{ana.id}/drawer?tab=activities", headers=HX).text

    for shown in ("Ana Silva", "ana@mail.example", "New lead", "Regular", "Hot lead, score", "Activities"):
        assert shown in drawer
    assert "<html" not in drawer
    assert "Contact created" in activities


def test_without_javascript_the_drawer_is_the_profile(client: Client, owner: Staff) -> None:
    ana = make.contact("Ana Silva")

    assert client.get(f"/contacts/{ana.id}/drawer").headers["Location"] == f"/contacts/{ana.id}"


@pytest.mark.req("LIFE-14", "LIFE-15", "LIFE-16")
def test_a_stage_is_chosen_and_cleared(client: Client, owner: Staff) -> None:
    ana = make.contact("Ana Silva")
    address = f"/contacts/{ana.id}/lifecycle-stage"

    shown = client.post(address, data={"stage": "customer", "rev": "new_lead"}, headers=HX)
    assert "🌿 Customer" in shown.text
    assert "Clear selection" in shown.text
    assert newest(ana) == ("Moved from 🌱 New lead to 🌿 Customer", "Inès Garnier")

    cleared = client.post(address, data={"stage": "", "rev": "customer"}, headers=HX)
    assert "Clear selection" not in cleared.text
    assert ana.lifecycle_stage is None

    assert client.post(address, data={"stage": "nirvana"}, headers=HX).status_code == 404


def test_a_stage_somebody_else_changed_meanwhile_is_refused(client: Client, owner: Staff) -> None:
    ana = make.contact("Ana Silva")
    board.move_contact(ana, stages.stage_by_key("payment"), by=owner)

    refused = client.post(f"/contacts/{ana.id}/lifecycle-stage", data={"stage": "customer", "rev": "new_lead"})

    assert refused.status_code == 409
    assert "Somebody was faster: Ana Silva is now in Payment." in refused.text


@pytest.mark.req("TAG-06", "TAG-01")
def test_tags_are_added_and_removed_on_the_profile(client: Client, owner: Staff) -> None:
    tags.create_tag("Heated room", ["class"])
    regular = tags.create_tag("Regular")
    ana = make.contact("Ana Silva")
    offered = client.get(f"/contacts/{ana.id}").text
    assert '<option value="Regular">' in offered
    assert "Heated room" not in offered

    shown = client.post(f"/contacts/{ana.id}/tags", data={"name": " regular "}, headers=HX).text
    assert "Regular" in shown
    assert newest(ana) == ("Tag Regular added", "Inès Garnier")

    client.post(f"/contacts/{ana.id}/tags/{regular.id}/removal", headers=HX)
    assert newest(ana) == ("Tag Regular removed", "Inès Garnier")
    assert ana.tags == []


@pytest.mark.req("UNS-01")
@pytest.mark.parametrize("kind", ["email_marketing", "email_transactional", "sms_marketing"])
def test_the_cross_ends_one_subscription_only(client: Client, owner: Staff, kind: str) -> None:
    ana = make.contact("Ana Silva")
    assert f"/contacts/{ana.id}/consent/{kind}/withdrawal" in client.get(f"/contacts/{ana.id}").text

    client.post(f"/contacts/{ana.id}/consent/{kind}/withdrawal", headers=HX)

    assert [key for key, holds in ana.consent.items() if not holds] == [kind]


@pytest.mark.req("UNS-02")
def test_the_arrow_subscribes_again_and_logs_who_did_it_and_why(client: Client, owner: Staff) -> None:
    ana = make.contact("Ana Silva")
    consent.withdraw(ana, ["sms_marketing"], by=owner, via="staff")
    arrow = f"/contacts/{ana.id}/consent/sms_marketing"
    assert f'href="{arrow}"' in client.get(f"/contacts/{ana.id}").text
    assert "proof of consent" in client.get(arrow, headers=HX).text

    client.post(arrow, data={"ground": "by_phone", "note": "called on Monday"}, headers=HX)

    assert ana.sms_marketing
    assert newest(ana) == ("Subscribed to marketing SMS", "Inès Garnier")
    line = db.session.scalars(select(ConsentEntry).order_by(ConsentEntry.id.desc())).first()
    assert line is not None
    assert (line.is_given, line.actor_name, line.note) == (True, "Inès Garnier", "by_phone: called on Monday")


def test_a_subscription_there_is_not_is_not_found(client: Client, owner: Staff) -> None:
    ana = make.contact("Ana Silva")

    assert client.post(f"/contacts/{ana.id}/consent/carrier_pigeon/withdrawal").status_code == 404


@pytest.mark.req("CUS-03")
def test_a_client_is_added_from_the_client_list(client: Client, owner: Staff) -> None:
    assert "New client" in client.get("/clients").text

    answer = client.post("/clients/new", data={"first_name": "Ana", "email": "ana@mail.example"})

    ana = db.session.scalars(select(Contact)).one()
    assert answer.headers["Location"] == f"/contacts/{ana.id}"
    assert ana.is_client
    kinds = [entry.kind for entry in timeline.timeline_of(ana).rows]
    assert {"client.created_from_dashboard", "client.created"} <= set(kinds)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Give a name, an e-mail address or a phone number."),
        ({"first_name": "Ana", "email": "ana@nowhere"}, "This address looks incomplete."),
        ({"first_name": "Ana", "phone": "12"}, "No number looks like this."),
        ({"first_name": "x" * 1_000_000}, "At most 200 characters."),
    ],
)
def test_what_cannot_be_used_is_said_by_the_field(
    client: Client, owner: Staff, typed: dict[str, str], said: str
) -> None:
    answer = client.post("/clients/new", data=typed, headers=HX)

    assert answer.status_code == 422
    assert said in answer.text
    assert db.session.scalars(select(Contact)).all() == []


def test_names_in_any_script_are_kept_as_typed(client: Client, owner: Staff) -> None:
    client.post("/clients/new", data={"first_name": "مريم 🌿", "last_name": "O’Neill\0<b>"})

    ana = db.session.scalars(select(Contact)).one()
    assert ana.name == "مريم 🌿 O’Neill<b>"
    assert "O’Neill&lt;b&gt;" in client.get("/clients").text


def test_details_and_custom_fields_are_edited(client: Client, owner: Staff) -> None:
    custom_fields.create_field("Shoe size", custom_fields.NUMBER)
    custom_fields.create_field("Birthday", custom_fields.DATE)
    custom_fields.create_field("Level", custom_fields.CHOICE, choices=["Gentle", "Strong"])
    ana = make.contact("Ana Silva", phone=None)
    form = client.get(f"/contacts/{ana.id}/details", headers=HX).text
    assert 'type="date"' in form

    typed = {"first_name": "Ana", "last_name": "Sousa", "email": ana.email or "", "rev": "1"}
    values = {"custom_shoe_size": "38,5", "custom_birthday": "1990-03-21", "custom_level": "Strong"}
    client.post(f"/contacts/{ana.id}/details", data=typed | values, headers=HX)

    assert ana.name == "Ana Sousa"
    assert ana.custom == {"shoe_size": 38.5, "birthday": "1990-03-21", "level": "Strong"}
    assert newest(ana) == ("Details changed", "Inès Garnier")

    wrong = client.post(f"/contacts/{ana.id}/details", data=typed | {"rev": "2", "custom_shoe_size": "big"}, headers=HX)
    assert wrong.status_code == 422
    assert "This is not a number." in wrong.text


def test_the_second_of_two_who_edit_keeps_what_was_typed_and_is_told(client: Client, owner: Staff) -> None:
    ana = make.contact("Ana Silva")
    details.change_details(ana, details.Changes("Ana", "Sousa", ana.email, ana.phone), by=owner)

    late = client.post(f"/contacts/{ana.id}/details", data={"first_name": "Annabelle", "rev": "1"}, headers=HX)

    assert late.status_code == 409
    assert "Somebody was faster" in late.text
    assert "Annabelle" in late.text
    assert ana.name == "Ana Sousa"


def test_an_address_of_somebody_else_is_said_at_the_field(client: Client, owner: Staff) -> None:
    make.contact("Ben Ali", email="ben@mail.example")
    ana = make.contact("Ana Silva")

    answer = client.post(f"/contacts/{ana.id}/details", data={"email": "Ben@mail.example", "rev": "1"}, headers=HX)

    assert answer.status_code == 422
    assert "This is already the address of Ben Ali." in answer.text


def test_only_those_who_may_erase_can(client: Client, agent: Staff) -> None:
    ana = make.contact("Ana Silva")

    assert client.post(f"/contacts/{ana.id}/erasure").status_code == 403
    assert "Erase" not in client.get(f"/contacts/{ana.id}").text
    assert ana.erased_at is None


@pytest.mark.req("CUS-06")
def test_activities_are_listed_newest_first_with_actor_and_time(client: Client, owner: Staff) -> None:
    ana = make.contact("Ana Silva")
    tags.add_tags([ana.id], tags.find_or_create_tags(["Regular"]), by=owner)

    page = client.get(f"/contacts/{ana.id}/timeline", headers=HX).text

    assert page.index("Tag Regular added") < page.index("Inès Garnier") < page.index("Contact created")
    assert "<time datetime=" in page


def test_a_long_history_costs_no_more_questions(client: Client, owner: Staff) -> None:
    ana = make.contact("Ana Silva", tags=[f"Tag {number}" for number in range(30)])

    with queries.counted() as asked:
        assert client.get(f"/contacts/{ana.id}").status_code == 200

    assert len(asked) <= 32

"""Clients › Intake forms: making them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.contacts import custom_fields
from app.db import db
from app.demo import make
from app.intake.models import IntakeForm
from app.staff.models import Staff
from tests.harness import queries
from tests.harness.client import Client

HX = {"HX-Request": "true", "HX-Request-Type": "partial"}
URL = "/clients/intake-forms"


@pytest.fixture
def ines(app: Flask, client: Client) -> Staff:
    ines = make.staff("Inès Garnier", "owner")
    client.sign_in(ines)
    return ines


def typed(**changed: Any) -> dict[str, Any]:
    """A form with two questions, as the editor sends it."""
    return {
        "title": "Before we meet",
        "question": ["a1", "b2"],
        "kind_a1": "short",
        "label_a1": "Your goal?",
        "kind_b2": "choices",
        "label_b2": "Where does it hurt?",
        "options_b2": "Neck\nKnee\n\nNeck",
        "required_b2": "1",
        "services": "Discovery call\nMassage\n",
    } | changed


def made() -> IntakeForm:
    return db.session.scalars(select(IntakeForm)).one()


def asked_in(page: str) -> list[str]:
    return re.findall(r'name="question" value="([^"]+)"', page)


@pytest.mark.req("NAV-02", "STU-21")
def test_a_form_is_made_and_listed(ines: Staff, client: Client) -> None:
    custom_fields.create_field("Goal", "text")
    assert "No intake form yet" in client.get(URL).text

    client.post(f"{URL}/new", data=typed(field_a1="goal", help_a1="In a few words"))

    form = made()
    assert (form.slug, form.services) == ("before-we-meet", ["Discovery call", "Massage"])
    first, second = form.questions
    assert (first["label"], first["help"], first["field"]) == ("Your goal?", "In a few words", "goal")
    assert (second["options"], second["required"]) == (["Neck", "Knee"], True)
    page = client.get(URL).text
    assert "Before we meet" in page
    assert 'data-href="http://localhost/intake/before-we-meet"' in page


def test_questions_are_added_removed_and_put_in_another_order(ines: Staff, client: Client) -> None:
    client.post(f"{URL}/new", data=typed())
    edit = f"{URL}/{made().id}"

    grown = client.post(edit, data=typed(add="date"), headers=HX).text
    assert asked_in(grown)[:2] == ["a1", "b2"]
    assert len(asked_in(grown)) == 3
    shrunk = client.post(edit, data=typed(remove="a1"), headers=HX).text
    assert asked_in(shrunk) == ["b2"]
    assert [one["key"] for one in made().questions] == ["a1", "b2"], "nothing is kept before Save"

    client.post(edit, data=typed(question=["b2", "a1"]))
    assert [one["key"] for one in made().questions] == ["b2", "a1"]


def test_the_preview_shows_what_is_typed_and_not_saved(ines: Staff, client: Client) -> None:
    shown = client.post(f"{URL}/preview", data=typed(intro="Two minutes."), headers=HX).text

    assert "Where does it hurt?" in shown
    assert "Two minutes." in shown
    assert db.session.scalars(select(IntakeForm)).all() == []


def test_a_form_without_a_title_is_not_kept(ines: Staff, client: Client) -> None:
    refused = client.post(f"{URL}/new", data=typed(title=" "))

    assert refused.status_code == 422
    assert "Give it a title." in refused.text
    assert asked_in(refused.text) == ["a1", "b2"]


@pytest.mark.parametrize("kind", ["choice", "choices"])
def test_a_question_without_its_choices_is_said_and_not_kept(ines: Staff, client: Client, kind: str) -> None:
    answer = client.post(f"{URL}/new", data=typed(kind_b2=kind, options_b2=" \n"))

    assert answer.status_code == 422
    assert answer.text.count("Write the choices, one a line.") == 1
    assert 'value="Where does it hurt?"' in answer.text
    assert db.session.scalars(select(IntakeForm)).all() == []
    assert "Write the choices" not in client.post(f"{URL}/new", data=typed(options_b2="", add="date")).text


def test_two_forms_of_one_name_have_addresses_of_their_own(ines: Staff, client: Client) -> None:
    client.post(f"{URL}/new", data=typed())
    client.post(f"{URL}/new", data=typed())

    first, second = sorted(db.session.scalars(select(IntakeForm.slug)))
    assert first == "before-we-meet"
    assert second.startswith("before-we-meet-")


def test_questions_without_words_and_odd_kinds_do_no_harm(ines: Staff, client: Client) -> None:
    client.post(f"{URL}/new", data=typed(label_a1=" ", kind_b2="nonsense", field_b2="nothing"))

    [only] = made().questions
    assert (only["key"], only["kind"], only["field"]) == ("b2", "short", "")


def test_a_form_is_closed_and_opened_again(ines: Staff, client: Client) -> None:
    form = make.intake_form()
    client.post(f"{URL}/{form.id}/state", data={}, headers=HX)
    assert not made().is_open
    client.post(f"{URL}/{form.id}/state", data={"is_open": "1"}, headers=HX)
    assert made().is_open


@pytest.mark.req("ROLE-03")
def test_teachers_neither_make_nor_send_forms(app: Flask, client: Client) -> None:
    form, ana = make.intake_form(), make.client()
    client.sign_in(make.staff("Sofia Rossi", "teacher"))

    assert client.get(URL).status_code == 403
    assert client.post(f"{URL}/{form.id}", data=typed()).status_code == 403
    assert client.post(f"/contacts/{ana.id}/intake", data={"intake_form": form.id}).status_code == 403


@pytest.mark.req("ROLE-05")
def test_a_form_is_not_sent_to_somebody_of_another_location(app: Flask, client: Client) -> None:
    lyon, paris = make.location("Lyon"), make.location("Paris")
    client.sign_in(make.staff("Léa", "front_desk", only_location=lyon))
    ana = make.client(location=paris)

    assert client.post(f"/contacts/{ana.id}/intake", data={"intake_form": make.intake_form().id}).status_code == 404


def test_the_list_asks_the_database_as_often_for_many_forms_as_for_one(ines: Staff, client: Client) -> None:
    make.intake_form()
    client.get(URL)
    with queries.counted() as for_one:
        client.get(URL)
    for _ in range(5):
        make.intake_form()
    with queries.counted() as for_many:
        client.get(URL)

    assert len(for_many) <= len(for_one)

"""Clients fill intake forms in, by their own link or the one for everybody."""

from __future__ import annotations

import re
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock as the_clock
from app import events
from app.contacts import custom_fields, erase
from app.contacts.models import Contact
from app.db import db
from app.demo import make
from app.events import posting
from app.events.models import Event
from app.intake import forms, inviting, submitting
from app.intake.models import IntakeForm, IntakeSubmission
from app.intake.questions import Question
from app.messaging.models import Message
from app.staff.models import Staff
from tests.harness.client import Client
from tests.harness.work import Workers

GOAL = Question(key="goal", kind="long", label="What would you like to achieve?", required=True)
BACK = Question(key="back", kind="yes_no", label="Does your back hurt?")
WHERE = Question(key="where", kind="choices", label="Where?", options=["Neck", "Knee", "Hip"])
DAY = Question(key="day", kind="date", label="Since when?")
HEALTH = Question(key="health", kind="consent", label="You may keep this", required=True)


@pytest.fixture
def form(app: Flask) -> IntakeForm:
    return make.intake_form("Before your first session", GOAL, BACK, WHERE, DAY, HEALTH, services=("Discovery call",))


@pytest.fixture
def ines(app: Flask) -> Staff:
    return make.staff("Inès Garnier", "owner")


def path_of(address: str) -> str:
    return address.removeprefix("http://localhost")


def token_in(page: str) -> str:
    found = re.search(r'name="token"[^>]*value="([^"]+)"', page)
    assert found is not None
    return found[1]


def fill_in(client: Client, address: str, **answers: Any) -> Any:
    """Open the page and send it, with these answers."""
    token = token_in(client.get(path_of(address)).text)
    typed = {"q_goal": "Run again", "q_health": "y", "token": token}
    return client.post(path_of(address), data=typed | answers)


def submissions(of: Contact | None = None) -> list[IntakeSubmission]:
    wanted = select(IntakeSubmission).order_by(IntakeSubmission.id)
    return list(db.session.scalars(wanted.where(IntakeSubmission.contact_id == of.id) if of else wanted))


def test_a_form_that_answers_nothing_is_not_taken(client: Client) -> None:
    asked = make.intake_form("If you like", BACK, DAY)
    link = submitting.link_for(asked, make.client("Ana Duarte").id)
    token = token_in(client.get(path_of(link)).text)

    refused = client.post(path_of(link), data={"token": token, "q_back": "", "q_day": " "})
    taken = client.post(path_of(link), data={"token": token, "q_back": "no"})

    assert refused.status_code == 422
    assert "Answer at least one question" in refused.text
    assert taken.status_code == 303
    assert len(submissions()) == 1


@pytest.mark.req("STU-21", "NAV-02")
def test_what_a_client_answers_is_on_their_profile_and_their_timeline(
    form: IntakeForm, ines: Staff, client: Client
) -> None:
    ana = make.client("Ana Duarte")
    link = submitting.link_for(form, ana.id)
    assert "Hello Ana" in client.get(path_of(link)).text

    sent = fill_in(client, link, q_back="yes", q_where=["Neck", "Hip"], q_day="2026-10-01")

    assert sent.status_code == 303
    assert "Thank you" in client.get(sent.headers["Location"]).text
    [kept] = submissions(ana)
    assert [(one["question"], one["answer"]) for one in kept.answers] == [
        ("What would you like to achieve?", "Run again"),
        ("Does your back hurt?", "yes"),
        ("Where?", "Neck, Hip"),
        ("Since when?", "2026-10-01"),
        ("You may keep this", "yes"),
    ]
    client.sign_in(ines)
    profile = client.get(f"/contacts/{ana.id}").text
    assert "Run again" in profile
    assert "Neck, Hip" in profile
    assert "Filled in “Before your first session”" in profile


@pytest.mark.req("TRG-29")
def test_a_submission_is_an_event_with_the_forms_name_for_sequences_to_hear(form: IntakeForm, client: Client) -> None:
    ana = make.client("Ana Duarte")
    fill_in(client, submitting.link_for(form, ana.id))

    event = db.session.scalars(select(Event).where(Event.kind == "intake.submitted")).one()
    assert (event.contact_id, event.data["form"], event.data["form_id"]) == (ana.id, form.title, form.id)


def test_opening_the_link_changes_nothing(form: IntakeForm, client: Client) -> None:
    ana = make.client()
    before = db.session.query(Event).count()
    client.get(path_of(submitting.link_for(form, ana.id)))

    assert submissions() == []
    assert db.session.query(Event).count() == before


def test_sending_one_page_twice_keeps_it_once_and_coming_back_adds(form: IntakeForm, client: Client) -> None:
    ana = make.client()
    link = path_of(submitting.link_for(form, ana.id))
    typed = {"q_goal": "Run", "q_health": "y", "token": token_in(client.get(link).text)}
    client.post(link, data=typed)
    client.post(link, data=typed)
    assert len(submissions(ana)) == 1

    the_clock.set(the_clock.now() + timedelta(days=30))
    fill_in(client, link, q_goal="Swim")
    assert [one.answers[0]["answer"] for one in submissions(ana)] == ["Run", "Swim"]


def test_what_is_required_or_cannot_be_is_said_by_the_field_and_nothing_is_kept(
    form: IntakeForm, client: Client
) -> None:
    link = submitting.link_for(form, make.client().id)

    assert "Fill this in." in fill_in(client, link, q_goal=" ").text
    assert "Tick this to go on." in fill_in(client, link, q_health="").text
    assert "This is not a date" in fill_in(client, link, q_day="yesterday").text
    refused = fill_in(client, link, q_where=["Elbow"])
    assert refused.status_code == 422
    assert submissions() == []


@pytest.mark.parametrize("bad", ["x", "A" * 30, "AAAAAAAAAAAAAAAAAAAA"])
def test_a_link_that_was_not_made_here_opens_nothing(form: IntakeForm, client: Client, bad: str) -> None:
    assert client.get(f"/intake/{form.slug}/{bad}").status_code == 404
    assert client.post(f"/intake/{form.slug}/{bad}", data={"q_goal": "x"}).status_code == 404


def test_a_link_of_one_form_does_not_open_another(form: IntakeForm, client: Client) -> None:
    other = make.intake_form("Another")
    ana = make.client()
    token = submitting.link_for(form, ana.id).rpartition("/")[2]

    assert client.get(f"/intake/{other.slug}/{token}").status_code == 404


def test_by_the_link_for_everybody_the_e_mail_address_says_who_it_is(form: IntakeForm, client: Client) -> None:
    ana = make.client("Ana Duarte", email="ana@mail.example")
    address = submitting.address_of(form)

    fill_in(client, address, first_name="Ana", email="ANA@mail.example")
    fill_in(client, address, first_name="Bea", email="bea@mail.example")

    assert len(submissions(ana)) == 1
    bea = db.session.scalars(select(Contact).where(Contact.email == "bea@mail.example")).one()
    assert (bea.first_name, len(submissions(bea))) == ("Bea", 1)
    assert "incomplete" in fill_in(client, address, first_name="Cleo", email="cleo").text


def test_answers_go_into_custom_fields_and_strangers_overwrite_nothing(app: Flask, client: Client) -> None:
    goal = custom_fields.create_field("Goal", "choice", choices=["Relax", "Move"])
    born = custom_fields.create_field("Birthday", "date")
    form = make.intake_form(
        "About you",
        Question(key="goal", kind="choice", label="Your goal", options=["Relax", "Move"], field=goal.key),
        Question(key="born", kind="date", label="Your birthday", field=born.key),
    )
    ana = make.client("Ana Duarte", custom={goal.key: "Relax"})
    more = {"q_health": None, "q_born": "1990-02-03", "q_goal": "Move"}

    fill_in(client, submitting.address_of(form), first_name="Ana", email=ana.email, **more)
    assert ana.custom == {goal.key: "Relax", born.key: "1990-02-03"}

    fill_in(client, submitting.link_for(form, ana.id), **more)
    assert ana.custom[goal.key] == "Move"


def test_a_form_in_french_is_french_and_each_reader_may_choose(form: IntakeForm, client: Client) -> None:
    chloe = make.client("Chloé Roy", language="fr")
    link = path_of(submitting.link_for(form, chloe.id))

    assert '<html lang="fr"' in client.get(link).text
    assert '<html lang="en"' in client.get(link + "?lang=en").text
    form.language = "fr"
    assert '<html lang="fr"' in client.get(path_of(submitting.address_of(form))).text


def test_a_closed_form_takes_nothing(form: IntakeForm, client: Client) -> None:
    ana = make.client()
    link = path_of(submitting.link_for(form, ana.id))
    forms.switch_form(form, on=False)

    assert "This form is closed" in client.get(link).text
    client.post(link, data={"q_goal": "x", "q_health": "y"})
    assert submissions() == []


def test_a_page_left_open_overnight_is_asked_once_more_with_all_that_was_typed(
    form: IntakeForm, client: Client, clock: ModuleType
) -> None:
    link = path_of(submitting.link_for(form, make.client().id))
    old = token_in(client.get(link).text)
    clock.set(the_clock.now() + timedelta(hours=25))

    again = client.post(link, data={"q_goal": "Run again", "q_health": "y", "token": old})
    assert again.status_code == 422
    assert "Run again" in again.text
    assert token_in(again.text) != old
    assert submissions() == []


def test_machines_that_fill_every_field_are_thanked_and_forgotten(form: IntakeForm, client: Client) -> None:
    sent = fill_in(client, submitting.link_for(form, make.client().id), website="http://spam.example")

    assert sent.status_code == 303
    assert submissions() == []


def test_the_answers_of_the_erased_are_gone(form: IntakeForm, client: Client) -> None:
    ana = make.client("Ana Duarte")
    link = submitting.link_for(form, ana.id)
    fill_in(client, link)

    erase.erase_contact(ana, by=make.SYSTEM)

    assert [one.answers for one in submissions(ana)] == [[]]
    assert client.get(path_of(link)).status_code == 404


@pytest.mark.req("STU-21")
def test_booking_the_service_sends_the_form_until_it_is_filled_in(
    form: IntakeForm, client: Client, workers: Workers
) -> None:
    ana = make.client("Ana Duarte", language="en")

    def confirmation(service: str) -> str:
        how = posting.How(events.Actor.client(), the_clock.now())
        posting.post("appointment.booked", ana, {"service": service}, how)
        workers.run_until_idle()
        latest = select(Message).where(Message.kind == "appointment_confirmation").order_by(Message.id.desc())
        return db.session.scalars(latest.limit(1)).one().text

    link = submitting.link_for(form, ana.id)
    assert f"A few questions help us prepare: {link}" in confirmation("discovery call")
    assert "questions" not in confirmation("Massage")
    fill_in(client, link)
    assert "questions" not in confirmation("Discovery call")


@pytest.mark.req("STU-21")
def test_the_staff_send_a_form_from_the_profile(
    form: IntakeForm, ines: Staff, client: Client, workers: Workers
) -> None:
    ana = make.client("Ana Duarte", language="fr")
    client.sign_in(ines)
    offered = client.get(f"/contacts/{ana.id}/intake").text
    assert f'data-href="{submitting.link_for(form, ana.id)}"' in offered

    for _press in range(2):
        client.post(f"/contacts/{ana.id}/intake", data={"intake_form": form.id})
    workers.run_until_idle()

    [message] = db.session.scalars(select(Message).where(Message.kind == "intake_request"))
    assert message.subject == "Quelques questions pour vous : Before your first session"
    assert submitting.link_for(form, ana.id) in message.text


def test_a_closed_form_is_not_sent(form: IntakeForm) -> None:
    forms.switch_form(form, on=False)

    with pytest.raises(inviting.NotSent, match="closed"):
        inviting.send(form, make.client())

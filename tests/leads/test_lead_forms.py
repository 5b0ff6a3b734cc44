"""Lead forms: how they are made, and what visitors do with them."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import ModuleType

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.contacts import custom_fields
from app.contacts.models import Contact
from app.db import db
from app.demo import make
from app.events.models import Event
from app.leads import lead_forms, queries, round_robin
from app.leads.models import Lead, LeadForm
from tests.harness.client import Client
from tests.leads.conftest import HTMX

Ask = Callable[..., TestResponse]

ANA = {"first_name": "Ana", "email": "ana@x.org"}


def count(model: type[Contact | Lead | LeadForm]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def token_on(page: TestResponse) -> str:
    found = re.search(r'name="token"[^>]*value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def send(client: Client, form: LeadForm, **typed: object) -> TestResponse:
    """Open the form as a visitor does, fill it in, and send it."""
    token = token_on(client.get(f"/f/{form.slug}"))
    return client.post(f"/f/{form.slug}", data={"token": token} | typed)


@pytest.mark.req("FORM-05", "SRC-04", "SRC-06", "LEAD-01")
def test_a_submission_makes_a_lead_of_the_forms_source_given_to_whose_turn_it_is(client: Client) -> None:
    round_robin.choose_members([dave := make.staff("Dave")])
    round_robin.switch(on=True)
    form = make.lead_form(from_source="Pricing page")

    answer = send(client, form, first_name="Hannah", last_name="Whitmore", email="Hannah@X.org", phone="06 12 34 56 78")

    assert (answer.status_code, answer.location) == (303, f"/f/{form.slug}/thanks")
    lead = db.session.scalars(select(Lead)).one()
    assert (lead.contact.name, lead.contact.phone) == ("Hannah Whitmore", "+33612345678")
    assert (lead.source.name, lead.stage, lead.assignee) == ("Pricing page", queries.first_stage(), dave)
    assert (lead.contact.is_client, lead.form) == (False, form)
    told = db.session.scalars(select(Event.kind).where(Event.contact_id == lead.contact_id).order_by(Event.id)).all()
    assert told == ["contact.created", "form.submitted", "lead.created", "lead.assigned"]
    assert "Got it" in client.get(answer.location).text


@pytest.mark.req("FORM-02", "LEAD-10")
def test_the_studios_own_fields_are_asked_and_kept_on_the_lead(client: Client) -> None:
    custom_fields.create_field("Goal", "text")
    custom_fields.create_field("Level", "choice", choices=["Gentle", "Dynamic"])
    form = make.lead_form(fields=[{"key": "custom:goal", "required": True}, {"key": "custom:level"}, {"key": "note"}])

    refused = send(client, form, **ANA)
    send(client, form, **ANA, custom_goal="Sleep better", custom_level="Gentle", note="Mornings only")

    assert refused.status_code == 422
    assert "Fill this in." in refused.text
    lead = db.session.scalars(select(Lead)).one()
    assert (lead.custom, lead.note) == ({"goal": "Sleep better", "level": "Gentle"}, "Mornings only")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"first_name": "", "email": "ana@x.org"}, "Tell us your name."),
        ({"first_name": "   ", "email": "ana@x.org"}, "Tell us your name."),
        ({"first_name": "Ana", "email": "ana@"}, "This address looks incomplete. Check the part after the @."),
        ({"first_name": "Ana", "email": "ana@x.org", "phone": "+33 000"}, "This is no phone number we can call."),
        ({"first_name": "N" * 1_000_000, "email": "ana@x.org"}, "At most 200 characters."),
        ({"first_name": "Ana", "email": "🧘" * 300}, "At most 254 characters."),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    client: Client, typed: dict[str, str], said: str
) -> None:
    form = make.lead_form()

    answer = send(client, form, last_name="مريم", **typed)

    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="مريم"' in answer.text
    assert (count(Lead), count(Contact)) == (0, 0)


@pytest.mark.req("GEN-02")
def test_sending_twice_makes_one_lead_and_coming_again_is_noted_on_it(client: Client) -> None:
    form = make.lead_form()
    token = token_on(client.get(f"/f/{form.slug}"))

    for _ in range(2):
        assert client.post(f"/f/{form.slug}", data={"token": token} | ANA).status_code == 303
    assert (count(Lead), count(Contact)) == (1, 1)
    send(client, form, **ANA)

    assert count(Lead) == 1
    kinds = db.session.scalars(select(Event.kind).where(Event.kind.like("lead.%")).order_by(Event.id)).all()
    assert kinds == ["lead.created", "lead.repeated"]


def test_two_people_at_one_tablet_are_two_leads(client: Client) -> None:
    form = make.lead_form()
    token = token_on(client.get(f"/f/{form.slug}"))

    for name in ("ana", "ben"):
        client.post(f"/f/{form.slug}", data={"token": token, "first_name": name, "email": f"{name}@x.org"})

    assert count(Lead) == 2


def test_a_machine_that_fills_in_everything_is_thanked_and_forgotten(client: Client) -> None:
    answer = send(client, make.lead_form(), website="http://spam.example", **ANA)

    assert answer.status_code == 303
    assert count(Lead) == 0


def test_a_link_typed_faster_than_fingers_type_is_asked_for_once_more(client: Client, clock: ModuleType) -> None:
    clock.set("2026-03-20 10:00")
    form = make.lead_form(fields=[{"key": "note"}])

    asked = send(client, form, **ANA, note="Look at https://spam.example")
    assert (asked.status_code, count(Lead)) == (422, 0)
    assert "send it once more" in asked.text
    clock.move(seconds=3)
    client.post(f"/f/{form.slug}", data={"token": token_on(asked), "note": "Look at https://my.example"} | ANA)

    assert count(Lead) == 1


@pytest.mark.parametrize("token", ["", "nonsense", "WzEsMF0.forged"])
def test_a_form_we_did_not_draw_is_asked_for_once_more(client: Client, token: str) -> None:
    form = make.lead_form()

    answer = client.post(f"/f/{form.slug}", data={"token": token} | ANA)

    assert (answer.status_code, count(Lead)) == (422, 0)
    assert 'value="ana@x.org"' in answer.text


def test_a_page_left_open_for_days_can_still_be_sent(client: Client, clock: ModuleType) -> None:
    clock.set("2026-03-20 10:00")
    form = make.lead_form()
    page = client.get(f"/f/{form.slug}")
    clock.set("2026-03-23 10:00")

    asked = client.post(f"/f/{form.slug}", data={"token": token_on(page)} | ANA)
    client.post(f"/f/{form.slug}", data={"token": token_on(asked)} | ANA)

    assert (asked.status_code, count(Lead)) == (422, 1)


@pytest.mark.req("FORM-04")
def test_a_form_in_a_frame_of_another_website_needs_no_cookie(app: Flask, client: Client) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        form = make.lead_form()
        page = client.get(f"/f/{form.slug}?embed=1")
        client.delete_cookie("session")
        answer = client.post(f"/f/{form.slug}?embed=1", data={"token": token_on(page)} | ANA)
    finally:
        app.config["WTF_CSRF_ENABLED"] = False

    assert "frame-ancestors *" in page.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in page.headers
    assert (answer.status_code, answer.location) == (303, f"/f/{form.slug}/thanks?embed=1")
    assert count(Lead) == 1


def test_a_flood_is_held_up(client: Client) -> None:
    form = make.lead_form()
    statuses = [client.post(f"/f/{form.slug}", data=ANA).status_code for _ in range(31)]

    assert statuses[-1] == 429


@pytest.mark.parametrize(
    ("accepts", "said"), [("fr-FR,fr;q=0.9", "Prénom"), ("en-GB", "First name"), ("de", "First name")]
)
def test_the_form_speaks_the_visitors_language(client: Client, accepts: str, said: str) -> None:
    form = make.lead_form()

    page = client.get(f"/f/{form.slug}", headers={"Accept-Language": accepts})

    assert said in page.text


def test_a_visitor_who_asks_for_no_news_gets_none(client: Client) -> None:
    form = make.lead_form(fields=[{"key": "news"}])

    send(client, form, first_name="Ana", email="ana@x.org")
    send(client, form, first_name="Ben", email="ben@x.org", news="y")

    wanted = {contact.first_name: contact.email_marketing for contact in db.session.scalars(select(Contact))}
    assert wanted == {"Ana": False, "Ben": True}


def test_a_closed_form_says_so_and_takes_nothing(client: Client) -> None:
    form = make.lead_form()
    lead_forms.switch_form(form, on=False)

    assert "This form is closed" in client.get(f"/f/{form.slug}").text
    client.post(f"/f/{form.slug}", data=ANA)
    assert count(Lead) == 0
    assert client.get("/f/unknown").status_code == 404


@pytest.mark.req("FORM-01")
def test_a_form_needs_a_source_which_may_be_named_on_the_spot(owner: Client) -> None:
    typed = {
        "title": "Open day",
        "field": ["first_name", "email", "phone"],
        "location_id": 0,
        "source": 0,
        "language": "",
    }

    refused = owner.post("/website/lead-forms/new", data=typed)
    assert refused.status_code == 422
    assert "Choose a source, or name a new one." in refused.text
    assert count(LeadForm) == 0

    owner.post("/website/lead-forms/new", data=typed | {"new_source": "Open day in May"})

    form = db.session.scalars(select(LeadForm)).one()
    assert (form.slug, form.source.name) == ("open-day", "Open day in May")
    assert [field["key"] for field in form.fields] == ["first_name", "email", "phone"]


@pytest.mark.req("FORM-03")
def test_the_preview_shows_a_field_before_it_is_saved(ask: Ask) -> None:
    custom_fields.create_field("Goal", "text")

    shown = ask("/website/lead-forms/preview", title="Open day", field=["first_name", "email", "custom:goal"])

    assert "Open day" in shown.text
    assert 'name="custom_goal"' in shown.text
    assert count(LeadForm) == 0


@pytest.mark.req("FORM-04", "FORM-06")
def test_a_saved_form_has_code_to_paste_an_address_and_a_qr_code(owner: Client) -> None:
    form = make.lead_form("Open day")

    editor = owner.get(f"/website/lead-forms/{form.id}").text
    qr = owner.get(f"/website/lead-forms/{form.id}/qr.svg")

    assert "&lt;iframe src=&#34;http://localhost/f/open-day?embed=1&#34;" in editor
    assert "/static/js/embed.js" in editor
    assert qr.mimetype == "image/svg+xml"
    assert qr.data.startswith(b"<?xml")


def test_two_forms_of_one_title_have_two_addresses(owner: Client) -> None:
    forms = [make.lead_form("Ateliers d’été ☀️") for _ in range(2)]

    assert forms[0].slug == "ateliers-d-ete"
    assert forms[1].slug.startswith("ateliers-d-ete-")
    assert "Ateliers d’été ☀️" in owner.get("/website/lead-forms", headers=HTMX).text

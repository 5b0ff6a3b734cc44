"""Studio configuration › Email templates: the list, the editor, the preview, the test, the versions."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock, events
from app.contacts.models import Contact
from app.db import db
from app.demo import make
from app.events import posting
from app.messaging import outgoing
from app.messaging.models import Message
from app.notices import setup
from app.notices.catalogue import NOTICES
from app.staff import tokens
from app.staff.models import Staff
from tests.harness import queries
from tests.harness.client import Client
from tests.harness.smtp import SmtpSink
from tests.harness.work import Workers

HX = {"HX-Request": "true", "HX-Request-Type": "partial"}
URL = "/studio/email-templates"


@pytest.fixture
def ines(app: Flask, client: Client) -> Staff:
    ines = make.staff("Inès Garnier", "owner", email="ines@maison-souffle.example")
    client.sign_in(ines)
    return ines


def typed(key: str, **changed: Any) -> dict[str, Any]:
    """The editor's form as it stands, some of it changed."""
    standing = setup.standing_of(key)
    form: dict[str, Any] = {"shown": "en"}
    for language, text in standing.texts.items():
        form |= {f"{language}-{name}": value for name, value in text.model_dump().items()}
    return form | changed


def book(of: Contact, **data: Any) -> None:
    posting.post("class.booked", of, data, posting.How(events.Actor.client(), clock.now()))


@pytest.mark.req("NAV-05", "TXN-01", "TXN-02")
def test_all_messages_are_listed_with_their_state_and_their_numbers(
    ines: Staff, client: Client, workers: Workers
) -> None:
    book(make.contact(), class_name="Yin")
    book(make.contact(), class_name="Yin")
    workers.run_until_idle()

    page = client.get(URL).text

    assert f'href="{URL}"' in client.get("/").text
    for notice in NOTICES.values():
        assert f'href="{URL}/{notice.key}"' in page
    row = page[page.index('id="notice-class_confirmation"') :].partition("</tr>")[0]
    assert re.search(r'href="/settings/messages\?kind=class_confirmation">2</a>', row)
    assert "Original" in row


@pytest.mark.req("TXN-01")
def test_an_edited_text_is_what_is_sent_next_and_can_be_taken_back(ines: Staff, client: Client) -> None:
    ready = setup.standing_of("receipt").texts
    saved = client.post(f"{URL}/receipt", data=typed("receipt", **{"en-subject": "Thanks!"}))
    assert saved.status_code == 303
    assert setup.standing_of("receipt").texts["en"].subject == "Thanks!"
    assert setup.standing_of("receipt").texts["fr"] == ready["fr"]

    client.post(f"{URL}/receipt", data=typed("receipt", **{"en-subject": "Thanks a lot!"}))
    latest, first = setup.versions(NOTICES["receipt"])
    assert f"version={first.id}" in client.get(f"{URL}/receipt").text
    assert 'value="Thanks!"' in client.get(f"{URL}/receipt?version={first.id}").text

    client.post(f"{URL}/receipt/versions/{first.id}")
    assert setup.standing_of("receipt").texts["en"].subject == "Thanks!"
    client.post(f"{URL}/receipt/original")
    assert setup.standing_of("receipt").texts == ready
    assert {one.id for one in setup.versions(NOTICES["receipt"])} == {latest.id, first.id}


def test_saving_what_is_there_already_makes_no_version(ines: Staff, client: Client) -> None:
    client.post(f"{URL}/receipt", data=typed("receipt"))

    assert setup.versions(NOTICES["receipt"]) == []


def test_a_message_without_a_subject_is_not_saved(ines: Staff, client: Client) -> None:
    refused = client.post(f"{URL}/receipt", data=typed("receipt", **{"en-subject": " "}))

    assert refused.status_code == 422
    assert "An e-mail needs a subject." in refused.text
    assert setup.versions(NOTICES["receipt"]) == []


@pytest.mark.req("TXN-04")
def test_the_variables_of_a_message_stand_on_top_each_with_copy(ines: Staff, client: Client) -> None:
    offer, receipt = client.get(f"{URL}/waitlist_offer").text, client.get(f"{URL}/receipt").text
    copied = '<copy-link data-href="##{{numberOfMinutesToRespond}}">'

    assert copied in offer
    assert offer.index(copied) < offer.index("<textarea")
    assert copied not in receipt
    assert '<copy-link data-href="##{{first_name}}">' in receipt


@pytest.mark.req("TXN-05")
def test_the_editor_warns_of_what_will_not_be_replaced_and_saves_it_all_the_same(ines: Staff, client: Client) -> None:
    make.contact()
    words = typed("receipt", **{"en-body": "Dear ##{{firstname}}, see {{amount}} and ##{{first_name}}"})

    shown = client.post(f"{URL}/receipt/preview", data=words, headers=HX).text
    warned = shown.partition("mail-preview")[0]
    assert "##{{firstname}}" in warned
    assert "##{{first_name}}" in warned  # what was meant
    assert "{{amount}}" in warned
    assert client.post(f"{URL}/receipt", data=words).status_code == 303


def test_the_preview_is_what_a_real_contact_would_get(ines: Staff, client: Client) -> None:
    ana, bea = make.contact("Ana Duarte"), make.contact("Bea Cole")
    book(ana, class_name="Prenatal Yoga")

    for_ana = unescape(
        client.post(
            f"{URL}/class_confirmation/preview", data=typed("class_confirmation", contact=ana.id), headers=HX
        ).text
    )
    assert "You are booked: Prenatal Yoga" in for_ana
    assert "Hello Ana," in for_ana
    assert "No more confirmations by e-mail" in for_ana

    for_bea = unescape(
        client.post(
            f"{URL}/class_confirmation/preview",
            data=typed("class_confirmation", contact=bea.id, shown="fr"),
            headers=HX,
        ).text
    )
    assert "Bonjour Bea," in for_bea
    assert "an example" in for_bea
    assert setup.versions(NOTICES["class_confirmation"]) == []


def test_a_test_goes_to_whoever_asks_for_it_and_to_nobody_else(
    ines: Staff, client: Client, workers: Workers, smtp: SmtpSink
) -> None:
    ana = make.contact("Ana Duarte")
    client.post(
        f"{URL}/receipt/test",
        data=typed("receipt", contact=ana.id, **{"en-subject": "For ##{{first_name}}"}),
        headers=HX,
    )
    workers.run_until_idle()

    [mail] = smtp.mails
    assert mail.recipients == ("ines@maison-souffle.example",)
    assert mail.subject == "Test: For Ana"


def test_each_channel_has_its_switch(ines: Staff, client: Client) -> None:
    client.post(f"{URL}/class_reminder/channels/sms", data={"is_on": "1"})
    client.post(f"{URL}/class_reminder/channels/email", data={})
    assert setup.standing_of("class_reminder").channels == ["sms"]

    assert client.post(f"{URL}/receipt/channels/sms", data={"is_on": "1"}).status_code == 409
    assert client.post(f"{URL}/nothing/channels/sms", data={"is_on": "1"}).status_code == 404


def test_a_booking_systems_own_confirmations_are_left_to_it_until_one_says_otherwise(
    ines: Staff, client: Client
) -> None:
    assert setup.answers_reported() is False
    client.post(f"{URL}/reported", data={"is_on": "1"})
    assert setup.answers_reported() is True


def test_how_long_before_is_set_on_the_reminder(ines: Staff, client: Client) -> None:
    client.post(f"{URL}/class_reminder", data=typed("class_reminder", hours_before="3"))
    assert setup.standing_of("class_reminder").hours_before == 3

    refused = client.post(f"{URL}/class_reminder", data=typed("class_reminder", hours_before="0"))
    assert refused.status_code == 422


@pytest.mark.req("ROLE-03")
def test_who_may_not_change_settings_may_look_or_not_even_that(app: Flask, client: Client) -> None:
    client.sign_in(make.staff("Sofia Rossi", "teacher"))

    assert client.get(URL).status_code == 403
    assert client.post(f"{URL}/receipt", data=typed("receipt")).status_code == 403


@pytest.mark.req("MSG-03", "MSG-04")
def test_the_log_can_be_filtered_by_template(ines: Staff, client: Client, workers: Workers) -> None:
    ana = make.contact("Ana Duarte", language="en")
    book(ana, class_name="Yin")
    workers.run_until_idle()
    outgoing.queue_transactional(ana, "receipt", "email", "Your receipt", "Paid.")

    log = client.get("/settings/messages").text
    assert '<option value="class_confirmation">Class confirmation</option>' in log

    only = client.get("/settings/messages?kind=class_confirmation").text
    assert "You are booked: Yin" in only
    assert "Your receipt" not in only
    [message] = db.session.scalars(select(Message).where(Message.kind == "class_confirmation"))
    assert "Class confirmation" in client.get(f"/settings/messages/{message.id}").text
    assert "Your place is booked." in client.get(f"/settings/messages/{message.id}/content").text


def test_the_list_asks_the_database_a_fixed_number_of_times(ines: Staff, client: Client) -> None:
    client.get(URL)
    with queries.counted() as asked:
        client.get(URL)

    assert len(asked) <= 14


def test_other_systems_can_read_which_messages_there_are(ines: Staff, client: Client) -> None:
    _row, token = tokens.create_token("Website", ["lists:read"])
    setup.switch(NOTICES["class_reminder"], "sms", on=True)

    items = client.get("/api/v1/templates", headers={"Authorization": f"Bearer {token}"}).get_json()["items"]

    assert [one["id"] for one in items] == list(NOTICES)
    [reminder] = [one for one in items if one["id"] == "class_reminder"]
    assert (reminder["on"], reminder["hours_before"]) == (["email", "sms"], 24)
    assert {"first_name", "className"} <= set(reminder["variables"])

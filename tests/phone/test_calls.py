"""Calls to the studio's number: put through, missed, left on the voicemail (PHN-01 to PHN-05)."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from sqlalchemy import select

from app.contacts.models import Contact
from app.db import db
from app.demo import make
from app.events import Event
from app.leads.models import Lead
from app.messaging import conversations
from app.phone import number
from tests.harness.client import Client
from tests.harness.twilio import Answer, TwilioStandIn

VOICE = "http://localhost/webhooks/twilio/voice"
DESK = "+33478000001"
RECORDING = "RE" + "0a" * 16

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def owner(client: Client) -> Client:
    client.sign_in(make.staff("Inès Garnier", "owner"))
    return client


@pytest.fixture
def ana(app: Flask) -> Contact:
    number.forward(DESK)
    return make.client("Ana Duarte")


def call(twilio: TwilioStandIn, caller: str | None, *, at: str = "", sid: str = "CA1", **told: str) -> Answer:
    return twilio.tells_of_call(VOICE + at, {"CallSid": sid, "From": caller or ""} | told)


def verbs(answer: Answer) -> list[str]:
    assert answer.status == 200
    return [verb.tag for verb in ET.fromstring(answer.text)]  # noqa: S314 - our own answer


def calls_of(contact: Contact) -> list[tuple[str, int]]:
    found = db.session.scalars(
        select(Event).where(Event.kind == "call.received", Event.contact_id == contact.id).order_by(Event.id)
    )
    return [(event.data["outcome"], event.data["seconds"]) for event in found]


@pytest.mark.req("PHN-01", "NAV-06")
def test_the_number_is_shown_and_can_be_copied(owner: Client, twilio: TwilioStandIn) -> None:
    page = owner.get("/settings/phone").text

    assert f'<copy-link data-href="{twilio.number}">' in page
    assert f'<copy-link data-href="{VOICE}">' in page


@pytest.mark.req("PHN-02")
def test_a_forwarding_number_is_taken_as_an_international_number(owner: Client) -> None:
    assert owner.post("/settings/phone", data={"forward_to": "+33 4 78 00 00 01"}).status_code == 303
    assert number.phone().forward_to == DESK

    owner.post("/settings/phone", data={"forward_to": ""})
    assert number.phone().forward_to == ""


@pytest.mark.req("PHN-02")
@pytest.mark.parametrize("wrong", ["abc", "+33 1", "0000", "+999 12345678"])
def test_what_is_no_number_is_refused(owner: Client, wrong: str) -> None:
    answer = owner.post("/settings/phone", data={"forward_to": wrong}, headers=PARTIAL)

    assert answer.status_code == 422
    assert "This is no phone number." in answer.text
    assert number.phone().forward_to == ""


def test_the_number_cannot_be_forwarded_to_itself(client: Client, owner: Client) -> None:
    own = number.own_number()
    number.forward(DESK)

    # The tests' own number is of no numbering plan, as a real one would be: it is refused by the verb in any case.
    with pytest.raises(number.CallsItself):
        number.forward(own or "")
    assert number.phone().forward_to == DESK


@pytest.mark.req("PHN-03")
def test_a_call_is_put_through_and_unanswered_goes_to_the_voicemail(ana: Contact, twilio: TwilioStandIn) -> None:
    ringing = call(twilio, ana.phone)
    assert verbs(ringing) == ["Dial"]
    assert DESK in ringing.text

    assert verbs(call(twilio, ana.phone, at="/dialled", DialCallStatus="no-answer")) == ["Say", "Record"]


@pytest.mark.req("PHN-03", "PHN-04")
def test_without_a_line_to_ring_callers_reach_the_voicemail_at_once(twilio: TwilioStandIn) -> None:
    ana = make.client()

    assert verbs(call(twilio, ana.phone)) == ["Say", "Record"]
    assert calls_of(ana) == [("missed", 0)]


@pytest.mark.req("PHN-04")
@pytest.mark.parametrize("status", ["no-answer", "busy", "failed", "canceled"])
def test_a_call_nobody_took_is_missed_once_and_waits_in_the_inbox(
    ana: Contact, twilio: TwilioStandIn, status: str
) -> None:
    for _again in range(2):  # Twilio repeats what it has no answer to
        call(twilio, ana.phone, at="/dialled", DialCallStatus=status)

    assert calls_of(ana) == [("missed", 0)]
    thread = conversations.of(ana)
    assert (thread.state, thread.unread, thread.snippet) == ("open", 1, "Missed call")
    assert thread.waiting_since is not None


@pytest.mark.req("PHN-04", "PHN-05")
def test_an_answered_call_is_logged_with_its_length_and_is_not_missed(
    ana: Contact, twilio: TwilioStandIn, owner: Client
) -> None:
    assert verbs(call(twilio, ana.phone, at="/dialled", DialCallStatus="completed", DialCallDuration="180")) == []

    assert calls_of(ana) == [("answered", 180)]
    assert conversations.of(ana).waiting_since is None
    assert "Called the studio, 180 s" in owner.get(f"/inbox/{ana.id}").text


@pytest.mark.req("PHN-05")
def test_a_voicemail_can_be_played_from_the_thread(ana: Contact, twilio: TwilioStandIn, owner: Client) -> None:
    twilio.recordings[RECORDING] = b"ID3 the voice of Ana"
    call(twilio, ana.phone, at="/dialled", DialCallStatus="no-answer")
    call(twilio, ana.phone, at="/voicemail", RecordingSid=RECORDING, RecordingDuration="14")

    event = db.session.scalars(select(Event).where(Event.kind == "call.voicemail_left")).one()
    thread = owner.get(f"/inbox/{ana.id}").text
    assert "Called the studio, nobody answered" in thread
    assert "Left a voicemail, 14 s" in thread
    assert f'src="/calls/{event.id}/voicemail"' in thread
    played = owner.get(f"/calls/{event.id}/voicemail")
    assert (played.data, played.mimetype) == (b"ID3 the voice of Ana", "audio/mpeg")


def test_a_voicemail_is_heard_by_nobody_who_may_not_see_its_caller(
    ana: Contact, twilio: TwilioStandIn, client: Client
) -> None:
    lyon = make.location("Lyon")
    ana.location = make.location("Confluence")
    twilio.recordings[RECORDING] = b"ID3"
    call(twilio, ana.phone, at="/voicemail", RecordingSid=RECORDING, RecordingDuration="14")
    event_id = db.session.scalars(select(Event.id).where(Event.kind == "call.voicemail_left")).one()

    client.sign_in(make.staff("Léa Fontaine", only_location=lyon))
    assert client.get(f"/calls/{event_id}/voicemail").status_code == 404
    client.sign_in(make.staff("Maya Dunn", "teacher"))
    assert client.get(f"/calls/{event_id}/voicemail").status_code == 403


def test_a_recording_that_is_gone_is_not_found(ana: Contact, twilio: TwilioStandIn, owner: Client) -> None:
    call(twilio, ana.phone, at="/voicemail", RecordingSid=RECORDING, RecordingDuration="14")
    event_id = db.session.scalars(select(Event.id).where(Event.kind == "call.voicemail_left")).one()

    assert owner.get(f"/calls/{event_id}/voicemail").status_code == 404
    assert owner.get("/calls/999999/voicemail").status_code == 404


@pytest.mark.req("PHN-05")
def test_an_unknown_caller_becomes_a_contact_and_no_lead(twilio: TwilioStandIn, app: Flask) -> None:
    call(twilio, "+33611223344")

    new = db.session.scalars(select(Contact).where(Contact.phone == "+33611223344")).one()
    assert calls_of(new) == [("missed", 0)]
    assert db.session.scalars(select(Lead)).all() == []


@pytest.mark.parametrize("hidden", ["anonymous", "Restricted", ""])
def test_a_hidden_number_is_put_through_and_belongs_to_nobody(ana: Contact, twilio: TwilioStandIn, hidden: str) -> None:
    assert verbs(call(twilio, hidden)) == ["Dial"]
    assert verbs(call(twilio, hidden, at="/dialled", DialCallStatus="busy")) == ["Say", "Record"]

    assert db.session.scalars(select(Contact)).all() == [ana]


@pytest.mark.parametrize("at", ["", "/dialled", "/voicemail"])
def test_only_twilios_own_word_is_believed(ana: Contact, twilio: TwilioStandIn, at: str) -> None:
    told = {"CallSid": "CA1", "From": ana.phone or "", "DialCallStatus": "busy", "RecordingSid": RECORDING}

    assert twilio.tells_of_call(VOICE + at, told, signed="forged").status == 403
    assert twilio.tells_of_call(VOICE + at, told, signed="").status == 403
    assert calls_of(ana) == []


def test_what_is_no_call_is_refused(ana: Contact, twilio: TwilioStandIn) -> None:
    assert twilio.tells_of_call(VOICE, {"From": ana.phone or ""}).status == 400
    assert call(twilio, ana.phone, at="/voicemail", RecordingSid="../../etc").status == 400

"""The story, from a lead to a sent message and back, by another system that only speaks the API."""

from __future__ import annotations

import re
from typing import Any

import pytest

from app.demo import make
from app.scoring.settings import KEY as SCORING
from app.scoring.settings import scoring
from app.staff import studio, tokens
from tests.harness.live import LiveServer, both_shapes
from tests.harness.outside import Outside
from tests.harness.smtp import SmtpSink
from tests.harness.twilio import TwilioStandIn

FOLLOW_UP = {
    "encore": 1,
    "title": "New lead follow-up",
    "folder": "Lead conversion",
    "trigger": {"kind": "lead.created"},
    "exits": [{"rule": "membership.purchased", "since": "enrolment"}],
    "steps": [
        {"id": "call", "do": "task", "title": "Call ##{{first_name}}", "assign": {"role": "Front desk"}},
        {"id": "hello", "do": "sms", "body": "Hi ##{{first_name}}, welcome!"},
        {
            "id": "mail",
            "do": "email",
            "wait": {"minutes": 5},
            "subject": "Your first class, ##{{first_name}}",
            "html": '<p>Hello ##{{first_name}}</p><p><a href="https://studio.example/first">Book it</a></p>',
        },
        {
            "id": "regular",
            "if": {"match": "all", "rules": [{"rule": "tag.has", "value": "Regular"}]},
            "then": [{"id": "vip", "do": "tag.add", "tags": ["VIP"]}],
            "else": [
                {"id": "nudge", "do": "email", "wait": {"days": 1}, "subject": "Still there?", "html": "<p>We are.</p>"}
            ],
        },
    ],
}

ANA = {"first_name": "Ana", "last_name": "Diaz", "email": "ana@mail.example", "phone": "+33612345678"}


@pytest.fixture
def outside(live_server: LiveServer, phone_provider: TwilioStandIn) -> Outside:
    phone_provider.webhook_url = f"{live_server.url}/webhooks/twilio/sms"
    with live_server.database():
        make.staff("Léa Fontaine", "front_desk")
        studio.put(SCORING, scoring().model_copy(update={"threshold": 3}))
        _, token = tokens.create_token("Booking system")
    return Outside(live_server.url, token)


def _activated(outside: Outside, document: dict[str, Any]) -> int:
    made = outside.post("/sequences", document)
    assert made.status == 201, made.text
    sequence_id: int = made.json()["id"]
    activated = outside.post(f"/sequences/{sequence_id}/activate")
    assert activated.status == 200, activated.text
    return sequence_id


@both_shapes
@pytest.mark.req("GEN-09", "SEQ-11", "SEQ-12", "SEQ-18", "ENR-01", "TASK-08", "MSG-08", "SCORE-25", "UNS-03", "UNS-05")
def test_the_whole_story_from_lead_to_unsubscribed(
    live_server: LiveServer, outside: Outside, smtp: SmtpSink, phone_provider: TwilioStandIn
) -> None:
    sequence_id = _activated(outside, FOLLOW_UP)
    lead = outside.post("/leads", {"contact": ANA, "source": "Website form"}).json()
    ana = f"/contacts/{lead['contact_id']}"

    # At once: the task for the front desk, and the SMS through Twilio.
    outside.advance(seconds=0)
    (task,) = outside.get("/tasks", role="Front desk", status="open")["items"]
    assert task["title"] == "Call Ana"
    assert [sms.text for sms in phone_provider.sent_to("+33612345678")] == ["Hi Ana, welcome!"]
    assert outside.post(f"/tasks/{task['id']}/complete").status == 200
    assert outside.post(f"/tasks/{task['id']}/complete").status == 409

    # After five minutes the e-mail, by SMTP; its marker and its link feed the score, and Ana turns hot.
    assert smtp.sent_to("ana@mail.example") == []
    outside.advance(minutes=5)
    (mail,) = smtp.sent_to("ana@mail.example")
    assert mail.subject == "Your first class, Ana"
    outside.advance(hours=1)
    assert outside.fetch(_marker(mail.html)).status == 200
    assert outside.fetch(_link(mail.html, "Book it")).status == 302
    outside.advance(minutes=1)  # a fetch is judged after a moment, when it shows whether a person stands behind it
    known = outside.get(ana)
    assert (known["score"], known["hot"]) == (3, True)
    assert "score.became_hot" in _kinds(outside, ana)

    # She answers by SMS; then she unsubscribes in the mail's footer, so that the nudge of the next day stays away.
    assert phone_provider.receives_sms("+33612345678", "Is there a place on Thursday?").status == 200
    footer = mail.header("List-Unsubscribe").strip("<>")
    assert outside.fetch(footer).status == 200
    assert outside.get(ana)["consent"]["email_marketing"] is True
    assert outside.fetch(footer, data=b"List-Unsubscribe=One-Click").status == 200
    assert outside.get(ana)["consent"]["email_marketing"] is False
    outside.advance(days=1)
    assert len(smtp.sent_to("ana@mail.example")) == 1
    (enrolment,) = outside.get(f"/sequences/{sequence_id}/enrolments")["items"]
    runs = {run["step_id"]: run for run in enrolment["runs"]}
    assert runs["regular"]["outcome"] == "false"
    assert runs["nudge"]["outcome"] == "skipped"
    assert "nsubscribed" in runs["nudge"]["reason"]

    # STOP by SMS ends the SMS.
    phone_provider.receives_sms("+33612345678", " STOP ")
    outside.advance(seconds=0)
    assert outside.get(ana)["consent"]["sms_marketing"] is False
    assert outside.get(ana)["consent"]["sms_transactional"] is False


@both_shapes
@pytest.mark.req("EXIT-03", "EXIT-04", "LEAD-17", "CND-06", "ACT-04")
def test_a_purchase_ends_the_follow_up(live_server: LiveServer, outside: Outside, smtp: SmtpSink) -> None:
    sequence_id = _activated(outside, FOLLOW_UP)
    lead = outside.post("/leads", {"contact": ANA, "source": "Website form"}).json()
    outside.advance(seconds=0)

    bought = {
        "kind": "membership.purchased",
        "contact": {"id": lead["contact_id"]},
        "data": {"membership": "Unlimited"},
    }
    assert outside.post("/events", bought).status == 202
    outside.advance(days=2)

    (enrolment,) = outside.get(f"/sequences/{sequence_id}/enrolments")["items"]
    assert enrolment["status"] == "exited"
    assert smtp.sent_to("ana@mail.example") == []
    assert outside.get(f"/leads/{lead['id']}")["detailed_status"] == "converted"


@both_shapes
@pytest.mark.req("TRG-43", "ENR-04")
def test_an_event_enrols_once_and_a_stopped_run_goes_no_further(
    live_server: LiveServer, outside: Outside, smtp: SmtpSink
) -> None:
    sequence_id = _activated(outside, FOLLOW_UP | {"trigger": {"kind": "class.booked"}})
    booked = {
        "kind": "class.booked",
        "contact": ANA,
        "dedupe_key": "booking-7",
        "data": {"class_name": "Yin", "starts_at": "2030-01-01T18:00:00+01:00"},
    }
    first, again = outside.post("/events", booked).json(), outside.post("/events", booked).json()
    assert (first["accepted"], again["accepted"], again["duplicates"]) == (1, 0, 1)
    outside.advance(seconds=0)

    (enrolment,) = outside.get(f"/sequences/{sequence_id}/enrolments")["items"]
    stopped = outside.post(f"/enrolments/{enrolment['id']}/stop").json()
    outside.advance(days=2)

    assert stopped["status"] == "stopped"
    assert "Booking system" in stopped["reason"]
    assert smtp.sent_to("ana@mail.example") == []


def _kinds(outside: Outside, contact: str) -> list[str]:
    return [event["kind"] for event in outside.get(f"{contact}/timeline")["items"]]


def _marker(html: str) -> str:
    """The open marker of a mail."""
    return _found(r'src="([^"]+/o/[^"]+)"', html)


def _link(html: str, label: str) -> str:
    """Where the link with this text leads."""
    return _found(rf'href="([^"]+)"[^>]*>{label}</a>', html)


def _found(pattern: str, html: str) -> str:
    found = re.search(pattern, html)
    assert found is not None, html
    return found[1].replace("&amp;", "&")

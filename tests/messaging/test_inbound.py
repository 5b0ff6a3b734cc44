"""What clients text arrives once, in their thread, and STOP is obeyed."""

from __future__ import annotations

import base64
import hashlib
import hmac
from types import ModuleType

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.contacts import consent
from app.contacts.models import ConsentEntry, Contact
from app.db import db
from app.demo import make
from app.events import Actor, Event
from app.messaging import conversations, keywords, outgoing, reasons
from app.messaging.models import Conversation, InboundRaw, Message
from tests.harness.client import Client
from tests.harness.twilio import TwilioStandIn
from tests.harness.twilio_wire import signature
from tests.harness.work import Workers

SMS_URL = "http://localhost/webhooks/twilio/sms"


@pytest.fixture
def ana(app: Flask) -> Contact:
    return make.client("Ana Duarte")


@pytest.fixture(autouse=True)
def _webhook(twilio: TwilioStandIn) -> None:
    twilio.webhook_url = SMS_URL


def inbound() -> list[Message]:
    return list(db.session.scalars(select(Message).where(Message.direction == "in").order_by(Message.id)))


def kinds() -> list[str]:
    return list(db.session.scalars(select(Event.kind).where(Event.kind.startswith("message.")).order_by(Event.id)))


@pytest.mark.req("INB-05", "INB-09", "INB-14")
def test_a_reply_reopens_the_thread_and_waits_for_an_answer(
    ana: Contact, twilio: TwilioStandIn, workers: Workers, clock: ModuleType
) -> None:
    clock.set("2026-03-28 12:00")
    sent = outgoing.send_by_hand(ana, "sms", "Thursday?", by=make.staff())
    workers.run_until_idle()
    thread = conversations.of(ana)
    conversations.close(thread)

    assert twilio.receives_sms(ana.phone or "", "Oui, avec plaisir 🙏").status == 200
    workers.run_until_idle()

    assert (thread.state, thread.unread, thread.snippet) == ("open", 1, "Oui, avec plaisir 🙏")
    assert thread.waiting_since == clock.now()
    assert sent.replied_at == clock.now()
    assert kinds() == ["message.sent", "message.received", "message.replied"]

    outgoing.send_by_hand(ana, "sms", "Great", by=make.staff())
    assert [thread.waiting_since, thread.unread] == [None, 0]


@pytest.mark.req("INB-05")
def test_an_automatic_message_is_no_answer(ana: Contact, twilio: TwilioStandIn, workers: Workers) -> None:
    twilio.receives_sms(ana.phone or "", "Is the sauna on?")
    outgoing.queue_transactional(ana, "reminder", "sms", "", "See you at 18:00")
    workers.run_until_idle()

    assert conversations.of(ana).waiting_since is not None


@pytest.mark.req("INB-09")
def test_an_unknown_number_becomes_a_contact(app: Flask, twilio: TwilioStandIn) -> None:
    twilio.receives_sms("+33699887766", "Do you have a beginners' class?")

    [contact] = db.session.scalars(select(Contact))
    assert (contact.phone, contact.is_client) == ("+33699887766", False)
    assert contact.lifecycle_stage is not None
    assert contact.lifecycle_stage.is_default


@pytest.mark.req("BEY-09")
def test_the_carriers_repeats_are_harmless(ana: Contact, client: Client) -> None:
    form = {"MessageSid": "SM1", "From": ana.phone or "", "To": "+33755530001", "Body": "Hello"}
    signed = {"X-Twilio-Signature": signature(TwilioStandIn.auth_token, SMS_URL, form)}
    for _ in range(3):
        assert client.post("/webhooks/twilio/sms", data=form, headers=signed).status_code == 200

    assert len(inbound()) == 1
    assert db.session.scalar(select(func.count()).select_from(InboundRaw)) == 1


@pytest.mark.req("BEY-09")
def test_what_cannot_be_digested_is_kept(app: Flask, twilio: TwilioStandIn) -> None:
    assert twilio.receives_sms("ORANGE", "Your bill is ready").status == 200

    [raw] = db.session.scalars(select(InboundRaw))
    assert (raw.message_id, raw.error) == (None, "NotANumber: ORANGE")
    assert raw.body == "ORANGE\nYour bill is ready"


@pytest.mark.parametrize("signed", ["", "forged", "é" * 28])
def test_a_forged_webhook_is_refused(ana: Contact, twilio: TwilioStandIn, signed: str) -> None:
    headers = {"X-Twilio-Signature": signed.encode().decode("latin-1")}
    answer = twilio.post(SMS_URL, {"MessageSid": "SM1", "From": ana.phone or "", "Body": "STOP"}, headers)

    assert answer.status == 403
    assert inbound() == []
    assert all(ana.consent.values())


def test_a_field_added_on_the_way_is_noticed(ana: Contact, client: Client) -> None:
    form = {"MessageSid": "SM1", "From": ana.phone or "", "Body": "Hello"}
    signed = {"X-Twilio-Signature": signature(TwilioStandIn.auth_token, SMS_URL, form)}

    assert client.post("/webhooks/twilio/sms", data=form | {"Body": "STOP"}, headers=signed).status_code == 403


def test_the_newer_signature_is_understood(ana: Contact, client: Client) -> None:
    form = {"Body": "Hello", "From": ana.phone or "", "MessageSid": "SM1"}
    said = SMS_URL + "".join(name + form[name] for name in sorted(form))
    mac = hmac.new(TwilioStandIn.auth_token.encode(), said.encode(), hashlib.sha256).digest()
    headers = {
        "X-Twilio-Signature": base64.b64encode(mac).decode(),
        "X-Twilio-Webhooks-Signature-Settings": "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256",
    }

    assert client.post("/webhooks/twilio/sms", data=form, headers=headers).status_code == 200
    assert len(inbound()) == 1


@pytest.mark.req("UNS-05", "BEY-11")
@pytest.mark.parametrize(
    "text", ["Stop", " STOP ", "ARRÊT", "arrêtez svp!", "Unsubscribe.", "« stop »", "Désabonnement"]
)
def test_stop_ends_all_sms_with_one_confirmation(
    ana: Contact, twilio: TwilioStandIn, workers: Workers, text: str
) -> None:
    reminder = outgoing.queue_transactional(ana, "reminder", "sms", "", "See you at 18:00")
    twilio.receives_sms(ana.phone or "", text)
    twilio.receives_sms(ana.phone or "", text)
    workers.run_until_idle()

    assert [name for name, is_on in ana.consent.items() if is_on] == ["email_marketing", "email_transactional"]
    assert (reminder.status, reminder.reason) == ("suppressed", reasons.UNSUBSCRIBED["sms_transactional"])
    answers = db.session.scalars(select(Message).where(Message.kind == "sms.answer")).all()
    assert len(answers) == 1
    # Twilio confirms its own words itself and takes nothing more for that number; ours confirms the others.
    by_twilio = text.strip().upper() in {"STOP", "UNSUBSCRIBE"}
    assert answers[0].status == ("suppressed" if by_twilio else "sent")
    assert len(twilio.sent_to(ana.phone or "")) == (0 if by_twilio else 1)
    assert db.session.scalars(select(Conversation)).one().waiting_since is None
    assert "message.received" not in kinds()


@pytest.mark.req("BEY-11")
def test_start_restores_only_what_stop_took(ana: Contact, twilio: TwilioStandIn, workers: Workers) -> None:
    consent.withdraw(ana, ["sms_marketing"], by=make.staff(), via="staff")
    for word in ("STOP", "Start"):
        twilio.receives_sms(ana.phone or "", word)
        workers.run_until_idle()

    assert (ana.sms_marketing, ana.sms_transactional) == (False, True)
    assert [sms.text for sms in twilio.sent_to(ana.phone or "")] == [
        "You will get SMS from My studio again. Text STOP to end them."
    ]


@pytest.mark.req("BEY-11")
def test_yes_is_an_answer_unless_one_has_stopped(ana: Contact, twilio: TwilioStandIn, workers: Workers) -> None:
    twilio.receives_sms(ana.phone or "", "Yes")
    assert kinds() == ["message.received"]

    twilio.receives_sms(ana.phone or "", "STOP")
    twilio.receives_sms(ana.phone or "", "YES")
    assert ana.sms_transactional


@pytest.mark.req("BEY-11")
def test_help_is_answered(ana: Contact, twilio: TwilioStandIn, workers: Workers) -> None:
    twilio.receives_sms(ana.phone or "", "HELP")
    workers.run_until_idle()

    [answer] = twilio.sent_to(ana.phone or "")
    assert answer.text == "My studio: write to studio@example.com. Text STOP to get no more SMS."


@pytest.mark.req("BEY-11")
@pytest.mark.parametrize(
    ("text", "act"),
    [
        *(
            (word, keywords.STOP)
            for word in ("stop", "STOP ALL", "StopAll", "cancel", "End", "quit!", "REVOKE", "opt-out")
        ),
        *((word, keywords.STOP) for word in ("Stop texting me", "stop, please", "stop merci", "STOP SMS", "opt out")),
        *(
            (word, keywords.STOP)
            for word in ("arret", "Arrête", "ARRETER", "désabonner", "Désinscrivez-moi", "Me désabonner")
        ),
        *(
            (word, keywords.STOP)
            for word in ("plus de SMS", "Stoppez", "désinscription.", "ＳＴＯＰ", "stop🛑", "stop\n")
        ),
        *(
            (word, keywords.START)
            for word in ("start", "UNSTOP", "Subscribe", "Reprendre", "réabonner", "opt-in", "START!")
        ),
        *((word, keywords.HELP) for word in ("help", "HELP?", "Aide", "aidez-moi svp", "info", "Infos !")),
        ("yes", keywords.MAYBE_START),
        *((text, None) for text in ("", " ", "🙏", "oui", "Non", "annuler", "please", "merci", "ok", "stopover", "1")),
        *(
            (text, None)
            for text in ("I will stop by at six", "Can I start on Monday?", "Pouvez-vous m'aider ?", "info prix")
        ),
        *((text, None) for text in ("End of the month?", "Help me choose a class", "Arrêt de bus près du studio ?")),
        ("stop " * 40, None),
    ],
)
def test_keywords(text: str, act: str | None) -> None:
    found = keywords.read(text)

    assert (found.act if found else None) == act


@pytest.mark.req("MSG-05", "BEY-22")
def test_the_network_reports_what_became_of_it(ana: Contact, twilio: TwilioStandIn, workers: Workers) -> None:
    arrived = outgoing.send_by_hand(ana, "sms", "One", by=make.staff())
    lost = outgoing.send_by_hand(ana, "sms", "Two", by=make.staff())
    workers.run_until_idle()
    first, second = twilio.sent_to(ana.phone or "")

    for report in (("sent", None), ("delivered", None), ("sent", None)):
        answer = twilio.reports(first, report[0])
        assert answer is not None
        assert answer.status == 204
    twilio.reports(second, "undelivered", error_code=30005)

    assert (arrived.status, lost.status) == ("delivered", "failed")
    assert lost.reason == "30005 the number does not exist"
    assert kinds() == ["message.sent", "message.sent", "message.failed"]


@pytest.mark.req("UNS-05", "BEY-22")
def test_the_carriers_refusal_after_stop_ends_sms_here_as_well(
    ana: Contact, twilio: TwilioStandIn, workers: Workers
) -> None:
    twilio.refuses(ana.phone or "", 21610)
    message = outgoing.send_by_hand(ana, "sms", "Your scarf is here", by=make.staff())
    workers.run_until_idle()

    assert message.status == "failed"
    assert message.reason.startswith("21610")
    assert not ana.sms_marketing
    assert db.session.scalars(select(ConsentEntry.via)).all() == ["carrier", "carrier"]


def test_a_forged_report_is_refused(ana: Contact, twilio: TwilioStandIn, workers: Workers) -> None:
    message = outgoing.send_by_hand(ana, "sms", "One", by=make.staff())
    workers.run_until_idle()
    answer = twilio.reports(twilio.sent_to(ana.phone or "")[0], "failed", signed="forged")

    assert answer is not None
    assert (answer.status, message.status) == (403, "sent")


def test_actors_are_named(ana: Contact, twilio: TwilioStandIn) -> None:
    twilio.receives_sms(ana.phone or "", "STOP")

    [first, _second] = db.session.scalars(select(ConsentEntry))
    assert (first.via, first.actor_kind) == ("sms_keyword", Actor.client().kind)
    assert first.message_id == inbound()[0].id

"""Messages leave once, to those who want them; what became of each is said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest
from flask import Flask
from sqlalchemy import select

from app import work
from app.contacts import consent
from app.contacts.models import Contact
from app.db import db
from app.demo import make
from app.events import Actor, Event
from app.messaging import delivery, doubts, handover, outgoing, reasons
from app.messaging.journal import Journal, Outcome
from app.messaging.models import Conversation, Message
from tests.harness.smtp import SmtpSink
from tests.harness.twilio import TwilioStandIn
from tests.harness.work import Workers

CLIENT = Actor.client()


@pytest.fixture
def ana(app: Flask) -> Contact:
    return make.client("Ana Duarte")


def receipt(contact: Contact, channel: str = "email") -> Message:
    return outgoing.queue_transactional(contact, "receipt", channel, "Your receipt", "Thank you: 20 €")


def test_a_mail_by_hand_arrives_in_both_forms(ana: Contact, smtp: SmtpSink, workers: Workers) -> None:
    message = outgoing.send_by_hand(ana, "email", "Hello Ana,\n\nsee you on Thursday", "Séance", by=make.staff())
    workers.run_until_idle()

    [mail] = smtp.sent_to(ana.email or "")
    assert mail.subject == "Séance"
    assert mail.text.startswith("Hello Ana,\n\nsee you on Thursday\n")
    assert "see you on Thursday</p>" in mail.html
    assert message.status == "sent"
    assert mail.header("Message-ID") == message.provider_id


def test_an_sms_by_hand_arrives(ana: Contact, twilio: TwilioStandIn, workers: Workers) -> None:
    message = outgoing.send_by_hand(ana, "sms", "See you at 18:00 🧘", by=make.staff())
    workers.run_until_idle()

    [sms] = twilio.sent_to(ana.phone or "")
    assert (sms.text, message.status, message.provider_id, message.segments) == (
        "See you at 18:00 🧘",
        "sent",
        sms.sid,
        1,
    )


def test_one_press_of_send_is_one_message(ana: Contact, twilio: TwilioStandIn, workers: Workers) -> None:
    lea = make.staff()
    first = outgoing.send_by_hand(ana, "sms", "Hello", by=lea, press="p1")
    again = outgoing.send_by_hand(ana, "sms", "Hello", by=lea, press="p1")
    workers.run_until_idle()

    assert first is again
    assert len(twilio.sent_to(ana.phone or "")) == 1


@pytest.mark.req("UNS-04", "UNS-07")
def test_consent_is_asked_when_it_is_sent_not_when_it_is_queued(ana: Contact, smtp: SmtpSink, workers: Workers) -> None:
    message = receipt(ana)
    consent.withdraw(ana, ["email_transactional"], by=CLIENT, via="footer")
    workers.run_until_idle()

    assert smtp.mails == []
    assert (message.status, message.reason) == ("suppressed", reasons.UNSUBSCRIBED["email_transactional"])


@pytest.mark.req("UNS-07")
def test_who_wants_no_offers_still_gets_a_receipt(ana: Contact, smtp: SmtpSink, workers: Workers) -> None:
    consent.withdraw(ana, ["email_marketing"], by=CLIENT, via="footer")
    receipt(ana)
    workers.run_until_idle()

    assert [mail.subject for mail in smtp.sent_to(ana.email or "")] == ["Your receipt"]


@pytest.mark.req("UNS-09")
def test_a_message_to_one_person_goes_despite_everything(
    ana: Contact, smtp: SmtpSink, twilio: TwilioStandIn, workers: Workers
) -> None:
    consent.withdraw(ana, ana.consent, by=CLIENT, via="footer")
    outgoing.send_by_hand(ana, "email", "Your scarf is here", by=make.staff())
    outgoing.send_by_hand(ana, "sms", "Your scarf is here", by=make.staff())
    workers.run_until_idle()

    assert len(smtp.sent_to(ana.email or "")) == 1
    assert len(twilio.sent_to(ana.phone or "")) == 1


@pytest.mark.req("WRK-06")
def test_a_mailbox_that_is_full_is_tried_three_times(
    ana: Contact, smtp: SmtpSink, workers: Workers, clock: ModuleType
) -> None:
    clock.set("2026-03-28 12:00")
    smtp.is_full(ana.email or "")
    message = receipt(ana)
    seen = []
    for _ in range(4):
        workers.run_until_idle()
        seen.append((message.status, message.attempts))
        clock.move(hours=1)

    assert seen == [("queued", 1), ("queued", 2), ("failed", 3), ("failed", 3)]
    assert "452" in message.reason


@pytest.mark.req("WRK-06")
def test_a_short_outage_costs_nothing(ana: Contact, twilio: TwilioStandIn, workers: Workers, clock: ModuleType) -> None:
    clock.set("2026-03-28 12:00")
    twilio.is_down()
    message = receipt(ana, "sms")
    workers.run_until_idle()
    assert message.status == "queued"

    twilio.recovers()
    workers.run_until_idle()
    assert twilio.sent_to(ana.phone or "") == []  # not before its time
    clock.move(minutes=1)
    workers.run_until_idle()
    assert message.status == "sent"


@pytest.mark.req("MSG-05", "BEY-22")
def test_an_address_that_does_not_exist_bounces_and_is_marked(ana: Contact, smtp: SmtpSink, workers: Workers) -> None:
    smtp.bounces(ana.email or "")
    first, second = receipt(ana), receipt(make.client())
    workers.run_until_idle()

    assert (first.status, second.status) == ("bounced", "sent")
    assert "550" in first.reason
    assert ana.email_bounced_at is not None
    assert db.session.scalars(select(Event.kind).where(Event.kind.startswith("message.b"))).all() == ["message.bounced"]

    third = receipt(ana)
    workers.run_until_idle()
    assert (third.status, third.reason) == ("suppressed", reasons.ADDRESS_BOUNCED)


@pytest.mark.req("BEY-01")
def test_a_mail_whose_fate_is_unknown_is_shown_and_not_repeated(
    ana: Contact, smtp: SmtpSink, workers: Workers, clock: ModuleType
) -> None:
    clock.set("2026-03-28 12:00")
    smtp.takes_without_a_word(ana.email or "")
    message, after = receipt(ana), receipt(make.client())
    workers.run_until_idle()
    clock.move(days=1)
    workers.run_until_idle()

    assert (message.status, message.reason, after.status) == ("uncertain", reasons.IN_DOUBT, "sent")
    [mail] = smtp.sent_to(ana.email or "")

    smtp.accepts(ana.email or "")
    doubts.resend(message, by=make.staff())
    workers.run_until_idle()
    assert message.status == "sent"
    assert [one.header("Message-ID") for one in smtp.sent_to(ana.email or "")] == [mail.header("Message-ID")] * 2


@pytest.mark.req("BEY-01")
def test_an_sms_whose_fate_is_unknown_is_looked_up(
    ana: Contact, twilio: TwilioStandIn, workers: Workers, clock: ModuleType
) -> None:
    clock.set("2026-03-28 12:00")
    twilio.takes_without_a_word(ana.phone or "")
    message = receipt(ana, "sms")
    workers.run_until_idle()
    assert message.status == "sending"

    twilio.recovers()
    clock.move(minutes=2)
    workers.run_until_idle()
    [sms] = twilio.sent_to(ana.phone or "")
    assert (message.status, message.provider_id) == ("sent", sms.sid)


def claimed() -> tuple[delivery.Batch, Journal]:
    """A batch in the hands of a worker, and its notes."""
    db.session.commit()
    batch = delivery.claim(urgent=True)
    db.session.commit()
    assert batch.journal is not None
    return batch, batch.journal


@pytest.mark.req("BEY-01", "WRK-02")
def test_a_killed_worker_leaves_in_doubt_only_what_it_was_handing_over(
    ana: Contact, smtp: SmtpSink, workers: Workers
) -> None:
    sent, in_hand, untouched = messages = [receipt(ana), receipt(make.client()), receipt(make.client())]
    _batch, journal = claimed()
    journal.calling(sent.id)
    journal.answered(sent.id, Outcome("sent"))
    journal.calling(in_hand.id)
    journal.close()  # as the kernel does for a process that dies

    assert "deliver_urgent_messages" in work.due_actors()
    workers.run_until_idle()
    assert [message.status for message in messages] == ["sent", "uncertain", "sent"]
    assert [mail.recipients for mail in smtp.mails] == [(untouched.to_address,)]
    told = db.session.scalars(select(Event.contact_id).where(Event.kind == "message.sent")).all()
    assert set(told) == {sent.contact_id, untouched.contact_id}


@pytest.mark.req("BEY-01")
def test_an_sms_that_a_killed_worker_was_handing_over_is_looked_up(
    ana: Contact, twilio: TwilioStandIn, workers: Workers, clock: ModuleType
) -> None:
    clock.set("2026-03-28 12:00")
    message = receipt(ana, "sms")
    _batch, journal = claimed()
    journal.calling(message.id)
    journal.close()
    workers.run_until_idle()
    assert message.status == "sending"

    clock.move(minutes=1)
    workers.run_until_idle()  # Twilio knows nothing of it, so it goes again a minute later
    clock.move(minutes=1)
    workers.run_until_idle()
    assert (message.status, len(twilio.sent_to(ana.phone or ""))) == ("sent", 1)


@pytest.mark.req("BEY-01")
def test_after_a_power_cut_nothing_is_concluded_from_silence(
    ana: Contact, smtp: SmtpSink, workers: Workers, clock: ModuleType, data_folder: Path
) -> None:
    clock.set("2026-03-28 12:00")
    messages = sent, _ = [receipt(ana), receipt(make.client())]
    _batch, journal = claimed()
    journal.calling(sent.id)
    journal.answered(sent.id, Outcome("sent"))
    journal.close()
    notes = data_folder / "deliveries" / f"{journal.attempt}.journal"
    notes.write_text("another-boot\n" + notes.read_text().partition("\n")[2])

    workers.run_until_idle()
    assert [message.status for message in messages] == ["sent", "sending"]
    clock.move(minutes=5)
    workers.run_until_idle()
    assert [message.status for message in messages] == ["sent", "uncertain"]
    assert smtp.mails == []


@pytest.mark.req("BEY-01", "WRK-06")
def test_what_the_database_did_not_hear_is_told_again(app: Flask, smtp: SmtpSink, workers: Workers) -> None:
    messages = [receipt(make.client()), receipt(make.client()), receipt(make.client())]
    batch, _journal = claimed()
    sending = delivery.send(batch)
    next(sending)  # all three are sent; then the database goes away before it has it
    db.session.rollback()
    sending.close()
    delivery.release(batch)
    assert {message.status for message in messages} == {"sending"}

    workers.run_until_idle()
    assert {message.status for message in messages} == {"sent"}
    assert len(smtp.mails) == 3


@pytest.mark.req("BEY-01")
def test_a_late_word_of_a_slow_worker_is_believed(
    ana: Contact, smtp: SmtpSink, workers: Workers, clock: ModuleType
) -> None:
    clock.set("2026-03-28 12:00")
    message = receipt(ana)
    batch, _journal = claimed()
    clock.move(minutes=5)
    workers.run_until_idle()
    assert message.status == "uncertain"

    handover.record(batch.parcels[0], Outcome("sent"))
    db.session.commit()
    db.session.refresh(message)
    assert message.status == "sent"


@pytest.mark.req("BEY-01")
def test_who_sleeps_through_a_lease_calls_nobody(
    ana: Contact, smtp: SmtpSink, workers: Workers, clock: ModuleType
) -> None:
    clock.set("2026-03-28 12:00")
    message = receipt(ana)
    batch, _journal = claimed()
    clock.move(minutes=5)
    for _pause in delivery.send(batch):
        db.session.commit()
    db.session.refresh(message)
    assert (message.status, message.attempts, smtp.mails) == ("queued", 0, [])

    workers.run_until_idle()
    assert (message.status, len(smtp.mails)) == ("sent", 1)


@pytest.mark.req("BEY-13")
def test_what_is_urgent_has_a_lane_of_its_own(ana: Contact, smtp: SmtpSink, workers: Workers) -> None:
    receipt(ana)
    db.session.commit()

    assert work.due_actors() == {"deliver_urgent_messages", "consume_events"}


def test_what_comes_too_late_is_not_sent(ana: Contact, smtp: SmtpSink, workers: Workers, clock: ModuleType) -> None:
    clock.set("2026-03-28 12:00")
    message = receipt(ana)
    message.not_after = clock.now()
    clock.move(seconds=1)
    workers.run_until_idle()

    assert (message.status, message.reason) == ("suppressed", reasons.TOO_LATE)


def test_who_writes_a_category_decides_when_it_is_sent(
    ana: Contact, smtp: SmtpSink, workers: Workers, clock: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.set("2026-03-28 12:00")
    tomorrow = clock.now() + timedelta(days=1)
    texts, stops, waits = messages = [receipt(ana), receipt(ana), receipt(ana)]
    first, second, third = [message.id for message in messages]

    def prepare(messages: Sequence[Message]) -> dict[int, delivery.Decision]:
        if clock.now() >= tomorrow:
            return {message.id: delivery.Content("Now", "now") for message in messages}
        return {
            first: delivery.Content("Hi", "Hi Ana"),
            second: delivery.Suppress("exited: bought a membership"),
            third: delivery.Later(tomorrow, "outside sending hours"),
        }

    monkeypatch.setitem(delivery._sources, "transactional", prepare)
    workers.run_until_idle()
    assert [(m.status, m.reason) for m in (texts, stops, waits)] == [
        ("sent", ""),
        ("suppressed", "exited: bought a membership"),
        ("queued", "outside sending hours"),
    ]

    clock.move(days=1)
    workers.run_until_idle()
    assert (waits.status, waits.reason, waits.attempts) == ("sent", "", 1)
    assert [mail.subject for mail in smtp.mails] == ["Hi", "Now"]


@pytest.mark.req("INB-01")
def test_all_channels_share_one_conversation(
    ana: Contact, smtp: SmtpSink, twilio: TwilioStandIn, workers: Workers
) -> None:
    receipt(ana)
    outgoing.send_by_hand(ana, "sms", "Hello", by=make.staff())
    workers.run_until_idle()

    thread = db.session.scalars(select(Conversation)).one()
    messages = db.session.scalars(select(Message).where(Message.conversation_id == thread.id)).all()
    assert {message.channel for message in messages} == {"email", "sms"}


@pytest.mark.req("ROLE-09")
def test_the_staff_is_written_to_as_well(app: Flask, smtp: SmtpSink, workers: Workers) -> None:
    tom = make.staff("Tom Wright")
    message = outgoing.queue_to_staff(tom, "staff.became_hot", "Ana is hot", "Score 86")
    workers.run_until_idle()

    [mail] = smtp.sent_to(tom.email)
    assert (mail.subject, message.status) == ("Ana is hot", "sent")
    assert "List-Unsubscribe" not in mail.message

"""What happens is answered with the message that the studio has written for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock as the_clock
from app import events
from app.contacts import consent, erase
from app.contacts.models import Contact
from app.contacts.people import Details
from app.db import db
from app.demo import make
from app.events import posting, queue
from app.messaging.models import Message
from app.notices import answering, setup
from app.notices.catalogue import NOTICES
from app.notices.texts import Text
from app.staff import studio
from app.studio import orders, waitlist
from tests.harness import queries
from tests.harness.smtp import SmtpSink
from tests.harness.twilio import TwilioStandIn
from tests.harness.work import Workers

TILL = events.Actor("api", None, "Till")
CLIENT = events.Actor.client()

THURSDAY = datetime(2026, 11, 26, 18, 30, tzinfo=studio.Studio().tz)


@pytest.fixture(autouse=True)
def today(app: Flask, clock: ModuleType) -> None:
    clock.set("2026-11-23 09:00", zone="Europe/Paris")


def happens(
    kind: str, of: Contact, /, *, by: events.Actor = CLIENT, ago: timedelta = timedelta(0), **data: Any
) -> None:
    posting.post(kind, of, data, posting.How(by, the_clock.now() - ago))


def written_to(contact: Contact, channel: str = "email") -> list[Message]:
    wanted = select(Message).where(Message.contact_id == contact.id, Message.channel == channel)
    return list(db.session.scalars(wanted.order_by(Message.id)))


def say(key: str, **changed: str) -> None:
    """Let a message say something else, in English."""
    notice = NOTICES[key]
    texts = dict(setup.standing_of(key).texts)
    texts["en"] = texts["en"].model_copy(update=changed)
    setup.write(notice, texts, by=make.staff())


OCCASIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "class_confirmation": ("class.booked", {"class_name": "Yin", "starts_at": THURSDAY.isoformat()}),
    "class_cancellation": ("class.booking_cancelled", {"class_name": "Yin"}),
    "class_cancelled_by_studio": ("class.cancelled", {"class_name": "Yin"}),
    "waitlist_offer": ("waitlist.offered", {"class_name": "Yin", "minutes_to_respond": 30}),
    "appointment_confirmation": ("appointment.booked", {"service": "Discovery call"}),
    "appointment_cancellation": ("appointment.cancelled", {"service": "Discovery call"}),
    "order_confirmation": ("purchase.made", {"item": "Yoga mat", "price_cents": 2900, "payment": "studio"}),
    "receipt": ("membership.purchased", {"membership": "Monthly", "price_cents": 8900}),
    "waiver_request": ("waiver.signature_requested", {"waiver": "Health", "url": "https://studio.example/w"}),
}


@pytest.mark.req("TXN-02")
@pytest.mark.parametrize("key", OCCASIONS)
def test_each_message_is_sent_by_its_event(key: str, workers: Workers, smtp: SmtpSink) -> None:
    ana = make.contact("Ana Duarte", language="en")
    kind, data = OCCASIONS[key]

    happens(kind, ana, **data)
    workers.run_until_idle()

    [message] = written_to(ana)
    assert (message.kind, message.category, message.status) == (key, "transactional", "sent")
    assert "##" not in message.subject + message.text
    [mail] = smtp.sent_to(ana.email or "")
    assert mail.subject == message.subject


@pytest.mark.req("TXN-01")
def test_the_next_confirmation_says_what_the_studio_has_written(workers: Workers) -> None:
    ana = make.contact("Ana Duarte", language="en")
    say("class_confirmation", subject="Hooray, ##{{className}}!", body="See you ##{{classDate}} at ##{{classTime}}.")

    happens("class.booked", ana, class_name="Yin", starts_at=THURSDAY.isoformat())
    workers.run_until_idle()

    [message] = written_to(ana)
    assert message.subject == "Hooray, Yin!"
    assert message.text == "See you Thursday 26 November at 18:30."


def test_the_ready_made_confirmation_reads_well_in_both_languages(workers: Workers) -> None:
    studio.put("studio", studio.Studio(name="Maison Souffle"))
    ana, chloe = make.contact("Ana Duarte", language="en"), make.contact("Chloé Roy", language="fr")

    for one in (ana, chloe):
        happens("class.booked", one, class_name="Yin", starts_at=THURSDAY.isoformat(), location="Confluence")
    workers.run_until_idle()

    assert written_to(ana)[0].text == (
        "Hello Ana,\n\nYour place is booked.\n\nYin\nThursday 26 November, 18:30\nConfluence\n\n"
        "If something comes up, tell us in good time: somebody else will be glad of your place.\n\n"
        "See you soon,\nMaison Souffle"
    )
    assert written_to(chloe)[0].subject == "Votre place est réservée : Yin, jeudi 26 novembre"
    assert "Bonjour Chloé," in written_to(chloe)[0].text


def test_who_has_no_language_is_written_to_in_the_studios(workers: Workers) -> None:
    studio.put("studio", studio.Studio(name="Maison Souffle", language="fr"))
    ana = make.contact("Ana Duarte")

    happens("purchase.made", ana, item="Yoga mat", price_cents=2900)
    workers.run_until_idle()

    assert written_to(ana)[0].subject == "Votre reçu : Yoga mat"
    assert "29\xa0€" in written_to(ana)[0].text


@pytest.mark.req("TXN-05")
def test_only_listed_variables_exactly_spelled_are_replaced(workers: Workers) -> None:
    ana = make.contact("Ana Duarte", language="en")
    say("receipt", body="##{{first_name}} ##{{firstname}} ##{{numberOfMinutesToRespond}} {{first_name}}")

    happens("purchase.made", ana, item="Yoga mat", minutes_to_respond=30)
    workers.run_until_idle()

    assert written_to(ana)[0].text == "Ana ##{{firstname}} ##{{numberOfMinutesToRespond}} {{first_name}}"


@pytest.mark.req("TXN-06")
def test_the_note_of_a_cancellation_is_shown_and_empty_without_one(workers: Workers) -> None:
    ana, bea = make.contact(language="en"), make.contact(language="en")
    say("class_cancelled_by_studio", body="Sorry. [##{{noteToCustomers}}]")

    happens("class.cancelled", ana, class_name="Yin", note="Sofia is ill.")
    happens("class.cancelled", bea, class_name="Yin")
    workers.run_until_idle()

    assert written_to(ana)[0].text == "Sorry. [Sofia is ill.]"
    assert written_to(bea)[0].text == "Sorry. []"


@pytest.mark.req("TXN-08")
def test_three_clients_of_one_cancelled_class_are_paid_back_as_they_paid(workers: Workers) -> None:
    by_pack, by_credit, by_cash, by_card = (make.contact(language="en") for _ in range(4))
    say("class_cancelled_by_studio", body="##{{refundNotice}}")
    for one, paid_with in ((by_pack, "pack"), (by_credit, "credit"), (by_cash, "cash"), (by_card, "card")):
        happens("class.booked", one, class_name="Yin", booking_id=f"b{one.id}", paid_with=paid_with)

    happens("class.cancelled", by_pack, booking_id=f"b{by_pack.id}", refund={"pack": "Ten classes"})
    happens("class.cancelled", by_credit, booking_id=f"b{by_credit.id}", refund={"amount_cents": 1500})
    happens("class.cancelled", by_cash, booking_id=f"b{by_cash.id}", refund={"amount_cents": 2000})
    happens("class.cancelled", by_card, booking_id=f"b{by_card.id}")
    workers.run_until_idle()

    assert [written_to(one)[-1].text for one in (by_pack, by_credit, by_cash, by_card)] == [
        "Your credit is back in your pack “Ten classes”.",
        "€15 are back in your account balance.",
        "We have put €20 on your account, for your next booking.",
        "What you paid is on its way back to your card.",
    ]


@pytest.mark.req("TXN-03")
def test_with_sms_on_a_confirmation_goes_by_sms_too(workers: Workers, twilio: TwilioStandIn) -> None:
    ana = make.contact("Ana Duarte", language="en")
    setup.switch(NOTICES["class_confirmation"], "sms", on=True)

    happens("class.booked", ana, class_name="Yin", starts_at=THURSDAY.isoformat())
    workers.run_until_idle()

    [message] = written_to(ana, "sms")
    assert message.category == "transactional"
    assert message.text == "My studio: your place is booked. Yin, Thursday 26 November, 18:30. See you soon!"
    assert len(written_to(ana)) == 1


@pytest.mark.req("TXN-02")
def test_an_order_is_confirmed_and_its_receipt_comes_with_the_money(workers: Workers) -> None:
    ana, lea = make.contact("Ana Duarte", language="en"), make.staff()
    order = make.order(make.item(), Details("Ana", "Duarte", ana.email))
    workers.run_until_idle()
    assert [message.kind for message in written_to(ana)] == ["order_confirmation"]

    orders.mark_paid(order, "cash", by=lea)
    workers.run_until_idle()
    assert [message.kind for message in written_to(ana)] == ["order_confirmation", "receipt"]


def test_what_the_studio_cancels_is_not_said_to_have_been_their_wish(workers: Workers) -> None:
    ana = make.contact()
    happens("class.booking_cancelled", ana, class_name="Yin", cancelled_by="studio")
    workers.run_until_idle()

    assert [message.kind for message in written_to(ana)] == ["class_cancelled_by_studio"]


@pytest.mark.req("TXN-07")
def test_the_offer_says_how_long_the_waitlist_gives(workers: Workers) -> None:
    ana = make.contact(language="en")
    say("waitlist_offer", body="Within ##{{numberOfMinutesToRespond}} minutes")
    waitlist.change(waitlist.Mode.CONFIRM, 45)

    happens("waitlist.offered", ana, class_name="Yin")
    workers.run_until_idle()

    assert written_to(ana)[0].text == "Within 45 minutes"


def test_what_is_not_known_leaves_no_gap(workers: Workers) -> None:
    ana = make.contact(language="en")
    say("class_confirmation", body="##{{className}}, ##{{classDate}}, ##{{classTime}}\n##{{teacherName}}\nBring a mat.")

    happens("class.booked", ana, class_name="Yin")
    workers.run_until_idle()

    assert written_to(ana)[0].subject == "You are booked: Yin"
    assert written_to(ana)[0].text == "Yin\nBring a mat."


def test_what_is_switched_off_is_not_sent(workers: Workers) -> None:
    ana = make.contact()
    setup.switch(NOTICES["class_confirmation"], "email", on=False)

    happens("class.booked", ana, class_name="Yin")
    workers.run_until_idle()

    assert written_to(ana) == []


def test_what_another_system_tells_of_is_answered_only_where_the_studio_says_so(workers: Workers) -> None:
    ana = make.contact()
    happens("class.booked", ana, by=TILL, class_name="Yin")
    workers.run_until_idle()
    assert written_to(ana) == []

    setup.answer_reported(on=True)
    happens("class.booked", ana, by=TILL, class_name="Hatha")
    workers.run_until_idle()
    assert [message.kind for message in written_to(ana)] == ["class_confirmation"]


def test_history_is_not_answered(workers: Workers) -> None:
    ana = make.contact()
    happens("class.booked", ana, ago=timedelta(days=3), class_name="Yin")
    happens("class.booked", ana, class_name="Yin", starts_at=(THURSDAY - timedelta(days=7)).isoformat())
    workers.run_until_idle()

    assert written_to(ana) == []


def test_who_wants_no_confirmations_gets_none_and_the_log_says_why(workers: Workers, smtp: SmtpSink) -> None:
    ana = make.contact()
    consent.withdraw(ana, ["email_transactional"], by=CLIENT, via="footer")

    happens("class.booked", ana, class_name="Yin")
    workers.run_until_idle()

    assert [(one.status, one.reason) for one in written_to(ana)] == [("suppressed", "unsubscribed:email_transactional")]
    assert smtp.mails == []


def test_an_event_delivered_twice_and_a_sale_told_of_twice_are_answered_once(workers: Workers) -> None:
    ana = make.contact()
    happens("class.booked", ana, class_name="Yin")
    happens("membership.purchased", ana, membership="Monthly", sale_id="S-1")
    events.record("purchase.made", ana, by=CLIENT, item="Monthly", sale_id="S-1")
    batch = queue.take(answering.CONSUMER)

    answering.answer(batch)
    answering.answer(batch)

    assert sorted(message.kind for message in written_to(ana)) == ["class_confirmation", "receipt"]


def test_the_erased_are_not_written_to(workers: Workers) -> None:
    ana = make.contact()
    happens("class.booked", ana, class_name="Yin")
    erase.erase_contact(ana, by=make.SYSTEM)
    workers.run_until_idle()

    assert written_to(ana) == []


def test_a_batch_costs_the_same_however_many_are_in_it(app: Flask) -> None:
    def asked_for(number: int) -> int:
        for _ in range(number):
            happens("class.booked", make.contact(language="en"), class_name="Yin")
        batch = queue.take(answering.CONSUMER)
        with queries.counted() as asked:
            answering.answer(batch)
        return len(asked)

    asked_for(1)
    assert asked_for(12) <= asked_for(2)


def test_an_empty_text_is_nothing_to_say(workers: Workers) -> None:
    ana = make.contact(language="en")
    setup.switch(NOTICES["receipt"], "email", on=True)
    setup.write(
        NOTICES["receipt"],
        {"en": Text(subject="Receipt", body="##{{amount}}"), "fr": Text(subject="Reçu", body="##{{amount}}")},
        by=make.staff(),
    )

    happens("purchase.made", ana, item="Water")
    workers.run_until_idle()

    assert [(one.status, one.reason) for one in written_to(ana)] == [("suppressed", "nothing_to_say")]

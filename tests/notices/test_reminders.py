"""Reminders: once a booking, at the right time, and only of what is still true."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock as the_clock
from app import events, scans
from app.contacts import consent
from app.contacts.models import Contact
from app.db import db
from app.demo import make
from app.events import posting
from app.messaging.models import Message
from app.notices import reminders, setup
from app.notices.catalogue import NOTICES
from app.staff import studio
from tests.harness.twilio import TwilioStandIn
from tests.harness.work import Workers

CLIENT = events.Actor.client()
REMINDER = NOTICES["class_reminder"]

THURSDAY = datetime(2026, 11, 26, 18, 30, tzinfo=studio.Studio().tz)


@pytest.fixture(autouse=True)
def monday(app: Flask, clock: ModuleType) -> None:
    clock.set("2026-11-23 09:00", zone="Europe/Paris")


def book(of: Contact, kind: str = "class.booked", **more: Any) -> None:
    data = {"class_name": "Yin", "service": "Massage", "starts_at": THURSDAY.isoformat(), "booking_id": f"b{of.id}"}
    posting.post(kind, of, data | more, posting.How(CLIENT, the_clock.now()))


def reminders_of(contact: Contact) -> list[Message]:
    wanted = select(Message).where(Message.contact_id == contact.id, Message.kind.in_(reminders.KEYS))
    return list(db.session.scalars(wanted.order_by(Message.id)))


@pytest.mark.req("TXN-02", "TXN-03")
def test_a_booked_client_is_reminded_once_by_e_mail_and_by_sms(
    workers: Workers, clock: ModuleType, twilio: TwilioStandIn
) -> None:
    ana = make.contact("Ana Duarte", language="en")
    setup.switch(REMINDER, "sms", on=True)
    book(ana)

    clock.set("2026-11-25 18:29", zone="Europe/Paris")
    workers.look()
    assert reminders_of(ana) == []

    clock.set("2026-11-25 18:31", zone="Europe/Paris")
    workers.look()
    workers.look()
    by_mail, by_sms = reminders_of(ana)
    assert (by_mail.channel, by_mail.category, by_mail.status) == ("email", "transactional", "sent")
    assert by_mail.subject == "See you soon: Yin, Thursday 26 November, 18:30"
    assert (by_sms.channel, by_sms.text) == ("sms", "My studio: see you at Yin, Thursday 26 November, 18:30.")


def test_the_hours_before_are_the_studios_to_choose(workers: Workers, clock: ModuleType) -> None:
    ana = make.contact()
    setup.remind_before(REMINDER, 3)
    book(ana)

    assert scans.SCANS["reminders"].next_at() == THURSDAY - timedelta(hours=3)
    clock.set("2026-11-26 15:31", zone="Europe/Paris")
    workers.look()

    assert len(reminders_of(ana)) == 1


@pytest.mark.req("TXN-02")
def test_appointments_are_reminded_of_too(workers: Workers, clock: ModuleType) -> None:
    ana = make.contact(language="en")
    book(ana, "appointment.booked", staff="Sofia Rossi")

    clock.set("2026-11-26 09:00", zone="Europe/Paris")
    workers.look()

    [message] = reminders_of(ana)
    assert "Massage\nThursday 26 November, 18:30\nSofia Rossi" in message.text


def test_a_cancelled_class_is_not_reminded_of(workers: Workers, clock: ModuleType) -> None:
    ana = make.contact()
    book(ana)
    book(ana, "class.booking_cancelled")

    clock.set("2026-11-26 09:00", zone="Europe/Paris")
    workers.look()

    assert reminders_of(ana) == []


def test_a_moved_class_is_reminded_of_at_its_new_time_only(workers: Workers, clock: ModuleType) -> None:
    ana = make.contact(language="en")
    book(ana)
    book(ana, starts_at=(THURSDAY + timedelta(days=2)).isoformat())

    clock.set("2026-11-26 09:00", zone="Europe/Paris")
    workers.look()
    assert reminders_of(ana) == []

    clock.set("2026-11-28 09:00", zone="Europe/Paris")
    workers.look()
    assert [message.subject for message in reminders_of(ana)] == ["See you soon: Yin, Saturday 28 November, 18:30"]


def test_what_changes_while_a_reminder_waits_is_seen_before_it_goes(workers: Workers, clock: ModuleType) -> None:
    ana, bea = make.contact(), make.contact()
    book(ana)
    book(bea)
    clock.set("2026-11-26 09:00", zone="Europe/Paris")
    scans.look()

    book(ana, "class.booking_cancelled")
    book(bea, starts_at=(THURSDAY + timedelta(hours=1)).isoformat())
    workers.run_until_idle()
    assert [one.reason for one in reminders_of(ana)] == ["reminds_of_cancelled"]
    assert [one.reason for one in reminders_of(bea)] == ["reminds_of_moved"]

    workers.look()
    assert [one.status for one in reminders_of(bea)] == ["suppressed", "sent"]
    assert [one.status for one in reminders_of(ana)] == ["suppressed"]


def test_who_books_within_those_hours_has_just_had_the_confirmation(workers: Workers, clock: ModuleType) -> None:
    ana = make.contact()
    clock.set("2026-11-26 12:00", zone="Europe/Paris")
    book(ana)
    workers.look()

    assert reminders_of(ana) == []


def test_reminders_obey_the_transactional_subscription_alone(workers: Workers, clock: ModuleType) -> None:
    ana, bea = make.contact(), make.contact()
    consent.withdraw(ana, ["email_marketing"], by=CLIENT, via="footer")
    consent.withdraw(bea, ["email_transactional"], by=CLIENT, via="footer")
    book(ana)
    book(bea)
    clock.set("2026-11-26 09:00", zone="Europe/Paris")
    workers.look()

    assert [one.status for one in reminders_of(ana)] == ["sent"]
    assert [one.status for one in reminders_of(bea)] == ["suppressed"]


def test_after_an_outage_a_class_that_has_begun_is_not_reminded_of(workers: Workers, clock: ModuleType) -> None:
    ana = make.contact()
    book(ana)
    clock.set("2026-11-26 18:31", zone="Europe/Paris")
    workers.look()

    assert reminders_of(ana) == []

"""Erasing a person: who they were goes, what is counted stays."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app import events
from app.contacts import consent, erase, people
from app.contacts.people import Details
from app.db import db
from app.demo import make
from app.events.models import Event
from app.messaging import outgoing
from app.messaging.models import InboundRaw, Message

pytestmark = pytest.mark.usefixtures("app")


def test_nothing_says_any_more_who_it_was() -> None:
    boss = make.staff("Inès Garnier", "owner")
    ana = make.client("Ana Silva", email="ana@mail.example", custom={"pet": "Rex"}, tags=["Regular"], external_id="A-7")
    consent.withdraw(ana, ["sms_marketing"], by=events.Actor.client(), via="sms")
    consent.give(ana, ["sms_marketing"], by=boss, via="staff", note="Ana said yes at the desk")
    events.record("form.submitted", ana, form="First class", form_id=3, fields={"knee": "Ana's left one"})
    events.record("membership.purchased", ana, membership="Unlimited", price_cents=9900, buyer="Ana Silva")
    before = db.session.scalar(select(func.count()).select_from(Event))

    erase.erase_contact(ana, by=boss)
    db.session.flush()

    assert (ana.name, ana.email, ana.phone, ana.external_id, ana.custom, ana.tags) == ("—", None, None, None, {}, [])
    assert not any(ana.consent.values())
    assert ana.is_client
    told = db.session.execute(select(Event.kind, Event.data).where(Event.contact_id == ana.id).order_by(Event.id)).all()
    assert [data for kind, data in told if kind == "form.submitted"] == [{"form_id": 3}]
    assert [data for kind, data in told if kind == "membership.purchased"] == [
        {"membership": "Unlimited", "price_cents": 9900}
    ]
    assert "Ana" not in str([data for _kind, data in told])
    assert len(told) == (before or 0) + 1
    assert told[-1].kind == "contact.erased"


def test_erasing_twice_is_erasing_once() -> None:
    boss, ana = make.staff("Inès Garnier", "owner"), make.contact("Ana Silva")

    erase.erase_contact(ana, by=boss)
    erase.erase_contact(ana, by=boss)

    assert db.session.scalar(select(func.count()).where(Event.kind == "contact.erased")) == 1


def test_somebody_who_comes_back_is_somebody_new() -> None:
    boss, ana = make.staff("Inès Garnier", "owner"), make.contact("Ana Silva", email="ana@mail.example")
    erase.erase_contact(ana, by=boss)

    again, is_new = people.find_or_create(Details("Ana", email="ana@mail.example"), by=boss, via="form")

    assert is_new
    assert again.id != ana.id


def test_rooms_above_clear_what_is_theirs() -> None:
    boss, ana = make.staff("Inès Garnier", "owner"), make.contact("Ana Silva", email="ana@mail.example")
    lead, task = make.lead(ana, note="Ana has a bad knee"), make.task("Call Ana", contact=ana)
    make.incoming_sms(ana, "Ana here, may I come?")
    reminder = outgoing.send_by_hand(ana, "email", "Dear Ana", subject="Hello Ana", by=boss)

    erase.erase_contact(ana, by=boss)
    db.session.flush()
    db.session.expire_all()

    assert (lead.note, task.title) == ("", "—")
    assert (reminder.status, reminder.subject, reminder.text) == ("suppressed", "", "")
    told = db.session.execute(select(Message.text, Message.from_address, Message.to_address)).all()
    assert len(told) == 2
    assert {part for row in told for part in row} == {""}
    assert db.session.scalars(select(InboundRaw.body)).all() == [""]

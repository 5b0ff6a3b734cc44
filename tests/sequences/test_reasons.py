"""Why did she get this, why did she not: each reason, forced once, in the words that the page and the API give."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import time
from types import ModuleType
from typing import Any

import pytest
from flask_babel import force_locale

from app import reasons
from app.apps import suite
from app.contacts import consent, erase
from app.contacts.models import Contact
from app.db import db
from app.demo import make
from app.events.models import Actor
from app.sequences import drafts, enrolling, formats, hours, publishing
from app.sequences.actions.registry import ACTIONS, Outcome
from app.sequences.hours import SendingHours
from app.sequences.models import Enrolment, Sequence
from app.staff import tokens
from app.staff.models import Staff
from tests.harness.client import Client
from tests.harness.smtp import SmtpSink
from tests.harness.twilio import TwilioStandIn
from tests.harness.work import Workers
from tests.sequences.conftest import buy_membership, enrolments, only, post, tag

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}

SMS = {"id": "it", "do": "sms", "body": "Hi"}
MAIL = {"id": "it", "do": "email", "subject": "Hello", "html": "<p>Hello</p>"}
TOMORROW = {"wait": {"days": 1}}
BOUGHT = {"rule": "membership.purchased", "since": "enrolment"}
BEFORE = {"id": "it", "do": "sms", "body": "See you", "wait": {"before_anchor": {"hours": 3}}}


@dataclass
class Studio:
    """What a case needs to force its reason."""

    clock: ModuleType
    workers: Workers
    smtp: SmtpSink
    owner: Staff
    sequence: Sequence | None = None

    def live(self, *steps: dict[str, Any], **more: Any) -> Sequence:
        self.sequence = make.sequence(*steps, **more)
        return self.sequence

    def enter(self, contact: Contact | None = None) -> Contact:
        contact = contact or make.contact("Ana Duval")
        make.lead(contact)
        self.workers.run_until_idle()
        return contact

    def later(self, **by: float) -> None:
        self.clock.move(**by)
        self.workers.run_until_idle()

    def publish(self, *steps: dict[str, Any]) -> None:
        assert self.sequence is not None
        raw = formats.dump(drafts.draft_of(self.sequence)) | {"steps": list(steps)}
        drafts.save_draft(self.sequence, formats.parse(raw))
        publishing.publish(self.sequence)


def _unsubscribed(the: Studio) -> Contact:
    the.live(MAIL)
    ana = make.contact("Ana Duval")
    consent.withdraw(ana, ["email_marketing"], by=Actor.client(), via="footer")
    return the.enter(ana)


def _unsubscribed_meanwhile(the: Studio) -> Contact:
    the.clock.set("2026-06-01 22:00", zone="Europe/Paris")
    hours.set_sending_hours(SendingHours(start=time(9), end=time(20)))
    the.live(SMS)
    ana = the.enter()
    consent.withdraw(ana, ["sms_marketing"], by=Actor.client(), via="footer")
    the.later(hours=11)
    return ana


def _hours(the: Studio) -> Contact:
    the.clock.set("2026-06-01 22:00", zone="Europe/Paris")
    hours.set_sending_hours(SendingHours(start=time(9), end=time(20)))
    the.live(SMS)
    return the.enter()


def _outside_hours(the: Studio) -> Contact:
    hours.set_sending_hours(SendingHours(start=time(12), end=time(20)))
    the.live(BEFORE, trigger="class.booked")
    ana = make.contact("Ana Duval")
    post("class.booked", ana, class_name="Yin", starts_at="2026-06-02T09:00:00+02:00")
    the.workers.run_until_idle()
    the.later(hours=22)
    return ana


def _exit(the: Studio) -> Contact:
    the.live(SMS | TOMORROW, exits=[BOUGHT])
    ana = the.enter()
    the.clock.move(hours=1)
    buy_membership(ana)
    the.workers.run_until_idle()
    return ana


def _exit_by_tag(the: Studio) -> Contact:
    the.live(SMS | TOMORROW, exits=[{"rule": "tag.has", "value": "VIP"}])
    ana = the.enter()
    tag(ana, "VIP")
    the.workers.run_until_idle()
    return ana


def _exit_while_queued(the: Studio) -> Contact:
    the.clock.set("2026-06-01 22:00", zone="Europe/Paris")
    hours.set_sending_hours(SendingHours(start=time(9), end=time(20)))
    the.live(SMS, exits=[BOUGHT])
    ana = the.enter()
    the.clock.move(hours=1)
    buy_membership(ana)
    the.later(hours=12)
    return ana


def _no_phone(the: Studio) -> Contact:
    the.live(SMS)
    return the.enter(make.contact("Ana Duval", phone=None))


def _no_email(the: Studio) -> Contact:
    the.live(MAIL)
    return the.enter(make.contact("Ana Duval", email=None))


def _bounced(the: Studio) -> Contact:
    the.live({"id": "first", "do": "email", "subject": "One", "html": "<p>One</p>"}, MAIL | TOMORROW)
    ana = make.contact("Ana Duval")
    the.smtp.bounces(ana.email or "")
    the.enter(ana)
    the.later(days=1)
    return ana


def _refused_by_the_server(the: Studio) -> Contact:
    the.live(MAIL)
    ana = make.contact("Ana Duval")
    the.smtp.bounces(ana.email or "")
    return the.enter(ana)


def _pause(the: Studio) -> Contact:
    sequence = the.live(SMS | TOMORROW)
    ana = the.enter()
    publishing.pause(sequence)
    the.later(days=1, hours=2)
    publishing.resume(sequence)
    the.workers.run_until_idle()
    return ana


def _version(the: Studio) -> Contact:
    the.live(SMS | TOMORROW, {"id": "tag", "do": "tag.add", "tags": ["x"], "wait": {"days": 2}})
    ana = the.enter()
    the.publish({"id": "tag", "do": "tag.add", "tags": ["x"], "wait": {"days": 2}})
    return ana


def _disabled(the: Studio) -> Contact:
    the.live(SMS | {"enabled": False})
    return the.enter()


def _too_late(the: Studio) -> Contact:
    the.live(BEFORE, trigger="class.booked")
    ana = make.contact("Ana Duval")
    post("class.booked", ana, class_name="Yin", starts_at="2026-06-01T12:00:00+02:00")
    the.workers.run_until_idle()
    return ana


def _date_gone(the: Studio) -> Contact:
    after = {"id": "it", "do": "sms", "body": "Hi", "wait": {"after_anchor": {"hours": 3}}}
    the.live(after, BEFORE | {"id": "other"}, trigger="appointment.booked")
    ana = make.contact("Ana Duval")
    post("appointment.booked", ana, service="Consultation", booking_id="a", starts_at="2026-06-05T18:00:00+02:00")
    the.workers.run_until_idle()
    post("appointment.cancelled", ana, service="Consultation", booking_id="a")
    the.workers.run_until_idle()
    return ana


def _erased(the: Studio) -> Contact:
    the.live(SMS | TOMORROW)
    ana = the.enter()
    erase.erase_contact(ana, by=the.owner)
    the.later(days=1)
    return ana


def _suite_off(the: Studio) -> Contact:
    the.live(SMS | TOMORROW)
    ana = the.enter()
    suite.switch(on=False, by=make.SYSTEM)
    the.later(days=1, hours=1)
    suite.switch(on=True, by=make.SYSTEM)
    the.workers.run_until_idle()
    return ana


def _no_open_lead(the: Studio) -> Contact:
    the.live({"id": "it", "do": "lead.update", "stage": "Contacted"}, trigger="client.created")
    ana = make.client("Ana Duval")
    the.workers.run_until_idle()
    return ana


def _nobody_for_the_task(the: Studio) -> Contact:
    the.live({"id": "it", "do": "task", "title": "Call", "assign": {"lead_assignee": True}}, trigger="client.created")
    ana = make.client("Ana Duval")
    the.workers.run_until_idle()
    return ana


def _stopped(the: Studio) -> Contact:
    the.live(SMS | TOMORROW)
    ana = the.enter()
    enrolling.stop_enrolment(only(ana), by=the.owner)
    return ana


def _came_back(the: Studio) -> Contact:
    miss_you = {"id": "it", "do": "tag.add", "tags": ["Away"], "wait": {"days": 14, "from": "trigger"}}
    much_later = miss_you | {"id": "later", "wait": {"days": 30, "from": "trigger"}}
    the.live(miss_you, much_later, trigger="client.winback")
    ana = make.client("Ana Duval")
    visit = {"service": "Massage", "booking_id": "a"}
    post("appointment.visited", ana, **visit, starts_at="2026-06-01T10:00:00+02:00")
    the.workers.look()
    the.clock.move(days=14)
    the.workers.look()
    the.clock.move(days=3)
    post("appointment.visited", ana, service="Massage")
    the.workers.run_until_idle()
    return ana


AT_A_STEP: list[tuple[Callable[[Studio], Contact], str, str]] = [
    (_unsubscribed, "skipped", "Unsubscribed from marketing e-mails"),
    (_unsubscribed_meanwhile, "skipped", "Unsubscribed from marketing SMS"),
    (_hours, "done", "Waits for the sending hours: 09:00 on Tuesday"),
    (_outside_hours, "skipped", "Outside sending hours: 12:00 on Tuesday would have been too late"),
    (_exit_while_queued, "skipped", "Exit condition met: bought a membership on 1 June"),
    (_no_phone, "skipped", "No phone number"),
    (_no_email, "skipped", "No e-mail address"),
    (_bounced, "skipped", "The e-mail address does not exist any more"),
    (_refused_by_the_server, "failed", "550 5.1.1 No such user here"),
    (_pause, "skipped", "The sequence was paused when it was due, 10:00 on Tuesday"),
    (_version, "skipped", "The step is no longer there in version 2"),
    (_disabled, "skipped", "The step is switched off"),
    (_too_late, "skipped", "Its time had passed already: 09:00 on Monday"),
    (_date_gone, "skipped", "What it counts from, 18:00 on Friday, was cancelled"),
    (_erased, "skipped", "Personal data erased"),
    (_suite_off, "skipped", "The marketing suite was switched off when it was due, 10:00 on Tuesday"),
    (_no_open_lead, "skipped", "The contact has no open lead"),
    (_nobody_for_the_task, "skipped", "Nobody to give the task to"),
]
AT_THE_END: list[tuple[Callable[[Studio], Contact], str, str]] = [
    (_exit, "exited", "Exit condition met: bought a membership on 1 June"),
    (_exit_by_tag, "exited", "Exit condition met: has the tag VIP"),
    (_stopped, "stopped", "Stopped by Inès Garnier"),
    (_came_back, "exited", "Came back on 18 June"),
]


@pytest.fixture
def the(monday: ModuleType, workers: Workers, smtp: SmtpSink, twilio: TwilioStandIn, client: Client) -> Studio:
    owner = make.staff("Inès Garnier", "owner")
    client.sign_in(owner)
    return Studio(monday, workers, smtp, owner)


@pytest.mark.req("BEY-02")
@pytest.mark.parametrize(("force", "outcome", "sentence"), AT_A_STEP, ids=lambda case: getattr(case, "__name__", ""))
def test_a_step_says_why(
    the: Studio, client: Client, force: Callable[[Studio], Contact], outcome: str, sentence: str
) -> None:
    run = enrolments(force(the))[-1]

    [told] = [one for one in from_the_api(client, run)["runs"] if one["step_id"] == "it"]
    assert (told["outcome"], told["reason"]) == (outcome, sentence)
    assert sentence.lower() in on_the_page(client, run).lower()


@pytest.mark.req("BEY-02")
@pytest.mark.parametrize(("force", "status", "sentence"), AT_THE_END, ids=lambda case: getattr(case, "__name__", ""))
def test_the_end_says_why(
    the: Studio, client: Client, force: Callable[[Studio], Contact], status: str, sentence: str
) -> None:
    run = enrolments(force(the))[-1]

    told = from_the_api(client, run)
    assert (told["status"], told["reason"]) == (status, sentence)
    assert sentence in on_the_page(client, run)


@pytest.mark.req("BEY-02")
def test_a_step_that_fails_parks_the_run_and_says_so(
    the: Studio, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_items: object, _now: object) -> list[Outcome]:
        raise ZeroDivisionError

    the.live(SMS)
    monkeypatch.setitem(ACTIONS, "sms", replace(ACTIONS["sms"], run=broken))
    ana = the.enter()

    run = only(ana)
    assert from_the_api(client, run)["reason"] == "An error: ZeroDivisionError"
    assert "An error: ZeroDivisionError" in on_the_page(client, run)


def _kept_out(the: Studio) -> Contact:
    the.live(SMS, exits=[{"rule": "membership.purchased", "since": "ever"}])
    ana = make.contact("Ana Duval")
    buy_membership(ana)
    return the.enter(ana)


def _inactive(the: Studio) -> Contact:
    publishing.pause(the.live(SMS))
    return the.enter()


def _while_the_suite_is_off(the: Studio) -> Contact:
    the.live(SMS)
    suite.switch(on=False, by=make.SYSTEM)
    ana = the.enter()
    suite.switch(on=True, by=make.SYSTEM)
    return ana


def _before_activation(the: Studio) -> Contact:
    sequence = the.live(SMS, active=False)
    ana = the.enter()
    the.clock.move(hours=1)
    publishing.activate(sequence)
    return ana


def _filter(the: Studio) -> Contact:
    make.source("Instagram")
    the.live(SMS, filters={"source": ["Instagram"]})
    return the.enter()


def _nothing_happened(the: Studio) -> Contact:
    the.live(SMS, trigger="client.birthday")
    return the.enter()


OUTSIDE: list[tuple[Callable[[Studio], Contact], str, bool]] = [
    (_kept_out, "Kept out: bought a membership on 1 June", True),
    (_inactive, "The sequence was paused then", True),
    (_while_the_suite_is_off, "The marketing suite was switched off then", True),
    (_before_activation, "The sequence was not active then", False),
    (_filter, "Filter not met: Source Website form, wanted Instagram", False),
    (_nothing_happened, "Nothing that starts this sequence has happened to them.", False),
]


@pytest.mark.req("BEY-02")
@pytest.mark.parametrize(("force", "sentence", "is_matched"), OUTSIDE, ids=lambda case: getattr(case, "__name__", ""))
def test_who_is_not_inside_can_be_asked_for_by_name(
    the: Studio, client: Client, force: Callable[[Studio], Contact], sentence: str, is_matched: bool
) -> None:
    ana = force(the)
    db.session.commit()
    assert enrolments(ana) == []
    assert the.sequence is not None

    page = text_of(client.get(f"/sequences/{the.sequence.id}/people?q=duval", headers=PARTIAL).text)
    assert "Ana Duval" in page
    assert sentence in page
    assert (sentence in text_of(client.get(f"/contacts/{ana.id}").text)) == is_matched


@pytest.mark.req("BEY-02", "ENR-09")
def test_once_only_says_when_it_began(the: Studio, client: Client) -> None:
    the.live(SMS, trigger="tag.added", single_enrolment=True)
    ana = make.contact("Ana Duval")
    tag(ana, "VIP")
    the.workers.run_until_idle()
    the.clock.move(days=1)
    tag(ana, "Regular")
    the.workers.run_until_idle()

    said = "Has been through, begun on 1 June, and this sequence takes each person once only"
    assert said in text_of(client.get(f"/contacts/{ana.id}").text)


@pytest.mark.req("BEY-02")
def test_a_reason_is_said_in_the_readers_language_in_the_log_too(the: Studio, client: Client) -> None:
    ana = _exit(the)
    the.owner.language = "fr"
    db.session.commit()

    assert "condition de sortie remplie : a acheté un abonnement le 1 juin" in text_of(
        client.get(f"/contacts/{ana.id}").text
    ).replace("\u00a0", " ")


@pytest.mark.parametrize("what", sorted(reasons.REASONS))
def test_every_reason_reads_as_a_sentence_with_and_without_what_is_known(the: Studio, what: str) -> None:
    for language in ("en", "fr"):
        with force_locale(language):
            said = [reasons.say(reasons.code(what)), reasons.say(reasons.code(what, "2026-06-03T09:00+02:00"))]
            assert all(one and "%" not in one and one[-1] != ":" for one in said)


def from_the_api(client: Client, run: Enrolment) -> dict[str, Any]:
    _, token = tokens.create_token("Warehouse", ())
    db.session.commit()
    answer = client.get(f"/api/v1/enrolments/{run.id}", headers={"Authorization": f"Bearer {token}"})
    found: dict[str, Any] = answer.get_json()
    return found


def on_the_page(client: Client, run: Enrolment) -> str:
    return text_of(client.get(f"/sequences/{run.sequence_id}/people/{run.id}", headers=PARTIAL).text)


def text_of(page: str) -> str:
    """What a person reads of a page."""
    return html.unescape(re.sub(r"<[^>]+>", "", page))

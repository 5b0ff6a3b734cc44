"""Each reason, forced once through the product's own verbs: what happens, and the words that people read of it.

A reason that is declared and stands in no table here fails `test_reasons`: add how it comes about.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from types import ModuleType
from typing import Any, NamedTuple

from flask import current_app

from app import scans, work
from app.apps import suite
from app.contacts import consent, erase, filters
from app.contacts.models import Contact
from app.db import db
from app.demo import make
from app.events import posting
from app.events.models import Actor
from app.leads import pipeline, queries
from app.messaging import allowance, carriers, doubts, groups
from app.sequences import (
    asked,
    drafts,
    due,
    enrolling,
    formats,
    hours,
    pressure,
    publishing,
    safety,
    secrets_in_use,
    takeover,
    webhook_secrets,
)
from app.sequences.engine import carrying
from app.sequences.hours import SendingHours
from app.sequences.models import Sequence
from app.sequences.pressure import Cap, Caps
from app.staff import studio
from app.staff.models import Staff
from tests.harness.receiver import Receiver
from tests.harness.smtp import SmtpSink
from tests.harness.twilio import TwilioStandIn
from tests.harness.work import Workers
from tests.sequences.conftest import buy_membership, messages, only, post, tag

SMS = {"id": "it", "do": "sms", "body": "Hi"}
MAIL = {"id": "it", "do": "email", "subject": "Hello", "html": "<p>Hello</p>"}
TOMORROW = {"wait": {"days": 1}}
BOUGHT = {"rule": "membership.purchased", "since": "enrolment"}
NOTED = {"id": "noted", "do": "tag.add", "tags": ["Regular"]}
REPLIED = {"event": {"kind": "message.replied"}, "timeout": {"days": 3}}
OFFER = {"id": "offer", "do": "sms", "body": "An offer"}
BEFORE = {"id": "it", "do": "sms", "body": "See you", "wait": {"before_anchor": {"hours": 3}}}


@dataclass
class Studio:
    """What a case needs to force its reason."""

    clock: ModuleType
    workers: Workers
    smtp: SmtpSink
    twilio: TwilioStandIn
    receiver: Receiver
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

    def publish(self, *steps: dict[str, Any], **how: Any) -> None:
        assert self.sequence is not None
        raw = formats.dump(drafts.draft_of(self.sequence)) | {"steps": list(steps)}
        drafts.save_draft(self.sequence, formats.parse(raw))
        publishing.publish(self.sequence, **how)

    def in_the_evening(self) -> None:
        """It is ten, and nothing leaves before nine in the morning."""
        self.clock.set("2026-06-01 22:00", zone="Europe/Paris")
        hours.set_sending_hours(SendingHours(start=time(9), end=time(20)))

    def in_the_morning(self) -> None:
        self.later(hours=11)

    def cap(self, channel: str = "sms", most: int = 1) -> None:
        pressure.set_caps(Caps(**{channel: Cap(most=most, days=1)}))


def _unsubscribed(the: Studio) -> Contact:
    the.live(MAIL)
    ana = make.contact("Ana Duval")
    consent.withdraw(ana, ["email_marketing"], by=Actor.client(), via="footer")
    return the.enter(ana)


def _unsubscribed_meanwhile(the: Studio) -> Contact:
    the.in_the_evening()
    the.live(SMS)
    ana = the.enter()
    consent.withdraw(ana, ["sms_marketing"], by=Actor.client(), via="footer")
    the.in_the_morning()
    return ana


def _hours(the: Studio) -> Contact:
    the.in_the_evening()
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


def bought_a_membership(the: Studio) -> Contact:
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
    the.in_the_evening()
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


# ---------------------------------------------------------------------- what a step waited for, and counts from


def _came(the: Studio) -> Contact:
    the.live(OFFER, SMS | {"wait": REPLIED})
    ana = the.enter()
    the.clock.move(hours=1)
    make.incoming_sms(ana, "Yes")
    the.workers.run_until_idle()
    return ana


def _did_not_come(the: Studio) -> Contact:
    the.live(SMS | {"wait": REPLIED})
    ana = the.enter()
    the.later(days=3)
    return ana


def _no_date(the: Studio) -> Contact:
    sequence = the.live(BEFORE, trigger="class.visited")
    ana = make.contact("Ana Duval")
    enrolling.enrol_by_hand(sequence, ana)
    the.workers.run_until_idle()
    return ana


def _stage_gone(the: Studio) -> Contact:
    the.live({"id": "it", "do": "lead.update", "stage": "Contacted"} | TOMORROW)
    ana = the.enter()
    contacted = queries.stage_named("Contacted")
    assert contacted is not None
    pipeline.delete_stage(contacted, None)
    the.later(days=1)
    return ana


# ---------------------------------------------------------------------- after an outage (BEY-14)


def _missed(the: Studio) -> Contact:
    the.live(SMS | {"wait": {"hours": 1}, "late": "skip"})
    ana = the.enter()
    the.later(hours=3)
    return ana


def _in_its_turn(the: Studio) -> Contact:
    safety.set_safety(safety.Safety(burst=1))
    the.live(SMS | {"wait": {"hours": 1}})
    the.enter(make.contact("Leo Martin"))
    the.clock.move(seconds=1)
    ana = the.enter()
    the.later(hours=4)
    return ana


def _put_to_somebody(the: Studio) -> Contact:
    the.live(SMS | {"wait": {"hours": 1}, "late": "ask"})
    ana = the.enter()
    the.later(hours=3)
    return ana


def _not_sent_late(the: Studio) -> Contact:
    ana = _put_to_somebody(the)
    assert the.sequence is not None
    asked.skip(the.sequence, "it", by=the.owner)
    return ana


# ---------------------------------------------------------------------- how often (BEY-16), and the fuse (BEY-05)


def _enough(the: Studio) -> Contact:
    the.cap()
    the.live(OFFER, SMS)
    return the.enter()


def _gives_way(the: Studio) -> Contact:
    the.cap()
    the.live(OFFER | {"wait": {"hours": 1}}, title="Trial", priority="high")
    the.live(SMS, title="Offer", priority="low")
    return the.enter()


def _lapsed(the: Studio) -> Contact:
    the.cap()
    the.live(OFFER, trigger="tag.added")
    the.live(BEFORE, trigger="class.booked")
    ana = make.contact("Ana Duval")
    tag(ana, "New")
    the.workers.run_until_idle()
    post("class.booked", ana, class_name="Yin", starts_at="2026-06-01T18:00:00+02:00")
    the.workers.run_until_idle()
    the.later(hours=5)
    return ana


def _none_at_all(the: Studio) -> Contact:
    the.cap(most=0)
    the.live(SMS)
    return the.enter()


def _skipped_by_hand(the: Studio) -> Contact:
    the.in_the_evening()
    the.live(SMS)
    ana = the.enter()
    due.skip(ana, messages(ana)[0].id, by=the.owner)
    return ana


def _held(the: Studio) -> Contact:
    the.live(SMS)
    ana = make.contact("Ana Duval")
    takeover.hold(ana, the.clock.now() + timedelta(days=2), by=the.owner)
    return the.enter(ana)


def _held_too_long(the: Studio) -> Contact:
    the.live(BEFORE, trigger="class.booked")
    ana = make.contact("Ana Duval")
    takeover.hold(ana, the.clock.now() + timedelta(days=2), by=the.owner)
    post("class.booked", ana, class_name="Yin", starts_at="2026-06-01T18:00:00+02:00")
    the.workers.run_until_idle()
    the.later(hours=5)
    return ana


def _repeated(the: Studio) -> Contact:
    the.live(SMS, trigger="tag.added")
    ana = make.contact("Ana Duval")
    for name in ("New", "Regular"):
        tag(ana, name)
        the.workers.run_until_idle()
    return ana


def _fused(the: Studio) -> Contact:
    """Twenty different things to one person in an hour are the most: what comes then waits for somebody's word."""
    the.live(SMS | {"body": "Hi ##{{first_name}}"}, trigger="tag.added")
    ana = make.contact("Ana Duval")
    for number in range(21):
        ana.first_name = f"Ana {number}"
        tag(ana, f"Tag {number}")
        the.workers.run_until_idle()
    return ana


# ---------------------------------------------------------------------- while it stands still


def _still_paused(the: Studio) -> Contact:
    the.in_the_evening()
    sequence = the.live(SMS)
    ana = the.enter()
    publishing.pause(sequence)
    the.in_the_morning()
    return ana


def _suite_still_off(the: Studio) -> Contact:
    the.in_the_evening()
    the.live(SMS)
    ana = the.enter()
    suite.switch(on=False, by=make.SYSTEM)
    the.in_the_morning()
    suite.switch(on=True, by=make.SYSTEM)  # to be looked at; no worker has been by yet
    return ana


# ---------------------------------------------------------------------- what carriers say


def _nothing_to_say(the: Studio) -> Contact:
    the.live(SMS | {"body": "##{{last_name}}"})
    return the.enter(make.contact("Ana", last_name=""))


def _not_in_time(the: Studio) -> Contact:
    the.live(BEFORE, trigger="class.booked")
    ana = make.contact("Ana Duval")
    post("class.booked", ana, class_name="Yin", starts_at="2026-06-01T18:00:00+02:00")
    the.workers.run_until_idle()
    the.clock.move(hours=5)
    db.session.commit()
    work.run("advance_enrolments")
    the.later(hours=4)
    return ana


def _down(the: Studio) -> Contact:
    the.twilio.is_down()
    the.live(SMS)
    return the.enter()


def _in_doubt(the: Studio) -> Contact:
    the.live(MAIL)
    ana = make.contact("Ana Duval")
    the.smtp.takes_without_a_word(ana.email or "")
    return the.enter(ana)


def _tried_again(the: Studio) -> Contact:
    the.live(SMS)
    ana = make.contact("Ana Duval")
    the.twilio.takes_without_a_word(ana.phone or "")
    the.enter(ana)
    the.twilio.messages.clear()
    the.later(minutes=2)
    return ana


def _given_up(the: Studio) -> Contact:
    ana = _tried_again(the)
    for _time in range(3):
        the.later(minutes=30)
        the.twilio.messages.clear()
        the.later(minutes=2)
    return ana


class Broken:
    """A carrier with a fault of its own."""

    def send(self, _text: carriers.Text) -> str:
        raise ZeroDivisionError

    def find(self, _text: carriers.Text, _since: datetime | None) -> list[str]:
        return []


def _not_prepared(the: Studio) -> Contact:
    app, whole = current_app._get_current_object(), carriers.in_use()  # type: ignore[attr-defined]
    carriers.install(app, replace(whole, sms=Broken()))
    the.live(SMS)
    ana = the.enter()
    carriers.install(app, whole)
    return ana


def _taken_as_sent(the: Studio) -> Contact:
    ana = _in_doubt(the)
    doubts.mark_as_sent(messages(ana)[0])
    return ana


def _allowance_used_up(the: Studio) -> Contact:
    studio.put(allowance.KEY, allowance.Allowance(segments=250))
    make.call(make.client(), answered_seconds=250 * 60)
    the.live(SMS)
    return the.enter(make.contact("Ana Duval", email=None))


# ---------------------------------------------------------------------- calls to other systems


def _call(the: Studio, *statuses: int, **more: Any) -> Contact:
    the.receiver.statuses = list(statuses)
    the.live({"id": "it", "do": "webhook", "url": the.receiver.url} | more)
    return the.enter()


def _call_again(the: Studio) -> Contact:
    return _call(the, 500)


def _call_given_up(the: Studio) -> Contact:
    ana = _call(the, *[503] * 6)
    for later in (1, 1, 1, 3, 13):
        the.later(hours=later)
    return ana


def _call_without_its_secret(the: Studio) -> Contact:
    """The webhook was changed to sign with none, those inside finish the old version, and the secret was deleted."""
    secret = webhook_secrets.keep("Till", "between us", by=the.owner)
    ana = _call(the, 500, signed_with="Till")
    the.publish({"id": "it", "do": "webhook", "url": the.receiver.url}, carry=False)
    secrets_in_use.forget(secret)
    the.later(minutes=1)
    return ana


def _call_refused(the: Studio) -> Contact:
    return _call(the, 410)


# ---------------------------------------------------------------------- the end of a run


def _step_removed(the: Studio) -> Contact:
    the.live(NOTED, SMS | TOMORROW | {"title": "Second lesson"})
    ana = the.enter()
    the.publish(NOTED, fates={"it": carrying.EXIT})
    return ana


def _another_visit(the: Studio) -> Contact:
    eve = BEFORE | {"wait": {"before_anchor": {"days": 1}}}
    the.live(eve, trigger="class.visited", filters={"enrol": "booking", "count": 2})
    ana = make.contact("Ana Duval")
    for day in (10, 12):
        starts_at = f"2026-06-{day}T18:00:00+02:00"
        post("class.booked", ana, class_name="Yin", starts_at=starts_at, booking_id=f"b{day}")
        the.workers.run_until_idle()
    post("class.booking_cancelled", ana, booking_id="b10")
    the.workers.run_until_idle()
    return ana


# ---------------------------------------------------------------------- messages beside, or without, a run to look at


def _sequence_deleted(the: Studio) -> Contact:
    the.in_the_evening()
    sequence = the.live(SMS)
    ana = the.enter()
    publishing.delete(sequence)
    the.in_the_morning()
    return ana


def _group_called_off(the: Studio) -> Contact:
    ana = make.contact("Ana Duval")
    people = filters.selection(filters.Filters(), clients_only=False, seen_by=the.owner)
    group = groups.begin(people, Contact.id.expression, by=the.owner, listed="contacts")
    groups.write(group, "email", "News", "Hello")
    groups.send(group)
    db.session.commit()
    work.run_batch("queue_group_messages")
    groups.cancel(group, by=the.owner)
    the.workers.run_until_idle()
    return ana


def _stop_answered(the: Studio) -> Contact:
    ana = make.contact("Ana Duval")
    the.twilio.receives_sms(ana.phone or "", "STOP")
    the.workers.run_until_idle()
    return ana


def _reminder(the: Studio, kind: str, **more: Any) -> Contact:
    ana = make.contact("Ana Duval")
    booked = {"class_name": "Yin", "booking_id": "a", "starts_at": "2026-06-04T18:00:00+02:00"}
    posting.post("class.booked", ana, booked, posting.How(Actor.client(), the.clock.now()))
    the.workers.run_until_idle()
    the.clock.set("2026-06-04 09:00", zone="Europe/Paris")
    scans.look()
    posting.post(kind, ana, booked | more, posting.How(Actor.client(), the.clock.now()))
    the.workers.run_until_idle()
    return ana


def _reminds_of_cancelled(the: Studio) -> Contact:
    return _reminder(the, "class.booking_cancelled")


def _reminds_of_moved(the: Studio) -> Contact:
    return _reminder(the, "class.booking_moved", starts_at="2026-06-04T20:00:00+02:00")


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


class Case(NamedTuple):
    """How a reason comes about, its code, what became of it, and what people read. No code: a carrier's own words."""

    force: Callable[[Studio], Contact]
    code: str
    outcome: str
    sentence: str


AT_A_STEP = [
    Case(_unsubscribed, "unsubscribed", "skipped", "Unsubscribed from marketing e-mails"),
    Case(_unsubscribed_meanwhile, "unsubscribed", "skipped", "Unsubscribed from marketing SMS"),
    Case(_hours, "deferred", "done", "Waits for the sending hours: 09:00 on Tuesday"),
    Case(
        _outside_hours, "outside_hours", "skipped", "Outside sending hours: 12:00 on Tuesday would have been too late"
    ),
    Case(_exit_while_queued, "exit", "skipped", "Exit condition met: bought a membership on 1 June"),
    Case(_no_phone, "no_phone", "skipped", "No phone number"),
    Case(_no_email, "no_email", "skipped", "No e-mail address"),
    Case(_bounced, "address_bounced", "skipped", "The e-mail address does not exist any more"),
    Case(_refused_by_the_server, "", "failed", "550 5.1.1 No such user here"),
    Case(_pause, "was_paused", "skipped", "The sequence was paused when it was due, 10:00 on Tuesday"),
    Case(_version, "step_gone", "skipped", "The step is no longer there in version 2"),
    Case(_disabled, "disabled", "skipped", "The step is switched off"),
    Case(_too_late, "too_late", "skipped", "Its time had passed already: 09:00 on Monday"),
    Case(_date_gone, "date_gone", "skipped", "What it counts from, 18:00 on Friday, was cancelled"),
    Case(_no_date, "no_anchor", "skipped", "There is no date to count from"),
    Case(_erased, "erased", "skipped", "Personal data erased"),
    Case(
        _suite_off,
        "suite_was_off",
        "skipped",
        "The marketing suite was switched off when it was due, 10:00 on Tuesday",
    ),
    Case(_no_open_lead, "no_open_lead", "skipped", "The contact has no open lead"),
    Case(_nobody_for_the_task, "no_assignee", "skipped", "Nobody to give the task to"),
    Case(_stage_gone, "no_such", "skipped", "“Contacted” does not exist any more"),
    Case(_came, "event_came", "done", "It waited for “Replied to a message”, which came"),
    Case(_did_not_come, "timed_out", "done", "It waited for “Replied to a message”, which did not come in time"),
    Case(
        _missed,
        "missed",
        "skipped",
        "Nothing ran when it was due, 11:00 on Monday, and it would come too late",
    ),
    Case(_in_its_turn, "spread", "done", "Nothing ran when it was due: it leaves in its turn, 14:01 on Monday"),
    Case(
        _put_to_somebody, "asked", "done", "Nothing ran when it was due: somebody has to say whether it is still sent"
    ),
    Case(_not_sent_late, "not_sent_late", "skipped", "Not sent late, said Inès Garnier"),
    Case(_enough, "pressure", "done", "Has had enough for now: at most 1 SMS a day"),
    Case(_gives_way, "gives_way", "done", "Gives way to “Trial”, which goes first"),
    Case(_lapsed, "lapsed", "skipped", "Lapsed: at most 1 SMS a day, and it does not keep that long"),
    Case(_none_at_all, "capped_to_none", "skipped", "Sequences send no SMS"),
    Case(_skipped_by_hand, "passed_over", "skipped", "Skipped by Inès Garnier"),
    Case(_held, "taken_over", "done", "Held by Inès Garnier, who is writing to them"),
    Case(_held_too_long, "held_too_long", "skipped", "Held by Inès Garnier, who wrote to them, until it was too late"),
    Case(_repeated, "repeated", "skipped", "Held back: the same words had just gone to the same person"),
    Case(_fused, "fused", "done", "The fuse has paused the sequence"),
    Case(_still_paused, "paused", "done", "The sequence is paused"),
    Case(_suite_still_off, "suite_off", "done", "The marketing suite is switched off"),
    Case(_nothing_to_say, "nothing_to_say", "skipped", "Nothing to say"),
    Case(_not_in_time, "not_in_time", "skipped", "Too late to be of use"),
    Case(_down, "", "done", "Twilio: 500 Unable to create record: Internal Server Error"),
    Case(_in_doubt, "in_doubt", "uncertain", "The connection broke while it was being sent: it may have arrived"),
    Case(_tried_again, "retrying", "done", "Tried, will be tried again"),
    Case(_given_up, "given_up", "failed", "Given up after several attempts"),
    Case(_not_prepared, "not_prepared", "failed", "Could not be prepared"),
    Case(_taken_as_sent, "marked_sent", "done", "Marked as sent by the team"),
    Case(_allowance_used_up, "allowance_used_up", "skipped", "SMS allowance used up"),
    Case(_call_again, "call_retrying", "done", "Not reached (HTTP 500), will be tried again"),
    Case(_call_given_up, "call_not_reached", "failed", "The other system was not reached: HTTP 503"),
    Case(_call_without_its_secret, "call_no_secret", "failed", "The secret to sign with, “Till”, is not here"),
    Case(_call_refused, "call_refused", "failed", "The other system refused it: HTTP 410"),
]
AT_THE_END = [
    Case(bought_a_membership, "exit", "exited", "Exit condition met: bought a membership on 1 June"),
    Case(_exit_by_tag, "exit", "exited", "Exit condition met: has the tag VIP"),
    Case(_stopped, "stopped", "stopped", "Stopped by Inès Garnier"),
    Case(_came_back, "came_back", "exited", "Came back on 18 June"),
    Case(_step_removed, "step_removed", "exited", "The step they waited on was removed: “Second lesson”"),
    Case(_another_visit, "not_the_one", "exited", "Another visit is the one it is about"),
]
# Messages of no run, or of one whose page is gone, read in the log of messages.
IN_THE_LOG = [
    Case(_sequence_deleted, "sequence_gone", "suppressed", "The sequence has been deleted"),
    Case(_group_called_off, "called_off", "suppressed", "Called off before it was sent"),
    Case(_stop_answered, "answered_by_carrier", "suppressed", "The carrier has answered already"),
    Case(_reminds_of_cancelled, "reminds_of_cancelled", "suppressed", "What it reminds of was cancelled"),
    Case(_reminds_of_moved, "reminds_of_moved", "suppressed", "What it reminds of was moved"),
]
# Who is not inside: `outcome` says whether something happened that would have let them in.
MATCHED, NEVER = "matched", "never"
OUTSIDE = [
    Case(_kept_out, "kept_out", MATCHED, "Kept out: bought a membership on 1 June"),
    Case(_inactive, "inactive", MATCHED, "The sequence was paused then"),
    Case(_while_the_suite_is_off, "suite_was_off", MATCHED, "The marketing suite was switched off then"),
    Case(_before_activation, "", NEVER, "The sequence was not active then"),
    Case(_filter, "", NEVER, "Filter not met: Source Website form, wanted Instagram"),
    Case(_nothing_happened, "", NEVER, "Nothing that starts this sequence has happened to them."),
]

"""People go through sequences: in by an event, on by time, out by an exit; and what each step did can be told."""

from __future__ import annotations

from datetime import timedelta
from types import ModuleType

import pytest
from sqlalchemy import func, select

from app import events, reasons
from app.db import db
from app.demo import make
from app.events import posting
from app.leads import board
from app.leads.queries import stage_named
from app.sequences import enrolling, overdue, publishing
from app.sequences.models import Enrolment, Refused
from app.tasks.models import Task
from tests.harness.smtp import SmtpSink
from tests.harness.twilio import TwilioStandIn
from tests.harness.work import Workers
from tests.sequences.conftest import (
    TILL,
    Live,
    buy_membership,
    enrolments,
    messages,
    only,
    post,
    tag,
    trace,
    untag,
)

SMS = {"id": "sms", "do": "sms", "body": "Hi ##{{first_name}}"}
MAIL = {"id": "mail", "do": "email", "subject": "Hello", "html": "<p>Hello ##{{first_name}}</p>"}
TAG = {"id": "tag", "do": "tag.add", "tags": ["Regular"]}
CALL = {"id": "call", "do": "task", "title": "Call {{first_name}}", "assign": {"role": "Front desk"}}
BOUGHT = {"rule": "membership.purchased", "since": "enrolment"}


@pytest.mark.req("SEQ-11", "ENR-01", "TRG-34", "ACT-01", "ACT-02", "ACT-03", "ACT-04", "ACT-10")
def test_all_actions_on_one_trigger_happen(live: Live, workers: Workers, smtp: SmtpSink, twilio: TwilioStandIn) -> None:
    live(CALL, SMS, MAIL, TAG)
    ana = make.contact("Ana Duval")
    make.lead(ana)
    workers.run_until_idle()

    run = only(ana)
    assert run.status == "completed"
    assert [step[:2] for step in trace(run)] == [("call", "done"), ("sms", "done"), ("mail", "done"), ("tag", "done")]
    assert db.session.scalars(select(Task.title).where(Task.contact_id == ana.id)).one() == "Call Ana"
    assert [one.name for one in ana.tags] == ["Regular"]
    assert [(one.channel, one.status) for one in messages(ana)] == [("sms", "sent"), ("email", "sent")]
    assert messages(ana)[0].text == "Hi Ana"


@pytest.mark.req("SEQ-18")
def test_nothing_happens_before_activation(live: Live, workers: Workers) -> None:
    sequence = make.sequence(TAG, active=False)
    early = make.lead().contact
    workers.run_until_idle()
    publishing.activate(sequence)
    late = make.lead().contact
    workers.run_until_idle()

    assert enrolments(early) == []
    assert only(late).status == "completed"


@pytest.mark.req("SEQ-12", "WRK-01")
def test_waits_are_kept_to_the_minute(live: Live, workers: Workers, monday: ModuleType) -> None:
    live(SMS, MAIL | {"wait": {"minutes": 5}}, TAG | {"wait": {"days": 2}})
    ana = make.lead().contact
    start = monday.now()
    workers.run_until_idle()

    monday.move(minutes=4)
    workers.run_until_idle()
    assert [step[0] for step in trace(only(ana))] == ["sms"]
    monday.move(minutes=1)
    workers.run_until_idle()
    assert [step[0] for step in trace(only(ana))] == ["sms", "mail"]
    assert (only(ana).due_at or start) - start == timedelta(days=2, minutes=5)


@pytest.mark.req("SEQ-12", "TRG-22")
def test_two_days_after_an_expiry(live: Live, workers: Workers, clock: ModuleType) -> None:
    clock.set("2026-06-01 10:00", zone="Europe/Paris")
    live(MAIL | {"wait": {"days": 2, "from": "trigger"}}, trigger="intro.expired")
    ana = make.contact()
    post("membership.expired", ana, membership="Intro month", kind="intro")
    workers.run_until_idle()

    assert str(only(ana).due_at) == "2026-06-03 08:00:00+00:00"


@pytest.mark.req("SEQ-02", "CND-03", "CND-06", "EXIT-05", "SEQ-06", "SEQ-08")
def test_the_fourth_booking_without_a_membership(live: Live, workers: Workers) -> None:
    live(
        {
            "id": "fourth",
            "if": {"rules": [{"rule": "bookings.count", "op": "==", "value": 4}]},
            "then": [SMS],
            "else": [],
        },
        trigger="class.booked",
        exits=[{"rule": "membership.purchased", "since": "ever"}],
    )
    fourth, member, third = make.contact(), make.contact(), make.contact()
    buy_membership(member)
    for someone, bookings in ((fourth, 4), (member, 4), (third, 3)):
        for _ in range(bookings):
            post("class.booked", someone, class_name="Hatha")
            workers.run_until_idle()

    assert len(messages(fourth)) == 1
    assert trace(enrolments(fourth)[3]) == [("fourth", "true", ""), ("sms", "done", "")]
    assert trace(enrolments(fourth)[2]) == [("fourth", "false", "")]
    assert messages(member) == []
    assert enrolments(member) == []
    assert messages(third) == []


@pytest.mark.req("EXIT-01", "EXIT-02", "EXIT-03", "EXIT-04")
def test_buying_a_membership_ends_the_run_at_once(live: Live, workers: Workers, monday: ModuleType) -> None:
    live(SMS, MAIL | {"wait": {"days": 1}}, exits=[{"rule": "tag.has", "value": "VIP"}, BOUGHT])
    ana = make.contact()
    make.lead(ana)
    workers.run_until_idle()
    monday.move(hours=1)
    buy_membership(ana)
    workers.run_until_idle()

    run = only(ana)
    assert (run.status, run.reason) == ("exited", "exit:membership.purchased?on=2026-06-01")
    assert reasons.say(run.reason) == "Exit condition met: bought a membership on 1 June"
    monday.move(days=3)
    workers.run_until_idle()
    assert [message.channel for message in messages(ana)] == ["sms"]


@pytest.mark.req("EXIT-04")
def test_a_membership_of_last_year_is_no_exit_since_enrolment(live: Live, workers: Workers, monday: ModuleType) -> None:
    ana = make.contact()
    buy_membership(ana)
    monday.move(days=365)
    live(SMS, exits=[BOUGHT])
    make.lead(ana)
    workers.run_until_idle()

    assert only(ana).status == "completed"


@pytest.mark.req("EXIT-06")
@pytest.mark.parametrize(("days_ago", "enrolled"), [(10, 0), (40, 1)])
def test_a_recent_purchase_keeps_out(
    live: Live, workers: Workers, monday: ModuleType, days_ago: int, enrolled: int
) -> None:
    live(SMS, exits=[{"rule": "membership.purchased", "since": {"days": 30}}])
    ana = make.contact()
    buy_membership(ana)
    monday.move(days=days_ago)
    make.lead(ana)
    workers.run_until_idle()

    assert len(enrolments(ana)) == enrolled
    kept_out = db.session.scalars(select(Refused.reason).where(Refused.contact_id == ana.id)).all()
    assert kept_out == ([] if enrolled else ["kept_out:membership.purchased?on=2026-06-01"])


@pytest.mark.req("EXIT-02")
def test_a_tag_given_by_a_step_can_be_the_exit_before_the_next(live: Live, workers: Workers) -> None:
    live(TAG, SMS, exits=[{"rule": "tag.has", "value": "Regular"}])
    ana = make.lead().contact
    workers.run_until_idle()

    assert (only(ana).status, [step[0] for step in trace(only(ana))]) == ("exited", ["tag"])


@pytest.mark.req("TRG-43", "WRK-02")
def test_an_event_told_twice_enrols_once(live: Live, workers: Workers, monday: ModuleType) -> None:
    live(SMS, trigger="api.event")
    ana = make.contact()
    for _ in range(2):
        posting.post("api.event", ana, {"name": "Quiz"}, posting.How(TILL, monday.now(), dedupe_key="quiz-1"))
        workers.run_until_idle()

    assert len(enrolments(ana)) == 1
    assert len(messages(ana)) == 1


@pytest.mark.req("TRG-44", "TRG-03", "TRG-02")
def test_one_booking_starts_two_sequences(live: Live, workers: Workers) -> None:
    plain = live(SMS, trigger="class.booked")
    discount = live(MAIL, trigger="class.booked_with_discount")
    ana, ben = make.contact(), make.contact()
    post("class.booked", ana, class_name="Hatha", discount_code="SUMMER")
    post("class.booked", ben, class_name="Hatha")
    workers.run_until_idle()

    assert {one.sequence_id for one in enrolments(ana)} == {plain.id, discount.id}
    assert [one.sequence_id for one in enrolments(ben)] == [plain.id]


@pytest.mark.req("TRG-35")
def test_a_lead_moved_to_a_stage(live: Live, workers: Workers) -> None:
    live(SMS, trigger="lead.stage_changed", filters={"stage": ["Contacted"]})
    lead = make.lead()
    contacted = stage_named("Contacted")
    assert contacted is not None
    workers.run_until_idle()
    assert enrolments(lead.contact) == []

    board.move_lead(lead, contacted, by=make.SYSTEM)
    workers.run_until_idle()
    board.move_lead(lead, contacted, by=make.SYSTEM)
    workers.run_until_idle()
    assert len(enrolments(lead.contact)) == 1


@pytest.mark.req("TRG-34")
def test_a_lead_of_another_source_starts_nothing(live: Live, workers: Workers) -> None:
    live(SMS, filters={"source": ["Website form"]})
    mine, other = make.lead(from_source="Website form"), make.lead(from_source="Instagram")
    workers.run_until_idle()

    assert len(enrolments(mine.contact)) == 1
    assert enrolments(other.contact) == []


@pytest.mark.req("ENR-08", "ENR-09")
def test_single_enrolment_lets_nobody_in_twice(live: Live, workers: Workers, monday: ModuleType) -> None:
    live(SMS, trigger="tag.added", filters={"tag": "VIP"}, single_enrolment=True)
    ana = make.contact()
    tag(ana, "VIP")
    workers.run_until_idle()
    untag(ana, "VIP")
    post("tag.added", ana, tag="vip")
    workers.run_until_idle()

    assert len(enrolments(ana)) == 1
    assert db.session.scalars(select(Refused.reason)).all() == ["once:2026-06-01"]
    with pytest.raises(enrolling.CannotEnrol):
        enrolling.enrol_by_hand(enrolments(ana)[0].sequence, ana)


@pytest.mark.req("ENR-11")
def test_without_it_each_event_enrols(live: Live, workers: Workers) -> None:
    live(SMS, trigger="class.booked")
    ana = make.contact()
    for name in ("Hatha", "Yin"):
        post("class.booked", ana, class_name=name)
    workers.run_until_idle()

    assert len(enrolments(ana)) == 2


@pytest.mark.req("ACT-11", "ACT-12")
def test_who_cannot_be_reached_is_passed_over_and_goes_on(live: Live, workers: Workers) -> None:
    live(SMS, MAIL, TAG)
    no_phone, unsubscribed = make.contact(phone=None), make.contact()
    unsubscribed.email_marketing = False
    make.lead(no_phone)
    make.lead(unsubscribed)
    workers.run_until_idle()

    assert trace(only(no_phone)) == [("sms", "skipped", "no_phone"), ("mail", "done", ""), ("tag", "done", "")]
    assert trace(only(unsubscribed)) == [
        ("sms", "done", ""),
        ("mail", "skipped", "unsubscribed"),
        ("tag", "done", ""),
    ]


@pytest.mark.req("SEQ-17")
def test_a_step_switched_off_is_passed_over(live: Live, workers: Workers) -> None:
    live(SMS | {"enabled": False}, TAG)
    ana = make.lead().contact
    workers.run_until_idle()

    assert trace(only(ana)) == [("sms", "skipped", "disabled"), ("tag", "done", "")]


@pytest.mark.req("CND-01", "CND-07")
def test_a_tree_of_conditions_runs_one_of_its_leaves(live: Live, workers: Workers) -> None:
    def leaf(name: str) -> dict[str, object]:
        return {"id": name, "do": "tag.add", "tags": [name]}

    def has(name: str) -> dict[str, object]:
        return {"rules": [{"rule": "tag.has", "value": name}]}

    inner = [{"if": has("b"), "then": [leaf(f"{side}-b")], "else": [leaf(f"{side}-not")]} for side in ("a", "other")]
    live({"if": has("a"), "then": [inner[0]], "else": [inner[1]]}, {"id": "after", "do": "tag.add", "tags": ["after"]})
    people = {}
    for names in ((), ("a",), ("b",), ("a", "b")):
        someone = make.contact()
        tag(someone, *names)
        make.lead(someone)
        people[names] = someone
    workers.run_until_idle()

    leaves = {names: {step for step, *_ in trace(only(one)) if step[0] in "ao"} for names, one in people.items()}
    assert leaves == {
        (): {"other-not", "after"},
        ("a",): {"a-not", "after"},
        ("b",): {"other-b", "after"},
        ("a", "b"): {"a-b", "after"},
    }


def test_stop_ends_the_run_within_a_branch(live: Live, workers: Workers) -> None:
    live({"if": {"rules": [{"rule": "client"}]}, "then": [], "else": [{"id": "end", "do": "stop"}]}, TAG)
    ana, ben = make.contact(), make.client()
    make.lead(ana)
    make.lead(ben)
    workers.run_until_idle()

    assert [step[0] for step in trace(only(ana))][-1] == "end"
    assert [step[0] for step in trace(only(ben))][-1] == "tag"
    assert {only(ana).status, only(ben).status} == {"completed"}


def test_a_split_is_fair_and_always_the_same(live: Live, workers: Workers) -> None:
    live({"id": "ab", "split": [{"share": 70, "steps": [TAG]}, {"share": 30, "steps": []}]}, trigger="api.event")
    people = [make.contact() for _ in range(300)]
    for _ in range(2):
        for someone in people:
            post("api.event", someone, name="x")
        workers.run_until_idle()

    sides = [[trace(run)[0][1] for run in enrolments(someone)] for someone in people]
    assert all(first == second for first, second in sides)
    assert 0.6 < sum(first == "A" for first, _ in sides) / 300 < 0.8


@pytest.mark.req("ACT-08", "ACT-06", "ACT-05", "ACT-13")
def test_leads_and_tags_are_changed_by_steps(live: Live, workers: Workers) -> None:
    live(
        {"id": "make", "do": "lead.create", "source": "Website form"},
        {"id": "stage", "do": "lead.update", "stage": "Contacted"},
        {"id": "off", "do": "tag.remove", "tags": ["New"]},
        trigger="tag.added",
        filters={"tag": ["New"]},
    )
    moved = live(TAG, trigger="lead.stage_changed", filters={"stage": ["Contacted"]})
    ana = make.contact()
    tag(ana, "New")
    workers.run_until_idle()

    assert [one.name for one in ana.tags] == ["Regular"]
    assert [one.sequence_id for one in enrolments(ana)][1:] == [moved.id]


def test_who_has_no_open_lead_is_passed_over(live: Live, workers: Workers) -> None:
    live({"id": "stage", "do": "lead.update", "stage": "Contacted"}, trigger="tag.added")
    ana = make.contact()
    tag(ana, "New")
    workers.run_until_idle()

    assert trace(only(ana)) == [("stage", "skipped", "no_open_lead")]


@pytest.mark.req("ENR-04", "ENR-06")
def test_stopping_a_run_says_who_and_sends_nothing_more(live: Live, workers: Workers, monday: ModuleType) -> None:
    live(SMS, MAIL | {"wait": {"days": 1}})
    other = live(MAIL | {"id": "other", "wait": {"days": 1}})
    lea, ana = make.staff("Léa Fontaine"), make.contact()
    make.lead(ana)
    workers.run_until_idle()
    stopped = next(one for one in enrolments(ana) if one.sequence_id != other.id)
    enrolling.stop_enrolment(stopped, by=lea)
    monday.move(days=2)
    workers.run_until_idle()

    assert stopped.status == "stopped"
    assert reasons.say(stopped.reason) == "Stopped by Léa Fontaine"
    assert [(one.channel, one.sequence_id == other.id) for one in messages(ana)] == [("sms", False), ("email", True)]
    assert ana.email_marketing
    with pytest.raises(enrolling.NotRunning):
        enrolling.stop_enrolment(stopped, by=lea)


@pytest.mark.req("ENR-02", "ENR-03")
def test_enrolling_by_hand_again(live: Live, workers: Workers) -> None:
    sequence = live(TAG, exits=[{"rule": "client"}])
    ana = make.lead().contact
    workers.run_until_idle()
    enrolling.enrol_by_hand(sequence, ana)
    workers.run_until_idle()

    assert [one.status for one in enrolments(ana)] == ["completed", "completed"]
    with pytest.raises(enrolling.CannotEnrol, match="is a client"):
        enrolling.enrol_by_hand(sequence, make.client())


@pytest.mark.req("SEQ-18")
def test_a_pause_keeps_everybodys_place(live: Live, workers: Workers, monday: ModuleType) -> None:
    sequence = live(TAG, SMS | {"wait": {"hours": 1}}, MAIL | {"wait": {"days": 1}})
    ana = make.lead().contact
    workers.run_until_idle()
    publishing.pause(sequence)
    late = make.lead().contact
    monday.move(hours=3)
    workers.run_until_idle()
    assert (only(ana).step_id, len(trace(only(ana))), enrolments(late)) == ("sms", 1, [])

    assert overdue.overdue_in(sequence).people == 1
    publishing.resume(sequence)
    workers.run_until_idle()
    assert trace(only(ana))[1] == ("sms", "skipped", "was_paused")
    monday.move(days=1)
    workers.run_until_idle()
    assert trace(only(ana))[2] == ("mail", "done", "")


def test_what_happened_long_ago_starts_nothing(live: Live, workers: Workers, monday: ModuleType) -> None:
    live(SMS, trigger="api.event")
    ana = make.contact()
    for days in (40, 0):
        at = monday.now() - timedelta(days=days)
        posting.post("api.event", ana, {"name": "x"}, posting.How(TILL, at))
    workers.run_until_idle()

    assert len(enrolments(ana)) == 1


def test_a_run_is_on_the_timeline(live: Live, workers: Workers) -> None:
    live(TAG)
    ana = make.lead().contact
    workers.run_until_idle()

    kinds = db.session.scalars(select(events.Event.kind).where(events.Event.contact_id == ana.id)).all()
    assert {"sequence.entered", "sequence.completed"} <= set(kinds)
    assert db.session.scalar(select(func.count()).select_from(Enrolment)) == 1

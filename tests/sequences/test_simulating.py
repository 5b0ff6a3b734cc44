"""A simulation says what would happen, and leaves no trace of itself."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app import work
from app.contacts.models import Contact
from app.db import Model, db
from app.demo import make
from app.events import posting
from app.sequences import drafts, enrolling, graph, hours, models, pressure, simulating, supposing, tracing
from app.sequences.builder.rehearsal import INVENTED
from app.sequences.hours import SendingHours
from app.sequences.pressure import Cap, Caps
from app.sequences.simulating import Assumed, simulate
from app.sequences.supposing import SUPPOSITIONS
from tests.harness.work import Workers
from tests.sequences.conftest import TILL, Live, only, post

PARIS = ZoneInfo("Europe/Paris")
SPRING, AUTUMN = datetime(2026, 3, 27, 15, tzinfo=PARIS), datetime(2026, 10, 23, 15, tzinfo=PARIS)

BOUGHT = [{"rule": "membership.purchased", "since": "enrolment"}]
HELLO = {"id": "hello", "do": "sms", "body": "Hi ##{{first_name}}"}
MAIL = {"id": "mail", "do": "email", "wait": {"days": 2}, "subject": "Your first class", "html": "<p>Come by.</p>"}


def said(simulation: simulating.Simulation) -> list[tuple[str | None, str, str]]:
    return [(entry.step_id, entry.outcome, entry.reason) for entry in simulation.entries]


def everything() -> dict[str, int]:
    """How many rows each table has."""
    tables = Model.metadata.sorted_tables
    return {table.name: db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


@pytest.mark.req("BEY-06")
def test_each_message_is_shown_as_it_would_be_sent_at_its_time(monday: ModuleType, live: Live) -> None:
    sequence = live(HELLO, MAIL, active=False)
    ana = make.contact("Ana Silva")

    hello, mail = simulate(sequence, ana).entries

    assert (hello.at, hello.outcome) == (monday.now(), "sent")
    assert hello.preview is not None
    assert hello.preview.text == "Hi Ana"
    assert (mail.at, mail.outcome) == (monday.now() + timedelta(days=2), "sent")
    assert mail.preview is not None
    assert mail.preview.subject == "Your first class"


def test_nothing_is_stored_and_nothing_is_sent(monday: ModuleType, live: Live, workers: Workers) -> None:
    sequence = live(
        HELLO,
        {"id": "tag", "do": "tag.add", "tags": ["Invited"]},
        {"id": "task", "do": "task", "title": "Call", "assign": {"role": "Front desk"}},
        {"id": "lead", "do": "lead.create", "source": "Website form"},
        MAIL,
        active=False,
    )
    ana = make.contact("Ana Silva")
    workers.run_until_idle()
    before = everything()

    simulation = simulate(sequence, ana)
    db.session.commit()

    assert [outcome for _step, outcome, _why in said(simulation)] == ["sent", "done", "done", "done", "sent"]
    assert everything() == before
    assert (sequence.status, sequence.live_id, ana.tags) == (models.DRAFT, None, [])
    workers.run_until_idle()
    assert everything() == before


@pytest.mark.req("BEY-06")
def test_what_is_assumed_lets_people_out_when_it_happens(monday: ModuleType, live: Live) -> None:
    sequence = live(HELLO, MAIL, exits=BOUGHT)
    tomorrow = monday.now() + timedelta(days=1)

    simulation = simulate(
        sequence,
        make.contact("Ana Silva"),
        assume=[Assumed("membership.purchased", tomorrow, {"membership": "Monthly"})],
    )

    assert said(simulation) == [
        ("hello", "sent", ""),
        (None, "exited", "Exit condition met: bought a membership on 2 June"),
    ]
    assert (simulation.status, simulation.entries[-1].at) == ("exited", tomorrow)


def test_who_would_not_be_let_in_is_told_why(monday: ModuleType, live: Live) -> None:
    member = make.contact("Ana Silva")
    post("membership.purchased", member, membership="Monthly")
    by_rule = live(HELLO, exits=[{"rule": "membership.purchased", "since": "ever"}])
    assert said(simulate(by_rule, member)) == [(None, "skipped", "Kept out: bought a membership on 1 June")]

    once = live(HELLO, single_enrolment=True)
    enrolling.enrol_by_hand(once, member)
    [(_step, outcome, why)] = said(simulate(once, member))
    assert (outcome, why) == ("skipped", "Has been through once, and this sequence takes each person once only")


def test_what_lies_beyond_the_horizon_is_waited_for(monday: ModuleType, live: Live) -> None:
    sequence = live(HELLO, MAIL)

    simulation = simulate(sequence, make.contact("Ana Silva"), horizon=timedelta(days=1))

    assert said(simulation) == [("hello", "sent", ""), ("mail", "waiting", "")]
    assert simulation.status == "active"


def test_steps_before_an_anchor_stand_before_the_given_one(monday: ModuleType, live: Live) -> None:
    reminder = {"id": "before", "do": "sms", "body": "See you", "wait": {"before_anchor": {"days": 1}}}
    sequence = live(reminder, trigger="class.booked")
    friday = monday.now() + timedelta(days=4)

    [entry] = simulate(sequence, make.contact("Ana Silva"), anchor=friday).entries

    assert (entry.at, entry.outcome) == (friday - timedelta(days=1), "sent")


def test_a_busy_worker_does_not_see_the_run_and_nobody_elses_is_touched(
    monday: ModuleType, live: Live, workers: Workers
) -> None:
    sequence = live(HELLO)
    other = make.contact("Leo Martin")
    enrolling.enrol_by_hand(sequence, other)

    simulate(sequence, make.contact("Ana Silva"))

    assert [one.status for one in models_of(other)] == [models.RUNNING]


def models_of(contact: Contact) -> list[models.Enrolment]:
    return list(db.session.scalars(select(models.Enrolment).where(models.Enrolment.contact_id == contact.id)))


# ------------------------------------------------------------------ another start, another version, another person


@pytest.mark.req("BEY-06")
def test_it_begins_later_and_what_is_due_till_then_has_happened(monday: ModuleType, live: Live) -> None:
    other = live({"id": "tag", "do": "tag.add", "tags": ["VIP"], "wait": {"days": 1}}, trigger="client.created")
    ana = make.contact("Ana Silva")
    enrolling.enrol_by_hand(other, ana)
    asks = {"id": "vip", "if": {"rules": [{"rule": "tag.has", "value": "VIP"}]}, "then": [HELLO]}
    sequence = live(asks, active=False)

    assert [one.outcome for one in simulate(sequence, ana).entries] == ["false"]
    friday = monday.now() + timedelta(days=4)
    asked, hello = simulate(sequence, ana, start=friday).entries
    assert (asked.outcome, asked.at, hello.at) == ("true", friday, friday)


@pytest.mark.req("BEY-06")
def test_what_is_live_is_run_as_well_as_the_draft(monday: ModuleType, live: Live) -> None:
    sequence = live(HELLO)
    drafts.save_draft(sequence, graph.remove(drafts.draft_of(sequence), "hello"))
    ana = make.contact("Ana Silva")

    assert simulate(sequence, ana).entries == []
    assert [one.step_id for one in simulate(sequence, ana, revision=sequence.live).entries] == ["hello"]
    assert sequence.live is not None
    assert sequence.live_id != sequence.draft_id


@pytest.mark.req("BEY-06")
def test_an_invented_client_is_gone_afterwards(monday: ModuleType, live: Live) -> None:
    sequence = live(HELLO, MAIL, active=False)
    before = everything()
    hello, mail = simulate(sequence, INVENTED).entries
    db.session.commit()
    assert (hello.outcome, mail.outcome) == ("sent", "sent")
    assert hello.preview is not None
    assert hello.preview.text == "Hi Camille"
    assert everything() == before


@pytest.mark.req("BEY-06")
def test_a_condition_says_what_each_of_its_rules_answered(monday: ModuleType, live: Live) -> None:
    rules = [{"rule": "bookings.count", "op": ">=", "value": 2}, {"rule": "tag.has", "value": "VIP", "not": True}]
    ask = {"id": "ask", "wait": {"days": 1}, "if": {"rules": rules}, "then": [HELLO]}
    sequence = live(ask, {"id": "tag", "do": "tag.add", "tags": ["VIP"]}, active=False)
    booked = [
        Assumed("class.booked", monday.now() + timedelta(hours=hours), {"class_name": f"Yin {hours}"})
        for hours in (1, 2, 3, 30)
    ]

    found = simulate(sequence, make.contact("Ana Silva"), assume=booked, explain=True)

    assert [(one.use.rule, one.holds, one.has) for one in found.answers["ask"]] == [
        ("bookings.count", True, 3),
        ("tag.has", True, None),
    ]


@pytest.mark.req("BEY-06")
def test_what_she_does_on_a_day_changes_what_follows(monday: ModuleType, live: Live) -> None:
    sequence = live(HELLO, MAIL, exits=[{"rule": "message.replied", "since": "enrolment"}], active=False)
    ana, tomorrow = make.contact("Ana Silva"), monday.now() + timedelta(days=1)

    def suppose(key: str) -> list[tuple[str | None, str, str]]:
        return said(simulate(sequence, ana, assume=[SUPPOSITIONS[key].at(tomorrow)]))

    assert suppose("replies")[-1] == (None, "exited", "Exit condition met: replied to a message on 2 June")
    assert suppose("no_email")[-1] == ("mail", "skipped", "Unsubscribed from marketing e-mails")
    assert suppose("books")[-1] == ("mail", "sent", "")
    for key in SUPPOSITIONS:
        assert suppose(key)[0] == ("hello", "sent", "")


@pytest.mark.req("BEY-06")
def test_who_has_been_through_once_can_be_tested_all_the_same(monday: ModuleType, live: Live) -> None:
    sequence, ana = live(HELLO, MAIL, single_enrolment=True), make.contact("Ana Silva")
    enrolling.enrol_by_hand(sequence, ana)
    assert simulate(sequence, ana).status is None
    assert simulate(sequence, ana, again=True).status == "completed"


def test_a_message_that_waited_for_the_hours_says_since_when(monday: ModuleType, live: Live) -> None:
    hours.set_sending_hours(SendingHours(start=time(9), end=time(20)))
    sequence = live(HELLO | {"wait": {"hours": 12}}, active=False)
    [entry] = simulate(sequence, make.contact("Ana Silva")).entries
    assert entry.held_from == monday.now() + timedelta(hours=12)
    assert entry.at == monday.now() + timedelta(hours=23)


def test_what_matters_to_a_document_is_offered_first(monday: ModuleType, live: Live) -> None:
    ask = {"id": "ask", "if": {"rules": [{"rule": "bookings.count", "op": ">=", "value": 1}]}, "then": [HELLO]}
    sequence = live(ask, exits=BOUGHT, active=False)
    matters, rest = supposing.concerning(drafts.draft_of(sequence))
    assert [one.key for one in matters] == ["books", "member"]
    assert {one.key for one in (*matters, *rest)} == set(SUPPOSITIONS)


# ------------------------------------------------------------------ as in life


events = st.builds(
    lambda kind, n: {"event": {"kind": kind}, "timeout": {"hours": n}},
    st.sampled_from(["class.booked", "membership.purchased", "tag.added"]),
    st.integers(1, 90),
)
waits = st.one_of(
    st.none(),
    st.builds(lambda n: {"minutes": n}, st.integers(1, 900)),
    st.builds(lambda n: {"hours": n}, st.integers(1, 40)),
    st.builds(lambda n: {"days": n}, st.integers(1, 3)),
    st.builds(lambda n: {"days": n, "from": "trigger"}, st.integers(1, 4)),
    events,
    st.sampled_from([{"until": "02:30"}, {"until": "09:00"}, {"until": "18:15", "weekdays": ["sun", "mon"]}]),
)
acts: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [
        {"do": "sms", "body": "Hi ##{{first_name}}"},
        {"do": "email", "subject": "Hello", "html": "<p>Hello ##{{first_name}}</p>"},
        {"do": "tag.add", "tags": ["Regular"]},
        {"do": "tag.remove", "tags": ["Regular"]},
        {"do": "task", "title": "Call", "assign": {"role": "Front desk"}},
        {"do": "stop"},
    ]
)
actions = st.builds(lambda act, wait: act | ({"wait": wait} if wait else {}), acts, waits)
rules: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [
        {"rule": "tag.has", "value": "Regular"},
        {"rule": "bookings.count", "op": ">=", "value": 1, "since": "enrolment"},
        {"rule": "client"},
    ]
)


def branching(inside: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    few = st.lists(inside, max_size=2)
    asks = st.builds(lambda rule, then, other: {"if": {"rules": [rule]}, "then": then, "else": other}, rules, few, few)
    halves = st.builds(lambda a, b: {"split": [{"share": 50, "steps": a}, {"share": 50, "steps": b}]}, few, few)
    came = {"if": {"rules": [{"rule": "awaited.came"}]}}
    waits_first = st.builds(
        lambda wait, then, other: came | {"wait": wait, "then": then, "else": other}, events, few, few
    )
    return asks | halves | waits_first


documents = st.lists(st.recursive(actions, branching, max_leaves=5), min_size=1, max_size=5)
happenings = st.lists(
    st.tuples(st.sampled_from(["class.booked", "membership.purchased"]), st.integers(1, 200)), max_size=3
)


@pytest.mark.req("BEY-06")
@settings(
    deadline=None,
    max_examples=12,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    steps=documents,
    happen=happenings,
    start=st.sampled_from([SPRING, AUTUMN]),
    offset=st.integers(0, 3000),
    most_sms=st.sampled_from([None, 1]),
)
def test_the_simulated_account_is_that_of_the_live_run(
    app: Flask,
    workers: Workers,
    clock: ModuleType,
    *,
    steps: list[dict[str, Any]],
    happen: list[tuple[str, int]],
    start: datetime,
    offset: int,
    most_sms: int | None,
) -> None:
    clock.set(start + timedelta(minutes=offset))
    hours.set_sending_hours(SendingHours(start=time(9), end=time(20)))
    pressure.set_caps(Caps(sms=Cap(most=most_sms, days=1)))
    sequence = make.sequence(*steps, exits=BOUGHT)
    ana = make.contact("Ana Silva")
    workers.run_until_idle()
    assumed = [
        Assumed(kind, clock.now() + timedelta(hours=after), _data(kind, number))
        for number, (kind, after) in enumerate(happen)
    ]

    imagined = simulate(sequence, ana, horizon=timedelta(days=30), assume=assumed)

    enrolling.enrol_by_hand(sequence, ana)
    _live_through(ana, sorted(assumed, key=lambda one: one.at), clock.now() + timedelta(days=30), workers, clock)
    run = only(ana)
    assert imagined.entries == tracing.account_of(run)
    assert imagined.status == run.status


def _data(kind: str, number: int) -> dict[str, Any]:
    return {"class_name": f"Hatha {number}"} if kind == "class.booked" else {"membership": f"Monthly {number}"}


def _live_through(of: Contact, events: list[Assumed], until: datetime, workers: Workers, clock: ModuleType) -> None:
    """Let the workers and the clock do what they do, and the person what was assumed."""
    workers.run_until_idle()
    while True:
        due = [at for at in (work.next_due(), *(one.at for one in events)) if at is not None and at > clock.now()]
        if not due or min(due) > until:
            return
        clock.set(min(due))
        while events and events[0].at <= clock.now():
            one = events.pop(0)
            posting.post(one.kind, of, one.data, posting.How(TILL, one.at))
        workers.run_until_idle()

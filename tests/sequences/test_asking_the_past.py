"""A rule asked about an instant gone by answers as it did then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from types import ModuleType
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.contacts import consent
from app.contacts.models import Contact
from app.demo import make
from app.leads import board, queries
from app.leads.models import NOT_CONVERTED
from app.lifecycle import board as lifecycle
from app.lifecycle import stages
from app.rules import RULES, RuleUse
from app.sequences.engine.asking import who_match
from app.sequences.engine.program import Question
from app.staff.models import Staff
from tests.harness.work import Workers
from tests.sequences.conftest import post, tag, untag

USES: list[dict[str, Any]] = [
    {"rule": "tag.has", "value": "Regular"},
    {"rule": "tag.has", "value": ["Regular", "VIP"]},
    {"rule": "tag.has", "value": "VIP", "not": True},
    {"rule": "client"},
    {"rule": "consent", "value": "email_marketing"},
    {"rule": "consent", "value": ["email_marketing", "sms_marketing"]},
    {"rule": "lifecycle.stage", "value": "none"},
    {"rule": "lifecycle.stage", "value": "Regular client"},
    {"rule": "lead.source", "value": "Website form"},
    {"rule": "lead.stage", "value": "new"},
    {"rule": "lead.status", "value": "open"},
    {"rule": "lead.status", "value": "closed"},
    {"rule": "lead.assignee", "value": "nobody"},
    {"rule": "lead.assignee", "value": "Nora Petit"},
    {"rule": "lead.days_old", "op": "<=", "value": 2},
    {"rule": "lead.days_old", "op": ">=", "value": 2},
    {"rule": "bookings.count", "op": ">=", "value": 2},
    {"rule": "bookings.count", "op": "==", "value": 1, "since": {"days": 3}},
    {"rule": "bookings.count", "op": ">=", "value": 1, "since": "enrolment"},
    {"rule": "visits.count", "op": ">=", "value": 1},
    {"rule": "booking.made", "since": {"days": 2}},
    {"rule": "membership.active"},
    {"rule": "membership.purchased", "since": {"days": 4}},
    {"rule": "intro.active"},
    {"rule": "purchase.made", "since": "enrolment"},
    {"rule": "last_visit.days_ago", "op": ">=", "value": 2},
    {"rule": "last_visit.days_ago", "op": "<", "value": 2},
    {"rule": "score", "op": ">=", "value": 20},
    {"rule": "hot"},
]
QUESTIONS = [Question.of("all", [RuleUse.model_validate(use)]) for use in USES]


def _book(ana: Contact, number: int, now: datetime) -> None:
    starts = (now + timedelta(days=1)).isoformat()
    post("class.booked", ana, class_name="Hatha", booking_id=f"b{number}-{now.timestamp()}", starts_at=starts)


def _cancel(ana: Contact, _number: int, _now: datetime) -> None:
    post("class.booking_cancelled", ana, class_name="Hatha")


def _visit(ana: Contact, number: int, now: datetime) -> None:
    post("class.visited", ana, class_name="Vinyasa", booking_id=f"v{number}-{now.timestamp()}")


def _buy(ana: Contact, number: int, _now: datetime) -> None:
    post("membership.purchased", ana, membership="Monthly", membership_id=f"m{number}", kind="subscription")


def _buy_intro(ana: Contact, number: int, now: datetime) -> None:
    ends = (now + timedelta(days=2)).isoformat()
    post("intro.purchased", ana, membership="Two weeks", membership_id=f"i{number}", ends_at=ends)


def _pause(ana: Contact, _number: int, _now: datetime) -> None:
    post("membership.paused", ana, membership="Monthly")


def _unpause(ana: Contact, _number: int, _now: datetime) -> None:
    post("membership.unpaused", ana, membership="Monthly")


def _end(ana: Contact, _number: int, _now: datetime) -> None:
    post("membership.expired", ana, membership="Monthly")


def _consent(ana: Contact, number: int, _now: datetime) -> None:
    which = ("email_marketing", "sms_marketing")[number % 2]
    change = consent.withdraw if getattr(ana, which) else consent.give
    change(ana, [which], by=make.SYSTEM, via="staff")


def _stage(ana: Contact, number: int, _now: datetime) -> None:
    known = [None, *stages.all_stages()]
    lifecycle.move_contact(ana, known[number % len(known)], by=make.SYSTEM)


def _lead(ana: Contact, number: int, _now: datetime) -> None:
    lead = queries.open_lead_of(ana.id)
    if lead is None:
        make.lead(ana)
    elif number % 4 == 0:
        known = queries.all_stages()
        board.move_lead(lead, known[number % len(known)], by=make.SYSTEM)
    elif number % 4 == 1:
        board.set_status(lead, NOT_CONVERTED, by=make.SYSTEM)
    elif number % 4 == 2:
        board.assign_lead(lead, None if lead.assignee else _nora(), by=make.SYSTEM)
    else:
        post("purchase.made", ana, item="Mat", price_cents=4000)


def _nora() -> Staff:
    known = [one for one in queries.assignable_staff() if one.name == "Nora Petit"]
    return known[0] if known else make.staff("Nora Petit")


def _warm(ana: Contact, _number: int, _now: datetime) -> None:
    post("demo.booked", ana)


HAPPENINGS: dict[str, Callable[[Contact, int, datetime], None]] = {
    "tag": lambda ana, number, _now: tag(ana, ("Regular", "VIP")[number % 2]),
    "untag": lambda ana, number, _now: untag(ana, ("Regular", "VIP")[number % 2]),
    "book": _book,
    "cancel": _cancel,
    "visit": _visit,
    "buy": _buy,
    "intro": _buy_intro,
    "pause": _pause,
    "unpause": _unpause,
    "end": _end,
    "consent": _consent,
    "stage": _stage,
    "lead": _lead,
    "warm": _warm,
    "nothing": lambda _ana, _number, _now: None,
}


@settings(
    deadline=None, max_examples=8, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(
    life=st.lists(
        st.tuples(st.sampled_from(sorted(HAPPENINGS)), st.integers(0, 9), st.integers(1, 40)), min_size=4, max_size=8
    )
)
def test_every_rule_answers_of_the_past_what_it_answered_then(
    app: Flask, workers: Workers, clock: ModuleType, life: list[tuple[str, int, int]]
) -> None:
    clock.set("2026-06-01 10:00", zone="Europe/Paris")
    ana = make.contact("Ana Silva")
    begun = clock.now() + timedelta(days=1)
    then: dict[int, datetime] = {}
    answered: list[list[bool]] = []
    for what, number, hours in life:
        clock.set(clock.now() + timedelta(hours=hours, minutes=1))
        HAPPENINGS[what](ana, number, clock.now())
        workers.look()
        then[len(then)] = clock.now()
        answered.append([bool(who_match(one, [(0, ana.id, begun)], clock.now())) for one in QUESTIONS])
    clock.set(clock.now() + timedelta(days=30))
    workers.look()

    about = [(key, ana.id, begun) for key in then]
    for place, question in enumerate(QUESTIONS):
        told = who_match(question, about, then)
        assert [key in told for key in then] == [moment[place] for moment in answered], USES[place]


def test_the_rules_that_are_answered_as_of_today_are_those_nothing_keeps_the_past_of(app: Flask) -> None:
    assert {key for key, rule in RULES.items() if not rule.has_past} == {"custom", "location", "lead.fraudulent"}

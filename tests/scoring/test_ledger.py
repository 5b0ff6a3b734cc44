"""Points, and who turns hot or cold by them."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app import events
from app.contacts import consent
from app.contacts.models import Contact
from app.db import db
from app.demo import make
from app.events import queue
from app.events.models import Event
from app.scoring import ledger
from app.scoring.models import ScoreLine
from app.scoring.settings import KEY, Scoring
from app.staff import studio
from tests.harness.work import Workers


def worth(**points: int | None) -> None:
    studio.put(KEY, Scoring(**points))  # type: ignore[arg-type]


def turns(contact: Contact) -> list[str]:
    return list(
        db.session.scalars(
            select(Event.kind)
            .where(Event.contact_id == contact.id, Event.kind.in_(["score.became_hot", "score.became_cold"]))
            .order_by(Event.id)
        )
    )


def opens(contact: Contact, message: int = 1, category: str = "sequence") -> None:
    events.record("message.opened", contact, message_id=message, channel="email", category=category)


def clicks(contact: Contact, message: int = 1, link: int = 1, channel: str = "email") -> None:
    events.record(
        "message.clicked",
        contact,
        message_id=message,
        link_id=link,
        channel=channel,
        category="manual",
        url="https://x",
    )


@pytest.mark.req("SCORE-02", "SCORE-04", "SCORE-05", "SCORE-28")
def test_each_link_and_each_mail_counts_once(workers: Workers) -> None:
    ana = make.contact()
    worth(email_clicked=2, email_opened=1)
    for _ in range(3):
        opens(ana)
        clicks(ana)
    clicks(ana, link=2)
    opens(ana, message=2)

    workers.run_until_idle()

    assert ana.score == 1 + 2 + 2 + 1


@pytest.mark.req("SCORE-04")
def test_booking_confirmations_and_the_like_earn_nothing(workers: Workers) -> None:
    ana = make.contact()
    opens(ana, category="transactional")

    workers.run_until_idle()

    assert ana.score == 0


@pytest.mark.req("SCORE-06", "SCORE-13")
def test_an_answer_to_a_mail_counts_and_what_answers_nothing_does_not(workers: Workers) -> None:
    ana = make.contact()
    worth(email_replied=3)
    events.record("message.received", ana, message_id=7, channel="email")
    events.record("message.received", ana, message_id=8, channel="sms")
    workers.run_until_idle()
    assert ana.score == 0

    events.record("message.replied", ana, message_id=9, channel="email")
    workers.run_until_idle()
    assert ana.score == 3


@pytest.mark.req("SCORE-07", "SCORE-08", "SCORE-09", "SCORE-10", "SCORE-12")
@pytest.mark.parametrize(
    ("kind", "data", "points"),
    [
        ("call.received", {"seconds": 0, "outcome": "missed"}, 4),
        ("message.clicked", {"message_id": 1, "channel": "sms", "category": "sequence", "link_id": 1}, 5),
        ("call.made", {"seconds": 10}, 6),
        ("call.made", {"seconds": 9}, 0),
        ("demo.booked", {"name": "Visit"}, 10),
        ("message.bounced", {"message_id": 1, "channel": "email", "category": "sequence"}, -3),
        ("message.sent", {"message_id": 1, "channel": "sms", "category": "sequence"}, 0),
    ],
)
def test_each_act_is_worth_what_the_studio_says(workers: Workers, kind: str, data: dict[str, Any], points: int) -> None:
    ana = make.contact()
    worth(call_received=4, sms_link_clicked=5, call_made=6, call_made_min_seconds=10, demo_booked=10, bounced=-3)
    events.record(kind, ana, **data)

    workers.run_until_idle()

    assert ana.score == points


@pytest.mark.req("SCORE-11")
def test_unsubscribing_takes_points_away_once_a_message(workers: Workers) -> None:
    ana = make.contact()
    worth(call_received=6, unsubscribed=-5)
    events.record("call.received", ana)
    consent.withdraw(ana, ["email_marketing", "sms_marketing"], by=events.Actor.client(), via="footer", message_id=5)

    workers.run_until_idle()

    assert ana.score == 1


@pytest.mark.req("SCORE-01", "SCORE-03")
def test_a_rule_that_changes_leaves_past_points(workers: Workers) -> None:
    ana = make.contact()
    worth(email_clicked=2)
    clicks(ana)
    workers.run_until_idle()

    worth(email_clicked=5)
    clicks(ana, message=2)
    workers.run_until_idle()

    assert ana.score == 7


@pytest.mark.req("SCORE-14", "SCORE-15", "SCORE-25", "SCORE-26")
def test_somebody_turns_hot_at_the_threshold_and_only_then(workers: Workers) -> None:
    ana = make.contact()
    worth(email_opened=1, email_clicked=2, unsubscribed=-5, threshold=5)
    opens(ana)
    opens(ana, 2)
    clicks(ana)
    workers.run_until_idle()
    assert (ana.score, ana.is_hot, turns(ana)) == (4, False, [])

    opens(ana, 3)
    workers.run_until_idle()
    assert (ana.score, ana.is_hot, turns(ana)) == (5, True, ["score.became_hot"])

    clicks(ana, 2)
    workers.run_until_idle()
    assert (ana.score, turns(ana)) == (7, ["score.became_hot"])

    consent.withdraw(ana, ["email_marketing"], by=ana_herself(), via="footer")
    workers.run_until_idle()
    assert (ana.score, ana.is_hot) == (2, False)

    clicks(ana, 3)
    clicks(ana, 4)
    workers.run_until_idle()
    assert turns(ana) == ["score.became_hot", "score.became_cold", "score.became_hot"]


def ana_herself() -> events.Actor:
    return events.Actor.client()


@pytest.mark.req("SCORE-26")
def test_whom_a_batch_turns_hot_does_not_hang_on_its_size(app: Flask) -> None:
    together, apart = make.contact(), make.contact()
    worth(call_received=5, unsubscribed=-5, threshold=5)
    for one in (together, apart):
        events.record("call.received", one)
        events.record("consent.withdrawn", one, channel="email_marketing")

    batch: dict[int, list[Event]] = {one.id: [] for one in (together, apart)}
    for event in queue.take("scoring"):
        batch[event.contact_id or 0].append(event)
    ledger.count_points(batch[together.id])
    for event in batch[apart.id]:
        ledger.count_points([event])

    assert turns(together) == turns(apart) == ["score.became_hot", "score.became_cold"]
    assert together.score == apart.score == 0


@pytest.mark.req("SCORE-27")
def test_taking_the_hot_label_off_starts_the_score_again_and_says_who_did(workers: Workers) -> None:
    lea, ana = make.staff("Léa Fontaine"), make.hot_contact("Ana", 12)

    ledger.cool(ana, by=lea)
    ledger.cool(ana, by=lea)
    db.session.flush()

    assert (ana.score, ana.is_hot, ledger.live_lines(ana.id)) == (0, False, [])
    cooled = db.session.scalars(select(Event).where(Event.kind == "score.became_cold")).one()
    assert cooled.actor_name == "Léa Fontaine"


@pytest.mark.req("SCORE-03")
def test_a_changed_threshold_is_compared_at_once(workers: Workers) -> None:
    low, high = make.contact(), make.hot_contact("Bea", 12)
    make.points(low, 6)
    assert not low.is_hot

    ledger.compare_everybody(Scoring(threshold=5), by=make.staff())
    assert (low.is_hot, high.is_hot) == (True, True)

    ledger.compare_everybody(Scoring(threshold=10), by=make.staff())
    assert (low.is_hot, high.is_hot) == (False, True)
    assert turns(low) == ["score.became_hot", "score.became_cold"]
    assert turns(high) == ["score.became_hot"]


@pytest.mark.req("SCORE-16", "SCORE-17", "WRK-03")
def test_a_hot_lead_who_is_not_heard_of_cools_down_and_any_sign_puts_it_off(
    workers: Workers, clock: ModuleType
) -> None:
    clock.set("2026-06-01 09:00", zone="Europe/Paris")
    worth(call_received=20, email_opened=1, reset_days=10)
    silent, busy = make.contact(), make.contact()
    for one in (silent, busy):
        events.record("call.received", one)
    workers.run_until_idle()

    clock.set("2026-06-10 09:00", zone="Europe/Paris")
    opens(busy)
    workers.look()
    assert (silent.is_hot, busy.is_hot) == (True, True)

    clock.set("2026-06-11 09:00", zone="Europe/Paris")
    workers.look()
    assert (silent.is_hot, silent.score, busy.is_hot) == (False, 0, True)
    assert ledger.live_lines(silent.id) == []

    clock.set("2026-06-20 09:00", zone="Europe/Paris")
    workers.look()
    assert busy.is_hot is False


@pytest.mark.req("SCORE-18", "SCORE-19")
def test_a_changed_period_begins_anew_and_none_is_for_ever(workers: Workers, clock: ModuleType) -> None:
    clock.set("2026-06-01 09:00")
    worth(call_received=20)
    ana = make.contact()
    events.record("call.received", ana)
    workers.run_until_idle()
    clock.set("2027-06-01 09:00")
    workers.look()
    assert ana.is_hot

    studio.put(KEY, Scoring(reset_days=2, reset_set_at=clock.now()))
    workers.look()
    assert ana.is_hot

    clock.move(days=2)
    workers.look()
    assert not ana.is_hot


@pytest.mark.req("BEY-12")
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.sampled_from(["open", "click", "call", "bounce", "cool", "work"]), max_size=20))
def test_a_score_is_always_the_sum_of_its_live_lines(workers: Workers, acts: list[str]) -> None:
    ana, lea = make.contact(), make.staff()
    for number, act in enumerate(acts):
        match act:
            case "open":
                opens(ana, number // 2)
            case "click":
                clicks(ana, number // 3)
            case "call":
                events.record("call.received", ana)
            case "bounce":
                events.record("message.bounced", ana, message_id=number // 2, channel="email")
            case "cool":
                ledger.cool(ana, by=lea)
            case _:
                workers.run_until_idle()
        live = db.session.scalar(
            select(func.coalesce(func.sum(ScoreLine.points), 0)).where(
                ScoreLine.contact_id == ana.id, ScoreLine.void_at.is_(None)
            )
        )
        assert ana.score == live

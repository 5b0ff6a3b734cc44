"""How much reaches one person: a cap over all sequences, who goes first under it, and what becomes of the others."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from types import ModuleType
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from app import reasons
from app.contacts.models import Contact
from app.db import db, is_postgresql
from app.demo import make
from app.messaging import delivery, groups, outgoing
from app.messaging.models import GroupMessage, Message
from app.sequences import due, enrolling, hours, models, pressure, simulating
from app.sequences.hours import SendingHours
from app.sequences.pressure import Cap, Caps
from tests.harness import queries
from tests.harness.work import Workers
from tests.sequences.conftest import Live, enrolments, messages, tag

PARIS = ZoneInfo("Europe/Paris")
ONE_A_DAY = Cap(most=1, days=1)


_texts = itertools.count(1)


def sms(**more: object) -> dict[str, object]:
    """A step with an SMS that says something new: the same words do not reach anybody twice."""
    return {"id": "sms", "do": "sms", "body": f"Hi {next(_texts)}"} | more


def note() -> dict[str, object]:
    return {"id": "note", "do": "in_app", "body": f"Hi {next(_texts)}"}


def fates(of: Contact) -> dict[str, tuple[str, str, str]]:
    """By sequence: what became of its message, when it is or was due in Paris, and why."""
    titles = {one.id: one.title for one in db.session.scalars(select(models.Sequence))}
    return {
        titles[one.sequence_id or 0]: (
            one.status,
            f"{(one.sent_at or one.due_at).astimezone(PARIS):%a %H:%M}",
            reasons.say(one.reason),
        )
        for one in messages(of)
    }


def senders(of: Contact) -> list[str]:
    """Which sequences' messages have left, in the order of their time."""
    titles = {one.id: one.title for one in db.session.scalars(select(models.Sequence))}
    gone = sorted((one for one in messages(of) if one.sent_at), key=lambda one: (one.sent_at, one.id))
    return [titles[one.sequence_id or 0] for one in gone]


def deliver(limit: int) -> None:
    """What a worker does, in batches of this size."""
    while batch := delivery.claim(urgent=False, limit=limit):
        hand_over(batch)


def hand_over(batch: delivery.Batch) -> None:
    """The second half of it, once a batch is claimed."""
    db.session.commit()
    for _pause in delivery.send(batch):
        db.session.commit()
    db.session.commit()


def three(live: Live) -> Contact:
    """Somebody for whom three sequences have an SMS at the same moment."""
    for name in ("One", "Two", "Three"):
        live(sms(), title=name, trigger="tag.added")
    ana = make.contact("Ana Duarte")
    tag(ana, "New")
    return ana


WAITS = "Has had enough for now: at most 1 SMS a day"


@pytest.mark.req("BEY-16")
def test_three_sequences_collide_one_goes_and_two_show_their_new_time(
    live: Live, workers: Workers, monday: ModuleType
) -> None:
    pressure.set_caps(Caps(sms=ONE_A_DAY))
    ana = three(live)
    workers.run_until_idle()

    assert fates(ana) == {
        "One": ("sent", "Mon 10:00", ""),
        "Two": ("queued", "Tue 10:00", WAITS),
        "Three": ("queued", "Tue 10:00", WAITS),
    }
    monday.move(days=1)
    workers.run_until_idle()
    assert fates(ana)["Two"] == ("sent", "Tue 10:00", "")
    assert fates(ana)["Three"] == ("queued", "Wed 10:00", WAITS)
    monday.move(days=1)
    workers.run_until_idle()
    assert senders(ana) == ["One", "Two", "Three"]


@pytest.mark.req("BEY-16")
def test_no_number_is_no_cap_and_zero_is_none_at_all(live: Live, workers: Workers, monday: ModuleType) -> None:
    ana = three(live)
    workers.run_until_idle()
    assert [one.status for one in messages(ana)] == ["sent"] * 3

    pressure.set_caps(Caps(sms=Cap(most=0)))
    ben = make.contact("Ben Roy")
    tag(ben, "New")
    workers.run_until_idle()
    assert {fate[::2] for fate in fates(ben).values()} == {("suppressed", "Sequences send no SMS")}


@pytest.mark.req("BEY-16")
@pytest.mark.parametrize("first", ["high", "low"])
def test_the_higher_priority_goes_whichever_is_queued_first(
    live: Live, workers: Workers, monday: ModuleType, first: str
) -> None:
    pressure.set_caps(Caps(sms=ONE_A_DAY))
    for priority in (first, "low" if first == "high" else "high"):
        live(sms(), title=priority, priority=priority, trigger="tag.added")
    ana = make.contact()
    tag(ana, "New")
    workers.run_until_idle()
    monday.move(minutes=1)  # who gives way looks again then
    workers.run_until_idle()

    assert fates(ana) == {"high": ("sent", "Mon 10:00", ""), "low": ("queued", "Tue 10:00", WAITS)}


@pytest.mark.req("BEY-16")
def test_it_goes_first_also_where_the_two_fall_into_different_batches(
    live: Live, workers: Workers, monday: ModuleType
) -> None:
    pressure.set_caps(Caps(sms=ONE_A_DAY))
    for priority in ("low", "high"):
        live(sms(), title=priority, priority=priority, trigger="tag.added")
    ana = make.contact()
    tag(ana, "New")
    hours.set_sending_hours(SendingHours(start=time(11), end=time(20)))  # so that both are queued, and wait
    workers.run_until_idle()
    monday.move(hours=1)

    deliver(limit=1)
    assert fates(ana) == {
        "low": ("queued", "Mon 11:01", "Gives way to “high”, which goes first"),
        "high": ("sent", "Mon 11:00", ""),
    }


@pytest.mark.req("BEY-16")
def test_who_is_due_now_gives_way_to_what_matters_more_and_is_due_in_an_hour(
    live: Live, workers: Workers, monday: ModuleType
) -> None:
    pressure.set_caps(Caps(sms=ONE_A_DAY))
    live(sms(), title="Offer", priority="low", trigger="tag.added")
    live(sms(wait={"hours": 1}), title="Trial", priority="high", trigger="tag.added")
    ana = make.contact()
    tag(ana, "New")
    workers.run_until_idle()
    assert fates(ana) == {"Offer": ("queued", "Mon 11:01", "Gives way to “Trial”, which goes first")}

    for _ in range(61):
        monday.move(minutes=1)
        workers.run_until_idle()
    assert fates(ana) == {"Trial": ("sent", "Mon 11:00", ""), "Offer": ("queued", "Tue 11:00", WAITS)}


def test_it_does_not_give_way_to_what_will_not_come(live: Live, workers: Workers, monday: ModuleType) -> None:
    """The other has left its sequence meanwhile: a minute after its time, this one goes."""
    pressure.set_caps(Caps(sms=ONE_A_DAY))
    live(sms(), title="Offer", priority="low", trigger="tag.added")
    trial = live(sms(wait={"hours": 1}), title="Trial", priority="high", trigger="tag.added")
    ana = make.contact()
    tag(ana, "New")
    workers.run_until_idle()
    [run] = [one for one in enrolments(ana) if one.sequence_id == trial.id]
    enrolling.stop_enrolment(run, by=make.SYSTEM)
    monday.move(minutes=61)
    workers.run_until_idle()

    assert fates(ana) == {"Offer": ("sent", "Mon 11:01", "")}


def test_what_does_not_keep_that_long_does_not_give_way(live: Live, workers: Workers, monday: ModuleType) -> None:
    """To give way costs time, never the message: the Offer would wait for tomorrow at nine, and be stale."""
    pressure.set_caps(Caps(sms=ONE_A_DAY))
    hours.set_sending_hours(SendingHours(start=time(9), end=time(12)))
    live(sms(stale_after={"hours": 20}), title="Offer", priority="low", trigger="tag.added")
    live(sms(wait={"hours": 3}), title="Trial", priority="high", trigger="tag.added")
    ana = make.contact()
    tag(ana, "New")
    workers.run_until_idle()

    assert fates(ana) == {"Offer": ("sent", "Mon 10:00", "")}


@pytest.mark.req("BEY-16")
def test_what_is_ordered_to_go_takes_a_place(live: Live, workers: Workers, monday: ModuleType) -> None:
    pressure.set_caps(Caps(sms=ONE_A_DAY))
    ana = three(live)
    workers.run_until_idle()
    monday.move(hours=23)
    due.send_now(ana, messages(ana)[1].id)
    workers.run_until_idle()
    monday.move(hours=2)
    workers.run_until_idle()

    assert senders(ana) == ["One", "Two"]
    assert fates(ana)["Three"][:2] == ("queued", "Wed 09:00")


@pytest.mark.req("BEY-16")
def test_a_stale_offer_lapses(live: Live, workers: Workers, monday: ModuleType) -> None:
    pressure.set_caps(Caps(sms=Cap(most=1, days=3)))
    live(sms(), title="News", trigger="tag.added")
    live(sms(stale_after={"days": 2}), title="Offer", trigger="tag.added")
    live(sms(), title="Tips", trigger="tag.added")
    ana = make.contact()
    tag(ana, "New")
    workers.run_until_idle()

    assert fates(ana)["Offer"][::2] == ("suppressed", "Lapsed: at most 1 SMS in 3 days, and it does not keep that long")
    assert fates(ana)["Tips"][:2] == ("queued", "Thu 10:00")  # a message keeps for two weeks, unless its step says


def test_a_new_time_is_within_the_sending_hours_where_the_person_lives(
    live: Live, workers: Workers, clock: ModuleType
) -> None:
    clock.set("2026-06-01 19:59", zone="Europe/Paris")
    pressure.set_caps(Caps(sms=ONE_A_DAY))
    hours.set_sending_hours(SendingHours(start=time(9), end=time(20)))
    away = make.location("Lisbon")
    away.zone = "Europe/Lisbon"
    live(sms(), title="One")
    live(sms(), title="Two")
    here, there = make.contact(), make.contact(location=away)
    make.lead(here)
    make.lead(there)
    clock.move(minutes=2)  # 20:01 in Paris, 19:01 in Lisbon
    workers.run_until_idle()
    clock.set("2026-06-02 09:00", zone="Europe/Paris")
    workers.run_until_idle()

    assert fates(here)["Two"][:2] == ("queued", "Wed 09:00")
    assert fates(there)["Two"][:2] == ("queued", "Tue 20:01")
    clock.set("2026-06-02 20:01", zone="Europe/Paris")
    workers.run_until_idle()
    assert fates(there)["Two"][:2] == ("sent", "Tue 20:01")


@pytest.mark.req("BEY-16")
def test_messages_to_groups_count_but_are_never_held_back(live: Live, workers: Workers, monday: ModuleType) -> None:
    pressure.set_caps(Caps(sms=ONE_A_DAY))
    live(sms(), title="Offer", trigger="tag.added")
    ana = make.contact()
    to_group(ana)
    tag(ana, "New")
    workers.run_until_idle()
    to_group(ana)
    workers.run_until_idle()

    of_group = [one for one in messages(ana) if one.group_id is not None]
    assert [one.status for one in of_group] == ["sent", "sent"]
    assert [one.status for one in messages(ana) if one.sequence_id] == ["queued"]


def to_group(*people: Contact) -> GroupMessage:
    """An SMS to these people, on its way."""
    group = groups.begin(
        select(Contact).where(Contact.id.in_([one.id for one in people])),
        Contact.id.expression,
        by=make.staff(),
        listed="contacts",
    )
    groups.write(group, "sms", "", "No class tonight")
    groups.send(group)
    return group


@pytest.mark.req("BEY-16")
def test_what_is_written_to_one_person_or_needs_to_be_known_neither_counts_nor_waits(
    live: Live, workers: Workers, monday: ModuleType
) -> None:
    pressure.set_caps(Caps(sms=ONE_A_DAY))
    live(sms(), title="Offer", trigger="tag.added")
    ana = make.contact()
    outgoing.send_by_hand(ana, "sms", "See you", by=make.staff())
    outgoing.queue_transactional(ana, "receipt", "sms", "", "20 €")
    tag(ana, "New")
    workers.run_until_idle()
    outgoing.send_by_hand(ana, "sms", "Bye", by=make.staff())
    workers.run_until_idle()

    assert {one.status for one in messages(ana)} == {"sent"}


def test_each_channel_and_each_person_has_a_count_of_their_own(
    live: Live, workers: Workers, monday: ModuleType
) -> None:
    pressure.set_caps(Caps(sms=ONE_A_DAY, email=ONE_A_DAY))
    live(sms(), {"id": "mail", "do": "email", "subject": "Hi", "html": "<p>Hi</p>"}, trigger="tag.added")
    ana, ben = make.contact(), make.contact()
    tag(ana, "New")
    tag(ben, "New")
    workers.run_until_idle()

    assert [one.status for one in (*messages(ana), *messages(ben))] == ["sent"] * 4


def test_who_was_put_off_is_asked_again_at_once_when_the_cap_is_lifted(
    live: Live, workers: Workers, monday: ModuleType
) -> None:
    pressure.set_caps(Caps(sms=ONE_A_DAY))
    ana = three(live)
    workers.run_until_idle()
    monday.move(hours=1)
    pressure.set_caps(Caps(sms=Cap(most=2, days=1)))
    workers.run_until_idle()

    assert senders(ana) == ["One", "Two"]
    assert fates(ana)["Three"][:2] == ("queued", "Tue 10:00")


@pytest.mark.req("BEY-16", "EXIT-03")
def test_exits_are_asked_again_at_the_new_time(live: Live, workers: Workers, monday: ModuleType) -> None:
    pressure.set_caps(Caps(sms=ONE_A_DAY))
    live(sms(), title="One", trigger="tag.added")
    live(sms(), title="Two", trigger="tag.added", exits=[{"rule": "tag.has", "value": "Regular"}])
    ana = make.contact()
    tag(ana, "New")
    workers.run_until_idle()
    tag(ana, "Regular")
    monday.move(days=1)
    workers.run_until_idle()

    assert fates(ana)["Two"][0] == "suppressed"


@pytest.mark.req("BEY-16", "BEY-06")
def test_a_simulated_person_is_put_off_like_a_live_one(live: Live, workers: Workers, monday: ModuleType) -> None:
    pressure.set_caps(Caps(sms=ONE_A_DAY))
    live(sms(), title="Welcome", trigger="tag.added")
    ana = make.contact()
    tag(ana, "New")
    workers.run_until_idle()
    monday.move(hours=2)
    offer = live(sms(), title="Offer", trigger="api.event", active=False)

    [soon] = simulating.simulate(offer, ana, horizon=timedelta(hours=3)).entries
    [later] = simulating.simulate(offer, ana).entries

    tomorrow = datetime(2026, 6, 2, 10, tzinfo=PARIS)
    assert (soon.outcome, soon.at, soon.reason) == ("waiting", tomorrow, WAITS)
    assert (later.outcome, later.at) == ("sent", tomorrow)


@given(
    left=st.lists(st.integers(0, 240), max_size=8),
    most=st.integers(1, 4),
    days=st.integers(1, 5),
)
def test_at_the_answer_there_is_room_and_never_before(left: list[int], most: int, days: int) -> None:
    start = datetime(2026, 6, 1, tzinfo=PARIS)
    now, cap = start + timedelta(hours=240), Cap(most=most, days=days)
    times = [start + timedelta(hours=one) for one in left]
    at = pressure.room_at(times, cap, now)

    def counted(instant: datetime) -> int:
        return sum(instant - cap.window < one <= instant for one in times)

    assert counted(at) < most
    assert at == now or counted(at - timedelta(microseconds=1)) >= most


# ------------------------------------------------------------------ many at once


@pytest.mark.req("BEY-16", "WRK-01")
def test_no_query_more_for_many_people_than_for_few(live: Live, workers: Workers, monday: ModuleType) -> None:
    pressure.set_caps(Caps(in_app=ONE_A_DAY))
    live(note(), title="One", trigger="tag.added")
    live(note(), title="Two", trigger="tag.added", priority="high")
    hours.set_sending_hours(SendingHours(start=time(11), end=time(20)))

    def cost(number: int) -> int:
        for _ in range(number):
            tag(make.contact(), "New")
        workers.run_until_idle()
        monday.set("2026-06-01 11:00", zone="Europe/Paris")
        with queries.counted() as asked:
            batch = delivery.claim(urgent=False)
        assert len(batch.parcels) == number
        hand_over(batch)
        monday.set("2026-06-01 10:00", zone="Europe/Paris")
        return len(asked)

    cost(2)  # the first time, programs are compiled
    assert cost(40) == cost(4)


def queued(live: Live, workers: Workers, monday: ModuleType, people: int, priorities: Sequence[str]) -> list[Contact]:
    """So many people with a message each from sequences of these priorities, all due at eleven."""
    hours.set_sending_hours(SendingHours(start=time(11), end=time(20)))
    for number, priority in enumerate(priorities):
        live(note(), title=str(number), priority=priority, trigger="tag.added")
    crowd = [make.contact() for _ in range(people)]
    for one in crowd:
        tag(one, "New")
    workers.run_until_idle()
    monday.set("2026-06-01 11:00", zone="Europe/Paris")
    db.session.commit()
    return crowd


@pytest.mark.committed
@pytest.mark.req("BEY-16", "WRK-05")
def test_what_another_worker_has_in_hand_for_somebody_is_waited_for(
    app: Flask, live: Live, workers: Workers, monday: ModuleType
) -> None:
    if not is_postgresql():
        pytest.skip("SQLite has one writer at a time")
    pressure.set_caps(Caps(in_app=ONE_A_DAY))
    [ana] = queued(live, workers, monday, people=1, priorities=("low", "high"))
    late = messages(ana)[1]
    due_at, late.due_at = late.due_at, late.due_at + timedelta(days=3)  # the first worker does not know of it
    db.session.commit()

    first = delivery.claim(urgent=False)
    with app.app_context():
        db.session.get_one(Message, late.id).due_at = due_at
        db.session.commit()
        hand_over(delivery.claim(urgent=False))
    hand_over(first)
    db.session.expire_all()
    assert [fate[::2] for fate in fates(ana).values()] == [
        ("sent", ""),
        ("queued", "Another message to the same person is just leaving"),
    ]

    monday.move(seconds=5)
    deliver(limit=10)
    assert fates(ana)["1"][:2] == ("queued", "Tue 11:00")


@pytest.mark.committed
@pytest.mark.req("BEY-16", "WRK-05")
def test_several_workers_at_once_never_exceed_the_cap(
    app: Flask, live: Live, workers: Workers, monday: ModuleType
) -> None:
    pressure.set_caps(Caps(in_app=Cap(most=2, days=1)))
    crowd = queued(live, workers, monday, people=15, priorities=("low", "normal", "high", "normal", "low"))
    together = threading.Barrier(4)

    def work() -> None:
        with app.app_context():
            together.wait(20)
            deliver(limit=3)

    for _ in range(4):  # who was busy is asked again five seconds later
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        monday.move(seconds=5)

    db.session.rollback()
    gone = select(Message.contact_id, func.count()).where(Message.status == "sent").group_by(Message.contact_id)
    assert [tuple(row) for row in db.session.execute(gone.order_by(Message.contact_id))] == [
        (one.id, 2) for one in crowd
    ]

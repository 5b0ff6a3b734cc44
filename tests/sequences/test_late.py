"""After an outage: sent late at a measured pace, passed over with the reason, or put to somebody (BEY-14)."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, time, timedelta
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app import clock, work
from app.contacts.models import Contact
from app.db import db
from app.demo import make
from app.messaging import delivery, outgoing
from app.messaging.models import QUEUED, SENT, SUPPRESSED, Message
from app.notifications import bell
from app.sequences import asked, books, drafts, formats, hours, publishing, safety
from app.sequences.models import Sequence
from tests.harness.client import Client
from tests.harness.work import Workers
from tests.sequences.business import Business
from tests.sequences.conftest import Live, buy_membership, messages, post, trace
from tests.sequences.conftest import only as run_of

SMS = {"id": "sms", "do": "sms", "wait": {"hours": 1}, "body": "Hi"}
TAG = {"id": "tag", "do": "tag.add", "tags": ["Regular"]}


def late(**policy: Any) -> dict[str, Any]:
    return SMS | policy


def crowd(number: int) -> list[Contact]:
    return [make.lead().contact for _ in range(number)]


def fates(of: Contact) -> list[tuple[str, str]]:
    return [(one.status, one.reason.partition(":")[0]) for one in messages(of)]


def sent_in_minutes() -> Counter[datetime]:
    """How many messages left in each minute."""
    times = db.session.scalars(select(Message.sent_at).where(Message.status == SENT))
    return Counter(at.replace(second=0, microsecond=0) for at in times if at is not None)


def go_on(monday: ModuleType, workers: Workers, minutes: int) -> None:
    for _ in range(minutes):
        workers.run_until_idle()
        monday.move(minutes=1)


@pytest.mark.req("BEY-14")
def test_four_hours_stopped_then_no_burst_above_the_limit_in_the_order_of_time(
    live: Live, workers: Workers, monday: ModuleType
) -> None:
    safety.set_safety(safety.Safety(burst=10))
    live(SMS, TAG)
    people = []
    for _ in range(25):
        people += crowd(1)
        workers.run_until_idle()
        monday.move(seconds=10)
    monday.move(hours=5)
    workers.run_until_idle()
    [waiting] = messages(people[-1])
    assert waiting.status == QUEUED
    assert waiting.reason.startswith("spread:")
    assert waiting.due_at == clock.now() + timedelta(minutes=2)
    assert [name.name for name in people[-1].tags] == ["Regular"], "what is no message is done at once"

    go_on(monday, workers, 4)
    assert sorted(sent_in_minutes().values()) == [5, 10, 10]
    order = [messages(one)[0].sent_at for one in people]
    assert order == sorted(order, key=str)
    assert books.gaps() == []


@pytest.mark.req("BEY-14", "WRK-04")
def test_reminders_of_classes_that_are_over_are_not_sent_each_with_its_reason(business: Business) -> None:
    reminder = {"id": "soon", "do": "sms", "wait": {"before_anchor": {"hours": 2}}, "body": "See you soon"}
    sequence = business.sequence("class.visited", reminder)
    ana, ben = make.contact(), make.contact()
    business.tell("class.booked", ana, class_name="Hatha", starts_at="2026-06-01 14:00", booking_id="a")
    business.tell("class.booked", ben, class_name="Yin", starts_at="2026-06-01 17:00", booking_id="b")
    business.while_stopped("2026-06-01 15:30")
    business.at("2026-06-01 15:30")

    assert [one[1:] for one in trace(run_of(ana))] == [("skipped", "too_late")]
    assert messages(ana) == []
    assert fates(ben) == [(SENT, "")], "half an hour late, and in time for the class"
    assert books.books(sequence.id).balance


@pytest.mark.req("BEY-14")
@pytest.mark.parametrize(
    "case",
    [
        ({}, 24, (SENT, "")),
        ({}, 25, (SUPPRESSED, "missed")),
        ({"late": {"send_within": {"hours": 6}}}, 6, (SENT, "")),
        ({"late": {"send_within": {"hours": 6}}}, 7, (SUPPRESSED, "missed")),
        ({"late": "skip"}, 1, (SUPPRESSED, "missed")),
        ({"late": "ask"}, 1, (QUEUED, "asked")),
    ],
)
def test_what_a_step_says(
    live: Live, workers: Workers, monday: ModuleType, case: tuple[dict[str, Any], int, tuple[str, str]]
) -> None:
    policy, stopped, fate = case
    live(late(**policy))
    [ana] = crowd(1)
    workers.run_until_idle()
    monday.move(hours=1 + stopped)
    workers.run_until_idle()
    assert fates(ana) == [fate]


@pytest.mark.req("BEY-14")
def test_a_little_late_is_on_time(live: Live, workers: Workers, monday: ModuleType) -> None:
    live(late(late="skip"))
    [ana] = crowd(1)
    workers.run_until_idle()
    monday.move(hours=1, minutes=30)
    workers.run_until_idle()
    assert fates(ana) == [(SENT, "")]


@pytest.mark.req("BEY-14")
def test_the_studio_says_what_steps_leave_open(live: Live, workers: Workers, monday: ModuleType) -> None:
    safety.set_safety(safety.Safety(late="skip"))
    live(SMS)
    [ana] = crowd(1)
    workers.run_until_idle()
    monday.move(hours=3)
    workers.run_until_idle()
    assert fates(ana) == [(SUPPRESSED, "missed")]


@pytest.mark.req("BEY-14")
def test_what_was_put_off_is_not_late(live: Live, workers: Workers, monday: ModuleType) -> None:
    """By the sending hours, by a pause that ends in "send them all", by an edit that places a step in the past."""

    def strict(title: str, wait: dict[str, int]) -> Sequence:
        return live(late(late="skip", wait=wait, body=title), title=title, trigger="api.event")

    hours.set_sending_hours(hours.SendingHours(start=time(9), end=time(20)))
    deferred, paused, edited = (
        strict("Night", {"hours": 11}),
        strict("Paused", {"hours": 1}),
        strict("Edit", {"days": 5}),
    )
    ana = make.client()
    post("api.event", ana, name="x")
    workers.run_until_idle()
    publishing.pause(paused)
    monday.set("2026-06-01 21:00", zone="Europe/Paris")
    workers.run_until_idle()
    monday.set("2026-06-02 09:00", zone="Europe/Paris")
    publishing.resume(paused, messages="send")
    document = formats.dump(drafts.draft_of(edited))
    document["steps"][0]["wait"] = {"hours": 2}
    drafts.save_draft(edited, formats.parse(document))
    publishing.publish(edited)
    workers.run_until_idle()

    assert {one.text: one.status for one in messages(ana)} == {"Night": SENT, "Paused": SENT, "Edit": SENT}
    assert {one.sequence_id for one in messages(ana)} == {deferred.id, paused.id, edited.id}


@pytest.mark.req("BEY-14")
def test_what_waited_for_the_sending_hours_when_all_stood_still_leaves_at_the_pace_too(
    live: Live, workers: Workers, monday: ModuleType
) -> None:
    safety.set_safety(safety.Safety(burst=4))
    hours.set_sending_hours(hours.SendingHours(start=time(9), end=time(20)))
    live(SMS | {"wait": {"hours": 11}})
    people = crowd(10)
    workers.run_until_idle()
    monday.set("2026-06-01 21:00", zone="Europe/Paris")
    workers.run_until_idle()
    monday.set("2026-06-02 12:00", zone="Europe/Paris")
    go_on(monday, workers, 4)
    assert sorted(sent_in_minutes().values()) == [2, 4, 4]
    assert [fates(one) for one in people] == [[(SENT, "")]] * 10


@pytest.mark.req("BEY-14")
def test_a_pace_that_runs_into_the_night_goes_on_in_the_morning(
    live: Live, workers: Workers, monday: ModuleType
) -> None:
    safety.set_safety(safety.Safety(burst=2))
    hours.set_sending_hours(hours.SendingHours(start=time(9), end=time(20)))
    live(SMS)
    crowd(6)
    workers.run_until_idle()
    monday.set("2026-06-01 19:59", zone="Europe/Paris")
    workers.run_until_idle()
    monday.set("2026-06-02 09:00", zone="Europe/Paris")
    go_on(monday, workers, 3)
    assert sorted(sent_in_minutes().values()) == [2, 2, 2]


@pytest.mark.req("BEY-14")
def test_a_long_queue_is_no_outage(live: Live, workers: Workers, monday: ModuleType) -> None:
    """Messages leave all the time, and those at its end were due two hours ago."""
    safety.set_safety(safety.Safety(burst=1, late="skip"))
    live(SMS)
    people = crowd(9)
    workers.run_until_idle()
    monday.move(hours=1)
    work.run("advance_enrolments")
    for _ in people:
        batch = delivery.claim(urgent=False, limit=1)
        db.session.commit()
        for _pause in delivery.send(batch):
            db.session.commit()
        monday.move(minutes=15)
    db.session.expire_all()
    assert [fates(one) for one in people] == [[(SENT, "")]] * 9


@pytest.mark.req("BEY-14")
def test_what_people_are_waiting_for_leaves_at_once(live: Live, workers: Workers, monday: ModuleType) -> None:
    safety.set_safety(safety.Safety(burst=1, late="skip"))
    ana, lea = make.client(), make.staff()
    outgoing.send_by_hand(ana, "sms", "See you", by=lea)
    outgoing.queue_transactional(ana, "booking.confirmed", "sms", "", "You are in")
    monday.move(hours=4)
    workers.run_until_idle()
    assert [one.status for one in messages(ana)] == [SENT, SENT]


@pytest.mark.req("BEY-14")
@pytest.mark.parametrize("answer", ["send", "skip"])
def test_asked_the_owner_answers_for_all_of_a_step(
    live: Live, workers: Workers, monday: ModuleType, client: Client, answer: str
) -> None:
    safety.set_safety(safety.Safety(burst=2))
    ines = make.staff("Inès Garnier", "owner")
    sequence = live(late(late="ask"), TAG, title="Welcome")
    people = crowd(5)
    workers.run_until_idle()
    monday.move(hours=5)
    go_on(monday, workers, 3)
    monday.move(hours=2)
    workers.run_until_idle()
    assert [fates(one) for one in people] == [[(QUEUED, "asked")]] * 5
    assert [one.sentence for one in bell.latest(ines)] == ["Late messages of “Welcome” wait for your word"]
    [letter] = db.session.scalars(select(Message).where(Message.staff_id == ines.id))
    assert letter.subject == "Late messages of “Welcome” wait for your word"

    client.sign_in(ines)
    page = client.get(f"/sequences/{sequence.id}").text
    assert "5 messages of “Hi” were due while nothing ran" in page
    assert client.post(f"/sequences/{sequence.id}/late/sms", data={"answer": answer}).status_code == 303
    go_on(monday, workers, 4)

    if answer == "send":
        assert sorted(sent_in_minutes().values()) == [1, 1, 2, 2], "with the letter, which went before"
        assert [fates(one) for one in people] == [[(SENT, "")]] * 5
    else:
        assert [fates(one) for one in people] == [[(SUPPRESSED, "not_sent_late")]] * 5
    assert "were due while nothing ran" not in client.get(f"/sequences/{sequence.id}").text


@pytest.mark.req("BEY-14")
def test_what_waits_for_a_word_is_let_go_by_an_exit(live: Live, workers: Workers, monday: ModuleType) -> None:
    sequence = live(late(late="ask"), exits=[{"rule": "membership.purchased", "since": "enrolment"}])
    [ana] = crowd(1)
    workers.run_until_idle()
    monday.move(hours=3)
    workers.run_until_idle()
    buy_membership(ana)
    monday.move(hours=1)
    workers.run_until_idle()
    assert [one[0] for one in fates(ana)] == [SUPPRESSED]
    assert asked.questions([sequence.id]) == []


@pytest.mark.req("BEY-14")
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    chosen=st.tuples(
        st.sampled_from(["skip", "ask", {"send_within": {"hours": 6}}, None]), st.sampled_from(["send", "skip"])
    ),
    gaps=st.lists(st.integers(1, 600), min_size=2, max_size=3),
)
def test_nothing_is_lost_whatever_stands_still(
    live: Live, workers: Workers, monday: ModuleType, chosen: tuple[Any, str], gaps: list[int]
) -> None:
    """Whatever stands still for how long: in the end each message is sent once, or stands with its reason."""
    policy, answer = chosen
    monday.set("2026-06-01 10:00", zone="Europe/Paris")
    safety.set_safety(safety.Safety(burst=3))
    second = {"id": "two", "do": "sms", "wait": {"hours": 3}, "body": "Two"}
    sequence = live(late(late=policy), second | {"late": policy}, title="Outage")
    people = []
    for gap in gaps:
        people += crowd(1)
        workers.run_until_idle()
        monday.move(minutes=gap)
    for step in ("sms", "two", "two"):
        workers.run_until_idle()
        asked.send(sequence, step) if answer == "send" else asked.skip(sequence, step, by=make.staff())
        for _ in range(10):
            workers.run_until_idle()
            monday.move(minutes=30)

    ours = db.session.scalars(select(Message).where(Message.sequence_id == sequence.id)).all()
    assert len(ours) == 2 * len(people)
    assert all(one.status == SENT or (one.status == SUPPRESSED and one.reason) for one in ours)
    assert books.books(sequence.id).completed == len(people)
    assert books.gaps() == []
    sequence.status = "paused"


@pytest.mark.req("BEY-14")
@pytest.mark.parametrize(
    ("policy", "pointer"),
    [
        ("maybe", "/steps/0/late"),
        (7, "/steps/0/late"),
        ({"send_within": {}}, "/steps/0/late/send_within"),
        ({"send_within": {"hours": -1}}, "/steps/0/late/send_within/hours"),
        ({"within": {"hours": 1}}, "/steps/0/late/send_within"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_pointer(policy: Any, pointer: str) -> None:
    document = {"title": "x", "trigger": {"kind": "lead.created"}, "steps": [late(late=policy)]}
    with pytest.raises(formats.Invalid) as refused:
        formats.parse(document)
    assert pointer in [one.pointer for one in refused.value.faults]


@pytest.mark.req("BEY-14", "BEY-05")
@pytest.mark.parametrize("policy", ["skip", "ask", {"send_within": {"hours": 6}}])
def test_the_policy_comes_back_as_it_was_given(policy: Any) -> None:
    document = {"title": "x", "trigger": {"kind": "lead.created"}, "steps": [late(late=policy, repeat=True)]}
    assert formats.dump(formats.parse(document))["steps"] == document["steps"]

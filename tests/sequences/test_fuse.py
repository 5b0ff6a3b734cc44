"""The fuse: the same words once, and a sequence that runs away is paused by itself, alone (BEY-05)."""

from __future__ import annotations

import threading
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import joinedload

from app import clock, work
from app.contacts.models import Contact
from app.db import db, is_postgresql
from app.demo import make
from app.messaging import delivery
from app.messaging.models import QUEUED, SENT, SUPPRESSED, Message
from app.notifications import bell
from app.sequences import books, engine, fuses, publishing, safety
from app.sequences.models import Enrolment, Repeat, Said, Sequence, StepRun
from tests.harness.client import Client
from tests.harness.queries import counted
from tests.harness.work import Workers
from tests.sequences.conftest import Live, messages, post, tag

SMS = {"id": "sms", "do": "sms", "body": "See you soon, ##{{first_name}}"}


def ping_pong(live: Live, *more: dict[str, Any]) -> tuple[Sequence, Sequence]:
    """Two sequences that put each other's tag on people, and take their own off."""
    ping = live(
        SMS,
        *more,
        {"id": "off", "do": "tag.remove", "tags": ["Ping"]},
        {"id": "on", "do": "tag.add", "tags": ["Pong"]},
        trigger="tag.added",
        filters={"tag": ["Ping"]},
        title="Ping",
    )
    pong = live(
        {"id": "off", "do": "tag.remove", "tags": ["Pong"]},
        {"id": "on", "do": "tag.add", "tags": ["Ping"]},
        trigger="tag.added",
        filters={"tag": ["Pong"]},
        title="Pong",
    )
    return ping, pong


def people(number: int) -> list[Contact]:
    return [make.client() for _ in range(number)]


def fates(of: Contact) -> list[tuple[str, str]]:
    return [(one.status, one.reason) for one in messages(of)]


def why(sequence: Sequence) -> fuses.Blown:
    return fuses.Blown.model_validate(sequence.fused)


@pytest.mark.req("BEY-05")
def test_a_loop_writes_once_to_each_person_and_is_paused_alone(
    live: Live, workers: Workers, monday: ModuleType
) -> None:
    ping, _pong = ping_pong(live)
    other = live(SMS | {"body": "Thank you"}, trigger="api.event", title="Thanks")
    crowd = people(12)
    for someone in crowd:
        tag(someone, "Ping")
    workers.run_until_idle()
    post("api.event", crowd[0], name="x")
    workers.run_until_idle()

    assert [one.status for one in (ping, other)] == ["paused", "active"]
    assert (why(ping).why, ping.fused_at) == ("circle", clock.now())
    for someone in crowd:
        went = [one for one in messages(someone) if one.status == SENT and one.sequence_id == ping.id]
        assert len(went) == 1
    assert [one.status for one in messages(crowd[0]) if one.sequence_id == other.id] == [SENT]
    assert books.gaps() == []


@pytest.mark.req("BEY-05", "WRK-02")
def test_cut_and_resumed_it_loses_and_repeats_nothing(live: Live, workers: Workers, monday: ModuleType) -> None:
    ping, pong = ping_pong(live, {"id": "later", "do": "sms", "wait": {"days": 1}, "body": "A day later"})
    crowd = people(5)
    for someone in crowd:
        tag(someone, "Ping")
    workers.run_until_idle()
    inside = db.session.scalar(select(func.count()).where(Enrolment.status == "active"))
    assert inside == 5

    fuses.blow(ping.id, "person", 30)
    db.session.commit()
    monday.move(days=1)
    workers.run_until_idle()
    assert [len(messages(one)) for one in crowd] == [1] * 5
    publishing.pause(pong)
    publishing.resume(ping, messages="send")
    workers.run_until_idle()

    assert (ping.status, ping.fused, ping.fused_at) == ("active", None, None)
    assert [[one.text for one in messages(someone) if one.status == SENT][1:] for someone in crowd] == [
        ["A day later"]
    ] * 5
    twice = select(StepRun.enrolment_id).group_by(StepRun.enrolment_id, StepRun.step_id).having(func.count() > 1)
    assert db.session.scalars(twice).all() == []
    assert books.gaps() == []


@pytest.mark.req("BEY-05")
def test_what_tripped_it_once_trips_it_no_second_time(live: Live, workers: Workers, monday: ModuleType) -> None:
    ping, pong = ping_pong(live)
    ana = make.client()
    tag(ana, "Ping")
    workers.run_until_idle()
    assert ping.status == "paused"

    publishing.pause(pong)
    monday.move(minutes=5)
    publishing.resume(ping)
    ana.tags.clear()
    tag(ana, "Ping")
    workers.run_until_idle()
    assert ping.status == "active"


@pytest.mark.req("BEY-05")
def test_a_system_that_posts_everything_again_and_again_blows_the_fuse(
    live: Live, workers: Workers, monday: ModuleType
) -> None:
    hello = live(SMS, trigger="class.booked")
    crowd = people(30)
    for _ in range(5):
        for someone in crowd:
            post("class.booked", someone, class_name="Hatha")
        workers.run_until_idle()
        monday.move(minutes=5)

    assert hello.status == "paused"
    assert why(hello).why == "repeats"
    assert [sum(one.status == SENT for one in messages(someone)) for someone in crowd] == [1] * 30


@pytest.mark.req("BEY-05")
def test_words_that_change_are_no_loophole(live: Live, workers: Workers, monday: ModuleType) -> None:
    """The text differs each time, and another system drives the loop: one person gets no more than so many."""
    hello = live(SMS, trigger="api.event")
    ana = make.client()
    for number in range(60):
        ana.first_name = f"Ana {number}"
        post("api.event", ana, name="x")
        workers.run_until_idle()

    assert (hello.status, why(hello).why) == ("paused", "person")
    assert sum(one.status == SENT for one in messages(ana)) == 20


@pytest.mark.req("BEY-05")
def test_a_crowd_enrolled_at_once_is_nothing_abnormal(live: Live, workers: Workers, monday: ModuleType) -> None:
    hello = live(SMS, SMS | {"id": "two", "body": "One more thing"}, trigger="api.event")
    crowd = people(120)
    for someone in crowd:
        post("api.event", someone, name="x")
    workers.run_until_idle()

    assert hello.status == "active"
    sent = select(func.count()).where(Message.status == SENT)
    assert db.session.scalar(sent) == 240


@pytest.mark.req("BEY-05")
def test_a_course_of_twelve_classes_booked_at_once_is_nothing_abnormal(
    live: Live, workers: Workers, monday: ModuleType
) -> None:
    reminder = live(SMS, trigger="class.booked")
    ana = make.client()
    for _ in range(12):
        post("class.booked", ana, class_name="Hatha")
    workers.run_until_idle()

    assert reminder.status == "active"
    assert sorted(fates(ana)) == [(SENT, "")] + [(SUPPRESSED, "repeated")] * 11


@pytest.mark.req("BEY-05")
def test_the_same_words_go_again_when_the_window_is_over(live: Live, workers: Workers, monday: ModuleType) -> None:
    live(SMS, trigger="api.event")
    ana = make.client()
    for hours in (0, 23, 2):
        monday.move(hours=hours)
        post("api.event", ana, name="x")
        workers.run_until_idle()
    assert [status for status, _why in fates(ana)] == [SENT, SUPPRESSED, SENT]


@pytest.mark.req("BEY-05")
@pytest.mark.parametrize("allowed_by", ["step", "studio"])
def test_repeats_may_be_allowed(live: Live, workers: Workers, monday: ModuleType, allowed_by: str) -> None:
    if allowed_by == "studio":
        safety.set_safety(safety.Safety(window_hours=None))
    live(SMS | {"repeat": allowed_by == "step"}, trigger="api.event")
    ana = make.client()
    for _ in range(3):
        post("api.event", ana, name="x")
    workers.run_until_idle()
    assert fates(ana) == [(SENT, "")] * 3


@pytest.mark.req("BEY-05")
def test_what_did_not_go_does_not_stand_in_the_way(live: Live, workers: Workers, monday: ModuleType) -> None:
    live(SMS, trigger="api.event")
    ana = make.client()
    post("api.event", ana, name="x")
    workers.run_until_idle()
    [first] = messages(ana)
    first.status = "failed"
    db.session.flush()
    post("api.event", ana, name="x")
    workers.run_until_idle()
    assert [status for status, _why in fates(ana)] == ["failed", SENT]


@pytest.mark.committed
@pytest.mark.req("BEY-05")
def test_two_workers_at_once_send_the_same_words_once(
    app: Flask, live: Live, workers: Workers, monday: ModuleType
) -> None:
    if not is_postgresql():
        pytest.skip("SQLite has one writer at a time")
    for title in ("one", "two"):
        live(SMS, trigger="tag.added", title=title)
    ana = make.client()
    tag(ana, "New")
    db.session.commit()
    for actor in ("consume_events", "advance_enrolments"):
        work.run(actor)
    assert [one.status for one in messages(ana)] == [QUEUED, QUEUED]
    db.session.commit()

    def send_the_other() -> None:
        with app.app_context():
            delivery.claim(urgent=False, limit=1)
            db.session.commit()

    other = threading.Thread(target=send_the_other)
    delivery.claim(urgent=False, limit=1)
    other.start()
    other.join(0.3)
    assert other.is_alive(), "it waits to hear whether the words have gone"
    db.session.commit()
    other.join(20)
    db.session.expire_all()
    assert sorted(status for status, _why in fates(ana)) == ["sending", SUPPRESSED]


@pytest.mark.req("BEY-05", "WRK-01")
def test_no_query_more_for_many_messages_than_for_few(live: Live, workers: Workers, monday: ModuleType) -> None:
    live(SMS, trigger="api.event")

    def cost(number: int) -> int:
        crowd = people(number)
        for someone in [*crowd, *crowd]:
            post("api.event", someone, name="x")
        db.session.commit()
        for actor in ("consume_events", "advance_enrolments"):
            work.run(actor)
        queued = select(Message).where(Message.status == QUEUED).options(joinedload(Message.contact))
        waiting = db.session.scalars(queued.execution_options(populate_existing=True)).all()
        with counted() as asked:
            engine.prepare(waiting)
        db.session.execute(update(Message).values(status=SENT))
        db.session.commit()
        return len(asked)

    cost(2)
    assert cost(20) == cost(4)


@pytest.mark.req("BEY-05")
def test_what_may_be_said_again_is_forgotten(live: Live, workers: Workers, monday: ModuleType) -> None:
    live(SMS, trigger="api.event")
    ana = make.client()
    for _ in range(2):
        post("api.event", ana, name="x")
    workers.run_until_idle()
    assert kept() == (1, 1)
    monday.move(hours=2)
    workers.look()
    assert kept() == (1, 0)
    monday.move(hours=22)
    workers.look()
    assert kept() == (0, 0)


def kept() -> tuple[int, int]:
    said, repeats = (db.session.scalar(select(func.count()).select_from(table)) or 0 for table in (Said, Repeat))
    return said, repeats


@pytest.mark.req("BEY-05")
def test_the_owners_are_told_by_bell_and_letter_once(live: Live, workers: Workers, monday: ModuleType) -> None:
    ines, lea = make.staff("Inès Garnier", "owner"), make.staff("Léa Fontaine", "manager")
    sequence = live(SMS, title="Welcome")
    for _ in range(2):
        fuses.blow(sequence.id, "person", 21)
    workers.run_until_idle()

    assert [one.sentence for one in bell.latest(ines)] == ["The fuse has paused “Welcome”"]
    assert bell.latest(lea) == []
    [letter] = db.session.scalars(select(Message).where(Message.staff_id.is_not(None)))
    assert (letter.staff_id, letter.subject) == (ines.id, "“Welcome” was paused by the fuse")
    assert "The same person was to get 21 messages within an hour." in letter.text
    assert f"http://localhost/sequences/{sequence.id}" in letter.text


@pytest.mark.req("BEY-05")
def test_the_rate_is_said_beside_what_is_usual(live: Live, workers: Workers, monday: ModuleType) -> None:
    sequence = live(SMS, trigger="api.event")
    for number in (4, 4, 41):
        for someone in people(number):
            post("api.event", someone, name="x")
        workers.run_until_idle()
        if number == 4:
            monday.move(hours=1)
    fuses.blow(sequence.id, "circle", 6)
    db.session.commit()

    assert fuses.say(why(sequence)) == (
        "Paused by the fuse: 41 messages in 5 minutes, usually 4. What sequences do has put the same person in 6 times."
    )


@pytest.mark.req("BEY-05")
def test_the_pages_say_that_the_fuse_has_paused_it(live: Live, client: Client, monday: ModuleType) -> None:
    sequence = live(SMS, title="Welcome")
    fuses.blow(sequence.id, "person", 21)
    db.session.commit()
    client.sign_in(make.staff("Inès Garnier", "owner"))

    for page in ("/sequences", f"/sequences/{sequence.id}", f"/sequences/{sequence.id}/people"):
        shown = client.get(page).text
        assert "Paused by the fuse. The same person was to get 21 messages within an hour." in shown
        assert f"/sequences/{sequence.id}/resumption" in shown
    client.post(f"/sequences/{sequence.id}/resumption", data={"messages": "skip"})
    assert "Paused by the fuse" not in client.get("/sequences").text

"""Waiting for something to happen: on as soon as it does, at the latest at the timeout."""

from __future__ import annotations

from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest

from app.db import db
from app.demo import make
from app.messaging import outgoing
from app.messaging.models import SMS as BY_SMS
from app.sequences import checking, drafts, formats, publishing, simulating
from app.sequences.models import RUNNING
from app.sequences.simulating import Assumed
from tests.harness import queries
from tests.harness.twilio import TwilioStandIn
from tests.harness.work import Workers
from tests.sequences.conftest import Live, enrolments, messages, only, post, tag, trace

ASK = {"id": "ask", "do": "sms", "body": "Shall we keep a mat for you?"}
REPLY = {"event": {"kind": "message.replied"}, "timeout": {"days": 3}}
NUDGE = {"id": "nudge", "do": "sms", "body": "Still there?", "wait": REPLY}
KEEN = {
    "id": "keen",
    "if": {"rules": [{"rule": "awaited.came"}]},
    "then": [{"id": "yes", "do": "tag.add", "tags": ["Answered"]}],
    "else": [{"id": "no", "do": "sms", "body": "Still there?"}],
    "wait": REPLY,
}


def test_a_reply_ends_the_wait_at_once(live: Live, workers: Workers, monday: ModuleType) -> None:
    live(ASK, KEEN)
    ana, ben = make.lead().contact, make.lead().contact
    workers.run_until_idle()
    assert only(ana).due_at == monday.now() + timedelta(days=3)

    monday.move(hours=5)
    make.incoming_sms(ana, "Yes please")
    workers.run_until_idle()
    assert trace(only(ana))[1:] == [("keen", "true", "event_came"), ("yes", "done", "")]
    assert only(ben).status == RUNNING

    monday.move(days=3)
    workers.run_until_idle()
    assert trace(only(ben))[1:] == [("keen", "false", "timed_out"), ("no", "done", "")]
    assert len(messages(ana)) == 2  # ours and theirs


@pytest.mark.req("BEY-08")
def test_a_message_by_hand_meanwhile_changes_nothing_and_the_reply_ends_the_wait(
    live: Live, workers: Workers, monday: ModuleType, twilio: TwilioStandIn
) -> None:
    """A colleague writes while the sequence waits; nothing automatic goes out in between."""
    live(ASK, KEEN)
    ana = make.lead().contact
    workers.run_until_idle()
    monday.move(days=1)
    outgoing.send_by_hand(ana, BY_SMS, "Hello Ana, it's Léa: any questions?", by=make.staff("Léa Fontaine"))
    workers.run_until_idle()
    assert only(ana).step_id == "keen"
    monday.move(hours=1)
    make.incoming_sms(ana, "Yes, at what time?")
    workers.run_until_idle()

    assert trace(only(ana))[1:] == [("keen", "true", "event_came"), ("yes", "done", "")]
    assert [one.text for one in messages(ana)][:2] == [ASK["body"], "Hello Ana, it's Léa: any questions?"]
    assert len(twilio.sent_to(ana.phone or "")) == 2


@pytest.mark.parametrize(
    ("filters", "class_name", "is_it"),
    [({}, "Yin", True), ({"class": ["Yin"]}, "yin", True), ({"class": ["Yin"]}, "Hatha", False)],
)
def test_only_what_passes_the_filters_counts(
    workers: Workers, monday: ModuleType, filters: dict[str, Any], class_name: str, is_it: bool
) -> None:
    booked = {"event": {"kind": "class.booked", "filters": filters}, "timeout": {"weeks": 1}}
    make.sequence(NUDGE | {"wait": booked})
    ana, other = make.lead().contact, make.lead().contact
    workers.run_until_idle()
    monday.move(hours=1)
    post("class.booked", ana, class_name=class_name)
    workers.run_until_idle()

    assert (only(ana).status != RUNNING) == is_it
    assert only(other).status == RUNNING


def test_what_the_kind_asks_of_the_person_is_asked(live: Live, workers: Workers, monday: ModuleType) -> None:
    """A missed call of a client is waited for, not one of somebody who has never bought or booked."""
    live(NUDGE | {"wait": {"event": {"kind": "call.missed"}, "timeout": {"days": 9}}})
    client, stranger = make.client(), make.contact()
    for one in (client, stranger):
        make.lead(one)
    workers.run_until_idle()
    monday.move(hours=1)
    for one in (client, stranger):
        make.call(one)
    workers.run_until_idle()

    assert (only(client).status, only(stranger).status) == ("completed", RUNNING)


def test_what_happened_before_they_stood_there_does_not_count(live: Live, workers: Workers, monday: ModuleType) -> None:
    live(ASK, ASK | {"id": "again", "wait": {"days": 1}}, NUDGE)
    ana = make.lead().contact
    workers.run_until_idle()
    make.incoming_sms(ana, "Yes")
    workers.run_until_idle()
    monday.move(days=1)
    workers.run_until_idle()

    assert (only(ana).step_id, only(ana).due_at) == ("nudge", monday.now() + timedelta(days=3))


def test_what_brought_somebody_in_is_not_what_their_first_step_waits_for(
    live: Live, workers: Workers, monday: ModuleType
) -> None:
    live(NUDGE | {"wait": {"event": {"kind": "tag.added"}, "timeout": {"days": 3}}}, trigger="tag.added")
    ana = make.contact()
    tag(ana, "Trial")
    workers.run_until_idle()
    assert only(ana).due_at == monday.now() + timedelta(days=3)

    monday.move(hours=1)
    tag(ana, "VIP")
    workers.run_until_idle()
    first, _second = enrolments(ana)
    assert trace(first) == [("nudge", "done", "event_came")]


def test_a_pause_keeps_the_place_and_what_came_meanwhile(live: Live, workers: Workers, monday: ModuleType) -> None:
    sequence = live(ASK, KEEN)
    ana = make.lead().contact
    workers.run_until_idle()
    publishing.pause(sequence)
    monday.move(hours=1)
    make.incoming_sms(ana, "Yes")
    workers.run_until_idle()
    assert only(ana).step_id == "keen"
    monday.move(days=5)
    publishing.resume(sequence)
    workers.run_until_idle()

    assert trace(only(ana))[1:] == [("keen", "true", "event_came"), ("yes", "done", "")]


def test_publishing_keeps_the_wait_or_counts_the_new_timeout(live: Live, workers: Workers, monday: ModuleType) -> None:
    sequence = live(ASK, KEEN)
    ana = make.lead().contact
    workers.run_until_idle()
    began = monday.now()
    monday.move(hours=1)
    _publish(sequence, ASK | {"title": "The question"}, KEEN)
    assert only(ana).due_at == began + timedelta(days=3)
    _publish(sequence, ASK, KEEN | {"wait": REPLY | {"timeout": {"days": 5}}})
    assert only(ana).due_at == began + timedelta(days=5)

    make.incoming_sms(ana, "Yes")
    workers.run_until_idle()
    assert trace(only(ana))[1] == ("keen", "true", "event_came")


def test_an_exit_ends_the_run_while_it_waits(live: Live, workers: Workers, monday: ModuleType) -> None:
    live(ASK, KEEN, exits=[{"rule": "message.replied", "since": "enrolment"}])
    ana = make.lead().contact
    workers.run_until_idle()
    monday.move(hours=1)
    make.incoming_sms(ana, "Yes")
    workers.run_until_idle()

    assert only(ana).status == "exited"


@pytest.mark.req("BEY-06")
@pytest.mark.parametrize("hours", [None, 5, 90])
def test_a_simulation_is_what_happens(live: Live, workers: Workers, monday: ModuleType, hours: int | None) -> None:
    sequence = live(ASK, KEEN, trigger="tag.added")
    ana = make.contact()
    assumed = [Assumed("tag.added", monday.now() + timedelta(hours=hours), {"tag": "VIP"})] if hours else []
    _publish(sequence, ASK, KEEN | {"wait": {"event": {"kind": "tag.added"}, "timeout": {"days": 3}}})
    simulated = simulating.simulate(sequence, ana, assume=assumed)
    foreseen = [(one.step_id, one.outcome) for one in simulated.entries]

    tag(ana, "Start")
    workers.run_until_idle()
    for at in sorted({hours or 0, 72}):
        monday.set("2026-06-01 10:00", zone="Europe/Paris")
        monday.move(hours=at)
        if at == hours:
            tag(ana, "VIP")
        workers.run_until_idle()
    lived = [(step, _as_foreseen(step, outcome)) for step, outcome, _why in trace(enrolments(ana)[0])]
    assert foreseen == lived


def _as_foreseen(step: str, outcome: str) -> str:
    """A simulation tells of a message that it was sent, where the step of a live run was done."""
    return "sent" if step in {"ask", "no"} and outcome == "done" else outcome


def test_it_takes_as_many_queries_however_many_wait(live: Live, workers: Workers, monday: ModuleType) -> None:
    live(ASK, NUDGE)

    def woken(people: int) -> int:
        waiting = [make.lead().contact for _ in range(people)]
        workers.run_until_idle()
        monday.move(minutes=1)
        for one in waiting:
            make.incoming_sms(one, "Yes")
        with queries.counted() as made:
            workers.run_until_idle()
        return len(made)

    assert woken(3) == woken(30)


def test_documents_say_it_and_come_back_as_they_were() -> None:
    said = {"title": "x", "trigger": {"kind": "lead.created"}, "steps": [ASK, KEEN]}
    document = formats.parse(said)

    assert formats.dump(document)["steps"][1]["wait"] == REPLY
    assert formats.parse(formats.to_yaml(document)) == formats.parse(formats.to_json(document)) == document


@pytest.mark.parametrize(
    ("wait", "pointer", "part"),
    [
        ({"event": {"kind": "message.repled"}, "timeout": {"days": 1}}, "/steps/0/wait/event/kind", "message.replied"),
        (
            {"event": {"kind": "client.birthday"}, "timeout": {"days": 1}},
            "/steps/0/wait/event/kind",
            "no step can wait",
        ),
        ({"event": {"kind": "message.replied"}}, "/steps/0/wait", "timeout go together"),
        ({"timeout": {"days": 1}}, "/steps/0/wait", "timeout go together"),
        ({"event": {"kind": "message.replied"}, "timeout": {"days": 0}}, "/steps/0/wait", "longer than nothing"),
        ({"event": {"kind": "message.replied"}, "timeout": {"days": 1}, "days": 2}, "/steps/0/wait", "leave days out"),
        (
            {"event": {"kind": "message.replied", "filters": {"chanel": "sms"}}, "timeout": {"days": 1}},
            "/steps/0/wait/event/filters/chanel",
            "nearest: channel",
        ),
    ],
)
def test_what_cannot_be_waited_for_is_refused_by_pointer(wait: dict[str, Any], pointer: str, part: str) -> None:
    with pytest.raises(formats.Invalid) as refused:
        formats.parse({"title": "x", "trigger": {"kind": "lead.created"}, "steps": [ASK | {"wait": wait}]})

    [fault] = refused.value.faults
    assert fault.pointer == pointer
    assert part in fault.detail


@pytest.mark.usefixtures("app")
def test_a_filter_naming_what_does_not_exist_is_found_before_activation() -> None:
    wait = {"event": {"kind": "lead.created", "filters": {"source": ["Nowhere"]}}, "timeout": {"days": 1}}
    sequence = make.sequence(ASK | {"wait": wait}, active=False)

    assert any("Nowhere" in one.detail for one in checking.findings(drafts.draft_of(sequence)))


@pytest.mark.parametrize("where", ["exit", "condition without a wait"])
def test_whether_it_came_can_only_be_asked_where_it_is_waited_for(where: str) -> None:
    came = {"rule": "awaited.came"}
    steps = [ASK] if where == "exit" else [{"id": "if", "if": {"rules": [came]}}]
    with pytest.raises(formats.Invalid):
        formats.parse(
            {
                "title": "x",
                "trigger": {"kind": "lead.created"},
                "exits": [came] if where == "exit" else [],
                "steps": steps,
            }
        )


def _publish(sequence: Any, *steps: dict[str, Any]) -> None:
    raw = formats.dump(drafts.draft_of(sequence)) | {"steps": list(steps)}
    drafts.save_draft(sequence, formats.parse(raw))
    publishing.publish(sequence)
    db.session.commit()

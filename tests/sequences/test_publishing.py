"""Drafts are edited freely; publishing takes those inside along, step id by step id, and never sends a burst."""

from __future__ import annotations

from datetime import time
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import work
from app.db import db, is_postgresql
from app.demo import make
from app.messaging.models import Message
from app.reasons import say
from app.sequences import books, checking, drafts, formats, graph, hours, overdue, publishing
from app.sequences.engine import carrying
from app.sequences.models import Sequence
from tests.harness.work import Workers
from tests.sequences.conftest import Live, enrolments, messages, only, post, trace

SMS = {"id": "sms", "do": "sms", "body": "Hi"}
TAG = {"id": "tag", "do": "tag.add", "tags": ["Regular"]}
LATER = {"id": "later", "do": "email", "wait": {"days": 1}, "subject": "Hello", "html": "<p>Hello</p>"}
DECISION = {
    "id": "decision",
    "wait": {"days": 1},
    "if": {"rules": [{"rule": "client"}]},
    "then": [{"id": "yes", "do": "tag.add", "tags": ["Yes"]}],
    "else": [{"id": "no", "do": "sms", "body": "No"}],
}


def edit(sequence: Sequence, *steps: dict[str, Any], **more: Any) -> None:
    document = formats.dump(drafts.draft_of(sequence)) | {"steps": list(steps)} | more
    drafts.save_draft(sequence, checking.read(document))


@pytest.mark.req("SEQ-28")
def test_undo_and_redo_walk_over_the_edits(app: Flask) -> None:
    sequence = make.sequence(TAG, active=False)
    edit(sequence, TAG, SMS)
    edit(sequence, SMS)
    drafts.undo(sequence)
    assert [step.id for step in drafts.draft_of(sequence).steps] == ["tag", "sms"]
    drafts.undo(sequence)
    assert not drafts.can_undo(sequence)
    with pytest.raises(drafts.NothingToUndo):
        drafts.undo(sequence)

    drafts.redo(sequence)
    drafts.redo(sequence)
    assert [step.id for step in drafts.draft_of(sequence).steps] == ["sms"]
    assert not drafts.can_redo(sequence)


def test_saving_what_stands_there_already_is_no_edit(app: Flask) -> None:
    sequence = make.sequence(TAG, active=False)
    before = sequence.draft_id
    edit(sequence, TAG)

    assert sequence.draft_id == before


@pytest.mark.req("SEQ-28")
def test_a_draft_touches_nobody_inside(live: Live, workers: Workers, monday: ModuleType) -> None:
    sequence = live(SMS, LATER)
    ana = make.lead().contact
    workers.run_until_idle()
    edit(sequence, SMS)
    monday.move(days=1)
    workers.run_until_idle()

    assert drafts.has_unpublished_changes(sequence)
    assert [step[0] for step in trace(only(ana))] == ["sms", "later"]


@pytest.mark.req("SEQ-28", "ACT-09")
def test_who_waits_on_a_deleted_step_goes_on_with_the_next(live: Live, workers: Workers, monday: ModuleType) -> None:
    sequence = live(SMS, LATER, TAG | {"wait": {"days": 2}})
    ana = make.lead().contact
    workers.run_until_idle()
    edit(sequence, SMS, TAG | {"wait": {"days": 3}})
    preview = publishing.preview(sequence)
    assert (preview.removed, preview.changed, preview.inside) == ({"later": 1}, {"tag": 0}, 1)

    publishing.publish(sequence)
    assert only(ana).step_id == "tag"
    monday.move(days=3)
    workers.run_until_idle()
    assert trace(only(ana)) == [("sms", "done", ""), ("later", "skipped", "step_gone"), ("tag", "done", "")]


@pytest.mark.req("ACT-09")
def test_a_wait_that_is_changed_moves_the_step_that_waits(live: Live, workers: Workers, monday: ModuleType) -> None:
    sequence = live(SMS, LATER | {"wait": {"minutes": 5}})
    ana = make.lead().contact
    workers.run_until_idle()
    edit(sequence, SMS, LATER | {"wait": {"hours": 1}})
    publishing.publish(sequence)
    monday.move(minutes=59)
    workers.run_until_idle()
    assert len(messages(ana)) == 1

    monday.move(minutes=1)
    workers.run_until_idle()
    assert len(messages(ana)) == 2


@pytest.mark.req("SEQ-28")
def test_people_inside_may_finish_the_old_version(live: Live, workers: Workers, monday: ModuleType) -> None:
    sequence = live(SMS, LATER)
    ana = make.lead().contact
    workers.run_until_idle()
    edit(sequence, SMS, TAG)
    publishing.publish(sequence, carry=False)
    ben = make.lead().contact
    monday.move(days=1)
    workers.run_until_idle()

    assert [step[0] for step in trace(only(ana))] == ["sms", "later"]
    assert [step[0] for step in trace(only(ben))] == ["sms", "tag"]


@pytest.mark.parametrize("keep", [None, graph.THEN])
def test_a_decision_deleted_under_people_sends_nothing_twice(
    live: Live, workers: Workers, monday: ModuleType, keep: str | None
) -> None:
    sequence = live(SMS, DECISION, TAG)
    crowd = [make.lead().contact for _ in range(20)]
    workers.run_until_idle()
    drafts.save_draft(sequence, graph.remove(drafts.draft_of(sequence), "decision", keep=keep))
    publishing.publish(sequence)
    for _ in range(10):
        monday.move(hours=12)
        workers.run_until_idle()

    expected = ["sms", "decision", "yes", "tag"] if keep else ["sms", "decision", "tag"]
    assert [[step[0] for step in trace(only(one))] for one in crowd] == [expected] * 20
    assert all(len(messages(one)) == 1 for one in crowd)
    assert books.books(sequence.id).balance


@pytest.mark.req("BEY-04")
def test_a_decision_with_a_hundred_people_on_it_is_deleted_and_a_thousand_ticks_send_nothing_more(
    live: Live, workers: Workers, monday: ModuleType
) -> None:
    sequence = live(SMS, DECISION, TAG)
    crowd = [make.lead().contact for _ in range(100)]
    workers.run_until_idle()
    drafts.save_draft(sequence, graph.remove(drafts.draft_of(sequence), "decision"))
    waiting = publishing.preview(sequence)
    assert (waiting.removed, waiting.inside) == ({"decision": 100, "yes": 0, "no": 0}, 100)

    publishing.publish(sequence)
    for _ in range(1_000):
        monday.move(minutes=10)
        for actor in work.due_actors():
            work.run(actor)

    assert db.session.scalar(select(func.count()).select_from(Message)) == len(crowd)
    assert books.books(sequence.id).completed == len(crowd)
    assert books.gaps() == []


@pytest.mark.req("BEY-04")
@pytest.mark.parametrize(
    ("fate", "steps"),
    [
        ("go_on", ["sms", "decision", "tag", "completed"]),
        ("finish", ["sms", "decision", "no", "tag", "completed"]),
        ("exit", ["sms", "exited"]),
    ],
)
def test_a_hundred_people_on_a_deleted_decision_meet_the_fate_that_was_chosen(
    live: Live, workers: Workers, monday: ModuleType, fate: carrying.Fate, steps: list[str]
) -> None:
    sequence = live(SMS, DECISION | {"title": "Client?"}, TAG)
    crowd = [make.lead().contact for _ in range(100)]
    workers.run_until_idle()
    drafts.save_draft(sequence, graph.remove(drafts.draft_of(sequence), "decision"))
    [stranded] = publishing.preview(sequence).stranded
    assert (stranded.step.title, stranded.people) == ("Client?", 100)
    assert stranded.goes_on_with is not None
    assert stranded.goes_on_with.id == "tag"

    publishing.publish(sequence, fates={"decision": fate})
    monday.move(days=1)
    workers.run_until_idle()

    runs = enrolments(sequence=sequence)
    assert {(*(step[0] for step in trace(run)), run.status) for run in runs} == {tuple(steps)}
    assert all(len(messages(one)) == 1 + steps.count("no") for one in crowd)
    assert {say(run.reason) for run in runs} == {
        "The step they waited on was removed: “Client?”" if fate == "exit" else ""
    }
    assert books.gaps() == []


@pytest.mark.req("BEY-04")
def test_who_finishes_an_old_version_is_asked_about_again_the_next_time(
    live: Live, workers: Workers, monday: ModuleType
) -> None:
    sequence = live(SMS, LATER, TAG)
    ana = make.lead().contact
    workers.run_until_idle()
    edit(sequence, SMS, TAG)
    publishing.publish(sequence, fates={"later": "finish"})
    assert only(ana).step_id == "later"
    edit(sequence, SMS, TAG, TAG | {"id": "more"})
    [stranded] = publishing.preview(sequence).stranded
    assert (stranded.step.id, stranded.people) == ("later", 1)

    publishing.publish(sequence, fates={"later": "exit"})
    monday.move(days=2)
    workers.run_until_idle()
    assert only(ana).status == "exited"
    assert len(messages(ana)) == 1


@pytest.mark.req("SEQ-28")
def test_a_stale_edit_is_refused_and_nothing_is_lost(app: Flask) -> None:
    sequence = make.sequence(TAG, active=False)
    seen = drafts.draft_revision(sequence).number
    hers = checking.read(formats.dump(drafts.draft_of(sequence)) | {"title": "Hers"})
    edit(sequence, TAG, SMS, title="His")

    with pytest.raises(drafts.DraftMoved):
        drafts.save_draft(sequence, hers, over=seen)
    assert [step.id for step in drafts.draft_of(sequence).steps] == ["tag", "sms"]
    assert sequence.title == "His"


@pytest.mark.committed
@pytest.mark.req("SEQ-28")
def test_an_edit_made_while_another_was_saved_is_refused(app: Flask, live: Live) -> None:
    if not is_postgresql():
        pytest.skip("SQLite has one writer at a time")
    sequence = live(TAG)
    db.session.commit()
    before = drafts.draft_of(sequence)
    with app.app_context():
        his = db.session.get_one(Sequence, sequence.id)
        edit(his, TAG, SMS)
        db.session.commit()

    with pytest.raises(drafts.DraftMoved):
        drafts.save_draft(sequence, before.model_copy(update={"title": "Hers"}))
    db.session.rollback()
    assert [step.id for step in drafts.draft_of(db.session.get_one(Sequence, sequence.id)).steps] == ["tag", "sms"]


@pytest.mark.req("SEQ-18")
def test_before_it_goes_on_what_is_overdue_is_counted_step_by_step(
    live: Live, workers: Workers, monday: ModuleType
) -> None:
    hours.set_sending_hours(hours.SendingHours(start=time(9), end=time(20)))
    sequence = live(SMS | {"wait": {"hours": 11}}, LATER, TAG | {"wait": {"days": 1}})
    early = [make.lead().contact for _ in range(3)]
    workers.run_until_idle()
    monday.set("2026-06-01 21:00", zone="Europe/Paris")
    workers.run_until_idle()  # their SMS waits for the morning
    late = [make.lead().contact for _ in range(2)]
    workers.run_until_idle()
    publishing.pause(sequence)
    monday.set("2026-06-03 12:00", zone="Europe/Paris")
    workers.run_until_idle()

    found = overdue.overdue_in(sequence)
    assert [(one.step.id, one.people, one.messages) for one in found.steps] == [("sms", 2, 2), ("later", 3, 3)]
    assert (found.people, found.messages, found.written) == (5, 8, 3)

    publishing.resume(sequence)
    workers.run_until_idle()
    monday.move(days=3)
    workers.run_until_idle()
    assert [[(one.status, one.reason) for one in messages(who)] for who in early] == [
        [("suppressed", "was_paused")]
    ] * 3
    gone_by = [[(*step[:2], step[2].partition(":")[0]) for step in trace(only(who))] for who in (early[0], late[0])]
    assert gone_by == [
        [("sms", "done", "deferred"), ("later", "skipped", "was_paused"), ("tag", "done", "")],
        [("sms", "skipped", "was_paused"), ("later", "done", "")],
    ]
    assert [one.step_id for who in late for one in messages(who)] == ["later", "later"]  # due after it went on


@pytest.mark.req("SEQ-18")
def test_the_overdue_messages_can_be_sent_all_the_same(live: Live, workers: Workers, monday: ModuleType) -> None:
    sequence = live(SMS | {"wait": {"hours": 1}}, TAG | {"wait": {"hours": 1}})
    ana = make.lead().contact
    workers.run_until_idle()
    publishing.pause(sequence)
    monday.move(days=1)
    publishing.resume(sequence, messages="send")
    workers.run_until_idle()

    assert [one.status for one in messages(ana)] == ["sent"]


@pytest.mark.req("SEQ-18")
def test_a_message_whose_date_has_passed_is_not_counted_among_those_to_send(
    live: Live, workers: Workers, monday: ModuleType
) -> None:
    sequence = live(
        SMS | {"wait": {"before_anchor": {"hours": 2}}}, trigger="class.visited", filters={"enrol": "booking"}
    )
    ana = make.contact()
    post("class.booked", ana, class_name="Yoga", starts_at="2026-06-02T18:00:00+02:00", booking_id="b1")
    workers.run_until_idle()
    publishing.pause(sequence)
    monday.set("2026-06-03 12:00", zone="Europe/Paris")

    [one] = overdue.overdue_in(sequence).steps
    assert (one.people, one.too_late, one.messages) == (1, 1, 0)


@pytest.mark.req("ENR-08")
def test_single_enrolment_switched_on_later_counts_the_past(live: Live, workers: Workers) -> None:
    sequence = live(SMS)
    ana = make.contact()
    make.lead(ana)
    workers.run_until_idle()
    edit(sequence, SMS, single_enrolment=True)
    publishing.publish(sequence)
    make.lead(ana, from_source="Instagram")
    workers.run_until_idle()

    assert len(enrolments(ana)) == 1


@pytest.mark.req("SEQ-24")
def test_the_check_warns_of_placeholders_and_stops_at_errors(app: Flask) -> None:
    sequence = make.sequence(
        {"do": "email", "subject": "Welcome to [business name]", "html": "<p>x</p>"},
        active=False,
        filters={"source": "Nowhere"},
    )
    severities = [(one.severity, "[business name]" in one.detail) for one in publishing.check(sequence)]
    assert severities == [("error", False), ("warning", True)]

    with pytest.raises(publishing.NotReady, match="Nowhere"):
        publishing.activate(sequence)
    assert sequence.status == "draft"


@pytest.mark.parametrize(
    ("step", "pointer", "near"),
    [
        ({"do": "task", "title": "Call", "assign": {"role": "Front dsk"}}, "/steps/0/assign/role", "Front desk"),
        ({"do": "sms", "body": "Hi ##{{first_nam}}"}, "/steps/0/body", "first_name"),
        ({"do": "lead.create", "source": "Web form"}, "/steps/0/source", "Website form"),
        ({"do": "lifecycle.move", "stage": "Hot"}, "/steps/0/stage", "Hot lead"),
    ],
)
def test_what_does_not_exist_is_refused_with_what_does(
    app: Flask, step: dict[str, Any], pointer: str, near: str
) -> None:
    with pytest.raises(formats.Invalid) as refused:
        make.sequence(step)

    [fault] = refused.value.faults
    assert fault.pointer == pointer
    assert near in fault.detail

"""Whatever is edited stays a document; whatever happens, nobody vanishes and nobody meets a step twice."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from types import ModuleType

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app import work
from app.db import db
from app.demo import make
from app.messaging import delivery
from app.messaging.models import Message
from app.sequences import books, drafts, enrolling, formats, graph, publishing
from app.sequences.engine.program import compile_document
from app.sequences.models import PAUSED, RUNNING, Enrolment, Sequence, StepRun
from app.web import Refusal
from tests.harness.work import Workers
from tests.sequences.conftest import buy_membership, enrolments
from tests.sequences.random_edits import EDITS, Edit, documents

EXITS = [{"rule": "membership.purchased", "since": "enrolment"}]

calmly = settings(
    deadline=None,
    max_examples=12,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(edits=EDITS)
def test_any_edits_leave_a_document_that_reads_back_and_compiles(app: Flask, edits: list[Edit]) -> None:
    *_before, document = documents(edits)

    ids = [place.step.id for place in graph.walk(document)]
    assert len(set(ids)) == len(ids)
    assert formats.parse(formats.dump(document)) == document
    program = compile_document(document, 1, 1)
    assert set(program.nodes) == set(ids)
    for place in graph.walk(document):
        node = program.nodes[place.step.id]
        assert node.follows == graph.next_step(document, place.step.id)
        for name, begin in node.branches.items():
            assert begin == graph.next_step(document, place.step.id, name)


@pytest.mark.req("BEY-03", "BEY-01")
@calmly
@given(
    happenings=st.lists(
        st.tuples(
            st.sampled_from(["lead", "time", "pause", "resume", "edit", "buy", "stop", "crash"]), st.integers(0, 9)
        ),
        max_size=14,
    )
)
def test_nobody_vanishes_and_nobody_gets_a_message_twice(
    app: Flask, workers: Workers, clock: ModuleType, happenings: list[tuple[str, int]]
) -> None:
    clock.set("2026-06-01 10:00", zone="Europe/Paris")
    sequence = make.sequence(
        {"id": "sms", "do": "sms", "body": "Hi"},
        {"id": "mail", "do": "email", "wait": {"hours": 5}, "subject": "Hello", "html": "<p>Hello</p>"},
        {"id": "last", "do": "tag.add", "wait": {"days": 1}, "tags": ["Through"]},
        exits=EXITS,
    )
    for what, number in happenings:
        inside = [one for one in enrolments(sequence=sequence) if one.status == RUNNING]
        one = inside[number % len(inside)] if inside else None
        if what == "lead":
            make.lead()
        elif what == "time":
            clock.set(clock.now() + timedelta(hours=3 * number))
        elif what == "pause":
            publishing.pause(sequence)
        elif what == "resume":
            publishing.resume(sequence, messages="skip" if number % 2 else "send")
        elif what == "edit" and sequence.status != PAUSED:
            _shuffle(drafts.draft_of(sequence), number, sequence)
        elif what == "buy" and one is not None:
            buy_membership(one.contact)
        elif what == "stop" and one is not None:
            _stop(one)
        elif what == "crash":
            make.lead()
            _crash(number)
        workers.run_until_idle()
        assert books.books(sequence.id).balance
        assert books.gaps() == []

    _each_once(sequence.id)


def _shuffle(document: graph.Document, number: int, sequence: Sequence) -> None:
    """Take a step to the top and publish: people may stand before what they have been through."""
    ids = [step.id for step in document.steps]
    drafts.save_draft(sequence, graph.move(document, ids[number % len(ids)]))
    publishing.publish(sequence)


def _crash(number: int) -> None:
    """A worker is killed while it does something: what it had not committed never was, what it had claimed stays so."""
    db.session.commit()
    if number % 2:
        delivery.claim(urgent=False)
        db.session.commit()
    else:
        actor = ("consume_events", "advance_enrolments")[number // 2 % 2]
        work.WORK[actor].claim()
    db.session.rollback()


def _stop(one: Enrolment) -> None:
    with suppress(Refusal):
        enrolling.stop_enrolment(one, by=make.SYSTEM)


def _each_once(sequence_id: int) -> None:
    runs = db.session.execute(select(StepRun.enrolment_id, StepRun.step_id).where(StepRun.sequence_id == sequence_id))
    assert all(times == 1 for times in Counter(tuple(row) for row in runs).values())
    sent = db.session.execute(
        select(func.count()).where(Message.sequence_id == sequence_id).group_by(Message.contact_id, Message.step_id)
    )
    assert all(row[0] == 1 for row in sent)

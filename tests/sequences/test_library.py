"""The ready-made sequences can be used as they are, and do what they promise."""

from __future__ import annotations

from types import ModuleType

import pytest
from flask import Flask
from sqlalchemy import select

from app.db import db
from app.demo import make
from app.sequences import checking, drafts, graph, library, publishing
from app.tasks.models import Task
from tests.harness.work import Workers
from tests.sequences.conftest import messages, only, tag, trace


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", library.names())
def test_every_document_passes_the_check_in_both_languages(app: Flask, name: str, language: str) -> None:
    assert [one.detail for one in checking.findings(library.load(name, language))] == []


@pytest.mark.parametrize("name", library.names())
def test_both_languages_have_the_same_steps(app: Flask, name: str) -> None:
    english, french = (
        [place.step.id for place in graph.walk(library.load(name, language))] for language in ("en", "fr")
    )
    assert english == french


def test_what_is_not_there(app: Flask) -> None:
    assert library.load(library.NEW_LEAD_FOLLOW_UP, "de").title == "New lead follow-up"
    for name in ("nothing", "../models", ""):
        with pytest.raises(library.NotInLibrary):
            library.load(name)


@pytest.mark.req("SEQ-01", "TPL-20")
def test_the_follow_up_of_a_new_lead(app: Flask, workers: Workers, monday: ModuleType) -> None:
    publishing.activate(drafts.create_sequence(library.load(library.NEW_LEAD_FOLLOW_UP)))
    ana, ben = make.contact("Ana Duval"), make.contact("Ben Roy")
    tag(ben, "Regular")
    make.lead(ana)
    make.lead(ben)
    workers.run_until_idle()
    tasks = db.session.scalars(select(Task.title).order_by(Task.id)).all()
    assert tasks == ["Call Ana", "Call Ben"]
    assert [one.channel for one in messages(ana)] == ["sms"]

    monday.move(minutes=5)
    workers.run_until_idle()
    assert [one.channel for one in messages(ana)] == ["sms", "email"]
    monday.move(days=1)
    workers.run_until_idle()

    assert [step[:2] for step in trace(only(ana))][2:] == [
        ("welcome", "done"),
        ("regular", "false"),
        ("reminder", "done"),
    ]
    assert [step[:2] for step in trace(only(ben))][2:] == [("welcome", "done"), ("regular", "true"), ("friend", "done")]
    assert [one.subject for one in messages(ana)][1:] == [
        "Your first class at My studio",
        "Shall we keep you a place, Ana?",
    ]

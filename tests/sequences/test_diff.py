"""What two versions say differently is said exactly where it differs, and in words a person can read."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.sequences import diff, formats, graph
from app.sequences.actions.tags import TagParams
from app.sequences.builder import diff_words
from tests.sequences.random_edits import new_step

STEPS: list[dict[str, Any]] = [
    {"id": "hello", "do": "sms", "body": "Hi ##{{first_name}}, come and see us on Monday"},
    {
        "id": "keen",
        "if": {"rules": [{"rule": "tag.has", "value": "Regular"}]},
        "then": [{"id": "vip", "do": "tag.add", "tags": ["VIP"]}],
        "else": [
            {"id": "later", "do": "email", "wait": {"days": 1}, "subject": "Still there?", "html": "<p>Hello</p>"},
            {"id": "call", "do": "task", "title": "Call", "assign": {"role": "Front desk"}},
        ],
    },
    {"id": "ab", "split": [{"share": 50, "steps": [{"id": "a", "do": "stop"}]}, {"share": 50}]},
    {"id": "last", "do": "tag.remove", "tags": ["Lead"]},
]


def document(*steps: dict[str, Any], **more: Any) -> graph.Document:
    said = {"title": "Follow-up", "trigger": {"kind": "lead.created"}, "steps": [*(steps or STEPS)]} | more
    return formats.parse(said)


def told(old: graph.Document, new: graph.Document) -> list[tuple[str, str]]:
    return [(one.kind, one.step_id) for one in diff.compare(old, new).steps]


calmly = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
at = st.integers(0, 99)


@st.composite
def documents(draw: st.DrawFn) -> graph.Document:
    """Documents grown by edits: forks within forks, actions on all sides."""
    grown = formats.parse({"title": "x", "trigger": {"kind": "lead.created"}, "steps": [{"do": "stop"}]})
    for one, way, kind in draw(st.lists(st.tuples(at, at, st.integers(0, 2)), max_size=14)):
        places = list(graph.walk(grown))
        here = places[one % len(places)].step
        ways = list(graph.branches(here))
        if ways and way % 2:
            grown = graph.insert_into(grown, here.id, ways[way // 2 % len(ways)], new_step(kind))
        else:
            grown = graph.insert_after(grown, here.id, new_step(kind))
    return grown


@calmly
@given(one=documents())
def test_a_document_does_not_differ_from_itself(app: Flask, one: graph.Document) -> None:
    assert diff.compare(one, one.model_copy(deep=True)).is_empty
    assert diff.compare(one, formats.parse(formats.dump(one))).is_empty


@calmly
@given(one=documents(), number=at)
def test_a_step_put_in_shows_up_where_it_was_put_and_nowhere_else(app: Flask, one: graph.Document, number: int) -> None:
    here = list(graph.walk(one))[number % len(list(graph.walk(one)))].step
    new = graph.ActionStep(id="new", do="tag.add", params=TagParams(tags=["new"]))
    changed = graph.insert_after(one, here.id, new)

    assert told(one, changed) == [("added", "new")]
    assert told(changed, one) == [("removed", "new")]


@calmly
@given(one=documents(), number=at)
def test_a_step_changed_shows_what_it_says_now(app: Flask, one: graph.Document, number: int) -> None:
    here = list(graph.walk(one))[number % len(list(graph.walk(one)))].step
    changed = graph.replace(one, here.model_copy(update={"title": "Other", "enabled": False}))

    [found] = diff.compare(one, changed).steps
    assert (found.kind, found.step_id) == ("changed", here.id)
    assert found.fields == (diff.Field("title", here.title, "Other"), diff.Field("enabled", True, False))


@calmly
@given(one=documents(), number=at, keeps=st.booleans())
def test_a_step_taken_out_takes_what_is_in_it_or_leaves_one_branch(
    app: Flask, one: graph.Document, number: int, keeps: bool
) -> None:
    here = list(graph.walk(one))[number % len(list(graph.walk(one)))].step
    keep = next(iter(graph.branches(here)), None) if keeps else None
    changed = graph.remove(one, here.id, keep=keep)

    left = {place.step.id for place in graph.walk(changed)}
    gone = {place.step.id for place in graph.walk(one)} - left
    kept = [step.id for step in graph.branches(here)[keep]] if keep else []
    assert told(one, changed) == [*(("moved", step) for step in kept), *sorted_by(one, gone)]


def sorted_by(one: graph.Document, gone: set[str]) -> list[tuple[str, str]]:
    return [("removed", place.step.id) for place in graph.walk(one) if place.step.id in gone]


@calmly
@given(one=documents(), number=at, other=at)
def test_a_step_that_moves_keeps_its_id_and_only_its_place_changes(
    app: Flask, one: graph.Document, number: int, other: int
) -> None:
    places = list(graph.walk(one))
    here, there = places[number % len(places)], places[other % len(places)]
    try:
        changed = graph.move(one, here.step.id, after=there.step.id)
    except graph.NoSuchStep:
        return  # into itself
    found = diff.compare(one, changed)

    assert {one.kind for one in found.steps} <= {"moved"}
    assert len(found.steps) <= 1
    now = graph.locate(changed, here.step.id)
    if there.siblings is not here.siblings or abs(now.index - here.index) > 1:
        assert [one.step_id for one in found.steps] == [here.step.id]  # of two that change places, either has moved


@pytest.mark.req("SEQ-28")
def test_settings_trigger_and_exits_are_told_with_what_they_were(app: Flask) -> None:
    member = {"rule": "membership.purchased", "since": "enrolment"}
    old = document(exits=[member, {"rule": "tag.has", "value": "VIP"}])
    new = document(
        title="New leads",
        single_enrolment=True,
        priority="high",
        trigger={"kind": "lead.created", "filters": {"source": ["Website form"]}},
        exits=[{"rule": "client"}, {"rule": "membership.purchased", "since": "ever"}],
    )
    found = diff.compare(old, new)

    assert [(one.name, one.old, one.new) for one in found.settings] == [
        ("title", "Follow-up", "New leads"),
        ("single_enrolment", False, True),
        ("priority", "normal", "high"),
    ]
    assert [one.new["filters"] for one in found.trigger] == [{"source": ["Website form"]}]
    assert [(one.kind, one.old and one.old.rule, one.new and one.new.rule) for one in found.exits] == [
        ("added", None, "client"),
        ("changed", "membership.purchased", "membership.purchased"),
        ("removed", "tag.has", None),
    ]
    assert diff.compare(old, document(exits=[{"rule": "tag.has", "value": "VIP"}, member])).is_empty
    with app.test_request_context():
        said = [(line.what, line.title) for line in diff_words.between(old, new)]
    assert said[:4] == [
        ("Setting", "Name"),
        ("Setting", "How often"),
        ("Setting", "Priority"),
        ("Trigger", "New lead · Website form"),
    ]


@pytest.mark.req("SEQ-28")
def test_each_change_is_said_in_words(app: Flask) -> None:
    old = document()
    new = graph.move(old, "call", into=("keen", graph.THEN))
    new = formats.parse(formats.dump(new))
    hello, keen, last = graph.find(new, "hello"), graph.find(new, "keen"), graph.find(new, "last")
    assert isinstance(hello, graph.ActionStep)
    assert isinstance(keen, graph.IfStep)
    body = hello.params.model_copy(update={"body": "Hi ##{{first_name}}, come and see us on Friday"})
    new = graph.replace(new, hello.model_copy(update={"params": body}))
    new = graph.replace(new, graph.find(new, "later").model_copy(update={"wait": None, "enabled": False}))
    new = graph.replace(new, last.model_copy(update={"title": "Not a lead any more"}))
    with app.test_request_context():
        said = [
            (line.kind, line.what, line.title, [(one.label, one.old, one.new) for one in line.details])
            for line in diff_words.between(old, new)
        ]

    assert said == [
        (
            "changed",
            "SMS",
            "Hi First name, come and see us on Friday",
            [
                (
                    "Message",
                    "Hi First name, come and see us on Monday",
                    "Hi First name, come and see us on Friday",
                )
            ],
        ),
        (
            "moved",
            "Staff task · Front desk",
            "Call",
            [("Place", "behind “Still there?”", "first in “True” of “Has the tag Regular”")],
        ),
        ("changed", "E-mail", "Still there?", [("Switch", "on", "off"), ("When", "1 day", "at once")]),
        ("changed", "Remove tag", "Not a lead any more", [("Name of the step", "", "Not a lead any more")]),
    ]


def test_a_text_shows_the_words_that_differ_and_a_few_around_them() -> None:
    old = " ".join(f"word{number}" for number in range(40))
    new = old.replace("word20", "another thing")

    assert [(one.kind, one.text) for one in diff_words.differing(old, new)] == [
        ("same", "… word14 word15 word16 word17 word18 word19 "),
        ("old", "word20 "),
        ("new", "another thing "),
        ("same", "word21 word22 word23 word24 word25 word26 … "),
    ]


@pytest.mark.req("SEQ-28")
def test_rules_branches_and_kinds_are_said_too(app: Flask) -> None:
    old = document()
    said = formats.dump(old)
    said["steps"][1]["if"] = {"match": "any", "rules": [{"rule": "client"}, {"rule": "tag.has", "value": "Regular"}]}
    said["steps"][2]["split"][0] |= {"share": 80, "name": "Short"}
    said["steps"][2]["split"][1]["share"] = 20
    said["steps"][3] = {"id": "last", "do": "lead.update", "stage": "Contacted"}
    with app.test_request_context():
        found = {line.step_id: line for line in diff_words.between(old, formats.parse(said))}

    keen = {one.label: (one.old, one.new) for one in found["keen"].details}
    assert keen["True when"] == ("all of these are so", "one of these is so")
    assert keen["Rules"][0] == "Has the tag Regular"
    assert [(one.old, one.new) for one in found["ab"].details] == [("A 50 %, B 50 %", "Short 80 %, B 20 %")]
    last = {one.label: (one.old, one.new) for one in found["last"].details}
    assert last["Kind of step"] == ("Remove tag", "Update the lead")
    assert last["Move to the stage"] == ("", "Contacted")

"""A document is read with pointers to what is wrong, given back as it came, and edited without losing its shape."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from app.sequences import formats, graph
from app.sequences.actions.stop import StopParams
from app.sequences.actions.tags import TagParams


def tag(step_id: str = "", *, name: str = "Regular") -> graph.ActionStep:
    return graph.ActionStep(id=step_id, do="tag.add", params=TagParams(tags=[name]))


def document(**more: Any) -> dict[str, Any]:
    """A sequence of five steps: a tag, a condition with one step on each side, a split's branch, a last tag."""
    return {
        "title": "New lead follow-up",
        "trigger": {"kind": "lead.created", "filters": {"source": ["Website form"]}},
        "steps": [
            {"id": "first", "do": "tag.add", "tags": ["Lead"]},
            {
                "id": "keen",
                "if": {"match": "all", "rules": [{"rule": "tag.has", "value": "Regular"}]},
                "then": [{"id": "yes", "do": "tag.add", "tags": ["Keen"]}],
                "else": [{"id": "no", "do": "stop", "wait": {"days": 1}}],
            },
            {
                "id": "ab",
                "split": [
                    {"share": 50, "steps": [{"id": "a", "do": "tag.add", "tags": ["A"]}]},
                    {"share": 50, "steps": []},
                ],
            },
            {"id": "last", "do": "tag.remove", "tags": ["Lead"]},
        ],
        **more,
    }


def ids(of: graph.Document) -> list[str]:
    return [place.step.id for place in graph.walk(of)]


@pytest.fixture
def read(app: Flask) -> graph.Document:
    return formats.parse(document())


@pytest.mark.req("SEQ-01")
def test_a_document_comes_back_as_it_went_in(read: graph.Document) -> None:
    given_back = formats.dump(read)

    assert given_back["steps"][0] == document()["steps"][0]
    assert given_back["steps"][1] == document()["steps"][1]
    assert formats.parse(formats.to_yaml(read)) == read
    assert formats.parse(formats.to_json(read)) == read


def test_ids_are_made_where_missing_and_stay(app: Flask) -> None:
    once = formats.parse(document(steps=[{"do": "stop"}, {"do": "stop"}]))

    assert len(set(ids(once))) == 2
    assert ids(formats.parse(formats.dump(once))) == ids(once)


@pytest.mark.req("SEQ-01")
@pytest.mark.parametrize(
    ("given", "pointer", "said"),
    [
        ({"trigger": None}, "/trigger", "valid dictionary"),
        ({"trigger": {"kind": "lead.creatd"}}, "/trigger/kind", "lead.created"),
        ({"trigger": {"kind": "lead.created", "filters": {"sorce": "x"}}}, "/trigger/filters/sorce", "source"),
        ({"steps": [{"do": "tag.ad", "tags": ["x"]}]}, "/steps/0/do", "tag.add"),
        ({"steps": [{"do": "tag.add"}]}, "/steps/0/tags", "required"),
        ({"steps": [{"do": "tag.add", "tags": ["x"], "tag": "x"}]}, "/steps/0/tag", "not permitted"),
        ({"steps": [{}]}, "/steps/0", "do, if, split"),
        ({"steps": [{"id": "a", "do": "stop"}, {"id": "a", "do": "stop"}]}, "/steps/1/id", "two steps"),
        ({"steps": [{"id": "a b", "do": "stop"}]}, "/steps/0/id", "pattern"),
        (
            {"steps": [{"if": {"rules": [{"rule": "tag.hat"}]}, "then": []}]},
            "/steps/0/if/rules/0/rule",
            "tag.has",
        ),
        ({"steps": [{"if": {"rules": [{"rule": "tag.has"}]}, "else": [{"do": "stp"}]}]}, "/steps/0/else/0/do", "stop"),
        ({"steps": [{"split": [{"share": 50}, {"share": 40}]}]}, "/steps/0", "100"),
        ({"steps": [{"do": "stop", "wait": {"hours": 1, "before_anchor": {"days": 1}}}]}, "/steps/0/wait", "one way"),
        ({"steps": [{"do": "stop", "wait": {"before_anchor": {"days": 1}}}]}, "/steps/0/wait", "no date"),
        ({"exits": [{"rule": "membership.bought"}]}, "/exits/0/rule", "membership.purchased"),
        ({"title": ""}, "/title", "at least 1"),
    ],
)
def test_a_bad_document_is_refused_where_it_is_wrong(
    app: Flask, given: dict[str, Any], pointer: str, said: str
) -> None:
    with pytest.raises(formats.Invalid) as refused:
        formats.parse(document(**given))

    found = {fault.pointer: fault.detail for fault in refused.value.faults}
    assert pointer in found
    assert said in found[pointer]


@pytest.mark.parametrize("given", ["[1, 2", "just words", "", "{}", "a: &a [*a]", b"\xff\xfe\x00", "- 1"])
def test_what_is_no_document_at_all_is_refused_too(app: Flask, given: str | bytes) -> None:
    with pytest.raises(formats.Invalid):
        formats.parse(given)


def test_what_follows_a_step(read: graph.Document) -> None:
    assert graph.next_step(read, None) == "first"
    assert graph.next_step(read, "keen", graph.THEN) == "yes"
    assert graph.next_step(read, "yes") == "ab"
    assert graph.next_step(read, "no") is None  # it stops
    assert graph.next_step(read, "ab", "B") == "last"
    assert graph.next_step(read, "last") is None


@pytest.mark.req("SEQ-07", "SEQ-08")
def test_steps_are_added_behind_others_and_on_either_side_of_a_condition(read: graph.Document) -> None:
    changed = graph.insert_after(read, None, tag("top"))
    changed = graph.insert_after(changed, "first", tag("second"))
    changed = graph.insert_into(changed, "keen", graph.ELSE, tag("false-side"))
    changed = graph.insert_into(changed, "ab", "B", tag("b"))

    assert ids(changed) == ["top", "first", "second", "keen", "yes", "false-side", "no", "ab", "a", "b", "last"]
    assert ids(read) == ["first", "keen", "yes", "no", "ab", "a", "last"]


def test_a_condition_is_removed_with_its_branches_or_leaves_one(read: graph.Document) -> None:
    assert ids(graph.remove(read, "keen")) == ["first", "ab", "a", "last"]
    assert ids(graph.remove(read, "keen", keep=graph.THEN)) == ["first", "yes", "ab", "a", "last"]


def test_a_step_moves_with_its_branches_but_not_into_itself(read: graph.Document) -> None:
    assert ids(graph.move(read, "keen", after="last")) == ["first", "ab", "a", "last", "keen", "yes", "no"]
    assert ids(graph.move(read, "last", into=("keen", graph.THEN)))[:3] == ["first", "keen", "last"]
    with pytest.raises(graph.NoSuchStep):
        graph.move(read, "keen", into=("keen", graph.THEN))


def test_a_step_is_replaced_in_its_place(read: graph.Document) -> None:
    changed = graph.replace(read, graph.ActionStep(id="yes", do="stop", params=StopParams()))

    step = graph.find(changed, "yes")
    assert isinstance(step, graph.ActionStep)
    assert step.do == "stop"
    assert graph.next_step(changed, "yes") is None


def test_an_edit_shares_all_that_it_does_not_touch_and_leaves_the_given_document_as_it_was(
    read: graph.Document,
) -> None:
    before = formats.dump(read)
    changed = graph.replace(read, tag("yes", name="Other"))

    for untouched in ("first", "ab", "a", "last", "no"):
        assert graph.find(changed, untouched) is graph.find(read, untouched)
    assert graph.find(changed, "keen") is not graph.find(read, "keen")
    for edited in (
        graph.insert_after(read, "yes", tag("new")),
        graph.insert_into(read, "ab", "B", tag("new")),
        graph.remove(read, "no"),
        graph.remove(read, "ab", keep="A"),
        graph.move(read, "last", into=("keen", graph.ELSE)),
        changed,
    ):
        assert formats.dump(edited) != before
        assert formats.dump(read) == before

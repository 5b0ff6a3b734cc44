"""Two people at one sequence: what both have changed is asked of the second, all else is kept (decision 22)."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.db import db
from app.demo import make
from app.rules import RuleUse
from app.sequences import drafts, formats, graph
from app.sequences.builder import edits
from app.sequences.models import Sequence
from app.staff.models import Staff
from tests.harness.client import Client

pytestmark = pytest.mark.req("BEY-17")

BOUGHT, BOOKED = {"rule": "membership.purchased", "since": "ever"}, {"rule": "booking.made", "since": "enrolment"}
STEPS: list[dict[str, Any]] = [
    {
        "id": "fork",
        "if": {"rules": [{"rule": "client"}, {"rule": "tag.has", "value": "VIP"}]},
        "then": [{"id": "vip", "do": "tag.add", "tags": ["VIP"]}],
        "else": [],
    },
    {"id": "ab", "split": [{"share": 50, "steps": []}, {"share": 50, "steps": []}]},
]


@pytest.fixture
def sequence(owner: Staff) -> Sequence:
    document = {"title": "T", "trigger": {"kind": "lead.created"}, "steps": STEPS, "exits": [BOUGHT, BOOKED]}
    made = drafts.create_sequence(document)
    db.session.flush()
    return made


@pytest.fixture
def lea() -> Staff:
    return make.staff("Léa Martin", "owner")


class Tab:
    """The builder as it was when the tab was opened: each edit says which revision that was."""

    def __init__(self, client: Client, sequence: Sequence) -> None:
        self.client = client
        self.base = f"/sequences/{sequence.id}"
        self.headers = {"HX-Request": "true", "HX-Request-Type": "partial", "X-Canvas": str(sequence.draft_id)}

    def post(self, path: str, **data: str) -> TestResponse:
        return self.client.post(self.base + path, data=data, headers=self.headers)


@pytest.fixture
def tab(client: Client, sequence: Sequence) -> Tab:
    return Tab(client, sequence)


def _exits(sequence: Sequence) -> list[str]:
    return [use.rule for use in drafts.draft_of(sequence).exits]


def _rules(sequence: Sequence) -> list[RuleUse]:
    fork = graph.find(drafts.draft_of(sequence), "fork")
    assert isinstance(fork, graph.IfStep)
    return fork.condition.rules


def test_a_trigger_changed_by_both_is_asked_about(tab: Tab, sequence: Sequence, lea: Staff) -> None:
    edits.set_trigger(sequence, graph.Trigger(kind="class.booked"), by=lea)

    asked = tab.post("/trigger", kind="client.created")
    assert asked.status_code == 422
    assert "Léa Martin changed the trigger a moment ago" in asked.text
    assert drafts.draft_of(sequence).trigger.kind == "class.booked"

    assert tab.post("/trigger", kind="client.created", over="1").status_code == 200
    assert drafts.draft_of(sequence).trigger.kind == "client.created"


def test_an_exit_is_the_one_that_was_clicked_wherever_it_stands_now(tab: Tab, sequence: Sequence, lea: Staff) -> None:
    edits.set_exits(sequence, drafts.draft_of(sequence).exits[1:], by=lea)

    changed = tab.post("/exits/1", **{"rule-since": "days", "rule-days": "30"})
    assert changed.status_code == 200
    assert "Both changes are kept" in changed.headers["HX-Trigger"]
    assert _exits(sequence) == ["booking.made"]
    assert formats.dump(drafts.draft_of(sequence))["exits"][0]["since"] == {"days": 30}


def test_an_exit_that_the_other_has_taken_away_is_asked_about(tab: Tab, sequence: Sequence, lea: Staff) -> None:
    edits.set_exits(sequence, drafts.draft_of(sequence).exits[1:], by=lea)

    asked = tab.post("/exits/0", **{"rule-since": "enrolment"})
    assert asked.status_code == 422
    assert "Léa Martin changed or removed this exit a moment ago" in asked.text
    assert tab.post("/exits/0/deletion").status_code == 409
    assert _exits(sequence) == ["booking.made"]

    assert tab.post("/exits/0", **{"rule-since": "enrolment", "over": "1"}).status_code == 200
    assert _exits(sequence) == ["booking.made", "membership.purchased"]


def test_the_rule_that_is_removed_is_the_one_that_was_clicked(tab: Tab, sequence: Sequence, lea: Staff) -> None:
    rules = _rules(sequence)
    edits.change_rules(sequence, "fork", [*rules[1:], rules[0]], by=lea)

    assert tab.post("/steps/fork/rules/0/deletion").status_code == 200

    assert [rule.rule for rule in _rules(sequence)] == ["tag.has"]


def test_rules_changed_by_both_are_asked_about_with_what_was_typed(tab: Tab, sequence: Sequence, lea: Staff) -> None:
    rules = _rules(sequence)
    edits.change_rules(sequence, "fork", rules[:1], by=lea)

    mine = {"match": "any", "rule0-negate": "", "rule1-negate": "1", "rule1-chosen": "VIP", "wait-way": "now"}
    asked = tab.post("/steps/fork", **mine)
    assert asked.status_code == 422
    assert "Léa Martin changed this step a moment ago" in asked.text

    assert tab.post("/steps/fork", **(mine | {"over": "1"})).status_code == 200
    assert [(rule.rule, rule.negate) for rule in _rules(sequence)] == [("client", False), ("tag.has", True)]
    assert graph.find(drafts.draft_of(sequence), "vip").id == "vip"


def test_a_split_renamed_keeps_what_the_other_has_put_into_its_branches(
    tab: Tab, sequence: Sequence, lea: Staff
) -> None:
    edits.add_step(sequence, "in:ab:A", "sms", by=lea)

    answer = tab.post("/steps/ab", **{"share": "30", "name_a": "Warm", "name_b": "Cool", "wait-way": "now"})

    assert answer.status_code == 200
    split = formats.dump(drafts.draft_of(sequence))["steps"][1]["split"]
    assert [(one["share"], one["name"], len(one.get("steps", []))) for one in split] == [
        (30, "Warm", 1),
        (70, "Cool", 0),
    ]


def test_settings_changed_by_both_are_asked_about(tab: Tab, sequence: Sequence, lea: Staff) -> None:
    edits.set_basics(sequence, title="Hers", is_single=True, priority="normal", by=lea)

    asked = tab.post("/settings", title="Mine", priority="high")
    assert "Léa Martin changed these settings a moment ago" in asked.text
    assert sequence.title == "Hers"

    tab.post("/settings", title="Mine", priority="high", over="1")
    assert sequence.title == "Mine"

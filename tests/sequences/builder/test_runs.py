"""Steps moved, copied, cut, pasted: the document stays whole, and a copy has no past."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.db import db
from app.demo import make
from app.sequences import drafts, formats, graph
from app.sequences.builder import places, runs, spots
from app.sequences.models import Sequence
from app.staff.models import Staff
from app.web import Refusal
from tests.harness.client import Client

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}

STEPS: list[dict[str, Any]] = [
    {"id": "call", "do": "task", "title": "Call {{first_name}}", "assign": {"role": "Front desk"}},
    {"id": "hello", "do": "sms", "body": "Hi", "wait": {"hours": 2}},
    {
        "id": "regular",
        "if": {"rules": [{"rule": "tag.has", "value": "Regular"}]},
        "then": [{"id": "vip", "do": "tag.add", "tags": ["VIP"]}, {"id": "more", "do": "tag.add", "tags": ["More"]}],
        "else": [{"id": "later", "do": "sms", "body": "Still there?"}],
    },
]
EARLY = {"id": "early", "do": "sms", "body": "See you", "wait": {"before_anchor": {"hours": 2}}}


@pytest.fixture
def sequence(owner: Staff) -> Sequence:
    return make.sequence(*STEPS, active=False, title="Follow-up")


def _post(client: Client, path: str, **data: Any) -> Any:
    return client.post(path, data=data, headers=PARTIAL)


def _ids(sequence: Sequence) -> list[str]:
    return [place.step.id for place in graph.walk(drafts.draft_of(sequence))]


def _said(sequence: Sequence) -> str:
    return drafts.draft_revision(sequence).summary


def _dated() -> Sequence:
    return make.sequence(EARLY, *STEPS, trigger="class.booked", active=False, title="Before the class")


@pytest.mark.req("SEQ-08", "BEY-17")
@pytest.mark.parametrize(
    ("step", "spot", "order"),
    [
        ("hello", "top", "hello call regular vip more later"),
        ("call", "after:hello", "hello call regular vip more later"),
        ("call", "in:regular:else", "hello regular vip more call later"),
        ("vip", "after:regular", "call hello regular more later vip"),
        ("regular", "top", "regular vip more later call hello"),
        ("vip", "wait:hello", "call vip hello regular more later"),
        ("vip,more", "after:later", "call hello regular later vip more"),
    ],
)
def test_a_step_moves_with_all_under_it_as_one_edit(
    client: Client, sequence: Sequence, step: str, spot: str, order: str
) -> None:
    number = drafts.draft_revision(sequence).number

    answer = _post(client, f"/sequences/{sequence.id}/steps/{step}/place", spot=spot)

    assert answer.status_code == 200
    assert _ids(sequence) == order.split()
    assert drafts.draft_revision(sequence).number == number + 1
    _post(client, f"/sequences/{sequence.id}/undo")
    assert _ids(sequence) == ["call", "hello", "regular", "vip", "more", "later"]


@pytest.mark.parametrize(
    ("step", "spot", "said"),
    [
        ("hello", "top", "Moved “Hi” to the top"),
        ("call", "after:hello", "Moved “Call First name” after “Hi”"),
        ("vip,more", "after:later", "Moved 2 steps after “Still there?”"),
    ],
)
def test_what_a_move_did_is_said(client: Client, sequence: Sequence, step: str, spot: str, said: str) -> None:
    answer = _post(client, f"/sequences/{sequence.id}/steps/{step}/place", spot=spot)
    assert said in json.loads(answer.headers["HX-Trigger"])["toast"]["text"]
    assert _said(sequence) == said


@pytest.mark.req("SEQ-08")
@pytest.mark.parametrize(
    ("step", "spot", "said"),
    [
        ("regular", "in:regular:then", "into one of its own branches"),
        ("regular", "after:vip", "into one of its own branches"),
        ("call,vip", "top", "follow each other"),
        ("call,regular", "top", "follow each other"),
        ("call", "lane", "has no date"),
        ("call", "after:gone", "not in the draft any more"),
        ("call", "in:regular:maybe", "not in the draft any more"),
        ("call", "elsewhere", "not in the draft any more"),
        ("gone", "top", "not in the draft any more"),
    ],
)
def test_where_a_step_cannot_go_is_said_and_nothing_changes(
    client: Client, sequence: Sequence, step: str, spot: str, said: str
) -> None:
    before = sequence.draft_id

    answer = _post(client, f"/sequences/{sequence.id}/steps/{step}/place", spot=spot)

    assert answer.status_code in {404, 409}
    assert said in answer.text + str(answer.headers)
    db.session.refresh(sequence)
    assert sequence.draft_id == before


def test_a_step_put_where_it_stands_is_no_edit(client: Client, sequence: Sequence) -> None:
    before = sequence.draft_id
    for spot in ("after:call", "after:hello", "wait:hello"):
        answer = _post(client, f"/sequences/{sequence.id}/steps/hello/place", spot=spot)
        assert "stands there already" in answer.headers["HX-Trigger"]
    assert sequence.draft_id == before


@pytest.mark.req("SEQ-13", "SEQ-14")
def test_a_step_moved_before_the_trigger_gets_a_time_there_and_loses_it_behind(client: Client, owner: Staff) -> None:
    dated = _dated()
    base = f"/sequences/{dated.id}/steps"

    _post(client, f"{base}/hello/place", spot="lane")
    _post(client, f"{base}/early/place", spot="in:regular:then")

    document = drafts.draft_of(dated)
    assert [step.id for step in spots.lane(document)] == ["hello"]
    assert graph.find(document, "early").wait is None
    refused = _post(client, f"{base}/regular/place", spot="lane")
    assert refused.status_code == 409


@pytest.mark.req("BEY-17")
def test_copied_steps_are_pasted_into_another_sequence_with_ids_of_their_own(
    client: Client, sequence: Sequence
) -> None:
    other = make.sequence({"id": "one", "do": "sms", "body": "One"}, active=False, title="Other")

    _post(client, f"/sequences/{sequence.id}/steps/hello,regular/clipboard")
    _post(client, f"/sequences/{sequence.id}/steps/regular/deletion")
    page = client.get(f"/sequences/{other.id}").text
    assert "2 steps" in page
    for _time in range(2):
        _post(client, f"/sequences/{other.id}/clipboard", spot="after:one")

    steps = drafts.draft_of(other).steps
    assert [type(step).__name__ for step in steps] == ["ActionStep", *["ActionStep", "IfStep"] * 2]
    ids = _ids(other)
    assert len(ids) == len(set(ids)) == 11
    assert not set(ids) & {"hello", "regular", "vip", "more", "later"}
    assert "Pasted 2 steps after “One”" in _said(other)


def test_cut_steps_are_gone_and_can_be_pasted_and_one_undo_brings_them_back(client: Client, sequence: Sequence) -> None:
    _post(client, f"/sequences/{sequence.id}/steps/vip,more/clipboard", cut="1")
    assert _ids(sequence) == ["call", "hello", "regular", "later"]
    _post(client, f"/sequences/{sequence.id}/clipboard", spot="top")
    assert len(_ids(sequence)) == 6
    _post(client, f"/sequences/{sequence.id}/undo")
    _post(client, f"/sequences/{sequence.id}/undo")
    assert _ids(sequence) == ["call", "hello", "regular", "vip", "more", "later"]


def test_what_waits_for_a_date_is_not_pasted_where_the_trigger_has_none(client: Client, sequence: Sequence) -> None:
    dated = make.sequence(
        {"id": "after", "do": "sms", "body": "Thanks", "wait": {"after_anchor": {"hours": 2}}},
        trigger="class.booked",
        active=False,
        title="After the class",
    )
    nothing = _post(client, f"/sequences/{sequence.id}/clipboard", spot="top")
    assert nothing.status_code == 409
    _post(client, f"/sequences/{dated.id}/steps/after/clipboard")

    refused = _post(client, f"/sequences/{sequence.id}/clipboard", spot="top")

    assert refused.status_code == 409
    assert "has no date" in refused.text + str(refused.headers)
    assert len(_ids(sequence)) == 6


@pytest.mark.req("SEQ-17")
def test_several_steps_are_duplicated_switched_and_removed_at_once(client: Client, sequence: Sequence) -> None:
    base = f"/sequences/{sequence.id}/steps/call,hello"
    start = drafts.draft_revision(sequence).number

    _post(client, f"{base}/copy")
    assert len(_ids(sequence)) == 8
    _post(client, f"{base}/switch")
    assert [step.enabled for step in drafts.draft_of(sequence).steps] == [False, False, True, True, True]
    _post(client, f"{base}/deletion")
    assert len(_ids(sequence)) == 6
    assert drafts.draft_revision(sequence).number == start + 3


def test_move_to_lists_every_other_place_in_words(client: Client, sequence: Sequence) -> None:
    answer = client.get(f"/sequences/{sequence.id}/steps/hello/place", headers=PARTIAL).text
    for said in ("to the top", "to the start of True, under", "after “VIP”", "after “Still there?”"):
        assert said in answer
    assert "after “Call" not in answer
    assert "after “Hi”" not in answer
    assert "before the trigger" not in answer


@settings(deadline=None, max_examples=80)
@given(acts=st.lists(st.tuples(st.integers(0, 2), *[st.integers(0, 99)] * 3), max_size=15))
def test_any_moves_and_pastes_keep_the_document_whole(acts: list[tuple[int, int, int, int]]) -> None:
    document = formats.parse({"title": "x", "trigger": {"kind": "class.booked"}, "steps": [EARLY, *STEPS]})
    for act, one, long, other in acts:
        found = list(graph.walk(document))
        here = found[one % len(found)]
        run = [step.id for step in here.siblings[here.index : here.index + 1 + long % 3]]
        open_to = [spot.spot for spot in places.open_to(document, run)]
        anywhere = [*open_to, "lane", *(f"wait:{place.step.id}" for place in found)]
        spot = anywhere[other % len(anywhere)]
        size, before = len(found), {place.step.id for place in found}
        try:
            if act:
                moved = runs.move(document, run, spot)
                assert {place.step.id for place in graph.walk(moved)} == before
                document = moved
            elif size < 60:
                document, twins = runs.paste(document, spot, runs.find(document, run))
                assert not set(twins) & before
        except Refusal:
            assert spot not in open_to
        ids = [place.step.id for place in graph.walk(document)]
        assert len(ids) == len(set(ids))
        document = formats.parse(formats.dump(document))
        assert all(isinstance(step, graph.ActionStep) for step in spots.lane(document))

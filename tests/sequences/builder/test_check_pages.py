"""The check beside the canvas and the test run, without a browser: who sees them, what they answer, what they ask."""

from __future__ import annotations

import re
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import func, select

from app.db import Model, db
from app.demo import make
from app.sequences import drafts, graph, publishing
from app.sequences.models import Sequence
from app.staff.models import Staff
from tests.harness import queries
from tests.harness.client import Client

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}

STEPS: list[dict[str, Any]] = [
    {"id": "hello", "do": "sms", "body": "Hi ##{{first_name}}, [your offer]"},
    {
        "id": "keen",
        "wait": {"days": 1},
        "if": {"rules": [{"rule": "bookings.count", "op": ">=", "value": 1}]},
        "then": [{"id": "well", "do": "email", "subject": "Well done, ##{{first_name}}", "html": "<p>See you.</p>"}],
        "else": [{"id": "off", "do": "sms", "body": "Still there?", "enabled": False}],
    },
]


@pytest.fixture
def sequence(owner: Staff) -> Sequence:
    return make.sequence(*STEPS, active=False, title="Follow-up", trigger="client.created")


def panel(client: Client, sequence: Sequence) -> str:
    return client.get(f"/sequences/{sequence.id}/checks", headers=PARTIAL).text


def button(page: str, label: str) -> str:
    """The address that a button of the panel posts to."""
    form = next(one for one in page.split("<form")[1:] if f"<span>{label}</span>" in one.split("</form>")[0])
    address: str = re.findall(r'action="([^"]+)"', form)[0]
    return address


@pytest.mark.req("SEQ-24")
def test_each_finding_leads_to_its_step_and_the_button_says_how_many(client: Client, sequence: Sequence) -> None:
    page = panel(client, sequence)
    assert 'data-find="hello"' in page
    assert "Replace the placeholder [your offer]" in page
    assert "This step is switched off" in page
    assert 'id="check-chip"' in page
    assert "one thing to look at" in page


@pytest.mark.req("SEQ-24")
def test_one_click_mends_and_undo_takes_it_back(client: Client, sequence: Sequence) -> None:
    page = panel(client, sequence)
    answer = client.post(button(page, "Switch it on"), headers=PARTIAL)
    assert answer.status_code == 200
    assert graph.find(drafts.draft_of(sequence), "off").enabled
    assert drafts.draft_revision(sequence).summary == "This step is switched off: mended"

    client.post(f"/sequences/{sequence.id}/undo", headers=PARTIAL)
    assert not graph.find(drafts.draft_of(sequence), "off").enabled


def test_a_placeholder_is_typed_and_nothing_typed_is_refused(client: Client, sequence: Sequence) -> None:
    address = button(panel(client, sequence), "Replace")
    assert client.post(address, data={"typed": "  "}, headers=PARTIAL).status_code == 422

    client.post(address, data={"typed": "two weeks for €39", "open": "hello"}, headers=PARTIAL)
    hello = graph.find(drafts.draft_of(sequence), "hello")
    assert isinstance(hello, graph.ActionStep)
    assert dict(hello.action.written(hello.params))["body"] == "Hi ##{{first_name}}, two weeks for €39"

    gone = client.post(address, data={"typed": "again"}, headers=PARTIAL)
    assert gone.status_code == 422
    assert "mended meanwhile" in gone.headers["HX-Trigger"]


def test_what_cannot_stand_there_changes_nothing(client: Client, owner: Staff) -> None:
    picture = {"block": "button", "label": "Book", "href": "[link to your timetable]"}
    mail = {"id": "mail", "do": "email", "subject": "Hello", "blocks": [picture]}
    sequence = make.sequence(mail, active=False)
    before = sequence.draft_id

    answer = client.post(button(panel(client, sequence), "Replace"), data={"typed": "no address"}, headers=PARTIAL)
    assert (answer.status_code, sequence.draft_id) == (422, before)
    client.post(button(panel(client, sequence), "Replace"), data={"typed": "https://studio.fr/book"}, headers=PARTIAL)
    assert sequence.draft_id != before


def test_who_may_only_look_gets_no_buttons(client: Client, sequence: Sequence) -> None:
    looker = make.staff("Léa Roux", "front_desk")
    looker.role.permissions = [*looker.role.permissions, "sequences.see"]
    client.sign_in(looker)
    assert "Switch it on" not in panel(client, sequence)
    assert client.post(f"/sequences/{sequence.id}/checks/off.1", headers=PARTIAL).status_code == 403


def test_the_check_asks_no_more_of_a_long_sequence(client: Client, owner: Staff) -> None:
    short = make.sequence(*STEPS, active=False)
    more = [{"id": f"sms{n}", "do": "sms", "wait": {"days": 1}, "body": f"Number {n}"} for n in range(60)]
    long = make.sequence(*STEPS, *more, active=False)
    panel(client, short)
    with queries.counted() as few:
        panel(client, short)
    with queries.counted() as many:
        panel(client, long)
    assert len(many) == len(few)
    assert len(few) < 25


@pytest.mark.req("SEQ-18")
def test_a_paused_sequence_goes_on_from_the_list_whatever_is_warned_of(client: Client, sequence: Sequence) -> None:
    publishing.activate(sequence)
    publishing.pause(sequence)
    answer = client.post(f"/sequences/{sequence.id}/activation", data={"active": "1", "back": "list"})
    assert "question=review" not in answer.headers.get("Location", "")
    assert sequence.status == "active"


# ------------------------------------------------------------------ the test run


def told_of(client: Client, sequence: Sequence, **said: Any) -> str:
    return client.get(f"/sequences/{sequence.id}/test/run", query_string=said, headers=PARTIAL).text


@pytest.mark.req("BEY-06")
def test_a_run_is_told_in_words_with_its_messages_and_decisions(
    client: Client, sequence: Sequence, clock: ModuleType
) -> None:
    clock.set("2026-06-01 10:00", zone="Europe/Paris")
    ana = make.client("Ana Duarte")
    told = told_of(client, sequence, contact=ana.id)
    assert "Hi Ana, [your offer]" in told
    assert "Number of class bookings at least 1" in told
    assert "(has 0)" in told
    assert "The step is switched off" in told or "the step is switched off" in told
    assert 'data-branch="else"' in told

    booked = told_of(client, sequence, contact=ana.id, **{"if-books": "1", "day-books": "0"})
    assert "Ana books a class" in booked
    assert "(has 1)" in booked
    assert "Well done, Ana" in booked
    assert "srcdoc=" in booked
    assert " sandbox " in booked


@pytest.mark.req("BEY-06")
def test_a_run_writes_nothing(client: Client, sequence: Sequence) -> None:
    ana = make.client("Ana Duarte")
    db.session.commit()
    before = _rows()
    everything = {f"if-{key}": "1" for key in ("books", "visits", "member", "intro", "replies", "opens", "no_email")}
    for who in (ana.id, 0):
        assert "Hi " in told_of(client, sequence, contact=who, **everything)
        client.get(f"/sequences/{sequence.id}/test", query_string={"contact": who} | everything)
    db.session.rollback()
    assert _rows() == before


def _rows() -> dict[str, int]:
    tables = Model.metadata.sorted_tables
    return {table.name: db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


@pytest.mark.req("BEY-06")
def test_the_way_follows_the_branches_over_the_canvas(client: Client, owner: Staff) -> None:
    after = {"id": "after", "do": "tag.add", "tags": ["VIP"]}
    sequence = make.sequence(*STEPS, after, active=False, trigger="client.created")
    told = told_of(client, sequence, contact=0)
    ways = dict(re.findall(r'data-step="(\w+)" data-way="([^"]*)"', told))
    assert ways["hello"].split() == ["hello~wait", "hello~offset", "trigger"]
    assert "hello" in ways["keen"].split()
    assert "keen~else" in ways["off"].split()
    assert {"off", "keen~else~join", "keen"} <= set(ways["after"].split())


def test_whom_to_test_with_is_searched_and_some_are_offered(client: Client, sequence: Sequence) -> None:
    make.client("Ana Duarte")
    make.contact("Zoé Blanc")
    first = client.get(f"/sequences/{sequence.id}/test", headers=PARTIAL).text
    assert "Ana Duarte" in first
    assert "Zoé Blanc" not in first  # no client: the trigger would not take her
    assert "Somebody invented" in first
    found = client.get(f"/sequences/{sequence.id}/test/people", query_string={"q": "zoé"}, headers=PARTIAL).text
    assert "Zoé Blanc" in found
    whole = client.get(f"/sequences/{sequence.id}/test", query_string={"contact": 0}).text
    assert "<flow-canvas" in whole
    assert "Camille Martin" in whole


def test_nonsense_in_the_address_is_taken_as_not_said(client: Client, sequence: Sequence) -> None:
    for said in ({"start": "soon"}, {"anchor": "x"}, {"day-books": "-3", "if-books": "1"}, {"which": "live"}):
        answer = client.get(f"/sequences/{sequence.id}/test/run", query_string={"contact": "0"} | said, headers=PARTIAL)
        assert answer.status_code == 200
    past = client.get(f"/sequences/{sequence.id}/test/run?contact=0&start=2001-01-01T10:00", headers=PARTIAL)
    assert past.status_code == 200
    assert client.get(f"/sequences/{sequence.id}/test/run?contact=999999", headers=PARTIAL).status_code == 404

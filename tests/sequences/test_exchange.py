"""A sequence leaves as a file and comes back the same; what cannot stand is said by its place."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select

from app.db import db
from app.demo import make
from app.rules import RULES
from app.sequences import drafts, formats
from app.sequences.actions.registry import ACTIONS
from app.sequences.models import Sequence
from app.sequences.triggers import TRIGGERS, Filter
from app.sequences.waits import WEEKDAYS, Wait
from tests.api.conftest import api_with
from tests.harness.client import Client

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}

STEPS: dict[str, dict[str, Any]] = {
    "email": {"subject": "Hello ##{{first_name}}", "html": "<p>Écoutez : « ça va ? »</p>", "text": "Hello"},
    "sms": {"body": "Hi: {it} # costs 10 %\nreally"},
    "in_app": {"body": "Hi"},
    "task": {"title": "Call", "body": "On Monday", "assign": {"role": "Front desk"}, "due": {"days": 1}},
    "tag.add": {"tags": ["VIP", "Été"]},
    "tag.remove": {"tags": ["VIP"]},
    "lead.create": {"source": "Website form", "stage": "Contacted", "note": "yes"},
    "lead.update": {"stage": "Contacted"},
    "lifecycle.move": {"stage": "Hot lead"},
    "webhook": {"url": "https://example.com/hook"},
    "stop": {},
}

WAITS: list[dict[str, Any]] = [
    {"minutes": 5},
    {"weeks": 1, "days": 2, "hours": 3, "minutes": 4},
    {"days": 10, "from": "trigger"},
    {"until": "09:30", "weekdays": list(WEEKDAYS)},
    {"days": 1, "until": "10:00"},
    {"before_anchor": {"days": 1}},
    {"after_anchor": {"hours": 2}},
    {"event": {"kind": "message.replied"}, "timeout": {"days": 3}},
]

VALUES: Mapping[str | None, Any] = {None: None, "number": 4, "tag": ["VIP"], "lead_source": ["Website form"]}


def _document(*steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"encore": 1, "title": "All of it", "trigger": {"kind": "class.booked"}, "steps": [*steps]} | more


def _filled(one: Filter) -> Any:
    if one.is_number:
        return 3
    if one.is_choice:
        return one.choices[0][0]
    return ["Something"]


def _documents() -> list[Any]:
    steps = [pytest.param(_document({"id": "one", "do": do} | STEPS.get(do, {})), id=do) for do in sorted(ACTIONS)]
    waits = [
        pytest.param(_document({"id": "one", "do": "stop", "wait": wait}), id=f"wait {number}")
        for number, wait in enumerate(WAITS)
    ]
    rules = []
    for key in sorted(RULES):
        use, of_run = _use(key), RULES[key].of_run
        fork: dict[str, Any] = {"id": "one", "if": {"match": "any", "rules": [use]}, "then": [], "else": []}
        if of_run:  # it asks what ended the wait of its own step
            fork["wait"] = {"event": {"kind": "message.replied"}, "timeout": {"days": 3}}
        rules.append(pytest.param(_document(fork, **({} if of_run else {"exits": [use]})), id=use["rule"]))
    triggers = [
        pytest.param(
            _document(trigger={"kind": key, "filters": {one.key: _filled(one) for one in trigger.filters}}), id=key
        )
        for key, trigger in sorted(TRIGGERS.items())
    ]
    split = {"id": "ab", "split": [{"key": "A", "share": 30, "name": "Short", "steps": []}, {"key": "B", "share": 70}]}
    return [*steps, *waits, *rules, *triggers, pytest.param(_document(split, single_enrolment=True), id="split")]


def _use(key: str) -> dict[str, Any]:
    rule = RULES[key]
    use: dict[str, Any] = {"rule": "custom.level" if key == "custom" else key, "not": True}
    if rule.ops:
        use["op"] = rule.ops[-1]
    if rule.value is not None:
        use["value"] = VALUES.get(rule.value, "Something")
    if rule.windows:
        use["since"] = {"days": 30}
    return use


@pytest.mark.req("SEQ-01")
@pytest.mark.parametrize("document", _documents())
def test_every_kind_of_thing_comes_back_as_it_went_out(client: Client, document: dict[str, Any]) -> None:
    read = formats.parse(document)
    assert formats.dump(read) == document
    assert formats.dump(formats.parse(formats.to_yaml(read))) == document
    assert formats.dump(formats.parse(formats.to_json(read))) == document


@pytest.mark.parametrize("do", sorted(ACTIONS))
def test_every_action_goes_through_the_api_and_back(client: Client, do: str) -> None:
    api = api_with(client)
    given = _document({"id": "one", "do": do} | STEPS.get(do, {}))
    made = api.post("/sequences", given)
    assert made.status_code == 201, made.text
    got = api.get(f"/sequences/{made.get_json()['id']}").get_json()

    assert {key: got[key] for key in given} == given
    assert api.put(f"/sequences/{got['id']}", got).get_json()["revision"] == got["revision"]


def test_every_way_to_wait_is_tried_here() -> None:
    tried = {key for wait in WAITS for key in wait}
    ways = {field.alias or name for name, field in Wait.model_fields.items()}

    assert ways <= tried, "a new way to wait wants its line in WAITS"


# ------------------------------------------------------------------ by file, in the pages


def _sequences() -> list[Sequence]:
    return list(db.session.scalars(select(Sequence).order_by(Sequence.id)))


@pytest.mark.req("SEQ-20")
@pytest.mark.parametrize("kind", ["yaml", "json"])
def test_a_sequence_is_exported_and_comes_back_the_same_switched_off(client: Client, kind: str) -> None:
    client.sign_in(make.staff("Inès Garnier", "owner"))
    given = _document({"id": "one", "do": "email"} | STEPS["email"], folder="Onboarding", single_enrolment=True)
    sequence = drafts.create_sequence(given)
    db.session.commit()
    assert f"/sequences/{sequence.id}/document" in client.get("/sequences").text

    file = client.get(f"/sequences/{sequence.id}/document?format={kind}")
    assert file.headers["Content-Disposition"] == f"attachment; filename=all-of-it.{kind}"
    handed_in = {"file": (BytesIO(file.data), f"mine.{kind}")}
    answer = client.post("/sequences/import", data=handed_in, content_type="multipart/form-data")
    twin = _sequences()[-1]
    assert answer.headers["Location"].endswith(f"/sequences/{twin.id}")
    assert twin.id != sequence.id
    assert twin.status == "draft"
    assert formats.dump(drafts.draft_of(twin)) == given


def test_what_cannot_stand_in_a_file_is_said_by_its_place_and_nothing_is_made(client: Client) -> None:
    client.sign_in(make.staff("Inès Garnier", "owner"))
    wrong = "title: x\ntrigger: {kind: lead.creatd}\nsteps: [{do: tag.ad, tags: [x]}]"

    answer = client.post("/sequences/import", data={"text": wrong}, headers=PARTIAL)
    assert answer.status_code == 422
    assert "/steps/0/do" in answer.text
    assert "tag.add" in answer.text
    assert "lead.creatd" in answer.text, "what was pasted is still there"
    nothing = client.post("/sequences/import", data={"text": " "}, headers=PARTIAL)
    assert (nothing.status_code, "Choose a file, or paste its text." in nothing.text) == (422, True)
    assert _sequences() == []

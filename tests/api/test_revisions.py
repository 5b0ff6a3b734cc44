"""The revisions of a sequence as another system reads them, and activating with a choice for those inside."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from app.demo import make
from tests.api.conftest import Api, pointers
from tests.harness.work import Workers

SMS: dict[str, Any] = {"id": "sms", "do": "sms", "body": "Hi"}
MAIL: dict[str, Any] = {
    "id": "mail", "do": "email", "title": "Welcome", "wait": {"days": 1}, "subject": "Hello", "html": "<p>Hello</p>",
}  # fmt: skip
TAG: dict[str, Any] = {"id": "tag", "do": "tag.add", "tags": ["Regular"], "wait": {"days": 1}}


def document(*steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"title": "Follow-up", "trigger": {"kind": "lead.created"}, "steps": [*steps]} | more


@pytest.fixture
def sequence_id(api: Api) -> int:
    """Active with an SMS, an e-mail and a tag; the draft has lost the e-mail and waits longer for the tag."""
    made: int = api.post("/sequences", document(SMS, MAIL, TAG)).get_json()["id"]
    assert api.post(f"/sequences/{made}/activate").status_code == 200
    return made


def edit(api: Api, sequence_id: int) -> None:
    exits = [{"rule": "client"}]
    answer = api.put(f"/sequences/{sequence_id}", document(SMS, TAG | {"wait": {"days": 2}}, exits=exits))
    assert answer.status_code == 200, answer.text


@pytest.mark.req("SEQ-28")
def test_every_revision_can_be_listed_and_read(api: Api, sequence_id: int) -> None:
    edit(api, sequence_id)
    listed = api.get(f"/sequences/{sequence_id}/revisions", limit=1).get_json()
    assert [(one["number"], one["live"], one["draft"], one["over"]) for one in listed["items"]] == [(2, False, True, 1)]
    rest = api.get(f"/sequences/{sequence_id}/revisions", limit=1, cursor=listed["next_cursor"]).get_json()
    assert [(one["number"], one["live"]) for one in rest["items"]] == [(1, True)]
    assert rest["next_cursor"] is None
    published = api.get(f"/sequences/{sequence_id}/revisions", published="true").get_json()["items"]
    assert [one["number"] for one in published] == [1]

    first = api.get(f"/sequences/{sequence_id}/revisions/1").get_json()
    assert [step["id"] for step in first["document"]["steps"]] == ["sms", "mail", "tag"]
    assert api.get(f"/sequences/{sequence_id}/revisions/3").status_code == 404


@pytest.mark.req("SEQ-28")
def test_the_diff_names_what_changed_with_both_values(api: Api, sequence_id: int) -> None:
    edit(api, sequence_id)
    found = api.get(f"/sequences/{sequence_id}/diff").get_json()

    assert (found["from"], found["to"]) == (1, 2)
    assert [(one["about"], one["kind"], one["step_id"], one["title"]) for one in found["changes"]] == [
        ("exit", "added", None, "client"),
        ("step", "changed", "tag", "Regular"),
        ("step", "removed", "mail", "Welcome"),
    ]
    assert found["changes"][1]["fields"] == [{"name": "wait", "old": {"days": 1}, "new": {"days": 2}}]
    back = api.get(f"/sequences/{sequence_id}/diff", **{"from": 2, "to": 1}).get_json()
    assert [one["kind"] for one in back["changes"]] == ["removed", "added", "changed"]
    assert api.get(f"/sequences/{sequence_id}/diff", **{"from": 9}).status_code == 404
    assert pointers(api.get(f"/sequences/{sequence_id}/diff", **{"from": "one"})) == ["/query/from"]


@pytest.mark.req("SEQ-28")
def test_an_older_revision_is_restored_as_a_new_one(api: Api, sequence_id: int) -> None:
    edit(api, sequence_id)
    assert api.post(f"/sequences/{sequence_id}/revisions/1/restore").get_json()["revision"] == 3
    assert api.get(f"/sequences/{sequence_id}/diff", **{"from": 1, "to": 3}).get_json()["changes"] == []


@pytest.mark.req("SEQ-28")
def test_what_is_read_can_be_put_back_and_a_stale_one_is_refused(api: Api, sequence_id: int) -> None:
    read = api.get(f"/sequences/{sequence_id}").get_json()
    hers, his = read | {"title": "Hers"}, read | {"title": "His"}
    assert api.put(f"/sequences/{sequence_id}", hers).get_json()["revision"] == 2

    refused = api.put(f"/sequences/{sequence_id}", his)
    assert refused.status_code == 409
    assert api.get(f"/sequences/{sequence_id}").get_json()["title"] == "Hers"
    assert pointers(api.put(f"/sequences/{sequence_id}", his | {"revision": "two"})) == ["/revision"]


@pytest.mark.req("BEY-04")
@pytest.mark.parametrize(
    ("choice", "status"),
    [({}, "completed"), ({"removed": {"mail": "exit"}}, "exited"), ({"inside": "finish"}, "active")],
)
def test_activating_says_what_becomes_of_those_on_a_deleted_step(
    api: Api, sequence_id: int, workers: Workers, choice: dict[str, Any], status: str
) -> None:
    ana = make.lead().contact
    workers.run_until_idle()
    api.put(f"/sequences/{sequence_id}", document(SMS))
    preview = api.get(f"/sequences/{sequence_id}/activation").get_json()
    assert preview["removed"] == [{"step_id": "mail", "title": "Welcome", "people": 1, "goes_on_with": None}]
    assert (preview["inside"], [one["kind"] for one in preview["changes"]]) == (1, ["removed", "removed"])

    assert pointers(api.post(f"/sequences/{sequence_id}/activate", {"removed": {"tag": "exit"}})) == ["/removed/tag"]
    assert api.post(f"/sequences/{sequence_id}/activate", choice).status_code == 200
    workers.run_until_idle()
    [run] = api.get(f"/sequences/{sequence_id}/enrolments").get_json()["items"]
    assert (run["contact_id"], run["status"]) == (ana.id, status)
    if status == "exited":
        assert run["reason"] == "The step they waited on was removed: “Welcome”"


@pytest.mark.req("SEQ-18")
@pytest.mark.parametrize("choice", [None, {"overdue": "send"}])
def test_activating_a_paused_sequence_says_what_is_overdue(
    api: Api, sequence_id: int, workers: Workers, clock: ModuleType, choice: dict[str, str] | None
) -> None:
    ana = make.lead().contact
    workers.run_until_idle()
    api.post(f"/sequences/{sequence_id}/pause")
    clock.move(days=3)
    preview = api.get(f"/sequences/{sequence_id}/activation").get_json()
    assert [(one["step_id"], one["people"], one["messages"]) for one in preview["overdue"]] == [("mail", 1, 1)]
    assert preview["overdue_messages"] == 1

    api.post(f"/sequences/{sequence_id}/activate", choice)
    workers.run_until_idle()
    sent = [one["status"] == "sent" for one in api.get(f"/contacts/{ana.id}/messages").get_json()["items"]]
    assert sum(sent) == (2 if choice else 1)

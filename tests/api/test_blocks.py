"""E-mails made of blocks, as another system writes and reads them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Api, pointers

BLOCKS: list[dict[str, Any]] = [
    {"block": "heading", "text": "Hello ##{{first_name}}", "level": 2},
    {"block": "columns", "left": [{"block": "button", "label": "Book", "href": "https://studio.example/buy/trial"}]},
]


def document(*blocks: dict[str, Any]) -> dict[str, Any]:
    step = {"id": "mail", "do": "email", "subject": "Hi", "preview": "Soon", "blocks": list(blocks)}
    return {"title": "Follow-up", "trigger": {"kind": "lead.created"}, "steps": [step]}


@pytest.mark.req("SEQ-26")
def test_blocks_come_back_as_they_were_sent(api: Api) -> None:
    made = api.post("/sequences", document(*BLOCKS)).get_json()["id"]

    (step,) = api.get(f"/sequences/{made}").get_json()["steps"]
    assert (step["preview"], step["blocks"]) == ("Soon", BLOCKS)


@pytest.mark.req("SEQ-26")
def test_what_is_wrong_with_a_block_is_said_with_its_place(api: Api) -> None:
    wrong = {"block": "columns", "right": [{"block": "image", "src": "javascript:alert(1)", "alt": "x"}]}

    assert pointers(api.post("/sequences", document(wrong))) == ["/steps/0/blocks/0/right/0/src"]
    unknown = {"block": "heading", "text": "##{{frist_name}}"}
    assert pointers(api.post("/sequences", document(unknown))) == ["/steps/0/blocks/0/text"]

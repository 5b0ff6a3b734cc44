"""What an e-mail step says on its way from the document to the inbox: preview text, blocks, plain text."""

from __future__ import annotations

from typing import Any

import pytest

from app.demo import make
from app.sequences import drafts, faults, formats
from app.sequences.formats import Invalid
from tests.harness.client import Client
from tests.harness.smtp import SmtpSink
from tests.harness.work import Workers
from tests.sequences.conftest import Live, tag

BLOCKS: list[dict[str, Any]] = [
    {"block": "heading", "text": "Hello ##{{first_name}}"},
    {"block": "button", "label": "Book", "href": "https://studio.example/buy/trial"},
]


def _document(**mail: Any) -> dict[str, Any]:
    step = {"id": "mail", "do": "email", "subject": "Hi"} | mail
    return {"encore": 1, "title": "T", "trigger": {"kind": "tag.added"}, "steps": [step]}


@pytest.mark.req("SEQ-26")
def test_a_mail_of_blocks_arrives_with_the_readers_name(live: Live, workers: Workers, smtp: SmtpSink) -> None:
    live(
        {"do": "email", "subject": "Hi", "preview": "For you, ##{{first_name}}", "blocks": BLOCKS}, trigger="tag.added"
    )
    ana = make.client("Ana <b>Duarte", email="ana@mail.example")
    tag(ana, "VIP")
    workers.run_until_idle()

    (mail,) = smtp.mails
    assert "Hello Ana" in mail.html
    assert "For you, Ana" in mail.html
    assert "For you" not in mail.text
    assert mail.text.startswith("Hello Ana\n\nBook: https://studio.example/buy/trial")
    assert "/c/" in mail.html
    assert "https://studio.example/buy/trial" not in mail.html


@pytest.mark.req("SEQ-26")
@pytest.mark.parametrize("write", [formats.to_yaml, formats.to_json])
def test_blocks_and_preview_come_back_as_they_went(write: Any) -> None:
    given = _document(preview="Soon", blocks=BLOCKS, text="By hand")
    document = formats.parse(given)

    assert formats.dump(formats.parse(write(document))) == given


@pytest.mark.parametrize(
    ("mail", "pointers"),
    [
        ({"blocks": [{"block": "image", "src": "x", "alt": ""}]}, ["/steps/0/blocks/0/src", "/steps/0/blocks/0/alt"]),
        (
            {"blocks": [{"block": "columns", "left": [{"block": "button", "label": "", "href": "https://a"}]}]},
            ["/steps/0/blocks/0/left/0/label"],
        ),
        ({"blocks": [{"block": "marquee"}]}, ["/steps/0/blocks/0"]),
        ({"blocks": BLOCKS, "html": "<p>Hi</p>"}, ["/steps/0"]),
    ],
)
def test_what_is_wrong_with_blocks_is_said_with_its_place(mail: dict[str, Any], pointers: list[str]) -> None:
    with pytest.raises(Invalid) as refused:
        formats.parse(_document(**mail))

    assert [fault.pointer for fault in refused.value.faults] == pointers


@pytest.mark.req("SEQ-24", "SEQ-26")
def test_placeholders_and_variables_are_found_inside_blocks() -> None:
    document = formats.parse(_document(preview="[preview]", blocks=[{"block": "heading", "text": "##{{frist_name}}"}]))

    assert [fault.pointer for fault in faults.variable_faults(document)] == ["/steps/0/blocks/0/text"]


def test_the_drawer_keeps_what_only_the_editor_shows(client: Client) -> None:
    client.sign_in(make.staff("Inès Garnier", "owner"))
    step = {"id": "mail", "do": "email", "subject": "Hi", "blocks": BLOCKS, "text": "By hand"}
    sequence = make.sequence(step, active=False)

    sent = {"subject": "New", "preview": "Soon", "keeps_unit": "days", "wait-way": "now"}
    answer = client.post(f"/sequences/{sequence.id}/steps/mail", data=sent)

    assert answer.status_code == 303
    kept = formats.dump(drafts.draft_of(sequence))["steps"][0]
    assert kept == step | {"subject": "New", "preview": "Soon"}

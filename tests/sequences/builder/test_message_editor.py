"""The message editor without a browser: what its form means, how it looks to somebody, and the test that is sent."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.contacts.models import Contact
from app.db import db
from app.demo import make
from app.messaging.models import Message
from app.sequences import drafts, formats
from app.sequences.builder import block_forms
from app.sequences.models import Sequence
from app.staff.models import Staff
from tests.harness.client import Client
from tests.harness.smtp import SmtpSink
from tests.harness.twilio import TwilioStandIn
from tests.harness.work import Workers

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}

BLOCKS: list[dict[str, Any]] = [
    {"block": "heading", "text": "Hello ##{{first_name}}"},
    {"block": "columns", "left": [{"block": "text", "html": "<p>Left</p>"}], "right": []},
    {"block": "footer", "text": "12 Mill Lane", "links": [{"label": "Our page", "href": "https://i.example"}]},
]
STEPS: list[dict[str, Any]] = [
    {"id": "mail", "do": "email", "subject": "Hi ##{{first_name}}", "html": "<p>Come to [class].</p>", "repeat": True},
    {"id": "made", "do": "email", "subject": "Made", "blocks": BLOCKS},
    {"id": "sms", "do": "sms", "body": "Hi ##{{first_name}}"},
]


@pytest.fixture
def sequence(owner: Staff) -> Sequence:
    return make.sequence(*STEPS, active=False, title="Follow-up", folder="Leads")


@pytest.fixture
def ana(sequence: Sequence) -> Contact:
    return make.client("Ana Duarte", email="ana@mail.example")


def _path(sequence: Sequence, step: str, more: str = "") -> str:
    return f"/sequences/{sequence.id}/steps/{step}/message{more}"


def _step(sequence: Sequence, number: int) -> dict[str, Any]:
    found: dict[str, Any] = formats.dump(drafts.draft_of(sequence))["steps"][number]
    return found


def _form(blocks: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """What the page sends for these blocks."""
    form: dict[str, Any] = {"subject": "Made", "with_blocks": "1", "order": []} | more
    for number, block in enumerate(blocks):
        _fill(form, block, str(number), "order")
    return form


def _fill(form: dict[str, Any], block: dict[str, Any], path: str, order: str) -> None:
    form.setdefault(order, []).append(path)
    form[f"b.{path}.block"] = block["block"]
    for ask in block_forms.KINDS[block["block"]].asks:
        form[f"b.{path}.{ask.name}"] = block_forms.shown(block, ask.name)
    for side in block_forms.SIDES:
        for number, inner in enumerate(block.get(side, [])):
            _fill(form, inner, f"{path}.{side}.{number}", f"order.{path}.{side}")


def _act(client: Client, sequence: Sequence, act: str, blocks: list[dict[str, Any]] = BLOCKS) -> list[dict[str, Any]]:
    answer = client.post(_path(sequence, "made"), data=_form(blocks, act=act), headers=PARTIAL)
    assert answer.status_code == 200
    found: list[dict[str, Any]] = _step(sequence, 1)["blocks"]
    return found


@pytest.mark.req("SEQ-26")
@pytest.mark.parametrize("step", ["mail", "made", "sms"])
def test_each_message_has_a_page_of_its_own(client: Client, sequence: Sequence, ana: Contact, step: str) -> None:
    page = client.get(_path(sequence, step)).text

    assert "Ana Duarte" in page
    assert "##{{first_name}}" in page
    assert (
        f"/sequences/{sequence.id}/steps/{step}/message"
        in client.get(f"/sequences/{sequence.id}/steps/{step}", headers=PARTIAL).text
    )


@pytest.mark.req("SEQ-26")
def test_purchase_links_are_at_hand(client: Client, sequence: Sequence) -> None:
    make.item("Ten classes")
    page = client.get(_path(sequence, "made")).text

    assert "<b>Ten classes</b>" in page
    assert 'data-href="' in page
    assert "/buy/ten-classes" in page


@pytest.mark.req("SEQ-26")
@pytest.mark.parametrize("address", ["##{{first_name}}", "java##{{first_name}}"])
def test_html_whose_link_others_would_decide_on_is_refused_by_its_field(
    client: Client, sequence: Sequence, address: str
) -> None:
    """What `##{{first_name}}` says, somebody may have typed into a public form: "javascript:…" for instance."""
    html = f'<p><a href="{address}">Your class</a></p>'
    said = "begins with what people type themselves: begin it with https://."
    drawer = f"/sequences/{sequence.id}/steps/mail"
    typed = {"subject": "Hi", "html": html, "wait-way": "now"}
    answers = (
        client.post(drawer, data=typed, headers=PARTIAL),
        client.post(_path(sequence, "mail"), data=typed, headers=PARTIAL),
    )

    assert [said in answer.text for answer in answers] == [True, True]
    assert _step(sequence, 0)["html"] == "<p>Come to [class].</p>"
    with pytest.raises(formats.Invalid) as refused:
        formats.parse(formats.dump(drafts.draft_of(sequence)) | {"steps": [STEPS[0] | {"html": html}]})
    assert [fault.pointer for fault in refused.value.faults] == ["/steps/0/html"]

    good = html.replace(address, "https://a.example/?name=##{{first_name}}")
    client.post(drawer, data=typed | {"html": good}, headers=PARTIAL)
    assert "?name=##{{first_name}}" in _step(sequence, 0)["html"]


def test_a_step_that_writes_to_nobody_has_none(client: Client, owner: Staff) -> None:
    other = make.sequence({"id": "tag", "do": "tag.add", "tags": ["VIP"]}, active=False)

    assert client.get(_path(other, "tag")).status_code == 404


@pytest.mark.req("SEQ-26")
def test_what_is_typed_is_kept_and_the_rest_of_the_step_stays(client: Client, sequence: Sequence) -> None:
    sent = {"subject": "New", "preview": "Soon", "html": "<p>Hi<script>alert(1)</script></p>"}
    client.post(_path(sequence, "mail"), data=sent, headers=PARTIAL)

    assert _step(sequence, 0) == STEPS[0] | {"subject": "New", "preview": "Soon", "html": "<p>Hi</p>"}


def test_blocks_sent_as_they_are_change_nothing(client: Client, sequence: Sequence) -> None:
    before = drafts.draft_revision(sequence).number
    answer = client.post(_path(sequence, "made"), data=_form(BLOCKS), headers=PARTIAL)

    assert answer.status_code == 200
    assert _step(sequence, 1) == STEPS[1]
    assert drafts.draft_revision(sequence).number == before


@pytest.mark.parametrize(
    ("act", "kinds"),
    [
        ("down:0", ["columns", "heading", "footer"]),
        ("up:2", ["heading", "footer", "columns"]),
        ("up:0", ["heading", "columns", "footer"]),
        ("copy:0", ["heading", "heading", "columns", "footer"]),
        ("remove:1", ["heading", "footer"]),
        ("add:button:", ["heading", "columns", "footer", "button"]),
        ("into:0:1.right", ["columns", "footer"]),
        ("out:1.left.0", ["heading", "columns", "text", "footer"]),
        ("add:marquee:", ["heading", "columns", "footer"]),
        ("remove:99", ["heading", "columns", "footer"]),
    ],
)
def test_blocks_are_moved_by_buttons(client: Client, sequence: Sequence, act: str, kinds: list[str]) -> None:
    assert [one["block"] for one in _act(client, sequence, act)] == kinds


def test_a_block_dragged_into_a_column_is_there(client: Client, sequence: Sequence) -> None:
    form = _form(BLOCKS, act="moved") | {"order": ["1", "2"], "order.1.right": ["0"]}
    client.post(_path(sequence, "made"), data=form, headers=PARTIAL)

    columns, footer = _step(sequence, 1)["blocks"]
    assert [one["block"] for one in columns["right"]] == ["heading"]
    assert footer["block"] == "footer"


def test_columns_are_never_put_into_a_column(client: Client, sequence: Sequence) -> None:
    form = _form(BLOCKS, act="add:columns:1.right") | {"order.1.left": ["1"]}
    answer = client.post(_path(sequence, "made"), data=form, headers=PARTIAL)

    assert answer.status_code == 200
    assert _step(sequence, 1)["blocks"][1].get("left", []) == []


def test_a_mistake_is_said_at_its_field_and_nothing_is_saved(client: Client, sequence: Sequence) -> None:
    bad = [{"block": "image", "src": "javascript:alert(1)", "alt": ""}]
    answer = client.post(_path(sequence, "made"), data=_form(bad), headers=PARTIAL)

    assert answer.status_code == 422
    assert 'id="f-b-0-src-error"' in answer.text
    assert 'id="f-b-0-alt-error"' in answer.text
    assert _step(sequence, 1)["blocks"] == BLOCKS


def test_text_becomes_a_block_and_blocks_become_html(client: Client, sequence: Sequence) -> None:
    client.post(
        _path(sequence, "mail"), data={"subject": "Hi", "html": "<p>Hello</p>", "act": "blocks"}, headers=PARTIAL
    )
    assert _step(sequence, 0)["blocks"] == [{"block": "text", "html": "<p>Hello</p>"}]
    assert "html" not in _step(sequence, 0)

    client.post(_path(sequence, "made"), data=_form(BLOCKS, act="html"), headers=PARTIAL)
    kept = _step(sequence, 1)
    assert "blocks" not in kept
    assert "Hello ##{{first_name}}" in kept["html"]
    assert "width:50%" in kept["html"]
    assert "<style" not in kept["html"]


def test_the_plain_text_is_made_until_somebody_writes_it(client: Client, sequence: Sequence) -> None:
    client.post(_path(sequence, "made"), data=_form(BLOCKS, act="own-text"), headers=PARTIAL)
    assert _step(sequence, 1)["text"].startswith("Hello ##{{first_name}}\n\nLeft")

    client.post(_path(sequence, "made"), data=_form(BLOCKS, act="made-text", text="Mine"), headers=PARTIAL)
    assert "text" not in _step(sequence, 1)


def test_an_edit_is_undone_and_done_again(client: Client, sequence: Sequence) -> None:
    _act(client, sequence, "remove:0")
    client.post(_path(sequence, "made"), data={"act": "undo"}, headers=PARTIAL)
    assert len(_step(sequence, 1)["blocks"]) == 3

    client.post(_path(sequence, "made"), data={"act": "redo"}, headers=PARTIAL)
    assert len(_step(sequence, 1)["blocks"]) == 2


def test_what_a_colleague_has_changed_of_the_message_is_asked_about(
    client: Client, owner: Staff, sequence: Sequence
) -> None:
    seen = str(sequence.draft_id)
    _as_colleague(client, owner, _path(sequence, "mail"), {"subject": "Hers", "html": "<p>Hi</p>"})

    mine = {"subject": "Mine", "html": "<p>Mine</p>", "shown": seen}
    asked = client.post(_path(sequence, "mail"), data=mine, headers=PARTIAL)
    assert asked.status_code == 422
    assert "Léa Martin changed this message a moment ago" in asked.text
    assert 'value="Mine"' in asked.text
    assert f'name="shown" value="{seen}"' in asked.text  # what is typed next is asked about as well
    assert _step(sequence, 0)["subject"] == "Hers"

    kept = client.post(_path(sequence, "mail"), data=mine | {"over": "1"}, headers=PARTIAL)
    assert kept.status_code == 200
    assert "changed this message" not in kept.text
    assert _step(sequence, 0)["subject"] == "Mine"


def test_what_a_colleague_has_changed_besides_is_kept_and_said(
    client: Client, owner: Staff, sequence: Sequence
) -> None:
    seen = str(sequence.draft_id)
    _as_colleague(client, owner, f"/sequences/{sequence.id}/steps/mail/switch", {})

    answer = client.post(_path(sequence, "mail"), data={"subject": "Mine", "shown": seen}, headers=PARTIAL)

    assert "Both changes are kept" in answer.headers["HX-Trigger"]
    step = _step(sequence, 0)
    assert (step["subject"], step["enabled"]) == ("Mine", False)


def _as_colleague(client: Client, owner: Staff, path: str, data: dict[str, str]) -> None:
    """Post something as Léa, then be the owner again."""
    client.sign_in(make.staff("Léa Martin", "owner"))
    client.post(path, data=data, headers=PARTIAL)
    client.sign_in(owner)


@pytest.mark.req("SEQ-26")
def test_the_preview_says_what_this_person_gets(client: Client, sequence: Sequence, ana: Contact) -> None:
    answer = client.get(_path(sequence, "made", f"/preview?contact={ana.id}"))

    assert "Hello Ana" in answer.text
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert 'href="https://' not in answer.text
    assert "[class]</mark>" in client.get(_path(sequence, "mail", f"/preview?contact={ana.id}")).text
    assert "Hello Camille" in client.get(_path(sequence, "made", "/preview?contact=0")).text


def test_a_colleague_of_another_place_does_not_preview_with_her(client: Client, sequence: Sequence) -> None:
    lyon, paris = make.location("Lyon"), make.location("Paris")
    eve = make.client("Eve Noir", location=lyon)
    narrow = make.staff("Noé", "owner")
    narrow.only_location_id = paris.id
    db.session.flush()
    client.sign_in(narrow)

    assert client.get(_path(sequence, "made", f"/preview?contact={eve.id}")).status_code == 404


@pytest.mark.req("SEQ-26")
def test_a_test_arrives_marked_and_counts_nowhere(
    client: Client, sequence: Sequence, ana: Contact, workers: Workers, smtp: SmtpSink
) -> None:
    make.staff("Léa Martin", "owner", email="lea@studio.example")
    client.post(_path(sequence, "made", "/test"), data={"to": "LEA@studio.example", "contact": ana.id}, headers=PARTIAL)
    workers.run_until_idle()

    (mail,) = smtp.sent_to("lea@studio.example")
    assert mail.subject == "Test: Made"
    assert "Hello Ana" in mail.html
    assert "This is a test" in mail.text
    assert "/o/" not in mail.html
    (message,) = db.session.scalars(select(Message).where(Message.kind == "sequence.test"))
    assert (message.contact_id, message.sequence_id, message.category) == (None, None, "transactional")


def test_a_test_goes_to_nobody_outside(client: Client, sequence: Sequence, ana: Contact) -> None:
    answer = client.post(_path(sequence, "made", "/test"), data={"to": "ana@mail.example"}, headers=PARTIAL)

    assert answer.status_code == 422


def test_an_sms_is_tried_out_on_a_number(
    client: Client, sequence: Sequence, ana: Contact, workers: Workers, twilio: TwilioStandIn
) -> None:
    sent = {"to": "06 12 34 56 78", "contact": ana.id}
    assert client.post(_path(sequence, "sms", "/test"), data=sent, headers=PARTIAL).status_code == 200
    assert client.post(_path(sequence, "sms", "/test"), data={"to": "12"}, headers=PARTIAL).status_code == 422
    workers.run_until_idle()

    assert [one.text for one in twilio.sent_to("+33612345678")] == ["Test: Hi Ana"]


def test_whoever_may_only_look_changes_nothing(client: Client, sequence: Sequence) -> None:
    client.sign_in(make.staff("Tom", "front_desk"))

    assert client.post(_path(sequence, "mail"), data={"subject": "No"}, headers=PARTIAL).status_code in {403, 404}
    assert _step(sequence, 0) == STEPS[0]

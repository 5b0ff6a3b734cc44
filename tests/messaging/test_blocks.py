"""E-mails made of blocks: whole mails compared with files, and nothing of what people type taken for markup."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from app.messaging import block_mail, blocks, cleaning, mail
from app.messaging.block_mail import Look
from app.messaging.mail import Words

EXPECTED = Path(__file__).parent / "expected"

EVERYTHING: list[dict[str, Any]] = [
    {"block": "heading", "text": "Welcome, ##{{first_name}}"},
    {
        "block": "text",
        "html": '<p>Your first class is <b>free</b>.</p><p>See <a href="https://a.example/?a=1&b=2">when</a>.</p>',
    },
    {"block": "image", "src": "https://a.example/room.jpg", "alt": "The room at sunrise"},
    {"block": "button", "label": "Book a class", "href": "https://a.example/buy/trial", "align": "center"},
    {"block": "divider"},
    {
        "block": "columns",
        "left": [
            {"block": "heading", "text": "Morning", "level": 2},
            {"block": "text", "html": "<p>Seven o'clock.</p>"},
        ],
        "right": [
            {"block": "heading", "text": "Evening", "level": 2},
            {"block": "text", "html": "<p>Six o'clock.</p>"},
        ],
    },
    {"block": "spacer", "height": 32},
    {"block": "quote", "text": "I sleep again.", "by": "Maud, since 2024"},
    {"block": "signature", "name": "Inès", "role": "Maison Souffle"},
    {"block": "footer", "text": "12 Mill Lane", "links": [{"label": "Instagram", "href": "https://i.example/souffle"}]},
]

PLAIN = Look()
NASTY = '"><script>alert(1)</script><img src=x onerror=alert(1)><!--</mj-text></mj-column> @0@ '


def _drawn(given: list[dict[str, Any]], look: Look = PLAIN) -> Words:
    return block_mail.render(blocks.read(given), look)


@pytest.mark.req("SEQ-26")
def test_a_mail_of_every_block_as_html() -> None:
    html = _drawn(EVERYTHING, Look("#0f5f4a")).html.replace("><", ">\n<") + "\n"

    assert html == (EXPECTED / "every-block.html").read_text(encoding="utf-8")


@pytest.mark.req("SEQ-26")
def test_a_mail_of_every_block_as_plain_text() -> None:
    assert _drawn(EVERYTHING).text + "\n" == (EXPECTED / "every-block.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "given",
    [
        {"block": "heading", "text": NASTY},
        {"block": "text", "html": NASTY},
        {"block": "image", "src": "https://a.example/" + NASTY.replace(" ", ""), "alt": NASTY},
        {"block": "image", "src": "[Picture]", "alt": NASTY},
        {"block": "button", "label": NASTY[:120], "href": "https://a.example/" + NASTY.replace(" ", "")},
        {"block": "quote", "text": NASTY, "by": NASTY},
        {"block": "signature", "name": NASTY, "role": NASTY},
        {
            "block": "footer",
            "text": NASTY,
            "links": [{"label": NASTY[:60], "href": "https://a/" + NASTY.replace(" ", "")}],
        },
        {
            "block": "columns",
            "left": [{"block": "heading", "text": NASTY}],
            "right": [{"block": "text", "html": NASTY}],
        },
    ],
    ids=lambda given: given["block"],
)
def test_no_field_can_bring_markup_in(given: dict[str, Any]) -> None:
    html = _drawn([given]).html

    assert "<script" not in html
    assert "<img src=x" not in html
    assert "onerror=alert(1)>" not in html.replace("onerror=alert(1)&gt;", "")
    assert "</mj-" not in html


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://a.example",
        "##{{first_name}}",
        "https://##{{first_name}}",
        "",
        "https://a b",
    ],
)
def test_an_address_that_leads_nowhere_good_is_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        blocks.read([{"block": "button", "label": "Go", "href": address}])


@pytest.mark.parametrize(
    ("address", "is_refused"),
    [
        ("##{{first_name}}", True),
        (" ##{{first_name}}", True),
        ("java##{{first_name}}", True),
        ("//##{{first_name}}", True),
        ("https://##{{first_name}}", True),
        ("https://a.example/?name=##{{first_name}}", False),
        ("mailto:##{{email}}", False),
        ("##{{referral_link}}", False),
        ("https://a.example", False),
        ("[Link]", False),
    ],
)
@pytest.mark.parametrize("markup", ['<a href="{}">Go</a>', "<p>Hi <A HREF='{}'>Go</A></p>", '<img src="{}" alt="x">'])
def test_in_html_nobody_else_decides_where_an_address_leads(address: str, is_refused: bool, markup: str) -> None:
    assert (cleaning.misled(markup.format(address)) is not None) == is_refused


def test_text_of_a_block_with_such_an_address_is_refused() -> None:
    with pytest.raises(ValidationError, match="begins with what people type"):
        blocks.read([{"block": "text", "html": '<p><a href="##{{first_name}}">Go</a></p>'}])


@pytest.mark.parametrize(
    "address", ["https://a.example/?x=##{{email}}", "mailto:a@b.example", "##{{referral_link}}", "[Link]"]
)
def test_addresses_may_be_given_by_variables_and_placeholders(address: str) -> None:
    (button,) = blocks.read([{"block": "button", "label": "Go", "href": address}])

    assert dict(button.written())["href"] == address


def test_a_picture_needs_words_for_those_who_do_not_see_it() -> None:
    with pytest.raises(ValidationError, match="at least 1 character"):
        blocks.read([{"block": "image", "src": "https://a.example/a.png", "alt": ""}])


def test_a_colour_that_is_none_is_not_used() -> None:
    button = [{"block": "button", "label": "Go", "href": "https://a.example"}]

    assert block_mail.ACCENT in _drawn(button, Look('red"/><mj-text>')).html


def test_the_preview_text_is_hidden_in_the_html_and_no_part_of_the_text() -> None:
    words = mail.with_preheader(Words("", "<p>Hello</p>"), "Only <today>")

    assert words.text == "Hello"
    assert words.html.startswith('<div style="display:none')
    assert "Only &lt;today&gt;" in words.html


def test_blocks_read_as_they_were_written() -> None:
    assert blocks.dump(blocks.read(EVERYTHING))[2:] == EVERYTHING[2:]

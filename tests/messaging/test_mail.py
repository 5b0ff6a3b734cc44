"""An e-mail as it travels: readable in both forms, safe whatever a name contains, told apart by its footer."""

from __future__ import annotations

import email.policy
import html as html_escapes
import quopri
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from app.messaging import mail, mime, sheets, tokens, variables
from app.messaging.mail import Draft, Stationery, Words
from app.messaging.sheets import Sheet
from app.staff.studio import Studio

NOON = datetime(2026, 3, 28, 12, tzinfo=UTC)
OFFER = '<p>Hello Ana</p><p>See <a href="https://studio.example/offer?a=1&amp;b=2">the offer</a>.</p>'


def draft(**more: Any) -> Draft:
    fields: dict[str, Any] = {
        "message_id": 812,
        "contact_id": 7,
        "category": "sequence",
        "kind": "",
        "to_name": "Ana Duarte",
        "to_address": "ana@mail.example",
        "reference": "<812.x@studio.example>",
        "subject": "Two weeks",
        "language": "en",
    }
    words = Words(more.pop("text", ""), more.pop("html", OFFER))
    return Draft(**({"words": words} | fields | more))


def written(one: Draft, links: dict[str, int] | None = None) -> EmailMessage:
    return parsed(bytes_of(one, links))


def bytes_of(one: Draft, links: dict[str, int] | None = None) -> bytes:
    own = Studio(name="Maison Souffle", email="hello@studio.example")
    return Stationery(own, "https://encore.example", links or {}).write(one, date=NOON)


def parsed(content: bytes) -> EmailMessage:
    return BytesParser(EmailMessage, policy=email.policy.default).parsebytes(content)


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


@pytest.mark.req("MSG-07", "UNS-03", "UNS-06")
def test_a_sequences_mail_carries_the_marketing_footer_and_one_click(app: Flask) -> None:
    message = written(draft())
    address = f"https://encore.example/u/{tokens.seal('unsubscribe', 7, 812, 0)}"

    assert message["List-Unsubscribe"] == f"<{address}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"No more offers by e-mail: {address}" in part(message, "plain")
    assert f'href="{address}"' in part(message, "html")


@pytest.mark.req("UNS-09")
def test_a_message_to_one_person_has_no_footer_and_one_to_many_has(app: Flask) -> None:
    assert written(draft(category="manual"))["List-Unsubscribe"] is None
    assert written(draft(category="manual", kind="bulk"))["List-Unsubscribe"] is not None


def test_the_footer_speaks_the_clients_language(app: Flask) -> None:
    assert "No more offers by e-mail" not in part(written(draft(language="fr")), "plain")


def test_the_text_follows_from_the_html_and_the_html_from_the_text(app: Flask) -> None:
    plain = part(written(draft()), "plain")
    assert plain.startswith("Hello Ana\n\nSee the offer (https://studio.example/offer?a=1&b=2).\n")

    html = part(written(draft(html="", text="Hi <Ana>,\n\nsee https://studio.example/x?a=1&b=2.\nBye")), "html")
    assert "<p style=" in html
    assert "Hi &lt;Ana&gt;," in html
    assert '<a href="https://studio.example/x?a=1&amp;b=2">https://studio.example/x?a=1&amp;b=2</a>.<br>' in html


@pytest.mark.req("MSG-08")
def test_known_links_are_tracked_others_left_alone(app: Flask) -> None:
    html = part(written(draft(), {"https://studio.example/offer?a=1&b=2": 3}), "html")

    assert f"https://encore.example/c/{tokens.seal('click', 812, 3)}" in html
    assert "studio.example/offer" not in html
    assert "studio.example/offer" in part(written(draft()), "html")


def test_a_whole_page_keeps_its_styles_and_loses_its_head(app: Flask) -> None:
    page = "<html><head><title>No</title><style>p { color: red }</style></head><body><p>Hello</p></body></html>"
    message = written(draft(html=page))

    assert '<p style="color: red;">Hello</p>' in part(message, "html")
    assert part(message, "plain").startswith("Hello\n")


@pytest.mark.parametrize("field", ["subject", "to_name"])
def test_a_line_break_adds_no_header(app: Flask, field: str) -> None:
    message = written(draft(**{field: "Hello\r\nBcc: everybody@mail.example\n\nBody"}))

    assert message["Bcc"] is None
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


@given(st.text(max_size=120), st.text(max_size=60))
def test_whatever_one_types_arrives_as_typed(subject: str, name: str) -> None:
    subject = " ".join(subject.encode("utf-8", "ignore").decode().split())
    headers = {"To": mime.address(name.encode("utf-8", "ignore").decode(), "ana@mail.example")}
    text, html = Sheet.of(f"a {subject} b", "<p></p>").fill({}, {})
    message = parsed(mime.write(headers, subject=subject, date=NOON, text=text, html=html, boundary="=_b"))

    assert message["To"].addresses[0].addr_spec == "ana@mail.example"
    assert [one.get_content_type() for one in message.iter_parts()] == ["text/plain", "text/html"]


def test_long_subjects_with_accents_are_folded(app: Flask) -> None:
    subject = "Votre séance d’essai à la Croix-Rousse, jeudi à dix-huit heures, avec Léa et peut-être Zoé 🧘"

    assert written(draft(subject=subject))["Subject"] == subject


@pytest.mark.req("TXN-05", "SEQ-26")
def test_only_listed_variables_exactly_spelled_are_replaced(app: Flask) -> None:
    values = {"first_name": "Ana"}

    assert variables.fill("Hi ##{{first_name}}!", values) == "Hi Ana!"
    for literal in (
        "##{{firstname}}",
        "##{{refundNotice}}",
        "##{{ first_name }}",
        "{{first_name}}",
        "##{{First_name}}",
    ):
        assert variables.fill(literal, values) == literal
    assert variables.fill("<p>##{{first_name}}</p>", {"first_name": "<b>"}, html=True) == "<p>&lt;b&gt;</p>"
    assert variables.fill("##{{first_name}}", {"first_name": "##{{email}}", "email": "x"}) == "##{{email}}"
    assert variables.fill_bare("Call {{first_name}} (##{{first_name}})", values) == "Call Ana (Ana)"


def test_plain_text_of_html() -> None:
    html = "<h1>Hi</h1>\n<ul><li>one</li>\n<li>two &amp; more</li></ul><p>a<br>b</p><!-- c --><script>x</script>"

    assert mail.as_text(html) == "Hi\n\n- one\n- two & more\n\na\nb"


PATTERN_HTML = (
    "<html><head><style>p { color: red }</style></head><body><p>Hello ##{{first_name}},</p>"
    '<p title="##{{first_name}}">.##{{first_name}} ##{{last_name}}</p> &amp; ##{{unknown}} '
    '<a href="https://studio.example/offer">##{{last_name}}\u2019s offer</a> and '
    '<a href="mailto:##{{first_name}}@mail.example">you</a>' + "<i>long</i> " * 30 + "##{{last_name}}</body></html>"
)
PATTERN_TEXT = "Hello ##{{first_name}},\n\n##{{last_name}} https://studio.example/offer =\n.##{{first_name}} \n" * 3


NAMES = st.one_of(st.text(max_size=90), st.text(alphabet="aé =.-'", max_size=90)).map(
    lambda typed: " ".join(typed.encode("utf-8", "ignore").decode().split())
)


@given(NAMES, NAMES, st.sampled_from([Words("", PATTERN_HTML), Words(PATTERN_TEXT, "")]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_filling_a_sheet_gives_what_writing_it_alone_gives(
    app: Flask, first_name: str, last_name: str, pattern: Words
) -> None:
    values = {"first_name": first_name, "last_name": last_name}
    assume(sheets.are_harmless(values.values()))
    text, html = variables.fill(pattern.text, values), variables.fill(pattern.html, values, html=True)
    opened = mail.open_words(pattern, tuple(values))
    assert opened is not None

    links = {"https://studio.example/offer": 3}
    filled = written(draft(words=opened, values=values), links)
    alone = written(draft(text=text, html=html), links)

    assert part(filled, "plain") == part(alone, "plain")
    assert html_escapes.unescape(part(filled, "html")) == html_escapes.unescape(part(alone, "html"))


@given(st.lists(st.text(max_size=100), max_size=8))
def test_pieces_put_together_are_the_text_on_short_lines(pieces: list[str]) -> None:
    said = [piece.encode("utf-8", "ignore").decode().replace("\r", "") for piece in pieces]
    names = [f"v{index}" for index in range(len(said))]
    content, _html = Sheet.of("".join(f"é{sheets.slot(name)} " for name in names), "").fill(
        dict(zip(names, said, strict=True)), {}
    )

    assert quopri.decodestring(content).decode().replace("\r\n", "\n") == "".join(f"é{piece} " for piece in said)
    assert max((len(line) for line in content.split(b"\r\n")), default=0) <= 76
    assert not any(line.endswith((b" ", b"\t")) for line in content.split(b"\r\n"))


def test_an_address_with_a_variable_is_everybodys_own(app: Flask) -> None:
    assert mail.open_words(Words("https://studio.example/for?##{{first_name}}", ""), ("first_name",)) is None
    assert mail.open_words(Words("", '<a href="https://x.example/##{{first_name}}">x</a>'), ("first_name",)) is None


@pytest.mark.parametrize("value", ["", " Ana", "Ana  Lou", "https://evil.example", "<b>", "a;b", "Ana\nBcc: x"])
def test_a_value_that_could_change_what_is_around_it_is_put_in_before(value: str) -> None:
    assert not sheets.are_harmless([value])
    assert sheets.are_harmless(["Zo\u00e9 O'Neil-Duarte"])

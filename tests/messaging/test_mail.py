"""An e-mail as it travels: readable in both forms, safe whatever a name contains, told apart by its footer."""

from __future__ import annotations

import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.messaging import mail, mime, tokens, variables
from app.messaging.mail import Draft, Stationery
from app.staff.studio import Studio

NOON = datetime(2026, 3, 28, 12, tzinfo=UTC)


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
        "text": "",
        "html": '<p>Hello Ana</p><p>See <a href="https://studio.example/offer?a=1&amp;b=2">the offer</a>.</p>',
        "language": "en",
    }
    return Draft(**(fields | more))


def written(one: Draft, links: dict[str, int] | None = None) -> EmailMessage:
    stationery = Stationery(Studio(name="Maison Souffle", email="hello@studio.example"), "https://encore.example")
    content = stationery.write(one, links or {}, date=NOON)
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
    content = mime.write(headers, subject=subject, date=NOON, text=f"a {subject} b", html="<p></p>", boundary="=_b")
    message = BytesParser(EmailMessage, policy=email.policy.default).parsebytes(content)

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

"""The mail server of the tests is itself worth a few."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from tests.harness.smtp import SmtpSink


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[SmtpSink]:
    sink = SmtpSink(login=getattr(request, "param", None))
    sink.start()
    yield sink
    sink.stop()


def connect(server: SmtpSink) -> smtplib.SMTP:
    return smtplib.SMTP("127.0.0.1", int(server.url.rsplit(":", 1)[1]), local_hostname="tests")


def hello(to: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "studio@souffle.example", to, "À bientôt"
    message.set_content("See you at 18:00, Zoé")
    message.add_alternative('<p>See you. <a href="https://s.example/a?x=1&amp;y=2">Book</a></p>', subtype="html")
    return message


def test_a_mail_is_kept_with_both_its_parts_and_its_links(server: SmtpSink) -> None:
    with connect(server) as client:
        client.send_message(hello("ana@client.example"))

    [mail] = server.sent_to("ana@client.example")
    assert (mail.sender, mail.subject) == ("studio@souffle.example", "À bientôt")
    assert mail.text == "See you at 18:00, Zoé\n"
    assert mail.links == ["https://s.example/a?x=1&y=2"]


def test_an_address_that_bounces_is_refused_for_good_and_one_that_is_full_for_now(server: SmtpSink) -> None:
    server.bounces("gone@client.example")
    server.is_full("full@client.example")

    with connect(server) as client:
        for address, code in (("gone@client.example", 550), ("full@client.example", 452)):
            with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
                client.send_message(hello(address))
            assert refused.value.recipients[address][0] == code

    assert server.mails == []


def test_a_server_that_hangs_up_has_the_mail_all_the_same(server: SmtpSink) -> None:
    server.takes_without_a_word("ana@client.example")

    client = connect(server)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        client.send_message(hello("ana@client.example"))

    assert len(server.sent_to("ana@client.example")) == 1


@pytest.mark.parametrize("server", [("studio", "secret")], indirect=True)
def test_a_server_with_a_login_takes_nothing_from_strangers(server: SmtpSink) -> None:
    with connect(server) as client:
        with pytest.raises(smtplib.SMTPResponseException):
            client.send_message(hello("ana@client.example"))
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login("studio", "guess")
        client.login("studio", "secret")
        client.send_message(hello("ana@client.example"))

    assert len(server.mails) == 1

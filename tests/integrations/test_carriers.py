"""The adapters speak to their servers, and say plainly what went wrong."""

from __future__ import annotations

import email.policy
from collections.abc import Iterator
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import pytest

from app.config import Settings
from app.integrations.outbox import OutboxMail, OutboxSms
from app.integrations.smtp import SmtpCarrier
from app.integrations.twilio import TwilioCarrier
from app.messaging.carriers import Letter, Text, Undeliverable, Unreachable
from tests.harness.processes import scratch_folder
from tests.harness.smtp import SmtpSink
from tests.harness.twilio import TwilioStandIn

ANA = "ana@mail.example"


def letter(to: str = ANA, body: str = "Hello") -> Letter:
    content = f"From: hello@studio.example\r\nTo: {to}\r\nSubject: Hi\r\n\r\n{body}\r\n"
    return Letter("hello@studio.example", to, "<1@studio.example>", content.encode())


@pytest.fixture
def guarded() -> Iterator[SmtpSink]:
    sink = SmtpSink(login=("studio@mail", "p@ss:word"))
    sink.start()
    yield sink
    sink.stop()


def test_name_and_password_are_given_as_the_address_writes_them(guarded: SmtpSink) -> None:
    url = guarded.url.replace("studio@mail:p@ss:word@", "studio%40mail:p%40ss%3Aword@")
    with SmtpCarrier(url).line() as line:
        line.send(letter())

    assert [mail.subject for mail in guarded.mails] == ["Hi"]


def test_a_wrong_password_is_for_later_not_for_never(guarded: SmtpSink) -> None:
    url = guarded.url.replace("studio@mail:p@ss:word@", "studio%40mail:wrong@")
    with pytest.raises(Unreachable, match="535"), SmtpCarrier(url).line():
        pytest.fail("it let us in")


def test_nobody_at_home_is_for_later() -> None:
    with pytest.raises(Unreachable), SmtpCarrier("smtp://127.0.0.1:9").line():
        pytest.fail("somebody answered")


def test_a_refused_address_leaves_the_line_fit_for_the_next(smtp: SmtpSink) -> None:
    smtp.bounces(ANA)
    with SmtpCarrier(smtp.url).line() as line:
        with pytest.raises(Undeliverable) as refused:
            line.send(letter())
        line.send(letter("theo@mail.example"))

    assert (refused.value.code, refused.value.is_address_dead) == ("550", True)
    assert len(smtp.sent_to("theo@mail.example")) == 1


@pytest.fixture
def hasty(smtp: SmtpSink) -> SmtpSink:
    """A mail server that takes several commands at once."""
    smtp.takes_many()
    return smtp


def test_a_server_that_takes_several_commands_at_once_gets_them_so(hasty: SmtpSink) -> None:
    hasty.bounces(ANA)
    with SmtpCarrier(hasty.url).line() as line:
        assert line.takes_many
        with pytest.raises(Undeliverable) as refused:
            line.send(letter())
        line.send(letter("theo@mail.example"))
        line.send(letter("zoe@mail.example", "a line\r\n" * 10_000))

    assert (refused.value.code, refused.value.is_address_dead) == ("550", True)
    assert [mail.recipients for mail in hasty.mails] == [("theo@mail.example",), ("zoe@mail.example",)]


@pytest.mark.parametrize("address", ["a@b.example>\r\nRCPT TO:<all@b.example", "a b@mail.example", "<a@b.example>"])
def test_no_address_breaks_out_of_its_envelope(smtp: SmtpSink, address: str) -> None:
    with SmtpCarrier(smtp.url).line() as line, pytest.raises(Undeliverable):
        line.send(letter(address))

    assert smtp.mails == []


def test_lines_that_begin_with_a_dot_arrive(smtp: SmtpSink) -> None:
    with SmtpCarrier(smtp.url).line() as line:
        line.send(letter(body=".\r\n..two\r\n.end"))

    assert smtp.mails[0].message.get_content().splitlines() == [".", "..two", ".end"]


def test_a_hang_up_after_the_last_line_leaves_a_doubt(smtp: SmtpSink) -> None:
    smtp.takes_without_a_word(ANA)
    with SmtpCarrier(smtp.url).line() as line, pytest.raises(Unreachable) as lost:
        line.send(letter())

    assert lost.value.may_have_gone


@pytest.mark.parametrize(
    ("code", "is_address_dead"), [(21211, True), (21610, True), (21614, True), (21408, False), (21617, False)]
)
def test_twilios_refusals_are_for_good(
    settings: Settings, twilio: TwilioStandIn, code: int, is_address_dead: bool
) -> None:
    twilio.refuses("+33612345678", code)
    with pytest.raises(Undeliverable) as refused:
        TwilioCarrier(settings).send(Text("+33612345678", "Hello", ""))

    assert (refused.value.code, refused.value.is_address_dead) == (str(code), is_address_dead)


@pytest.mark.parametrize("code", [20003, 20429, 20500])
def test_twilios_troubles_are_for_later(settings: Settings, twilio: TwilioStandIn, code: int) -> None:
    twilio.is_down(code)
    with pytest.raises(Unreachable) as failed:
        TwilioCarrier(settings).send(Text("+33612345678", "Hello", ""))

    assert not failed.value.may_have_gone


def test_a_port_where_nobody_listens_has_taken_nothing(settings: Settings) -> None:
    nowhere = settings.model_copy(update={"twilio_base_url": "http://127.0.0.1:9"})
    with pytest.raises(Unreachable) as failed:
        TwilioCarrier(nowhere).send(Text("+33612345678", "Hello", ""))

    assert not failed.value.may_have_gone


@pytest.mark.req("GEN-09")
def test_without_credentials_messages_become_files_one_can_read() -> None:
    with scratch_folder() as folder:
        outbox: Path = folder / "outbox"
        with OutboxMail(outbox).line() as line:
            line.send(letter("../../ana@mail.example"))
        OutboxSms(outbox).send(Text("+33612345678", "À jeudi 🙏", ""))

        mail, sms = sorted(outbox.iterdir(), key=lambda path: path.suffix)
        read = BytesParser(EmailMessage, policy=email.policy.default).parsebytes(mail.read_bytes())
        assert (mail.suffix, read["Subject"]) == (".eml", "Hi")
        assert sms.read_text(encoding="utf-8") == "To: +33612345678\n\nÀ jeudi 🙏\n"

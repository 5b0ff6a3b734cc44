"""E-mail through an SMTP server: `ENCORE_SMTP_URL`, one connection for a whole batch."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from app.messaging.carriers import Letter, Undeliverable, Unreachable, nothing

TIMEOUT_SECONDS = 20
_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}

_REFUSED_FOR_GOOD = 500
_GO_AHEAD = 354
_TAKEN = 250
_YES = 2  # hundred and something
_MOST_AT_ONCE, _LONGEST_ANSWER = 4096, 65_536  # bytes

_TIMED_OUT = "timed out"

_UNSAFE = re.compile(r"[\x00-\x20<>\x7f]")


@dataclass(frozen=True)
class SmtpCarrier:
    """Speaks to the server at `url`: smtp://, smtps:// or smtp+starttls://, with user and password where it asks."""

    url: str

    @contextmanager
    def line(self) -> Iterator[SmtpLine]:
        try:
            server = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            raise Unreachable(f"mail server: {_said(error)}") from error
        try:
            yield SmtpLine(server)
        finally:
            with suppress(OSError, smtplib.SMTPException):
                server.quit()

    def _connect(self) -> smtplib.SMTP:
        address = urlsplit(self.url)
        host, port = address.hostname or "", address.port or _PORTS[address.scheme]
        server: smtplib.SMTP
        if address.scheme == "smtps":
            server = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context())
        else:
            server = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
        try:
            if address.scheme == "smtp+starttls":
                server.starttls(context=ssl.create_default_context())
            server.ehlo_or_helo_if_needed()
            if address.username:
                server.login(unquote(address.username), unquote(address.password or ""))
        except BaseException:
            server.close()
            raise
        return server


class SmtpLine:
    """One open connection. A letter that is refused leaves it fit for the next."""

    def __init__(self, server: smtplib.SMTP) -> None:
        self.server = server
        self.takes_many = server.has_extn("pipelining")
        if server.sock is not None:
            _leave_timing_to_the_kernel(server.sock)
        self._heard = b""  # of the server's answers, and not yet read

    def send(self, letter: Letter, calling: Callable[[], None] = nothing) -> None:
        try:
            self._introduce(letter)
            calling()
            self._write(_dotted(letter.content))
        except (OSError, smtplib.SMTPException) as error:
            self.server.close()  # what it may yet say would be taken for the answer to something else
            raise Unreachable(f"mail server: {_said(error)}") from error
        self._await_last_word()

    def _introduce(self, letter: Letter) -> None:
        """Everything before the letter itself: one round trip where the server takes several commands at once."""
        options = ""
        if not (letter.recipient + letter.sender).isascii():
            if not self.server.has_extn("smtputf8"):
                raise Undeliverable("the mail server takes no addresses with accents", is_address_dead=False)
            options = " SMTPUTF8 BODY=8BITMIME"
        commands = (
            (f"MAIL FROM:{_path(letter.sender)}{options}", _TAKEN),
            (f"RCPT TO:{_path(letter.recipient)}", _TAKEN),
            ("DATA", _GO_AHEAD),
        )
        if self.takes_many:
            self._write("".join(f"{command}\r\n" for command, _wanted in commands).encode())
            answers = [self._answer() for _ in commands]
            self._decline(answers)
        else:
            answers = []
        for index, (command, wanted) in enumerate(commands):
            code, said = answers[index] if answers else self._ask(command)
            self._expect(code, said, wanted=wanted, of_address=command.startswith("RCPT"))

    def _decline(self, answers: Sequence[tuple[int, bytes]]) -> None:
        """End with nothing what a server has begun although it refused the receiver (RFC 2920, 3.1)."""
        if answers[2][0] == _GO_AHEAD and not all(code // 100 == _YES for code, _said in answers[:2]):
            self._write(b".\r\n")
            self._answer()

    def _ask(self, command: str) -> tuple[int, bytes]:
        self._write(f"{command}\r\n".encode())
        return self._answer()

    def _write(self, content: bytes) -> None:
        try:
            self._socket().sendall(content)
        except BlockingIOError as error:
            raise TimeoutError(_TIMED_OUT) from error

    def _answer(self) -> tuple[int, bytes]:
        """The next answer of the server: its code, and its words, which may take several lines (RFC 5321, 4.2).

        What smtplib's `getreply` does, without the layers of a file around the socket: there are four answers a mail.
        """
        said: list[bytes] = []
        while True:
            line = self._line()
            said.append(line[4:].strip())
            if line[3:4] != b"-":
                break
        if not line[:3].isdigit():
            raise smtplib.SMTPServerDisconnected("this is no mail server's answer")
        return int(line[:3]), b"\n".join(said)

    def _line(self) -> bytes:
        while (end := self._heard.find(b"\n")) < 0:
            try:
                heard = self._socket().recv(_MOST_AT_ONCE)
            except BlockingIOError as error:
                raise TimeoutError(_TIMED_OUT) from error
            if not heard or len(self._heard) > _LONGEST_ANSWER:
                raise smtplib.SMTPServerDisconnected("the mail server hung up")
            self._heard += heard
        line, self._heard = self._heard[:end], self._heard[end + 1 :]
        return line

    def _socket(self) -> socket.socket:
        if self.server.sock is None:
            raise smtplib.SMTPServerDisconnected("the connection is closed")
        return self.server.sock

    def _await_last_word(self) -> None:
        """The server's last word. When it does not come, nobody knows whether the letter was taken."""
        try:
            code, said = self._answer()
        except (OSError, smtplib.SMTPException) as error:
            self.server.close()
            raise Unreachable("the mail server hung up before it answered", may_have_gone=True) from error
        self._expect(code, said)

    def _expect(self, code: int, said: bytes, *, wanted: int = _TAKEN, of_address: bool = False) -> None:
        if code == wanted or (of_address and code == _TAKEN + 1):
            return
        with suppress(OSError, smtplib.SMTPException):
            self._ask("RSET")
        text = f"{code} {said.decode(errors='replace')}"
        if code >= _REFUSED_FOR_GOOD:
            raise Undeliverable(text, code=str(code), is_address_dead=of_address and _names_the_address(text))
        raise Unreachable(text)


def _leave_timing_to_the_kernel(line: socket.socket) -> None:
    """Let the kernel break off what takes too long, where Python would ask before each of eight calls a mail whether it
    may go on. What is encrypted reads and writes by its own rules.
    """
    if isinstance(line, ssl.SSLSocket):
        return
    limit = struct.pack("ll", TIMEOUT_SECONDS, 0)
    for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
        line.setsockopt(socket.SOL_SOCKET, option, limit)
    line.settimeout(None)


def _path(address: str) -> str:
    """An address in an envelope. What would break out of it is none."""
    if _UNSAFE.search(address):
        raise Undeliverable("this is no e-mail address", is_address_dead=True)
    return f"<{address}>"


def _names_the_address(text: str) -> bool:
    """Whether a refusal is about the address itself, not about us: 5.1.x says so, 5.7.x the opposite."""
    return " 5.7." not in text and " 5.4." not in text


def _dotted(content: bytes) -> bytes:
    """The letter as it travels: lines that begin with a dot get another, a lonely dot ends it (RFC 5321, 4.5.2)."""
    body = content.replace(b"\r\n.", b"\r\n..")
    if body.startswith(b"."):
        body = b"." + body
    return body + (b".\r\n" if body.endswith(b"\r\n") else b"\r\n.\r\n")


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        return f"{error.smtp_code} {words.decode(errors='replace') if isinstance(words, bytes) else words}"
    return str(error) or type(error).__name__

"""A mail server that keeps what it is sent, and misbehaves on request."""

from __future__ import annotations

import asyncio
import email.policy
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

Authenticator = Callable[[SMTP, Session, Envelope, str, object], AuthResult]

_HREF = re.compile(r'href="([^"]+)"')


@dataclass(frozen=True)
class Mail:
    """One mail as the server took it: the envelope, and the message in it."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def subject(self) -> str:
        return self.header("Subject")

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    @property
    def links(self) -> list[str]:
        """Where the HTML part leads, in order."""
        return [address.replace("&amp;", "&") for address in _HREF.findall(self.html)]

    def header(self, name: str) -> str:
        """A header's text, unfolded; empty where there is none."""
        return str(self.message.get(name, ""))

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return "" if part is None else str(part.get_content()).replace("\r\n", "\n")


@dataclass
class SmtpSink:
    """The mail server of a test: `smtp.sent_to(address)`, `smtp.bounces(address)`."""

    login: tuple[str, str] | None = None  # the name and password to ask for; None lets everybody send
    mails: list[Mail] = field(default_factory=list)
    _refusals: dict[str, str] = field(default_factory=dict)
    _mute: set[str] = field(default_factory=set)
    _takes_many: bool = False

    def __post_init__(self) -> None:
        self._server = _OnAnyPort(self, self._authenticate if self.login else None)

    def start(self) -> None:
        self._server.start()

    def stop(self) -> None:
        self._server.stop()

    def clear(self) -> None:
        """Forget every mail and all misbehaviour."""
        self.mails.clear()
        self._refusals.clear()
        self._mute.clear()
        self._takes_many = False

    @property
    def url(self) -> str:
        """The address as ENCORE_SMTP_URL takes it."""
        name = f"{self.login[0]}:{self.login[1]}@" if self.login else ""
        return f"smtp://{name}127.0.0.1:{self._server.port}"

    def sent_to(self, address: str) -> list[Mail]:
        """The mails an address got, oldest first."""
        return [mail for mail in self.mails if address in mail.recipients]

    def bounces(self, address: str) -> None:
        """Refuse an address for good from now on: there is no such mailbox."""
        self._refusals[address] = "550 5.1.1 No such user here"

    def is_full(self, address: str) -> None:
        """Refuse an address for the moment; `accepts` ends it."""
        self._refusals[address] = "452 4.2.2 Mailbox full, try later"

    def accepts(self, address: str) -> None:
        self._refusals.pop(address, None)
        self._mute.discard(address)

    def takes_without_a_word(self, address: str) -> None:
        """Take mail for an address, then hang up before saying so: the sender cannot know what became of it."""
        self._mute.add(address)

    def takes_many(self) -> None:
        """Say that several commands may come at once (RFC 2920); it has read them one by one all along."""
        self._takes_many = True

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's names, here and below
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [*responses[:-1], *(["250-PIPELINING"] if self._takes_many else []), responses[-1]]

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        if address in self._refusals:
            return self._refusals[address]
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(rcpt_options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.original_content or b""
        message = BytesParser(EmailMessage, policy=email.policy.default).parsebytes(content)
        recipients = tuple(envelope.rcpt_tos)
        self.mails.append(Mail(envelope.mail_from or "", recipients, message))
        if self._mute.intersection(recipients):
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return "250 OK"

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, auth_data: object
    ) -> AuthResult:
        assert isinstance(auth_data, LoginPassword)
        given = (auth_data.login.decode(), auth_data.password.decode())
        return AuthResult(success=given == self.login, handled=False)


class _OnAnyPort(Controller):
    """A server on whichever loopback port is free, known before it starts."""

    def __init__(self, handler: SmtpSink, authenticator: Authenticator | None) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        login: dict[str, Any] = {"authenticator": authenticator, "auth_required": authenticator is not None}
        port = self._socket.getsockname()[1]
        super().__init__(handler, hostname="127.0.0.1", port=port, auth_require_tls=False, **login)

    def _create_server(self) -> asyncio.Future[asyncio.Server]:
        return self.loop.create_server(self._factory_invoker, sock=self._socket)  # type: ignore[return-value]

"""Who carries messages out of the house. `app/integrations/` has one adapter a file; this says what they must do."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from flask import Flask, current_app


@dataclass(frozen=True)
class Letter:
    """An e-mail ready to go: the envelope, and the message as the bytes that travel."""

    sender: str
    recipient: str
    reference: str  # its Message-ID, the same at every attempt
    content: bytes


@dataclass(frozen=True)
class Text:
    """An SMS ready to go."""

    to: str
    body: str
    callback: str  # where the carrier may report what becomes of it


class Undeliverable(Exception):
    """Never again: the carrier refuses this message for good. The text is what it said.

    `code` is the carrier's own; `is_address_dead` says that it refuses the address, whatever the message.
    """

    def __init__(self, said: str, *, code: str = "", is_address_dead: bool = False) -> None:
        super().__init__(said)
        self.code = code
        self.is_address_dead = is_address_dead


class Unreachable(Exception):
    """Later: the carrier cannot be reached or asks to wait.

    `may_have_gone` says that the message was handed over and the answer got lost: nobody knows what became of it.
    """

    def __init__(self, said: str, *, may_have_gone: bool = False) -> None:
        super().__init__(said)
        self.may_have_gone = may_have_gone


def nothing() -> None:
    """For those who need not know when it was too late to stop."""


class MailLine(Protocol):
    """A connection to the mail server, for many letters."""

    def send(self, letter: Letter, calling: Callable[[], None] = nothing) -> None:
        """Hand a letter over. From when `calling` is called, it may have gone. Raises Undeliverable or Unreachable."""


class MailCarrier(Protocol):
    """Carries e-mail."""

    def line(self) -> AbstractContextManager[MailLine]:
        """Open a connection. Raises Unreachable."""


class SmsCarrier(Protocol):
    """Carries SMS."""

    def send(self, text: Text) -> str:
        """Hand an SMS over and answer the carrier's id for it. Raises Undeliverable or Unreachable."""

    def find(self, text: Text, since: datetime | None) -> list[str]:
        """The ids of SMS with this text to this number that the carrier took since then. Raises Unreachable."""


@dataclass(frozen=True)
class Carriers:
    """The two in use."""

    mail: MailCarrier
    sms: SmsCarrier


def install(app: Flask, carriers: Carriers) -> None:
    """Let these carry from now on."""
    app.extensions["carriers"] = carriers


def in_use() -> Carriers:
    carriers: Carriers = current_app.extensions["carriers"]
    return carriers

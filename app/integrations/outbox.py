"""Where messages go while there is no mail server and no Twilio account: files, to be read (GEN-09).

Nothing leaves the machine; Settings › Messages shows everything as sent all the same.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app import clock
from app.messaging.carriers import Letter, Text, nothing

_UNSAFE = re.compile(r"[^A-Za-z0-9@.+-]+")


@dataclass(frozen=True)
class OutboxMail:
    """Writes each e-mail as an .eml file, which any mail program opens."""

    folder: Path

    @contextmanager
    def line(self) -> Iterator[OutboxMail]:
        yield self

    def send(self, letter: Letter, calling: Callable[[], None] = nothing) -> None:
        calling()
        _file(self.folder, letter.recipient, ".eml").write_bytes(letter.content)


@dataclass(frozen=True)
class OutboxSms:
    """Writes each SMS as a text file."""

    folder: Path

    def send(self, text: Text) -> str:
        _file(self.folder, text.to, ".txt").write_text(f"To: {text.to}\n\n{text.body}\n", encoding="utf-8")
        return f"outbox-{secrets.token_hex(12)}"

    def find(self, _text: Text, _since: datetime | None) -> list[str]:
        return []  # a crash in between costs a second file, which nobody receives


def _file(folder: Path, to: str, ending: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    stamp = clock.now().strftime("%Y%m%d-%H%M%S-%f")
    return folder / f"{stamp}-{_UNSAFE.sub('_', to)[:80]}-{secrets.token_hex(3)}{ending}"

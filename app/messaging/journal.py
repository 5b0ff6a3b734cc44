"""What a worker hands over, noted as it happens in a file that outlives it.

The database hears of a batch twice: before the first call and after a while. A worker killed in between would leave
all of it in doubt. So it notes in a file when it calls and what it is answered: two short writes a message, which a
killed process cannot lose. The kernel holds a lock on the file for as long as the worker lives. Who gets the lock knows
that it is dead and reads what it did: only what was being handed over at that very instant stays in doubt.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from flask import current_app

from app.messaging.models import SENT

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_ENDING = ".journal"


@dataclass(frozen=True)
class Outcome:
    """What became of a message that was handed over."""

    status: str
    reason: str = ""
    provider_id: str | None = None
    retry_in: timedelta | None = None
    code: str = ""
    is_address_dead: bool = False


class Journal:
    """The notes of one batch while it is sent. `forget` it once the database knows."""

    def __init__(self) -> None:
        folder = _folder()
        folder.mkdir(parents=True, exist_ok=True)
        self.attempt = secrets.token_hex(8)
        # It gets its name only once it is locked: nobody must take a file just made for one left behind.
        unborn = folder / self.attempt
        self._file = os.open(unborn, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        os.write(self._file, f"{_boot_id()}\n".encode())
        self._path = unborn.rename(unborn.with_suffix(_ENDING))

    def calling(self, message_id: int) -> None:
        """Note that the carrier is about to be called."""
        os.write(self._file, b"%d\n" % message_id)

    def answered(self, message_id: int, outcome: Outcome) -> None:
        """Note what came of it."""
        os.write(self._file, b"%d %s\n" % (message_id, _written(outcome)))

    def forget(self) -> None:
        """Throw the notes away: the database has it all."""
        if self._file >= 0:
            self._path.unlink(missing_ok=True)
        self.close()

    def close(self) -> None:
        """Let go of the notes, as the kernel does when the process dies: they are somebody's to read now."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __del__(self) -> None:
        self.close()


@dataclass
class Found:
    """The notes of a batch whose worker is gone; locked, so that they are read by one."""

    attempt: str
    is_whole: bool  # no: the machine has been started anew since, and the last notes may never have reached its disk
    called: set[int] = field(default_factory=set)
    answered: dict[int, Outcome] = field(default_factory=dict)
    _path: Path = Path()
    _file: int = -1

    def forget(self) -> None:
        """Throw the notes away: what they say is in the database now."""
        self._path.unlink(missing_ok=True)
        self.close()

    def close(self) -> None:
        """Leave them for another time."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __del__(self) -> None:
        self.close()


def left_behind() -> list[Found]:
    """The notes of workers that are gone."""
    return [_read(path, file) for path, file in _abandoned()]


def are_any_left_behind() -> bool:
    for _path, file in _abandoned():
        os.close(file)
        return True
    return False


def _abandoned() -> Iterator[tuple[Path, int]]:
    for path in sorted(_folder().glob(f"*{_ENDING}")):
        try:
            file = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            continue
        if _is_mine_now(file) and path.exists():  # another may have read and thrown it away since it was listed
            yield path, file
        else:
            os.close(file)


def _is_mine_now(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(path: Path, file: int) -> Found:
    boot_id, *notes = path.read_text(encoding="utf-8").split("\n")
    found = Found(path.stem, bool(boot_id) and boot_id == _boot_id(), _path=path, _file=file)
    for note in notes[:-1]:  # what follows the last line's end is no whole note
        number, _space, said = note.partition(" ")
        found.called.add(int(number))
        if said:
            found.answered[int(number)] = _outcome(said)
    return found


def _written(outcome: Outcome) -> bytes:
    if outcome == Outcome(SENT):
        return SENT.encode()
    said: dict[str, Any] = asdict(outcome)
    said["retry_in"] = outcome.retry_in.total_seconds() if outcome.retry_in is not None else None
    return json.dumps(said).encode()


def _outcome(said: str) -> Outcome:
    if said == SENT:
        return Outcome(SENT)
    fields = json.loads(said)
    seconds = fields.pop("retry_in")
    return Outcome(**fields, retry_in=timedelta(seconds=seconds) if seconds is not None else None)


def _folder() -> Path:
    folder: Path = current_app.config["SETTINGS"].encore_data / "deliveries"
    return folder


@cache
def _boot_id() -> str:
    """Tells this run of the machine from others; empty where the system does not say."""
    return _BOOT_ID.read_text(encoding="ascii").strip() if _BOOT_ID.exists() else ""

"""A watch on the sockets: whatever leaves this machine fails the test. Knows only the standard library, for it is also
the first thing the product's own processes load when tests start them (`child/sitecustomize.py`).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

LOG = "ENCORE_TEST_REFUSED_SOCKETS"  # the file in which child processes leave word
_CALLS = {"socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"}


class BeyondThisMachine(AssertionError):
    """Something tried to reach another machine."""


class SocketWatch:
    """Refuses and remembers every attempt to leave the machine, once `begin` was called. It cannot be ended."""

    def __init__(self, log: Path | None = None) -> None:
        self.refused: list[str] = []
        self.log = log

    def begin(self) -> None:
        sys.addaudithook(self._on_event)

    def take(self) -> list[str]:
        """What was refused since the last time, here and in the processes below this one."""
        refused = list(self.refused)
        self.refused.clear()
        if self.log is not None and self.log.exists():
            refused += self.log.read_text().splitlines()
            self.log.unlink()
        return refused

    def _on_event(self, event: str, args: tuple[object, ...]) -> None:
        if event in _CALLS:
            self._expect_near(event, args[1])
        elif event == "socket.getaddrinfo":
            self._expect_near(event, (args[0],))

    def _expect_near(self, event: str, address: object) -> None:
        # A unix socket's address is text; that of the internet families a tuple beginning with the host.
        if isinstance(address, tuple) and not _is_near(address[0]):
            word = f"{event} {address[0]!r} in process {os.getpid()}: {' '.join(sys.argv)[:80]}"
            self.refused.append(word)
            if LOG in os.environ:
                with Path(os.environ[LOG]).open("a") as log:
                    log.write(word + "\n")
            raise BeyondThisMachine(f"{word} - tests reach no other machine; is a stand-in missing?")


def _is_near(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    return host in {None, "", "localhost", "::1"} or str(host).startswith("127.")

"""A mail server that takes everything and notes each mail on a line of a file: `python -m benchmarks.sink FILE`.

It is the same for everybody that is measured: a process of its own, so that its processor time is nobody else's. It
says its port on its output.
"""

from __future__ import annotations

import asyncio
import re
import socket
import sys
import time
from pathlib import Path
from typing import TextIO

from aiosmtpd.smtp import SMTP, Envelope, Session

_SUBJECT = re.compile(rb"^Subject: ([^\r\n]*)", re.IGNORECASE | re.MULTILINE)


class Notes:
    """Writes down when which mail was taken for whom."""

    def __init__(self, out: TextIO) -> None:
        self.out = out

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        found = _SUBJECT.search(envelope.original_content or b"")
        subject = found[1].decode() if found else ""
        self.out.write(f"{time.time():.6f}\t{envelope.rcpt_tos[0]}\t{subject}\n")
        self.out.flush()
        return "250 OK"


async def serve(notes: Path) -> None:
    """Take mail until the process ends."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=100)
    with notes.open("a", encoding="utf-8") as out:
        handler = Notes(out)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(handler, hostname="sink.example"), sock=listening)
        print(listening.getsockname()[1], flush=True)
        async with server:
            await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))

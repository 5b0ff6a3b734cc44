"""Where contestants meet: the same servers, an empty database each, and a mail server that notes what it takes."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import redis

from benchmarks.contestants import Servers


class Sink:
    """The mail server of everybody, and what it has taken."""

    def __init__(self, folder: Path) -> None:
        self.notes = folder / "mails"
        self.notes.touch()
        command = [sys.executable, "-m", "benchmarks.sink", str(self.notes)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None  # noqa: S101 - asked for in the line above
        self.port = int(self.process.stdout.readline())

    def number(self) -> int:
        """How many mails it has taken."""
        return self.notes.read_bytes().count(b"\n")

    def by_receiver(self) -> Counter[tuple[str, str]]:
        """How often each mail was taken, by address and subject."""
        fields = [line.split("\t") for line in self.notes.read_text(encoding="utf-8").splitlines()]
        return Counter((address, subject) for _at, address, subject in fields)

    def first_after(self, instant: float) -> float | None:
        """When the first mail after an instant was taken."""
        times = (float(line.partition("\t")[0]) for line in self.notes.read_text(encoding="utf-8").splitlines())
        return min((at for at in times if at > instant), default=None)

    def await_number(self, wanted: int, within: float) -> bool:
        """Wait for as many mails. Answers whether they came in time."""
        until = time.monotonic() + within
        while self.number() < wanted:
            if time.monotonic() > until:
                return False
            time.sleep(0.05)
        return True


@contextmanager
def arena(name: str) -> Iterator[tuple[Servers, Sink]]:
    """An empty database, a mail server, and a folder; gone afterwards."""
    server = os.environ["DATABASE_URL"].replace("+psycopg", "")
    base, _question, options = server.partition("?")
    database = f"bench_{name.lower()}"
    address = f"{base.rpartition('/')[0]}/{database}?{options}".rstrip("?")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)'.encode())
        connection.execute(f'CREATE DATABASE "{database}"'.encode())
        with redis.Redis.from_url(os.environ["REDIS_URL"]) as broker:
            broker.flushall()
        with tempfile.TemporaryDirectory(prefix="encore-bench-") as folder:
            sink = Sink(Path(folder))
            try:
                yield Servers(address, os.environ["REDIS_URL"], sink.port, Path(folder)), sink
            finally:
                sink.process.kill()
                sink.process.wait()
        connection.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)'.encode())

"""Those who run the workload: Encore as it is deployed, and each peer as its user would write it.

Each lays its tables in a database of its own, starts its workers, and takes the same people in.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import venv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import flask_migrate
from flask import Flask
from sqlalchemy import insert, select, text

from app import clock, create_app, events, founding
from app.config import Settings
from app.contacts.models import Contact
from app.db import db
from app.demo import make
from app.messaging.models import QUEUED, SENDING, UNCERTAIN, Message
from tests.harness import processes

BIN = Path(sys.executable).parent
ROOT = Path(__file__).parents[1]
PEERS = Path(__file__).parent / "peers"
PEER_LIBRARIES = ("dbos", "procrastinate", "celery", "redis", "psycopg[binary,pool]")
BATCH = 500

STEPS = (
    {
        "id": "known",
        "if": {"rules": [{"rule": "tag.has", "value": "Never"}]},
        "then": [{"id": "stop", "do": "stop"}],
    },
    {"id": "tag", "do": "tag.add", "tags": ["Asked"]},
    {"id": "first", "do": "email", "subject": "Hello", "html": "<p>Hello ##{{first_name}}</p>"},
    {"id": "second", "do": "email", "subject": "One more thing", "html": "<p>Hello again ##{{first_name}}</p>"},
)
SUBJECTS = ("Hello", "One more thing")
EXITS = ({"rule": "membership.purchased", "since": "enrolment"},)


@dataclass(frozen=True)
class Servers:
    """Where everybody's servers are."""

    database: str  # as libpq takes it
    redis_url: str
    smtp_port: int
    folder: Path


class Contestant(Protocol):
    """Somebody who is measured."""

    name: str

    def lay(self, people: int) -> None:
        """Make the tables, with as many people in them."""

    def start(self) -> list[int]:
        """Start the workers. Answers their processes once they are ready."""

    def submit(self) -> None:
        """Let it happen to everybody."""

    def kill(self) -> None:
        """Let the workers die at once."""

    def stop(self) -> None:
        """End the workers as an operator would."""


@dataclass
class _Staffed:
    """Whoever has worker processes."""

    servers: Servers
    _running: list[subprocess.Popen[bytes]] = field(default_factory=list, init=False)

    def _launch(self, name: str, command: list[str | Path], environ: Mapping[str, str], ready: str) -> None:
        log = self.servers.folder / f"{name}-{secrets.token_hex(3)}.log"
        process = processes.launch(command, log=log, environ=os.environ | dict(environ))
        self._running.append(process)
        processes.await_ready(process, lambda: ready in log.read_text(errors="replace"), log)

    def kill(self) -> None:
        for process in self._running:
            os.killpg(process.pid, 9)
            process.wait()
        self._running.clear()

    def stop(self) -> None:
        for process in self._running:
            process.terminate()
        for process in self._running:
            processes.see_off(process)
        self._running.clear()


@dataclass
class Encore(_Staffed):
    """The product, in the processes of docs/deploy: two of workers with four threads each, and the clock."""

    name: str = "Encore"
    app: Flask = field(init=False)
    _ids: list[int] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self._settings = Settings(
            encore_secret_key="benchmark",  # noqa: S106 - guards nothing here
            encore_data=self.servers.folder,
            encore_smtp_url=f"smtp://127.0.0.1:{self.servers.smtp_port}",
            database_url=_for_sqlalchemy(self.servers.database),
            redis_url=self.servers.redis_url,
        )
        self.app = create_app(self._settings)

    def lay(self, people: int) -> None:
        with self.app.app_context():
            flask_migrate.upgrade(directory=str(ROOT / "migrations"))
            founding.lay()
            now = clock.now()
            rows = [
                {"first_name": f"Ana {each}", "email": f"ana{each}@mail.example", "created_at": now, "custom": {}}
                for each in range(1, people + 1)
            ]
            self._ids = list(db.session.scalars(insert(Contact).returning(Contact.id), rows))
            make.sequence(*STEPS, trigger="api.event", exits=EXITS, title="Benchmark")
            db.session.commit()
            db.session.execute(text("ANALYZE contact"))
            db.session.commit()

    def start(self) -> list[int]:
        given = {name.upper(): str(value) for name, value in self._settings.model_dump(exclude_none=True).items()}
        environ = given | {"ENCORE_SANDBOX": "0", "ENCORE_DEMO": "0"}
        workers: list[str | Path] = [BIN / "dramatiq", "workers.main", "--processes", "2", "--threads", "4"]
        self._launch("clock", [sys.executable, "-m", "workers.clock"], environ, "")
        self._launch("worker", workers, environ, "ready for action")
        return [process.pid for process in self._running]

    def submit(self) -> None:
        with self.app.app_context():
            for begin in range(0, len(self._ids), BATCH):
                chunk = self._ids[begin : begin + BATCH]
                events.record_many([events.Entry("api.event", each, {"name": "Quiz"}) for each in chunk])
                db.session.commit()

    def unsettled(self) -> tuple[set[tuple[str, str]], int]:
        """What stands before a person because nobody can know, by address and subject; and how many are stuck."""
        with self.app.app_context():
            found = db.session.execute(select(Message.to_address, Message.subject, Message.status)).all()
        in_doubt = {(row.to_address, row.subject) for row in found if row.status == UNCERTAIN}
        return in_doubt, sum(row.status in {QUEUED, SENDING} for row in found)


@dataclass
class Peer(_Staffed):
    """A library, in two processes of its own; Celery forks its own four."""

    name: str = ""
    people: int = field(default=0, init=False)

    def lay(self, people: int) -> None:
        self.people = people
        self._run("lay")

    def start(self) -> list[int]:
        for number in range(1 if self.name == "celery" else 2):
            # dbos takes up again what the process of the same number has left.
            environ = self._environ() | {"PEER_NUMBER": str(number)}
            self._launch(self.name, [*self._command(), "work"], environ, "ready")
        return [process.pid for process in self._running]

    def submit(self) -> None:
        self._run("submit")

    def _run(self, what: str) -> None:
        words: list[str] = [str(word) for word in self._command()]
        words += [what, str(self.people)]
        subprocess.run(words, env=os.environ | self._environ(), check=True)

    def _command(self) -> list[str | Path]:
        return [_peer_python(), PEERS / f"on_{self.name}.py"]

    def _environ(self) -> dict[str, str]:
        return {
            "PEER_DATABASE": self.servers.database,
            "PEER_REDIS_SOCKET": urlsplit(self.servers.redis_url).path,
            "PEER_SMTP_PORT": str(self.servers.smtp_port),
        }


def install_peers() -> None:
    """Put the peers' libraries into an environment of their own, below `var/`: they are no part of the product."""
    home = _peer_python().parents[1]
    if not _peer_python().exists():
        venv.create(home, with_pip=False)
    install: list[str | Path] = [BIN / "uv", "pip", "install", "--quiet", "--python", _peer_python(), *PEER_LIBRARIES]
    subprocess.run(install, check=True)


def peer_versions() -> str:
    """Which versions run here."""
    listed = subprocess.run(
        [BIN / "uv", "pip", "freeze", "--quiet", "--python", _peer_python()], capture_output=True, text=True, check=True
    ).stdout.split()
    return ", ".join(line for line in listed if line.partition("==")[0] in PEER_LIBRARIES)


def _peer_python() -> Path:
    return ROOT / "var" / "benchmark-peers" / "bin" / "python"


def _for_sqlalchemy(address: str) -> str:
    return address.replace("postgresql://", "postgresql+psycopg://", 1)

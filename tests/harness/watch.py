"""The fixtures that fail a test whose sockets leave this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness import sockets

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def socket_watch(tmp_path_factory: pytest.TempPathFactory) -> sockets.SocketWatch:
    watch = sockets.SocketWatch(log=tmp_path_factory.mktemp("sockets") / "refused.log")
    watch.begin()
    return watch


@pytest.fixture(scope="session")
def watched_environment(socket_watch: sockets.SocketWatch) -> dict[str, str]:
    """What a process's environment needs for its sockets to be watched as well."""
    path = f"{Path(sockets.__file__).parent / 'child'}:{ROOT}"
    return {"PYTHONPATH": path, sockets.LOG: str(socket_watch.log)}


@pytest.fixture(autouse=True)
def _stays_on_this_machine(socket_watch: sockets.SocketWatch) -> Iterator[None]:
    socket_watch.take()
    yield
    refused = socket_watch.take()
    if refused:
        pytest.fail("tried to reach another machine:\n" + "\n".join(refused), pytrace=False)

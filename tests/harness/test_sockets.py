"""Each attempt to leave the machine must be seen, also one that the product swallows and one from a child process."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.harness import sockets

DOCUMENTATION_ADDRESS = ("192.0.2.1", 80)  # RFC 5737: nobody's


def test_a_connection_to_another_machine_is_refused_and_remembered(socket_watch: sockets.SocketWatch) -> None:
    with socket.socket() as outgoing, pytest.raises(sockets.BeyondThisMachine):
        outgoing.connect(DOCUMENTATION_ADDRESS)
    with suppress(Exception):
        socket.getaddrinfo("somewhere.example", 443)

    connection, name = socket_watch.take()
    assert "192.0.2.1" in connection
    assert "somewhere.example" in name


def test_loopback_is_free(socket_watch: sockets.SocketWatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass

    assert socket_watch.take() == []


def test_a_child_process_is_watched_too(socket_watch: sockets.SocketWatch, watched_environment: dict[str, str]) -> None:
    attempt = f"import socket; socket.socket().connect({DOCUMENTATION_ADDRESS!r})"

    child = subprocess.run(
        [sys.executable, "-c", attempt],
        env=os.environ | watched_environment,
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "BeyondThisMachine" in child.stderr
    assert any("192.0.2.1" in word for word in socket_watch.take())

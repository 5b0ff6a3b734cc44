"""Starting and surely stopping the servers the tests need."""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypedDict

_PR_SET_PDEATHSIG = 1
_SOCKET_PATH_LIMIT = 100  # the kernel's is 108 bytes, and PostgreSQL adds nothing of its own below a folder this short


class CannotStart(Exception):
    """A server did not come up; the message holds the end of what it said."""


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder with a path short enough for unix sockets, passable for a dropped user, gone afterwards."""
    base = tempfile.gettempdir()
    if len(base) + len("/encore-12345678/postgres/.s.PGSQL.5432") > _SOCKET_PATH_LIMIT:
        base = "/tmp"  # noqa: S108 - mkdtemp makes an unguessable name below it
    folder = Path(tempfile.mkdtemp(prefix="encore-", dir=base))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running(
    command: Sequence[str | Path],
    *,
    log: Path,
    ready: Callable[[], bool],
    user: pwd.struct_passwd | None = None,
    stop_with: signal.Signals = signal.SIGTERM,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server for as long as the block lasts. Raises CannotStart when it is not `ready()` in time."""
    process = launch(command, log=log, user=user, stop_with=stop_with)
    try:
        await_ready(process, ready, log)
        yield process
    finally:
        stop(process, stop_with)


def launch(
    command: Sequence[str | Path],
    *,
    log: Path,
    environ: Mapping[str, str] | None = None,
    user: pwd.struct_passwd | None = None,
    stop_with: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a process in a group of its own, with what it says going to `log`."""
    with log.open("wb") as output:
        return subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if environ is None else dict(environ),
            start_new_session=True,
            preexec_fn=lambda: _die_with_parent(stop_with),  # noqa: PLW1509 - one call into libc, no lock taken
            **identity(user),
        )


def await_ready(process: subprocess.Popen[bytes], ready: Callable[[], bool], log: Path, within: float = 90) -> None:
    """Wait until `ready()`. Raises CannotStart when the process ends before, or takes too long."""
    deadline = time.monotonic() + within
    while not ready():
        if process.poll() is not None:
            raise CannotStart(f"{process.args!r} ended with status {process.returncode}:\n{tail(log)}")
        if time.monotonic() > deadline:
            raise CannotStart(f"{process.args!r} was not ready after {within:.0f} s:\n{tail(log)}")
        time.sleep(0.02)


def stop(process: subprocess.Popen[bytes], politely: signal.Signals = signal.SIGTERM) -> None:
    """Ask a process to end, and see to it. Knows one that has ended already."""
    process.send_signal(politely)
    see_off(process)


def see_off(process: subprocess.Popen[bytes], within: float = 10) -> None:
    """Wait for a process that was asked to end; when it takes too long, end it with all its children."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(within)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # children that outlived their parent still hold its group
    process.wait()


class Identity(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


def identity(user: pwd.struct_passwd | None) -> Identity:
    """The arguments with which `subprocess` runs as somebody else."""
    return {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def tail(log: Path, lines: int = 25) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def _die_with_parent(how: signal.Signals) -> None:
    """In the child, before it becomes the server: when the tests are killed outright, Linux ends the server too."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, how)

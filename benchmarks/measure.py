"""What a run has cost: time on the wall, processor time of each party, memory. From /proc, so on Linux only."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Processor:
    """Seconds of processor time."""

    workers: float
    postgres: float
    redis: float
    sink: float

    def __sub__(self, before: Processor) -> Processor:
        return Processor(
            self.workers - before.workers,
            self.postgres - before.postgres,
            self.redis - before.redis,
            self.sink - before.sink,
        )

    @property
    def without_sink(self) -> float:
        """What the contestant has used, and what it made its servers use."""
        return self.workers + self.postgres + self.redis


def processor(workers: list[int], postmaster: int | None, broker: redis.Redis, sink: int) -> Processor:
    """The time used so far by these processes and all below them."""
    said = broker.info("cpu")
    return Processor(
        workers=sum(tree_seconds(pid) for pid in workers),
        postgres=tree_seconds(postmaster) if postmaster is not None else 0.0,
        redis=float(said["used_cpu_user"]) + float(said["used_cpu_sys"]),
        sink=tree_seconds(sink),
    )


def tree_seconds(root: int) -> float:
    """Processor time of a process, of its children, and of those that have ended."""
    return sum(_seconds(pid) for pid in _tree(root))


def peak_megabytes(root: int) -> float:
    """The most memory the living processes of a tree have held, each at its own peak."""
    return sum(_peak(pid) for pid in _tree(root)) / 1024


def postmaster(address: str) -> int | None:
    """The process of a PostgreSQL on this machine; None where that cannot be seen."""
    with psycopg.connect(address) as connection:
        found = connection.execute("SHOW data_directory").fetchone()
    assert found is not None  # noqa: S101 - a setting always has a value
    try:
        return int((Path(found[0]) / "postmaster.pid").read_text(encoding="ascii").split()[0])
    except OSError:
        return None


def load() -> str:
    """How busy the machine is with other things."""
    return f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}"


def _tree(root: int) -> Iterator[int]:
    children: dict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            children[int(fields[1])].append(int(entry.name))
    waiting = [root]
    while waiting:
        pid = waiting.pop()
        yield pid
        waiting += children[pid]


def _seconds(pid: int) -> float:
    fields = _stat(pid)
    return sum(int(field) for field in fields[11:15]) / _TICKS if fields else 0.0


def _stat(pid: int) -> list[str]:
    """The fields behind the name: state, parent …; nothing where the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def _peak(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0
    return next((float(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")), 0.0)

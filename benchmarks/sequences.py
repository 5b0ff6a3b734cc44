"""The workload W, from the event to the mail server: event → condition → tag → e-mail → no wait → e-mail.

Encore runs it beside the libraries one could build the same with, one after the other on the same servers; beside them
the mail server is filled with ready-made bytes. Then each loses its workers in mid-run. PostgreSQL waits for its disk.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import redis

from benchmarks import contestants, measure
from benchmarks.arena import arena
from benchmarks.contestants import Contestant, Encore, Peer, Servers

STEPS = 4  # a contact: condition, tag, two mails
MAILS = 2
ENCORE, PEERS = "Encore", ("dbos", "procrastinate", "celery")
LONGEST = 1800.0
SETTLED = 15.0  # seconds without a mail after which nothing more is expected
BARE_MAILS = 4_000
CONNECTIONS = (1, 4, 8)  # of the bare client; its best counts


@dataclass(frozen=True)
class Result:
    """What one contestant did."""

    name: str
    people: int
    seconds: float
    processor: measure.Processor
    peak_megabytes: float

    @property
    def contacts_per_second(self) -> float:
        return self.people / self.seconds

    @property
    def processor_a_step(self) -> float:
        """Microseconds of processor time, of workers, PostgreSQL and Redis together."""
        return self.processor.without_sink / (self.people * STEPS) * 1e6


@dataclass(frozen=True)
class Aftermath:
    """What a contestant made of the loss of its workers."""

    name: str
    missing: int
    twice: int
    in_doubt: int
    stuck: int
    resumed_after: float | None


def run(people: int, of_peers: int) -> None:
    """Measure everybody, and print. In the second half, where workers are lost, a fifth of the people are enough."""
    contestants.install_peers()
    print(f"\n## W end to end ({measure.load()}; {contestants.peer_versions()})\n")
    print("| | contacts/s | steps/s | Encore's times | µs CPU a step | in PostgreSQL | Encore's times | peak memory |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    limits = [bare(BARE_MAILS)]
    own = race(ENCORE, people)
    limits.append(bare(BARE_MAILS))  # beside what is compared with it, for a machine is not always equally busy
    _tell(own, own)
    for name in PEERS:
        _tell(race(name, of_peers), own)
    _tell_limits(own, limits)
    print("\n## SIGKILL of all workers in mid-run, started again at once\n")
    print("| | people | missing | twice | in doubt, listed | stuck | first mail after |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name in (ENCORE, *PEERS):
        lost = (people if name == ENCORE else of_peers) // 5
        after = loss(name, lost)
        resumed = f"{after.resumed_after:.1f} s" if after.resumed_after is not None else "never"
        print(
            f"| {name} | {lost:,} | {after.missing} | {after.twice} | {after.in_doubt} | {after.stuck} | {resumed} |",
            flush=True,
        )


def race(name: str, people: int) -> Result:
    """Let one contestant do the whole of it. Its producer's own processor time is not counted."""
    with arena(name) as (servers, sink), redis.Redis.from_url(servers.redis_url) as broker:
        contestant = _named(name, servers)
        contestant.lay(people)
        workers = contestant.start()
        postmaster = measure.postmaster(servers.database)
        try:
            before = measure.processor(workers, postmaster, broker, sink.process.pid)
            began = time.perf_counter()
            contestant.submit()
            sink.await_number(people * MAILS, LONGEST)
            seconds = time.perf_counter() - began
            time.sleep(1.0)  # what is still to be written down belongs to it
            used = measure.processor(workers, postmaster, broker, sink.process.pid) - before
            peak = sum(measure.peak_megabytes(pid) for pid in workers)
        finally:
            contestant.stop()
    return Result(name, people, seconds, used, peak)


def bare(mails: int) -> float:
    """Mails a second that the same server takes from a client that only sends."""
    best = 0.0
    for connections in CONNECTIONS:
        with arena("bare") as (servers, sink):
            began = time.perf_counter()
            words = [str(servers.smtp_port), str(mails), str(connections)]
            subprocess.run([sys.executable, "-m", "benchmarks.bare", *words], check=True, env=os.environ)
            best = max(best, sink.number() / (time.perf_counter() - began))
    return best


def loss(name: str, people: int) -> Aftermath:
    """Kill all workers of a contestant when a third of its mails have gone, start them again, and count."""
    with arena(name) as (servers, sink):
        contestant = _named(name, servers)
        contestant.lay(people)
        contestant.start()
        try:
            contestant.submit()
            sink.await_number(people * MAILS // 3, LONGEST)
            contestant.kill()
            contestant.start()
            started_at = time.time()
            _await_silence(sink.number)
            taken = sink.by_receiver()
            resumed = sink.first_after(started_at)
            in_doubt, stuck = (contestant.unsettled()) if isinstance(contestant, Encore) else (set(), 0)
        finally:
            contestant.stop()
    expected = {
        (f"ana{each}@mail.example", subject) for each in range(1, people + 1) for subject in contestants.SUBJECTS
    }
    return Aftermath(
        name,
        missing=len(expected - set(taken) - in_doubt),
        twice=sum(number - 1 for number in taken.values()),
        in_doubt=len(in_doubt),
        stuck=stuck,
        resumed_after=resumed - started_at if resumed is not None else None,
    )


def _named(name: str, servers: Servers) -> Contestant:
    return Encore(servers) if name == ENCORE else Peer(servers, name)


def _await_silence(number: Callable[[], int]) -> None:
    known, since = number(), time.monotonic()
    while time.monotonic() - since < SETTLED:
        time.sleep(0.2)
        if number() != known:
            known, since = number(), time.monotonic()


def _tell(one: Result, own: Result) -> None:
    cells = (
        f"{one.name}, {one.people:,} people",
        f"{one.contacts_per_second:,.1f}",
        f"{one.contacts_per_second * STEPS:,.0f}",
        f"{own.contacts_per_second / one.contacts_per_second:.1f}",
        f"{one.processor_a_step:,.0f}",
        f"{one.processor.postgres / (one.people * STEPS) * 1e6:,.0f}",
        f"{one.processor_a_step / own.processor_a_step:.1f}",
        f"{one.peak_megabytes:,.0f} MB",
    )
    print(f"| {' | '.join(cells)} |", flush=True)


def _tell_limits(own: Result, limits: Sequence[float]) -> None:
    taken = " and ".join(f"{limit:,.0f}" for limit in limits)
    reached = " and ".join(f"{own.contacts_per_second * MAILS / limit:.0%}" for limit in limits)
    sink = own.processor.sink / (own.people * MAILS) * 1e6
    print("\nThe goals were 10, 7 and 5 times the contacts a second, and a fifteenth of the processor time of dbos, a")
    print("tenth of procrastinate's.")
    print(f"\nThe mail server alone took {taken} ready-made mails a second before and after Encore's run. Encore")
    print(
        f"reached {reached} of that, where the goal was 80 %. The mail server itself used {sink:,.0f} µs of processor"
    )
    print("time a mail, which tells how busy the machine was with other things.", flush=True)

"""Work that waits in the database, and how it is done: a batch at a time, one transaction a batch.

Each room that has background work registers it here under the name of its actor. The actors in `workers/`, the
sandbox's fast-forward and the tests all do it through `run`; the clock asks `due_actors` whom to ring.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app import clock, wake
from app.db import db


@dataclass(frozen=True)
class Work:
    """One kind of background work.

    `claim` marks up to a batch as taken, in the transaction at hand, and answers it (empty: nothing to do). `act`,
    where there is one, runs after that is committed, for what reaches outside; without one, claiming is already doing.
    Whenever `act` yields, what it wrote is committed, so that no transaction stands open while it talks to somebody
    else. `next_due` is the instant from which something waits, None when nothing does.
    """

    actor: str
    claim: Callable[[], Any]
    next_due: Callable[[], datetime | None]
    act: Callable[[Any], Iterator[None]] | None = None
    in_flight: Callable[[], bool] | None = None  # whether some process is in the middle of acting
    release: Callable[[Any], None] | None = None  # gives back what was taken and not acted on, when acting fails
    around: Callable[[], AbstractContextManager[None]] = nullcontext  # what stays open while batches follow each other


WORK: dict[str, Work] = {}

LOOK_AGAIN_SECONDS = 0.02


def register(work: Work) -> None:
    """Make a kind of work known. Its actor must be one that `wake` can ring."""
    if work.actor not in wake.ACTORS:
        raise KeyError(f"no such actor: {work.actor}")
    WORK[work.actor] = work


def run_batch(actor: str) -> bool:
    """Do one batch. Answers whether there was any. A failure rolls the batch back and is raised."""
    work = WORK[actor]
    taken: Any = None
    try:
        taken = work.claim()
        db.session.commit()
        if taken and work.act is not None:
            for _pause in work.act(taken):
                db.session.commit()
            db.session.commit()
    except BaseException:
        db.session.rollback()
        if taken and work.release is not None:
            work.release(taken)
            db.session.commit()
        raise
    return bool(taken)


def run(actor: str, *, seconds: float = 60.0) -> None:
    """Do batches until none is left or the time is up; the next ring takes the rest."""
    until = time.monotonic() + seconds
    with WORK[actor].around():
        while run_batch(actor) and time.monotonic() < until:
            pass


def run_until_idle(*, rounds: int = 10_000) -> int:
    """Do everything that is due now, whatever makes more work included. Answers the number of batches done.

    Raises RuntimeError when it does not come to an end: that would be a loop, not a backlog.
    """
    batches = 0
    for _ in range(rounds):
        done = sum(run_batch(actor) for actor in WORK)
        if not done:
            return batches
        batches += done
    raise RuntimeError("background work does not come to an end")


def settle(*, seconds: float = 30.0) -> None:
    """Do everything that is due, and wait for what other processes have under way, so that it has all happened.

    A process that died in the middle of something holds its lease: after so many seconds of real time it is waited for
    no longer, and its work is settled when the lease runs out.
    """
    until = time.monotonic() + seconds
    run_until_idle()
    while _is_unsettled() and time.monotonic() < until:
        time.sleep(LOOK_AGAIN_SECONDS)
        run_until_idle()


def _is_unsettled() -> bool:
    due = next_due()
    busy = any(work.in_flight() for work in WORK.values() if work.in_flight is not None)
    db.session.rollback()  # the next look sees what others have committed meanwhile
    return busy or (due is not None and due <= clock.now())


def next_due() -> datetime | None:
    """The instant from which any work waits: past or present when some is due now."""
    waiting = [due for work in WORK.values() if (due := work.next_due()) is not None]
    return min(waiting, default=None)


def due_actors() -> set[str]:
    """Whom the clock should ring."""
    return {work.actor for work in WORK.values() if (due := work.next_due()) is not None and due <= clock.now()}

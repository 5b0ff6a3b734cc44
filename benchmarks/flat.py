"""What a step costs beside ten thousand, a hundred thousand and a million people who wait: it must not grow."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from sqlalchemy import func, select, text

from app import clock, work
from app.db import db
from app.sequences.engine import claiming
from app.sequences.models import Sequence, StepRun
from benchmarks import measure
from benchmarks.arena import arena
from benchmarks.contestants import Encore

WAITING = (10_000, 100_000, 1_000_000)
DUE = 5_000
BATCH = 500
LOOKS = 20

FIND = text(
    "SELECT e.id, e.contact_id, e.step_id, e.due_at FROM enrolment e JOIN sequence s ON s.id = e.sequence_id"
    " WHERE e.status = 'active' AND s.status = 'active' AND e.due_at <= now() ORDER BY e.due_at, e.id LIMIT :limit"
)
WAIT = text(
    "INSERT INTO enrolment"
    " (sequence_id, revision_id, contact_id, status, reason, step_id, due_at, started_at, moved_at)"
    " SELECT :sequence, :revision, c.id, 'active', '', 'first', now() + interval '30 days', now(), now()"
    " FROM (SELECT min(id) AS first, count(*) AS number FROM contact) every, contact c,"
    " generate_series(0, :people - 1) i WHERE c.id = every.first + i % every.number"
)
NOW_DUE = text(
    "INSERT INTO enrolment"
    " (sequence_id, revision_id, contact_id, status, reason, step_id, due_at, started_at, moved_at)"
    " SELECT :sequence, :revision, id, 'active', '', 'known', now(), now(), now()"
    " FROM contact ORDER BY id LIMIT :people"
)


def run() -> None:
    """Measure at each size, and print."""
    print(f"\n## The cost of a step beside those who wait ({measure.load()})\n")
    print("| waiting | finding 500 due | locking them and their contacts too | steps/s | µs of worker's CPU a step |")
    print("| ---: | ---: | ---: | ---: | ---: |")
    with arena("flat") as (servers, _sink):
        encore = Encore(servers)
        encore.lay(DUE)
        waiting = 0
        for wanted in WAITING:
            with encore.app.app_context():
                _let_wait(wanted - waiting)
                waiting = wanted
                found, taken, seconds, processor, steps = _advance()
            cells = (
                f"{wanted:,}",
                f"{found * 1e3:.1f} ms | {taken * 1e3:.1f} ms",
                f"{steps / seconds:,.0f}",
                f"{processor / steps * 1e6:.0f}",
            )
            print(f"| {' | '.join(cells)} |", flush=True)


def _let_wait(people: int) -> None:
    sequence = db.session.scalars(select(Sequence)).one()
    db.session.execute(WAIT, {"sequence": sequence.id, "revision": sequence.live_id, "people": people})
    db.session.commit()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE enrolment"))


def _advance() -> tuple[float, float, float, float, int]:
    """Let those who are due go on. Answers the seconds it takes to find a batch and to take it, those for all, the
    processor's, and the number of steps.
    """
    sequence = db.session.scalars(select(Sequence)).one()
    db.session.execute(NOW_DUE, {"sequence": sequence.id, "revision": sequence.live_id, "people": DUE})
    db.session.commit()
    found = statistics.median(_seconds(lambda: db.session.execute(FIND, {"limit": BATCH}).all()) for _ in range(LOOKS))
    taken = statistics.median(_seconds(lambda: claiming.claim(clock.now(), BATCH)) for _ in range(LOOKS))
    before = db.session.scalar(select(func.count()).select_from(StepRun)) or 0
    db.session.commit()
    began, processor = time.perf_counter(), time.process_time()
    work.run("advance_enrolments", seconds=3600)
    seconds, used = time.perf_counter() - began, time.process_time() - processor
    after = db.session.scalar(select(func.count()).select_from(StepRun)) or 0
    db.session.commit()
    return found, taken, seconds, used, after - before


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    seconds = time.perf_counter() - began
    db.session.rollback()
    return seconds

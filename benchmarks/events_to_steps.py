"""Events → enrolments → steps, through the real consumers on PostgreSQL, beside what the same database takes at the
most.

The workload: an event enrols a person; a condition is asked, a tag given, an e-mail queued, and without a wait another.
Delivery is not part of it.
"""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import flask_migrate
from sqlalchemy import func, insert, select, text

from app import clock, create_app, events, founding, work
from app.config import Settings
from app.contacts.models import Contact
from app.db import db
from app.demo import make
from app.sequences.models import Enrolment, StepRun
from benchmarks import measure, raw

MIGRATIONS = Path(__file__).parents[1] / "migrations"
BATCH = 500

STEPS = (
    {
        "id": "known",
        "if": {"rules": [{"rule": "tag.has", "value": "Never"}]},
        "then": [{"id": "stop", "do": "stop"}],
    },
    {"id": "tag", "do": "tag.add", "tags": ["Asked"]},
    {"id": "first", "do": "email", "subject": "Hello ##{{first_name}}", "html": "<p>Hello</p>"},
    {"id": "second", "do": "email", "subject": "One more thing", "html": "<p>Hello again</p>"},
)
EXITS = [{"rule": "membership.purchased", "since": "enrolment"}]

WRITTEN = ("enrolment", "step_run", "message", "contact_tag", "event")


@dataclass(frozen=True)
class Lap:
    """How long something took, on the wall and on this process's processor."""

    seconds: float
    cpu_seconds: float = 0


def run(people: int) -> None:
    """Measure with so many people, and print."""
    address = os.environ["DATABASE_URL"]
    app = create_app(Settings(encore_secret_key="benchmark", database_url=address))  # noqa: S106 - guards nothing here
    with app.app_context():
        flask_migrate.upgrade(directory=str(MIGRATIONS))
        founding.lay()
        ids = _people(people)
        make.sequence(*STEPS, trigger="api.event", exits=EXITS, title="Benchmark")
        db.session.commit()
        db.session.execute(text("ANALYZE contact"))
        db.session.commit()

        recorded = _timed(lambda: _record(ids))
        enrolled = _timed(lambda: work.run("consume_events", seconds=3600))
        stepped = _timed(lambda: work.run("advance_enrolments", seconds=3600))
        enrolments = db.session.scalar(select(func.count()).select_from(Enrolment)) or 0
        steps = db.session.scalar(select(func.count()).select_from(StepRun)) or 0
        db.session.rollback()

    rows, seconds = raw.rewrite(address.replace("+psycopg", ""), WRITTEN, batches=-(-people // BATCH))
    own = recorded.seconds + enrolled.seconds + stepped.seconds
    used = recorded.cpu_seconds + enrolled.cpu_seconds + stepped.cpu_seconds
    print(f"\n## The engine alone ({measure.load()}; batches of {BATCH}, one worker process, fsync on)\n")
    print(f"| {people:,} people | per second | seconds | worker's CPU seconds |")
    print("| --- | ---: | ---: | ---: |")
    _say("events recorded", people, recorded)
    _say("events → enrolments", enrolments, enrolled)
    _say("enrolments → steps", steps, stepped)
    _say("rows written in all", rows, Lap(own, used))
    _say("the same rows, bare driver", rows, Lap(seconds))
    print(f"\n- Share of the bare driver: {seconds / own:.0%} (the goal was 40 %).")
    print(f"- The worker's CPU: {stepped.cpu_seconds / steps * 1e6:.0f} µs a step,", end=" ")
    print(f"so {steps / stepped.cpu_seconds:,.0f} steps for each second of a core; on the wall", end=" ")
    print(f"{steps / stepped.seconds:,.0f} (the goal was 20,000).")
    print(f"- Peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB.", flush=True)


def _people(number: int) -> list[int]:
    """Contacts, as many; how they come in is not measured."""
    now = clock.now()
    rows = [
        {"first_name": f"Ana {index}", "email": f"ana{index}@mail.example", "created_at": now, "custom": {}}
        for index in range(number)
    ]
    return list(db.session.scalars(insert(Contact).returning(Contact.id), rows))


def _record(ids: list[int]) -> None:
    for begin in range(0, len(ids), BATCH):
        chunk = ids[begin : begin + BATCH]
        events.record_many([events.Entry("api.event", contact_id, {"name": "Quiz"}) for contact_id in chunk])
        db.session.commit()


def _timed(act: Callable[[], object]) -> Lap:
    began, cpu = time.perf_counter(), time.process_time()
    act()
    return Lap(time.perf_counter() - began, time.process_time() - cpu)


def _say(what: str, number: int, lap: Lap) -> None:
    processor = f"{lap.cpu_seconds:.2f}" if lap.cpu_seconds else ""
    print(f"| {what} | {number / lap.seconds:,.0f} | {lap.seconds:.2f} | {processor} |")

"""What an operator wants to know when something seems wrong: `flask --app wsgi doctor`, one line a question."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from app import clock, work
from app.dashboard import health
from app.db import db
from app.events.models import QueuedEvent
from app.messaging.models import UNCERTAIN, Message
from app.sequences import books
from app.sequences.models import FAILED, Enrolment
from app.staff import pulse

LATE_SECONDS = 60


@dataclass(frozen=True)
class Check:
    """One question and its answer. A warning is something for a person to look at, not a fault."""

    about: str
    said: str
    is_well: bool = True
    is_warning: bool = False


def examine() -> Iterator[Check]:
    """Look at everything. Where the database cannot be reached, nothing else can be known."""
    yield _yes_or_no("broker", health.broker_answers(), "answers", "cannot be reached")
    try:
        is_latest = health.revision() == health.head()
    except SQLAlchemyError as error:
        db.session.rollback()
        yield Check("database", f"cannot be reached ({type(error).__name__})", is_well=False)
        return
    yield Check("database", "answers")
    yield _yes_or_no("tables", is_latest, "are the latest", "are not the latest: run set-up")
    yield from _processes()
    yield _lateness()
    yield from _waiting_for_a_person()
    yield from _books()


def _yes_or_no(about: str, is_well: bool, well: str, unwell: str) -> Check:
    return Check(about, well if is_well else unwell, is_well)


def _processes() -> Iterator[Check]:
    silent = {ailment.name: ailment.silent_for for ailment in pulse.ailments()}
    for name in ("clock", "worker"):
        if name not in silent:
            yield Check(name, "runs")
            continue
        since = silent[name]
        said = "has never run" if since is None else f"silent for {int(since.total_seconds())} s"
        yield Check(name, said, is_well=False)


def _lateness() -> Check:
    due = work.next_due()
    late = max(0, int((clock.now() - due).total_seconds())) if due is not None else 0
    said = "nothing is late" if late <= LATE_SECONDS else f"the oldest has waited for {late} s"
    return Check("due work", said, late <= LATE_SECONDS)


def _waiting_for_a_person() -> Iterator[Check]:
    counts = (
        ("events put aside", select(func.count()).where(QueuedEvent.parked_at.is_not(None)), "events retry"),
        (
            "runs with an error",
            select(func.count()).where(Enrolment.status == FAILED),
            "see the people of the sequence",
        ),
        ("messages in doubt", select(func.count()).where(Message.status == UNCERTAIN), "see Settings › Messages"),
    )
    for about, counted, what_to_do in counts:
        number = db.session.scalar(counted) or 0
        yield Check(about, f"{number}: {what_to_do}" if number else "none", is_warning=number > 0)


def _books() -> Iterator[Check]:
    gaps = books.gaps()
    if not gaps:
        yield Check("books", "balance")
    for gap in gaps:
        where = f"sequence {gap.sequence_id} “{gap.title}”"
        said = {
            "entered": f"{gap.written} people entered, {gap.found} are there",
            "step_runs": f"{gap.written} steps were done, {gap.found} are written down",
            "stuck": f"{gap.found} runs have neither an end nor a next step",
        }[gap.what]
        yield Check("books", f"{where}: {said}", is_well=False)

"""Three workers on one PostgreSQL and Redis share what is due, and nobody is moved twice (WRK-02, WRK-05)."""

from __future__ import annotations

import os
from typing import Any

import pytest
from sqlalchemy import func, insert, select, text

from app import clock
from app.contacts.models import Contact
from app.db import db
from app.demo import make
from app.events import Event
from app.events.models import QueuedEvent
from app.sequences.models import Enrolment, StepRun
from app.staff.models import Heartbeat
from tests.chaos.conftest import WORKERS, Crew
from tests.chaos.test_kills import count, until

PEOPLE = int(os.environ.get("ENCORE_CHAOS_PEOPLE", "20000"))

STEPS: list[dict[str, Any]] = [
    {"id": "known", "if": {"rules": [{"rule": "tag.has", "value": "VIP"}]}, "then": [{"id": "end", "do": "stop"}]},
    {"id": "tag", "do": "tag.add", "tags": ["Asked"]},
]

DUE = text(
    "INSERT INTO enrolment"
    " (sequence_id, revision_id, contact_id, status, reason, step_id, due_at, started_at, moved_at)"
    " SELECT :sequence, :revision, id, 'active', '', 'known', now(), now(), now() FROM contact"
)


@pytest.mark.chaos
@pytest.mark.timeout(600)
@pytest.mark.req("WRK-02", "WRK-05")
def test_each_is_advanced_once(crew: Crew) -> None:
    with crew.server.database():
        sequence = make.sequence(*STEPS, title="Many")
        now = clock.now()
        people = [{"first_name": f"Ana {each}", "created_at": now, "custom": {}} for each in range(PEOPLE)]
        db.session.execute(insert(Contact), people)
        db.session.execute(DUE, {"sequence": sequence.id, "revision": sequence.live_id})

    until(crew.server, lambda: count(Enrolment, Enrolment.status == "completed") == PEOPLE, "people are stuck", 500)
    until(crew.server, lambda: count(QueuedEvent) == 0, "events are left", 500)

    with crew.server.database():
        at_work = db.session.scalars(select(Heartbeat.name).where(Heartbeat.name.startswith("worker:"))).all()
        assert len(at_work) == len(WORKERS)
        assert count(StepRun) == 2 * PEOPLE
        for kind in ("tag.added", "sequence.completed"):  # neither has a key that would hide a second one
            each = db.session.execute(select(func.count()).where(Event.kind == kind).group_by(Event.contact_id))
            assert {number for (number,) in each} == {1}
            assert count(Event, Event.kind == kind) == PEOPLE

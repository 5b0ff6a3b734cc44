"""Workers that begin look at once for what is there, and a clock that dies is soon followed by another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import dramatiq
import pytest
from sqlalchemy import select

from app import wake
from app.config import Settings
from app.db import db
from app.staff import pulse
from app.staff.models import Heartbeat
from workers import broker


@pytest.fixture
def answered() -> Iterator[set[str]]:
    """Who was rung, on a broker in this process's memory whose actors only note it."""
    before = dramatiq.broker.global_broker
    bell = broker.set_up(Settings(encore_secret_key="test"))
    heard: set[str] = set()
    for name, queue in broker.QUEUES.items():
        dramatiq.actor(actor_name=name, queue_name=queue)(lambda name=name: heard.add(name))
    yield heard
    wake.install(None)
    bell.close()
    dramatiq.broker.global_broker = before


@pytest.mark.req("WRK-05")
def test_workers_that_begin_look_at_once_for_what_others_left(answered: set[str]) -> None:
    bell = dramatiq.get_broker()
    worker = dramatiq.Worker(bell, worker_threads=1, worker_timeout=10)
    worker.start()
    for queue in set(broker.QUEUES.values()):
        bell.join(queue, timeout=10_000)
    worker.stop()

    assert answered == set(broker.QUEUES)


@pytest.mark.req("WRK-05")
@pytest.mark.usefixtures("app")
def test_a_clock_that_has_died_is_followed_within_five_seconds() -> None:
    assert pulse.hold_clock("the first")
    assert not pulse.hold_clock("the second")

    beat = db.session.scalars(select(Heartbeat)).one()
    assert beat.lease_until is not None
    beat.lease_until -= timedelta(seconds=5)
    db.session.flush()

    assert pulse.hold_clock("the second")
    assert not pulse.hold_clock("the first")

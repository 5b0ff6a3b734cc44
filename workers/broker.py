"""The broker: Redis where there is one, else in this process's memory. It carries rings, nothing that could be lost."""

from __future__ import annotations

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import (
    AgeLimit,
    Callbacks,
    CurrentMessage,
    Middleware,
    Pipelines,
    ShutdownNotifications,
    TimeLimit,
)

from app import wake
from app.config import Settings

QUEUES = {
    "consume_events": "engine",
    "advance_enrolments": "engine",
    "queue_group_messages": "delivery",
    "ask_for_signatures": "engine",
    "deliver_messages": "delivery",
    "deliver_urgent_messages": "urgent",
    "deliver_webhooks": "webhooks",
    "import_leads": "imports",
    "count_backtests": "imports",
}

# A ring older than this says nothing the clock has not said since.
RING_LIFE_MS = 60_000

MOST_RINGS = 16  # waiting in this process's memory


class Opening(Middleware):
    """Rings everybody when workers begin: what those before them left lying must not wait for the clock, which may have
    fallen with them.
    """

    def after_worker_boot(self, _broker: dramatiq.Broker, _worker: dramatiq.Worker) -> None:
        wake.ring_now(QUEUES)


def set_up(settings: Settings) -> dramatiq.Broker:
    """Make the broker the settings ask for the one in use, and hang `wake`'s bell on it."""
    middleware: list[Middleware] = [
        AgeLimit(max_age=RING_LIFE_MS),
        TimeLimit(time_limit=120_000),
        ShutdownNotifications(notify_shutdown=True),
        Callbacks(),
        Pipelines(),
        CurrentMessage(),
        Opening(),
    ]
    broker: dramatiq.Broker
    if settings.redis_url:
        broker = RedisBroker(url=settings.redis_url, middleware=middleware)  # type: ignore[no-untyped-call]
    else:
        broker = StubBroker(middleware=middleware)
    for queue in sorted(set(QUEUES.values())):
        broker.declare_queue(queue)
    dramatiq.set_broker(broker)
    wake.install(ring)
    return broker


def ring(actor: str) -> None:
    """Put a ring for an actor on its queue."""
    message: dramatiq.Message[None] = dramatiq.Message(
        queue_name=QUEUES[actor], actor_name=actor, args=(), kwargs={}, options={}
    )
    broker = dramatiq.get_broker()
    if isinstance(broker, StubBroker) and broker.queues[QUEUES[actor]].qsize() >= MOST_RINGS:
        return  # whoever answers those will find this work too; and nothing piles up where nobody answers
    broker.enqueue(message)

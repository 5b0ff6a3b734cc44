"""Workers are killed in mid-work, Redis forgets everything, PostgreSQL falls over: it is as if nothing had been."""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from app import clock, events, work
from app.contacts.models import Contact
from app.db import db
from app.demo import make
from app.events import queue as event_queue
from app.events.models import QueuedEvent
from app.messaging.models import DELIVERED, QUEUED, SENDING, SENT, UNCERTAIN, Message
from app.scoring.models import ScoreLine
from app.sequences import books
from app.sequences.models import RUNNING, Enrolment, StepRun
from app.staff import pulse
from app.tasks.models import Task
from tests.chaos.conftest import WORKERS, Crew
from tests.harness.live import LiveServer
from tests.harness.smtp import SmtpSink
from tests.harness.twilio import TwilioStandIn

LEADS = int(os.environ.get("ENCORE_CHAOS_LEADS", "240"))  # the whole of it are 5000, which take a while
CHUNK = 40
CRASH_AT = 0.5

STEPS: list[dict[str, Any]] = [
    {"id": "call", "do": "task", "title": "Call {{first_name}}", "assign": {"role": "Front desk"}},
    {"id": "sms", "do": "sms", "body": "Hi ##{{first_name}}"},
    {"id": "known", "if": {"rules": [{"rule": "tag.has", "value": "VIP"}]}, "then": [{"id": "end", "do": "stop"}]},
    {"id": "tag", "do": "tag.add", "tags": ["Asked"]},
    {"id": "mail", "do": "email", "subject": "Hello", "html": "<p>Hello ##{{first_name}}</p>"},
]
DONE = ["call", "known", "mail", "sms", "tag"]

SETTLED = (SENT, DELIVERED, UNCERTAIN)


def until(server: LiveServer, condition: Callable[[], bool], what: str, within: float = 120 + LEADS / 4) -> None:
    """Wait until something is so in the server's database. Raises TimeoutError, saying what was seen instead."""
    pause = threading.Event()
    deadline = time.monotonic() + within
    while True:
        with server.database():
            if condition():
                return
            if time.monotonic() > deadline:
                raise TimeoutError(f"{what}\n{_seen(server)}")
        pause.wait(0.05)


def _seen(server: LiveServer) -> str:
    """How things stand: what waits where and since when, who works on it, and what the processes said last."""
    now = clock.now()
    messages = db.session.execute(
        select(
            Message.channel,
            Message.status,
            Message.called_at.is_not(None),
            func.count(),
            func.min(Message.due_at),
            func.min(Message.lease_until),
            func.max(Message.lease_until),
        )
        .where(Message.status.in_((QUEUED, SENDING)))
        .group_by(Message.channel, Message.status, Message.called_at.is_not(None))
    )
    lines = [f"now {now}, of which the sandbox's shift {server.app.extensions['sandbox_shift']()}"]
    lines += [
        f"{number} {channel} {status}{', carrier called' if called else ''}: due since {due}, leases {first} to {last}"
        for channel, status, called, number, due, first, last in messages
    ]
    lines += [f"{number} events wait for {consumer}" for consumer, number in event_queue.backlog().items()]
    lines.append(f"{count(Enrolment, Enrolment.status == RUNNING)} runs go on; due for the clock: {work.due_actors()}")
    lines += [f"unwell: {one}" for one in pulse.ailments()]
    lines += [f"--- {part} said\n{server.log(part)}" for part in (*WORKERS, "clock")]
    return "\n".join(lines)


def count(of: Any, *where: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(of).where(*where)) or 0


@pytest.mark.chaos
@pytest.mark.timeout(420 + LEADS)
@pytest.mark.req("WRK-02", "BEY-01", "BEY-20")
def test_every_lead_has_exactly_its_run_its_messages_and_its_points(
    crew: Crew, smtp: SmtpSink, phone_provider: TwilioStandIn
) -> None:
    server, dice = crew.server, random.Random(LEADS)
    with server.database():
        make.sequence(*STEPS, title="Chaos")
    for _ in range(0, LEADS, CHUNK):
        with server.database():
            for _ in range(CHUNK):
                events.record("demo.booked", make.lead().contact, name="Visit")

    until(server, lambda: count(Enrolment) > 0, "nobody is enrolled")
    crew.lose("worker")
    crew.flush()
    for share in (0.1, 0.3, 0.5, 0.7):
        until(server, lambda: _on_their_way() >= 2 * LEADS * share, "messages have stopped")  # noqa: B023
        crew.lose(dice.choice(WORKERS))
        crew.flush()
        if share == CRASH_AT:
            crew.crash_the_database()

    until(server, lambda: count(QueuedEvent) == 0 and _settled() == 2 * LEADS, "messages are stuck")

    with server.database():
        _check_the_books()
        _check_the_post(smtp, phone_provider)


def _on_their_way() -> int:
    """Messages that are no longer waiting, those included that a worker has in hand."""
    return count(Message, Message.status != QUEUED)


def _settled() -> int:
    """Messages of which is known what became of them, or that stand before a person because it cannot be known."""
    return count(Message, Message.status.in_(SETTLED))


def _check_the_books() -> None:
    assert count(Enrolment, Enrolment.status == "completed") == LEADS
    assert len(set(db.session.scalars(select(Enrolment.contact_id)))) == LEADS
    assert books.gaps() == []
    runs: dict[int, list[str]] = {}
    for enrolment_id, step_id in db.session.execute(select(StepRun.enrolment_id, StepRun.step_id)):
        runs.setdefault(enrolment_id, []).append(step_id)
    assert {tuple(sorted(steps)) for steps in runs.values()} == {tuple(DONE)}
    assert set(Counter(db.session.scalars(select(Task.contact_id))).values()) == {1}
    points = db.session.execute(select(ScoreLine.contact_id, func.count()).group_by(ScoreLine.contact_id)).all()
    assert [number for _contact, number in points] == [1] * LEADS


def _check_the_post(smtp: SmtpSink, twilio: TwilioStandIn) -> None:
    """Each message is with its receiver once, or stands as uncertain; and no state claims what is not so."""
    rows = db.session.execute(
        select(Message.channel, Message.status, Contact.email, Contact.phone).join(Message.contact)
    )
    per_person: Counter[str] = Counter()
    for channel, status, email, phone in rows:
        arrived = len(smtp.sent_to(email or "")) if channel == "email" else len(twilio.sent_to(phone or ""))
        per_person[channel] += 1
        assert status in SETTLED
        assert arrived <= 1
        assert arrived == 1 or status == UNCERTAIN
    assert per_person == {"email": LEADS, "sms": LEADS}

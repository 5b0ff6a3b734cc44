"""What happened to one person in a sequence, step by step, with what became of each message: the same account of a
live run and of a simulated one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from app import reasons
from app.db import db
from app.messaging.models import (
    BOUNCED,
    DELIVERED,
    FAILED,
    QUEUED,
    SENDING,
    SENT,
    SUPPRESSED,
    UNCERTAIN,
    Message,
)
from app.sequences import drafts, graph, webhook_queue
from app.sequences.engine import awaiting
from app.sequences.models import COMPLETED, RUNNING, Enrolment, StepRun
from app.sequences.webhook_queue import CALLING, WebhookCall

# A message that leaves this soon after its step was done has not been held.
AT_ONCE = timedelta(minutes=1)

# What a message's state says of its step.
_OPEN = (QUEUED, SENDING, CALLING)
_OF_WAITS = (awaiting.CAME, awaiting.TIMED_OUT)  # reasons that stay true once the message has gone
_LOST = {SUPPRESSED: "skipped", FAILED: "failed", BOUNCED: "failed", UNCERTAIN: "uncertain"}
_FATES = {
    QUEUED: "waiting",
    SENDING: "waiting",
    CALLING: "waiting",
    SENT: "sent",
    DELIVERED: "sent",
    BOUNCED: "sent",
    SUPPRESSED: "skipped",
}


@dataclass(frozen=True)
class Preview:
    """A message as its receiver gets it."""

    channel: str
    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Entry:
    """One line of the account. `do` is the action's key, "if", "split", or "enrol" and "end" for the run itself.

    `outcome`: sent, done, skipped, failed or uncertain; waiting for what has not happened yet; the branch taken by a
    condition (true, false) or a split (its letter); for the end, how the run ended.
    """

    at: datetime
    step_id: str | None
    do: str
    outcome: str
    reason: str = ""
    preview: Preview | None = None
    is_next: bool = False  # the step somebody stands before
    held_from: datetime | None = None  # when its step was done, where the message left later
    held_why: str = ""  # the stored reason


def account_of(enrolment: Enrolment) -> list[Entry]:
    """Everything that has happened in a run, in order, and what it waits for. Five queries."""
    steps = {place.step.id: place.step for place in graph.walk(drafts.document_of(enrolment.revision))}
    messages = {
        message.step_id: message
        for message in db.session.scalars(select(Message).where(Message.enrolment_id == enrolment.id))
    }
    runs = db.session.scalars(
        select(StepRun).where(StepRun.enrolment_id == enrolment.id).order_by(StepRun.ran_at, StepRun.id)
    )
    calls = webhook_queue.calls_of([enrolment.id])
    entries = [_of_run(run, steps, messages.get(run.step_id) or calls.get((enrolment.id, run.step_id))) for run in runs]
    entries.sort(key=lambda entry: entry.at)
    if enrolment.status == RUNNING and enrolment.due_at is not None:
        entries.append(
            Entry(enrolment.due_at, enrolment.step_id, _do(steps, enrolment.step_id), "waiting", is_next=True)
        )
    elif enrolment.ended_at is not None and enrolment.status != COMPLETED:
        entries.append(Entry(enrolment.ended_at, None, "end", enrolment.status, reasons.say(enrolment.reason)))
    return entries


def runs_of(enrolments: Iterable[Enrolment]) -> dict[int, list[dict[str, Any]]]:
    """What every step did in each of these runs, by their ids, as the API tells it. Three queries.

    What was sent and held back, or did not arrive, is told as what became of it; else the step's own outcome stands.
    """
    ids = [one.id for one in enrolments]
    sent: dict[tuple[int | None, str | None], Message | WebhookCall] = dict(webhook_queue.calls_of(ids).items())
    for message in db.session.scalars(select(Message).where(Message.enrolment_id.in_(ids))):
        sent[message.enrolment_id, message.step_id] = message
    told: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for run in db.session.scalars(select(StepRun).where(StepRun.enrolment_id.in_(ids)).order_by(StepRun.id)):
        outcome, reason = _outcome(run, sent.get((run.enrolment_id, run.step_id)))
        told[run.enrolment_id].append(
            {
                "step_id": run.step_id,
                "ran_at": run.ran_at.isoformat(),
                "outcome": outcome,
                "reason": reasons.say(reason),
            }
        )
    return told


def _outcome(run: StepRun, sent: Message | WebhookCall | None) -> tuple[str, str]:
    """The outcome of a step and its stored reason, once it is known what became of what it sent."""
    if sent is None:
        return run.outcome, run.reason
    outcome = _LOST.get(sent.status, run.outcome)
    is_still_said = sent.status in _OPEN or run.reason.startswith(_OF_WAITS)
    return outcome, sent.reason or (run.reason if is_still_said else "")


def _of_run(run: StepRun, steps: Mapping[str, graph.AnyStep], sent: Message | WebhookCall | None) -> Entry:
    do, (_lost, why) = _do(steps, run.step_id), _outcome(run, sent)
    if sent is None:
        return Entry(run.ran_at, run.step_id, do, run.outcome, reasons.say(why))
    went_at = sent.sent_at if isinstance(sent, Message) else sent.ended_at
    is_held = went_at is not None and went_at - run.ran_at > AT_ONCE
    return Entry(
        at=sent.due_at if sent.status in _OPEN else went_at or run.ran_at,
        step_id=run.step_id,
        do=do,
        outcome=_FATES.get(sent.status, sent.status),
        reason=reasons.say(why),
        preview=Preview(sent.channel, sent.subject, sent.text, sent.html)
        if isinstance(sent, Message) and sent.sent_at
        else None,
        held_from=run.ran_at if is_held else None,
        held_why=run.reason if is_held and not run.reason.startswith(_OF_WAITS) else "",
    )


def _do(steps: Mapping[str, graph.AnyStep], step_id: str | None) -> str:
    match steps.get(step_id or ""):
        case graph.ActionStep(do=do):
            return do
        case graph.IfStep():
            return "if"
        case graph.SplitStep():
            return "split"
        case _:
            return "" if step_id else "end"

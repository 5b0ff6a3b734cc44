"""What happened to one person in a sequence, step by step, with what became of each message: the same account of a
live run and of a simulated one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
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
from app.sequences import drafts, graph
from app.sequences.engine import awaiting
from app.sequences.models import COMPLETED, RUNNING, Enrolment, StepRun

# What a message's state says of its step.
_OPEN = (QUEUED, SENDING)
_OF_WAITS = (awaiting.CAME, awaiting.TIMED_OUT)  # reasons that stay true once the message has gone
_LOST = {SUPPRESSED: "skipped", FAILED: "failed", BOUNCED: "failed", UNCERTAIN: "uncertain"}
_FATES = {
    QUEUED: "waiting",
    SENDING: "waiting",
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


def account_of(enrolment: Enrolment) -> list[Entry]:
    """Everything that has happened in a run, in order, and what it waits for. Four queries."""
    steps = {place.step.id: place.step for place in graph.walk(drafts.document_of(enrolment.revision))}
    messages = {
        message.step_id: message
        for message in db.session.scalars(select(Message).where(Message.enrolment_id == enrolment.id))
    }
    runs = db.session.scalars(
        select(StepRun).where(StepRun.enrolment_id == enrolment.id).order_by(StepRun.ran_at, StepRun.id)
    )
    entries = [_of_run(run, steps, messages.get(run.step_id)) for run in runs]
    entries.sort(key=lambda entry: entry.at)
    if enrolment.status == RUNNING and enrolment.due_at is not None:
        entries.append(
            Entry(enrolment.due_at, enrolment.step_id, _do(steps, enrolment.step_id), "waiting", is_next=True)
        )
    elif enrolment.ended_at is not None and enrolment.status != COMPLETED:
        entries.append(Entry(enrolment.ended_at, None, "end", enrolment.status, reasons.say(enrolment.reason)))
    return entries


def runs_of(enrolments: Iterable[Enrolment]) -> dict[int, list[dict[str, Any]]]:
    """What every step did in each of these runs, by their ids, as the API tells it. Two queries.

    A message that was held back, or did not arrive, is told as what became of it; else the step's own outcome stands.
    """
    ids = [one.id for one in enrolments]
    messages = {
        (message.enrolment_id, message.step_id): message
        for message in db.session.scalars(select(Message).where(Message.enrolment_id.in_(ids)))
    }
    told: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for run in db.session.scalars(select(StepRun).where(StepRun.enrolment_id.in_(ids)).order_by(StepRun.id)):
        outcome, reason = _outcome(run, messages.get((run.enrolment_id, run.step_id)))
        told[run.enrolment_id].append(
            {
                "step_id": run.step_id,
                "ran_at": run.ran_at.isoformat(),
                "outcome": outcome,
                "reason": reasons.say(reason),
            }
        )
    return told


def _outcome(run: StepRun, message: Message | None) -> tuple[str, str]:
    """The outcome of a step and its stored reason, once it is known what became of its message."""
    if message is None:
        return run.outcome, run.reason
    outcome = _LOST.get(message.status, run.outcome)
    is_still_said = message.status in _OPEN or run.reason.startswith(_OF_WAITS)
    return outcome, message.reason or (run.reason if is_still_said else "")


def _of_run(run: StepRun, steps: Mapping[str, graph.AnyStep], message: Message | None) -> Entry:
    do, (_lost, why) = _do(steps, run.step_id), _outcome(run, message)
    if message is None:
        return Entry(run.ran_at, run.step_id, do, run.outcome, reasons.say(why))
    is_open = message.status in _OPEN
    return Entry(
        at=message.due_at if is_open else message.sent_at or run.ran_at,
        step_id=run.step_id,
        do=do,
        outcome=_FATES.get(message.status, message.status),
        reason=reasons.say(why),
        preview=Preview(message.channel, message.subject, message.text, message.html) if message.sent_at else None,
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

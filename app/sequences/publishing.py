"""Putting sequences to work: publishing a draft, activating, pausing, resuming (SEQ-18, SEQ-28)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from flask_babel import gettext as _
from sqlalchemy import func, select

from app import clock, wake
from app.db import db
from app.sequences import checking, drafts, graph, pausing
from app.sequences.engine import carrying
from app.sequences.models import ACTIVE, DRAFT, PAUSED, RUNNING, Enrolment, Sequence, SequenceRevision
from app.web import Refusal


class NotReady(Refusal):
    """The check found errors. `findings` has them, with their steps, and the warnings."""

    def __init__(self, findings: list[checking.Finding]) -> None:
        errors = [one.detail for one in findings if one.severity == "error"]
        super().__init__(_("This sequence is not ready: %(why)s", why=" ".join(errors)))
        self.findings = findings


@dataclass(frozen=True)
class Preview:
    """What publishing would change, and for how many who are inside: by step id, who waits there."""

    added: list[str]
    changed: dict[str, int]
    removed: dict[str, int]
    inside: int


def check(sequence: Sequence) -> list[checking.Finding]:
    """The pre-flight check of the draft: errors first, then what may be meant."""
    return checking.findings(drafts.draft_of(sequence))


def preview(sequence: Sequence) -> Preview:
    """What publishing the draft would change."""
    old = _steps(sequence.live)
    new = _steps(sequence.draft)
    waiting = waiting_by_step(sequence)
    return Preview(
        added=[step_id for step_id in new if step_id not in old],
        changed={
            step_id: waiting.get(step_id, 0)
            for step_id, step in new.items()
            if step_id in old and _own(step) != _own(old[step_id])
        },
        removed={step_id: waiting.get(step_id, 0) for step_id in old if step_id not in new},
        inside=sum(waiting.values()),
    )


def publish(sequence: Sequence, *, carry: bool = True) -> SequenceRevision:
    """Make the draft what is live, and by default take everybody inside along; else they finish the old version.

    People who wait on a deleted step go on with the next that is left; a wait that has changed is counted anew. Raises
    NotReady when the check finds errors.
    """
    found = check(sequence)
    if any(one.severity == "error" for one in found):
        raise NotReady(found)
    draft = drafts.draft_revision(sequence)
    if sequence.live_id != draft.id:
        sequence.live = draft
        draft.published_at = clock.now()
        document = drafts.document_of(draft)
        sequence.trigger_kind = document.trigger.kind
        db.session.flush()
        if document.single_enrolment:
            carrying.mark_who_has_been_through(sequence.id)
        if carry:
            carrying.carry_over(sequence)
    return draft


def activate(sequence: Sequence) -> None:
    """Publish the draft and let the sequence act. Raises NotReady when the check finds errors."""
    if sequence.status == PAUSED:
        resume(sequence)
    publish(sequence)
    if sequence.status != ACTIVE:
        sequence.status = ACTIVE
        sequence.activated_at = clock.now()
    db.session.flush()
    wake.ring("advance_enrolments")


def pause(sequence: Sequence) -> None:
    """Let nobody in, and let everybody inside keep their place; nothing runs meanwhile."""
    if sequence.status != ACTIVE:
        return
    sequence.status = PAUSED
    db.session.flush()
    pausing.hold(sequence.id)


def overdue(sequence: Sequence) -> int:
    """How many people inside a paused sequence have a step whose time has passed meanwhile."""
    return (
        db.session.scalar(
            select(func.count()).where(
                Enrolment.sequence_id == sequence.id,
                Enrolment.status == RUNNING,
                func.coalesce(Enrolment.held_due_at, Enrolment.due_at, type_=Enrolment.due_at.type) <= clock.now(),
            )
        )
        or 0
    )


def resume(sequence: Sequence, *, messages: Literal["skip", "send"] = "skip") -> None:
    """Let a paused sequence act again, each person from where they stood.

    Messages that fell due meanwhile are skipped, each with its reason, unless they are to be sent all the same.
    """
    if sequence.status != PAUSED:
        return
    sequence.status, sequence.resumed_at = ACTIVE, clock.now()
    sequence.fused_at, sequence.fused = None, None
    if messages == "skip":
        sequence.skip_before = sequence.resumed_at
    db.session.flush()
    pausing.let_go(sequence.id)
    wake.ring("advance_enrolments")


def delete(sequence: Sequence) -> None:
    """Put a sequence away for good. Its history stays; whoever is inside stops where they are."""
    if sequence.status == ACTIVE:
        pause(sequence)
    sequence.status = DRAFT if sequence.live_id is None else PAUSED
    sequence.deleted_at = clock.now()


def waiting_by_step(sequence: Sequence) -> dict[str, int]:
    """How many people stand before each step."""
    rows = db.session.execute(
        select(Enrolment.step_id, func.count())
        .where(Enrolment.sequence_id == sequence.id, Enrolment.status == RUNNING)
        .group_by(Enrolment.step_id)
    )
    return {step_id: count for step_id, count in rows if step_id is not None}


def _steps(revision: SequenceRevision | None) -> dict[str, graph.AnyStep]:
    if revision is None:
        return {}
    return {place.step.id: place.step for place in graph.walk(drafts.document_of(revision))}


def _own(step: graph.AnyStep) -> dict[str, object]:
    """What a step says itself, without what is in its branches."""
    said = step.model_dump(mode="json", by_alias=True)
    if isinstance(step, graph.IfStep):
        return {key: value for key, value in said.items() if key not in {"then", "else"}}
    if isinstance(step, graph.SplitStep):
        return said | {"split": [(branch.key, branch.share, branch.name) for branch in step.split]}
    return said

"""Putting sequences to work: publishing a draft, activating, pausing, resuming (SEQ-18, SEQ-28)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from flask_babel import gettext as _
from sqlalchemy import func, select

from app import clock, wake
from app.db import db
from app.messaging import outgoing
from app.sequences import checking, checks, diff, drafts, graph, overdue, pausing, reasons
from app.sequences.engine import carrying
from app.sequences.engine.program import Program, compile_document, programs
from app.sequences.models import ACTIVE, DRAFT, PAUSED, RUNNING, Enrolment, Sequence, SequenceRevision
from app.staff.models import Staff
from app.web import Refusal


class NotReady(Refusal):
    """The check found errors. `findings` has them, with their steps, and the warnings."""

    def __init__(self, findings: list[checking.Finding]) -> None:
        errors = [one.detail for one in findings if one.severity == checks.ERROR]
        super().__init__(_("This sequence is not ready: %(why)s", why=" ".join(errors)))
        self.findings = findings


@dataclass(frozen=True)
class Stranded:
    """People who wait on a step that the draft has no more, and the step they would go on with; None at the end."""

    step: graph.AnyStep
    people: int
    goes_on_with: graph.AnyStep | None


@dataclass(frozen=True)
class Preview:
    """What publishing would change, and for how many who are inside: `waiting` by step id."""

    diff: diff.Diff
    waiting: dict[str, int]
    stranded: list[Stranded]

    @property
    def inside(self) -> int:
        return sum(self.waiting.values())

    @property
    def added(self) -> list[str]:
        return [one.step_id for one in self.diff.of_kind("added")]

    @property
    def changed(self) -> dict[str, int]:
        """The steps that say something else, and how many wait there."""
        return {one.step_id: self.waiting.get(one.step_id, 0) for one in self.diff.of_kind("changed")}

    @property
    def removed(self) -> dict[str, int]:
        """The steps that go, and how many wait there."""
        return {one.step_id: self.waiting.get(one.step_id, 0) for one in self.diff.of_kind("removed")}


def check(sequence: Sequence, *, about: Collection[str] = checks.ABOUT) -> list[checking.Finding]:
    """The pre-flight check of the draft: what stops it first, then what may be meant, then what is to be known."""
    return checking.findings(drafts.draft_of(sequence), about=about, sequence_id=sequence.id)


def preview(sequence: Sequence) -> Preview:
    """What publishing the draft would change. Two queries beside the documents, whoever is inside."""
    new = drafts.draft_of(sequence)
    old = drafts.document_of(sequence.live) if sequence.live is not None else None
    waiting = _waiting(sequence)
    by_step: Counter[str] = Counter()
    for (_revision_id, step_id), people in waiting.items():
        by_step[step_id] += people
    return Preview(
        diff=diff.compare(old, new) if old is not None else diff.Diff(),
        waiting=dict(by_step),
        stranded=_stranded(waiting, compile_document(new, 0, sequence.id)),
    )


def _stranded(waiting: Mapping[tuple[int, str], int], new: Program) -> list[Stranded]:
    """Who waits on steps that are in no `new`, also of versions older than the live one."""
    gone = {where: people for where, people in waiting.items() if where[1] not in new.nodes}
    known = programs({revision_id for revision_id, _step_id in gone})
    found: dict[str, Stranded] = {}
    for (revision_id, step_id), people in sorted(gone.items()):
        old = known[revision_id]
        next_id = carrying.surviving(step_id, old, new)
        before = found[step_id].people if step_id in found else 0
        goes_on_with = new.nodes[next_id].step if next_id is not None else None
        found[step_id] = Stranded(old.nodes[step_id].step, before + people, goes_on_with)
    return list(found.values())


def publish(
    sequence: Sequence,
    *,
    carry: bool = True,
    fates: Mapping[str, carrying.Fate] | None = None,
    by: Staff | None = None,
) -> SequenceRevision:
    """Make the draft what is live, and by default take everybody inside along; else they finish the old version.

    Of those taken along, people who wait on a deleted step go on with the next that is left, unless `fates` says by
    the step's id that they finish the old version or leave; a wait that has changed is counted anew. Raises NotReady
    when the check finds errors.
    """
    found = check(sequence, about={checks.DOCUMENT})
    if any(one.severity == checks.ERROR for one in found):
        raise NotReady(found)
    draft = drafts.draft_revision(sequence)
    if sequence.live_id != draft.id:
        sequence.live = draft
        draft.published_at, draft.published_by_id = clock.now(), by.id if by is not None else None
        document = drafts.document_of(draft)
        sequence.trigger_kind = document.trigger.kind
        db.session.flush()
        if document.single_enrolment:
            carrying.mark_who_has_been_through(sequence.id)
        if carry:
            carrying.carry_over(sequence, fates)
    return draft


def activate(
    sequence: Sequence,
    *,
    carry: bool = True,
    fates: Mapping[str, carrying.Fate] | None = None,
    messages: Literal["skip", "send"] = "skip",
    by: Staff | None = None,
) -> None:
    """Publish the draft and let the sequence act: see `publish`, and for a paused one `resume`.

    Raises NotReady when the check finds errors.
    """
    if sequence.status == PAUSED:
        resume(sequence, messages=messages)
    publish(sequence, carry=carry, fates=fates, by=by)
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
        outgoing.hold_back(*overdue.written_for(sequence.id), reason=reasons.code("was_paused"))
    db.session.flush()
    pausing.let_go(sequence.id)
    wake.ring("advance_enrolments")


def delete(sequence: Sequence) -> None:
    """Put a sequence away for good. Its history stays; whoever is inside stops where they are."""
    if sequence.status == ACTIVE:
        pause(sequence)
    sequence.status = DRAFT if sequence.live_id is None else PAUSED
    sequence.deleted_at = clock.now()


def _waiting(sequence: Sequence) -> dict[tuple[int, str], int]:
    """How many people stand before each step, by the revision they are in."""
    rows = db.session.execute(
        select(Enrolment.revision_id, Enrolment.step_id, func.count())
        .where(Enrolment.sequence_id == sequence.id, Enrolment.status == RUNNING, Enrolment.step_id.is_not(None))
        .group_by(Enrolment.revision_id, Enrolment.step_id)
    )
    return {(revision_id, step_id): count for revision_id, step_id, count in rows if step_id is not None}

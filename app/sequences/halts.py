"""What waits for the owner's word: sequences that the fuse has paused, messages that an outage has kept back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.sequences import asked, drafts, fuses, graph
from app.sequences.asked import Question
from app.sequences.builder import words
from app.sequences.models import Sequence


@dataclass(frozen=True)
class Halt:
    """A sequence that the fuse holds paused: why, and since when."""

    sequence: Sequence
    said: str
    since: datetime


@dataclass(frozen=True)
class Ask:
    """Late messages of one step, which are sent or skipped all together."""

    sequence: Sequence
    question: Question
    step: str


@dataclass(frozen=True)
class Halts:
    """All that waits, of some sequences."""

    fused: list[Halt]
    asks: list[Ask]


def of(sequences: Iterable[Sequence]) -> Halts:
    """What waits in these sequences. One query."""
    known = {one.id: one for one in sequences}
    fused = [
        Halt(one, fuses.say(fuses.Blown.model_validate(one.fused)), one.fused_at)
        for one in known.values()
        if one.fused_at is not None and one.fused is not None
    ]
    return Halts(fused, [_ask(known[one.sequence_id], one) for one in asked.questions(known)])


def _ask(sequence: Sequence, question: Question) -> Ask:
    """The question with the step's name: as it is now, else as those have it who run the version before."""
    for revision in (sequence.live, sequence.draft):
        if revision is None:
            continue
        for place in graph.walk(drafts.document_of(revision)):
            if place.step.id == question.step_id:
                return Ask(sequence, question, words.plain(words.title(place.step)))
    return Ask(sequence, question, question.step_id)

"""What waits for the owner's word, and why: sequences that the fuse has paused (BEY-05)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.sequences import fuses
from app.sequences.models import Sequence


@dataclass(frozen=True)
class Halt:
    """A sequence that stands still until somebody looks, and why."""

    sequence: Sequence
    said: str
    since: datetime


def of(sequences: Iterable[Sequence]) -> list[Halt]:
    """Which of these sequences the fuse has paused."""
    return [
        Halt(one, fuses.say(fuses.Blown.model_validate(one.fused)), one.fused_at)
        for one in sequences
        if one.fused_at is not None and one.fused is not None
    ]

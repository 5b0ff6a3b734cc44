"""What stands behind a message of a sequence when it is about to leave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.messaging.models import Message
from app.sequences import graph
from app.sequences.engine.program import Program


@dataclass(frozen=True, slots=True)
class Letter:
    """A message and its id, the run it belongs to, and what is live of its sequence."""

    id: int
    message: Message
    enrolment: Any
    program: Program | None
    step: graph.ActionStep | None

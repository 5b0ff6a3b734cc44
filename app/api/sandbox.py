"""The sandbox's clock, in installations that have one."""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import BaseModel, Field

from app import clock, sandbox
from app.api.operations import Answer, operation
from app.api.problems import Problem
from app.api.shapes import Strict


class Now(BaseModel):
    """What time it is."""

    now: datetime


class Advance(Strict):
    """How far to go."""

    seconds: int = Field(ge=0, le=int(sandbox.LONGEST.total_seconds()))


class Played(BaseModel):
    """What happened on the way."""

    now: datetime
    events: int
    steps: int
    messages: int


@operation("GET", "/sandbox/clock", scope="sandbox", gives=Now, sandbox_only=True)
def show_clock() -> Answer:
    """The sandbox's time."""
    _only_in_a_sandbox()
    return Answer(Now(now=clock.now()))


@operation("POST", "/sandbox/clock/advance", scope="sandbox", takes=Advance, gives=Played, sandbox_only=True)
def advance_clock(body: Advance) -> Answer:
    """Move the sandbox's clock on, and answer once everything due on the way has happened, in order."""
    _only_in_a_sandbox()
    played = sandbox.advance(timedelta(seconds=body.seconds))
    return Answer(Played(now=played.now, events=played.events, steps=played.steps, messages=played.messages))


def _only_in_a_sandbox() -> None:
    if not sandbox.is_on():
        raise Problem(404, "This installation has no sandbox.")

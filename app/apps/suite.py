"""The Email & SMS Marketing suite and its switch (APP-01, APP-02).

Off, nobody enters a sequence and nobody moves on in one; each person keeps their place. Leads are captured all the
same.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask_babel import gettext as _
from pydantic import BaseModel

from app import clock, events, wake
from app.events.log import Acting
from app.staff import studio
from app.web import Refusal

KEY = "suite"


class Suite(BaseModel):
    """On, unless the studio has switched it off: a new installation can do everything from its first day."""

    is_on: bool = True
    switched_at: datetime | None = None
    switched_by: str = ""


class SuiteIsOff(Refusal):
    """What was asked for needs the suite."""

    def __init__(self) -> None:
        super().__init__(_("This needs the Email & SMS Marketing suite, which is switched off."))


Holding = Callable[[], list[str]]

_holding: list[Holding] = []


def suite() -> Suite:
    """How the switch stands, and who put it there."""
    return studio.get(KEY, Suite)


def is_on() -> bool:
    """Whether the suite is on. A request reads it once, with the other settings."""
    return suite().is_on


def back_since() -> datetime | None:
    """Since when it is on again, where it has ever been off: what fell due before that is not sent late."""
    now = suite()
    return now.switched_at if now.is_on else None


def switch(*, on: bool, by: events.Actor | Acting) -> None:
    """Switch the suite. Switched as it was, it stays as it is."""
    if suite().is_on == on:
        return
    studio.put(KEY, Suite(is_on=on, switched_at=clock.now(), switched_by=events.log.actor(by).name))
    events.record("app.switched", None, by=by, app=KEY, on=on)
    if on:
        wake.ring("advance_enrolments")


def holds(say: Holding) -> Holding:
    """Register what stands still while the suite is off: sentences, with numbers, for who is about to switch it."""
    _holding.append(say)
    return say


def what_stands_still() -> list[str]:
    """What the switch stops, or has stopped, in sentences."""
    return [sentence for say in _holding for sentence in say()]

"""The plan of the account: basic, or Studio, which some integrations need (APP-04, APP-05).

A studio that hosts Encore itself pays nobody: the plan is a state that an owner changes, and can be tried first.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from flask_babel import gettext as _
from pydantic import BaseModel

from app import clock, events
from app.events.log import Acting
from app.staff import studio
from app.web import Refusal

KEY = "plan"
BASIC: Literal["basic"] = "basic"
STUDIO: Literal["studio"] = "studio"
TRIAL = timedelta(days=14)


class Plan(BaseModel):
    """What the studio has chosen, and when it began its one trial."""

    level: Literal["basic", "studio"] = BASIC
    trial_started_at: datetime | None = None

    @property
    def trial_ends_at(self) -> datetime | None:
        return None if self.trial_started_at is None else self.trial_started_at + TRIAL


class NoTrial(Refusal):
    """There is one trial, and it is used or not needed."""


def plan() -> Plan:
    """The plan at present."""
    return studio.get(KEY, Plan)


def is_on_trial() -> bool:
    """Whether the Studio plan is only being tried: until the instant at which the trial ends."""
    now = plan()
    return now.level == BASIC and now.trial_ends_at is not None and clock.now() < now.trial_ends_at


def has_studio() -> bool:
    """Whether what needs the Studio plan may be used now."""
    return plan().level == STUDIO or is_on_trial()


def may_try() -> bool:
    """Whether the trial can still be started."""
    now = plan()
    return now.level == BASIC and now.trial_started_at is None


def start_trial(*, by: events.Actor | Acting) -> None:
    """Begin the fourteen days of the Studio plan. Raises NoTrial where they have been used, or the plan is there."""
    now = plan()
    if now.level == STUDIO:
        raise NoTrial(_("The Studio plan is on already: there is nothing to try."))
    if now.trial_started_at is not None:
        raise NoTrial(_("The trial has been used. It can be started once."))
    studio.put(KEY, now.model_copy(update={"trial_started_at": clock.now()}))
    events.record("plan.trial_started", None, by=by)


def change(level: Literal["basic", "studio"], *, by: events.Actor | Acting) -> None:
    """Take a plan. What needs the other one is switched off with it, and is back when it is."""
    now = plan()
    if now.level != level:
        studio.put(KEY, now.model_copy(update={"level": level}))
        events.record("plan.changed", None, by=by, level=level)

"""The registry of actions: what a step can do.

An action is one declaration: its key as in documents, its label and icon, the shape of its parameters, and one function
that does it for a whole batch. Form, validation, the builder's card and the engine follow from it.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import LazyString
from pydantic import BaseModel, ConfigDict

from app.rules import RuleUse


class Params(BaseModel):
    """The parameters of an action. In a document they stand beside `do`."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    def written(self, names: Iterable[str]) -> Iterator[tuple[str, str]]:
        """The texts in these fields, each with its place."""
        for name in names:
            yield name, getattr(self, name)


@dataclass(slots=True)
class Item:
    """One person at one step. What the engine hands to an action, many at a time."""

    enrolment_id: int
    sequence_id: int
    sequence: str
    revision_id: int
    contact_id: int
    lead_id: int | None
    step_id: str
    title: str
    params: Any
    due_at: datetime
    anchor_at: datetime | None  # only where the step stands before it (UPT-06)
    zone: ZoneInfo
    late_since: datetime | None = None  # when it should have been done, where nothing ran then


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a step: "done" or "skipped", and why (a code of `reasons`)."""

    outcome: str = "done"
    reason: str = ""


DONE = Outcome()
Run = Callable[[Sequence[Item], datetime], Sequence[Outcome]]
# Of people at a step, by enrolment: for whom a rule held when they came to it.
Held = Callable[[RuleUse], Collection[int]]
Foresee = Callable[[Sequence[Item], Held], Sequence[Outcome]]
References = Callable[[Any], Iterable[tuple[str, str]]]


@dataclass(frozen=True)
class Fault:
    """Something wrong in a document: where, as a JSON pointer, and what. `step_id` where it is a step's."""

    pointer: str
    detail: str
    step_id: str | None = None


@dataclass(frozen=True)
class Action:
    """A declared action. `run` answers one outcome an item, in their order; `foresee` says the same of what would have
    come of it, and does nothing: an action without one is always done.
    """

    key: str
    label: LazyString
    icon: str
    params: type[Params]
    run: Run
    group: str = "messages"
    channel: str | None = None  # for messages: which
    needs_title: bool = False
    ends: bool = False  # the enrolment is over after it
    causes: frozenset[str] = field(default_factory=frozenset)  # kinds of events it may record at once
    # Of its parameters: which field names something that does not exist, and what to say of it.
    references: References | None = None
    # The same of what a document from elsewhere may lack, and has to be there before it acts.
    leaves_open: References | None = None
    texts: tuple[str, ...] = ()  # the parameters that hold text with variables
    foresee: Foresee | None = None

    def written(self, params: Params) -> Iterator[tuple[str, str]]:
        """Each text of a step that may hold variables and placeholders, with its place in the step."""
        yield from params.written(self.texts)


ACTIONS: dict[str, Action] = {}


def action(
    key: str,
    label: LazyString,
    *,
    icon: str,
    params: type[Params],
    group: str,
    channel: str | None = None,
    needs_title: bool = False,
    ends: bool = False,
    causes: Collection[str] = (),
    references: References | None = None,
    leaves_open: References | None = None,
    texts: tuple[str, ...] = (),
    foresee: Foresee | None = None,
) -> Callable[[Run], Run]:
    """Declare an action, around the function that does it."""

    def declare(run: Run) -> Run:
        parts = (key, label, icon, params, run, group, channel, needs_title, ends, frozenset(causes))
        ACTIONS[key] = Action(*parts, references, leaves_open, texts, foresee)
        return run

    return declare


def nearest(typed: str, known: Iterable[str]) -> str:
    """The names most like a typed one, for an error that helps: "SMS, e-mail"."""
    names = sorted(known)
    folded = {name.casefold(): name for name in names}
    close = difflib.get_close_matches(typed.casefold(), folded, n=3, cutoff=0.4)
    return ", ".join(folded[one] for one in close) or ", ".join(names[:5])

"""Rules: each one declaration with a key, a label, the fields its form shows and one function giving a SQL expression.

The same declaration serves list filters and segments, conditions and exits of sequences, and restrictions, so that "why
did this person not match?" has one answer everywhere. A room declares its rules in its own `rules.py`:

    @rule("tag.has", _("Has the tag"), value="tag")
    def has_tag(about: Subject, use: RuleUse) -> ColumnElement[bool]:
        return exists().where(contact_tag.c.contact_id == about.contact_id, …)
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from flask_babel import LazyString
from pydantic import BaseModel, ConfigDict, Field, field_validator
from sqlalchemy import ColumnElement, and_, false, or_, true
from sqlalchemy.orm import InstrumentedAttribute

COMPARISONS: dict[str, Callable[[ColumnElement[Any], Any], ColumnElement[bool]]] = {
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    ">=": lambda left, right: left >= right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    "<": lambda left, right: left < right,
}


class Since(BaseModel):
    """The window a rule looks at: `{days: 30}`; the words `enrolment` and `ever` are the other two."""

    model_config = ConfigDict(extra="forbid")

    days: int = Field(ge=1, le=3650)


class RuleUse(BaseModel):
    """One use of a rule, as it stands in documents and segments: `{rule: bookings.count, op: ">=", value: 4}`."""

    model_config = ConfigDict(extra="forbid")

    rule: str
    op: str | None = None
    value: Any = None
    since: Literal["enrolment", "ever"] | Since | None = None
    negate: bool = Field(default=False, alias="not")

    @field_validator("rule")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in RULES and not value.startswith("custom."):
            near = difflib.get_close_matches(value, RULES, n=3, cutoff=0.4) or sorted(RULES)[:5]
            raise ValueError(f"there is no rule {value!r}; nearest: {', '.join(near)}")
        return value


Reckon = Callable[[datetime], datetime]


@dataclass(frozen=True)
class Subject:
    """Whom a rule is asked about: a column of contact ids, the present, and when the enrolment began, if any.

    Where it is one lead that is asked about, rules about leads look at that one and at none of the person's others.

    With `reckon`, `now` is a column: everybody is asked about an instant of their own that has gone by, and rules
    answer as of then. What has happened since does not count, nor what stands only since.
    """

    contact_id: ColumnElement[int]
    now: datetime | ColumnElement[datetime]
    enrolled_at: ColumnElement[datetime] | None = None
    enrolment_id: ColumnElement[int] | None = None  # where a step of a sequence asks
    lead_id: ColumnElement[int] | None = None
    was_woken: ColumnElement[bool] | None = None  # of a run that is imagined: whether what its step waited for came
    reckon: Callable[[Reckon], ColumnElement[datetime]] | None = None

    @property
    def is_past(self) -> bool:
        """Whether the present is an instant gone by, of which the log and the ledgers know how things stood."""
        return self.reckon is not None

    def when(self, reckoned: Reckon) -> ColumnElement[datetime] | datetime:
        """An instant that is reckoned from the present."""
        if self.reckon is not None:
            return self.reckon(reckoned)
        assert isinstance(self.now, datetime)  # noqa: S101 - a column comes with a `reckon`
        return reckoned(self.now)

    def so_far(self, at: ColumnElement[Any] | InstrumentedAttribute[Any]) -> list[ColumnElement[bool]]:
        """That what happened `at` had happened. Nothing to ask of the real present: nothing has happened later."""
        return [at <= self.now] if self.is_past else []

    def not_yet(self, at: ColumnElement[Any] | InstrumentedAttribute[Any]) -> ColumnElement[bool]:
        """That what happens `at`, if ever, had not happened."""
        return or_(at.is_(None), at > self.now) if self.is_past else at.is_(None)

    def since(self, use: RuleUse) -> ColumnElement[datetime] | datetime | None:
        """The start of the window a use asks for, None for "ever"."""
        if use.since == "enrolment":
            return self.enrolled_at
        if isinstance(use.since, Since):
            window = timedelta(days=use.since.days)
            return self.when(lambda now: now - window)
        return None


Express = Callable[[Subject, RuleUse], ColumnElement[bool]]


@dataclass(frozen=True)
class Rule:
    """A declared rule. `value` names the kind of value its form asks for: a number, a tag, a source … or None."""

    key: str
    label: LazyString
    express: Express
    value: str | None = None  # number | text | date | tag | source | lead_stage | lifecycle_stage | location | …
    ops: tuple[str, ...] = ()
    windows: bool = False  # takes `since`
    group: str = ""
    sentence: LazyString | None = None  # "has the tag %(value)s": for reasons and cards
    waits_for: frozenset[str] = field(default_factory=frozenset)  # kinds of events that can make it true
    has_past: bool = True  # of what has no history, only the present answer is known
    of_run: bool = False  # speaks of somebody's place in a sequence: only its steps can ask


class UnknownRule(KeyError):
    """No such rule is declared."""


RULES: dict[str, Rule] = {}


def rule(
    key: str,
    label: LazyString,
    *,
    value: str | None = None,
    ops: Sequence[str] = (),
    windows: bool = False,
    group: str = "",
    sentence: LazyString | None = None,
    waits_for: Sequence[str] = (),
    has_past: bool = True,
    of_run: bool = False,
) -> Callable[[Express], Express]:
    """Declare a rule. `waits_for`: the kinds of events after which its answer may have changed."""

    def declare(express: Express) -> Express:
        kinds = frozenset(waits_for)
        RULES[key] = Rule(
            key, label, express, value, tuple(ops), windows, group, sentence, kinds, has_past=has_past, of_run=of_run
        )
        return express

    return declare


def find(key: str) -> Rule:
    """Look a rule up; `custom.FIELD` is the rule `custom`. Raises UnknownRule."""
    try:
        return RULES["custom" if key.startswith("custom.") else key]
    except KeyError:
        raise UnknownRule(key) from None


def one(use: RuleUse, about: Subject) -> ColumnElement[bool]:
    """The SQL of one use of a rule."""
    said = find(use.rule).express(about, use)
    return ~said if use.negate else said


def expression(uses: Sequence[RuleUse], about: Subject, match: str = "all") -> ColumnElement[bool]:
    """The SQL of several uses together. None of them: `all` is true, `any` is false."""
    said = [one(use, about) for use in uses]
    if match == "all":
        return and_(true(), *said)
    return or_(false(), *said)


def compare(op: str | None, left: ColumnElement[Any], right: Any) -> ColumnElement[bool]:
    """Compare with one of COMPARISONS, "==" where none is named."""
    return COMPARISONS[op or "=="](left, right)

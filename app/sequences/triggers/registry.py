"""The registry of triggers: what can start a sequence.

A trigger is one declaration: its key as in documents, its group and label, the kinds of events it listens to, the
filters its form offers, and where it has one, the date ("anchor") that steps can be placed before or after. How it
matches follows: an event matches when `when` holds of its data, each filter in use does, the rules in `whom` hold of
the contact, and where it counts, when the event is about the wanted one of the contact's bookings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from app.rules import RuleUse
from app.sequences.actions.registry import nearest

Data = Mapping[str, Any]

# When somebody is enrolled (TRG-41): at the trigger's instant, on booking what will bring it about, or on checking in.
Moment = Literal["start", "booking", "check_in"]
START: Moment = "start"
BOOKING: Moment = "booking"
CHECK_IN: Moment = "check_in"


@dataclass(frozen=True)
class Filter:
    """One way to narrow a trigger. `kind` names the field its form shows; `fields` are what it is compared with.

    Kinds of names, one or several: source, lead_stage, lifecycle_stage, tag, location, form, sequence, date_field,
    segment, which exist or not; text, and those that facts suggest: class, template, service, membership, offer …
    Also number; and choice, one of `choices`. One without `fields` is looked at elsewhere: a count, a moment.
    """

    key: str
    label: LazyString
    kind: str
    fields: tuple[str, ...] = ()
    choices: tuple[tuple[str, LazyString], ...] = ()
    is_needed: bool = False  # without it the trigger says nothing
    rule: str = ""  # asked of the contact where the event itself does not say

    @property
    def is_number(self) -> bool:
        return self.kind == "number"

    @property
    def is_choice(self) -> bool:
        return self.kind == "choice"

    def fault(self, value: Any) -> str | None:
        """What is wrong with a value of this filter, if anything."""
        if self.is_number:
            is_whole = isinstance(value, int) and not isinstance(value, bool)
            return None if is_whole and value >= 0 else "should be a whole number, 0 or more"
        if self.is_choice:
            known = [key for key, _label in self.choices]
            return (
                None if value in known else f"there is no {self.key} {value!r}; nearest: {nearest(str(value), known)}"
            )
        if isinstance(value, str) or (isinstance(value, list) and all(isinstance(one, str) for one in value)):
            return None
        return "should be a name, or a list of names"

    def admits(self, wanted: Any, data: Data) -> bool:
        """Whether an event's data passes. Names are compared whatever their case; no names at all admit everything."""
        if not self.fields or self.must_ask(wanted, data):
            return True
        has = [data.get(field) for field in self.fields]
        if self.is_number:
            return wanted in has
        names = {name.casefold() for name in names_of(wanted)}
        return not names or not names.isdisjoint(str(one or "").casefold() for one in has)

    def must_ask(self, wanted: Any, data: Data) -> bool:
        """Whether the contact decides, for the event does not say."""
        return bool(self.rule and names_of(wanted) and not any(data.get(field) for field in self.fields))


@dataclass(frozen=True)
class Ahead:
    """How a trigger's instant is known beforehand: the kinds of events that tell of it, and the field with its date.

    Its own event, when it comes, carries the id of the one that told of it as `origin_id`: that one enrols, once.
    """

    listens: tuple[str, ...]
    field: str
    changes: tuple[str, ...] = ()  # events after which somebody else's booking may be the wanted one


@dataclass(frozen=True)
class Count:
    """Which of a contact's bookings a trigger counts, and in which order. The filter "count" says which one starts it.

    Without that filter each of them does, unless `number` is set.
    """

    kind: str = "class"  # class | appointment
    order: Literal["starts_at", "booked_at", "visited_at"] = "starts_at"
    paid_with: frozenset[str] = frozenset()  # empty: however it was paid
    with_cancelled: bool = False
    number: int | None = None


@dataclass(frozen=True)
class Trigger:
    """A declared trigger."""

    key: str
    group: str
    label: LazyString
    listens: tuple[str, ...]  # at its instant
    filters: tuple[Filter, ...] = ()
    when: Callable[[Data], bool] | None = None
    whom: tuple[tuple[str, Any], ...] = ()  # rules, with their values, that have to hold of the contact
    anchor: str | None = None  # the field of the event's data that holds the date
    ahead: Ahead | None = None
    checks_in: tuple[str, ...] = ()  # what it listens to when people are enrolled on checking in
    count: Count | None = None
    since: str | None = None  # the field with the instant that delays count from, where it is not the event's own
    is_per_sequence: bool = False  # its events are made for one sequence, which they name
    is_looked_for: bool = False  # its events are recorded only where a sequence starts with it
    ended_by: tuple[str, ...] = ()  # what ends a run, for the trigger would start anew
    about: str = "client"  # client | lead | appointment: which conditions are suggested (CND-02)
    icon: str = "bolt"

    def filter(self, key: str) -> Filter | None:
        return next((one for one in self.filters if one.key == key), None)

    @property
    def awaited_filters(self) -> tuple[Filter, ...]:
        """The filters that say something of the event itself: those a wait for it can have."""
        return tuple(one for one in self.filters if one.fields or one.rule)

    @property
    def can_be_awaited(self) -> bool:
        """Whether a step can wait for it: it happens whatever the sequences, and each time it does is as good."""
        is_one_of_many = self.count is not None and self.count.number is not None
        says_enough = all(one in self.awaited_filters for one in self.filters if one.is_needed)
        return says_enough and not (self.is_per_sequence or self.is_looked_for or is_one_of_many)

    @property
    def all_kinds(self) -> frozenset[str]:
        """Every kind of event that may concern it."""
        early = (*self.ahead.listens, *self.ahead.changes) if self.ahead is not None else ()
        return frozenset((*self.listens, *self.checks_in, *early))

    def moment(self, filters: Data, *, is_wanted_early: bool) -> Moment:
        """When people are enrolled. Nothing said: on booking where a step comes before the instant, else at it."""
        if self.ahead is None and not self.checks_in:
            return START
        said: Moment | None = filters.get("enrol")
        return said or (BOOKING if is_wanted_early else START)

    def hears(self, moment: Moment) -> frozenset[str]:
        """The kinds of events that enrol people at this moment."""
        if moment == CHECK_IN:
            return frozenset(self.checks_in)
        if moment == BOOKING and self.ahead is not None:
            return frozenset((*self.ahead.listens, *self.listens))
        return frozenset(self.listens)

    def has_anchor(self, filters: Data) -> bool:
        """Whether steps can be placed before and after a date (SEQ-13, SEQ-14)."""
        if self.ahead is not None:
            return filters.get("enrol") in {None, BOOKING}
        return self.anchor is not None

    def matches(self, filters: Data, data: Data) -> bool:
        """Whether an event of a kind it listens to, with this data, may start a sequence with these filters."""
        if self.when is not None and not self.when(data):
            return False
        return all(one.admits(filters[one.key], data) for one in self.filters if one.key in filters)

    def asks(self, filters: Data, data: Data) -> tuple[RuleUse, ...]:
        """What has to hold of the contact besides."""
        unsaid = [
            (one.rule, filters[one.key])
            for one in self.filters
            if one.key in filters and one.must_ask(filters[one.key], data)
        ]
        return tuple(RuleUse(rule=rule, value=value) for rule, value in (*self.whom, *unsaid))

    def anchor_of(self, data: Data) -> datetime | None:
        """The anchor an event carries."""
        field = self.ahead.field if self.ahead is not None else self.anchor
        return instant(data.get(field)) if field is not None else None


TRIGGERS: dict[str, Trigger] = {}

GROUPS: dict[str, LazyString] = {
    "classes": _("Classes"),
    "memberships": _("Memberships"),
    "intro": _("Intro offers"),
    "clients": _("Clients"),
    "leads": _("Leads"),
    "appointments": _("Appointments"),
    "messages": _("Messages and score"),
    "other": _("Other"),
}


def declare(*triggers: Trigger) -> None:
    """Make triggers known, in the order of the picker."""
    TRIGGERS.update({trigger.key: trigger for trigger in triggers})


def names_of(wanted: Any) -> Sequence[str]:
    """The names of a filter, given as one or as a list."""
    return [wanted] if isinstance(wanted, str) else list(wanted or ())


def instant(said: Any) -> datetime | None:
    """An instant as an event's data has it."""
    if not said:
        return None
    at = datetime.fromisoformat(said) if isinstance(said, str) else said
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def listening_to(kind: str) -> list[Trigger]:
    """The triggers that hear of a kind of event."""
    return [trigger for trigger in TRIGGERS.values() if kind in trigger.all_kinds]


def by_group() -> dict[str, list[Trigger]]:
    """All triggers for the picker, by group, in the order of their declaration."""
    return {group: [one for one in TRIGGERS.values() if one.group == group] for group in GROUPS}

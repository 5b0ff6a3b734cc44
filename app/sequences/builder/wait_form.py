"""The form of a wait: when a step happens, seen from the step before, the trigger, a date, or what is waited for."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import Form, IntegerField, SelectField, SelectMultipleField, StringField
from wtforms.validators import NumberRange, Optional, Regexp, ValidationError

from app.sequences import triggers
from app.sequences.builder import choices, rule_forms
from app.sequences.builder.words import WEEKDAYS
from app.sequences.waits import Duration, Wait

UNITS = choices.options([("minutes", _("minutes")), ("hours", _("hours")), ("days", _("days")), ("weeks", _("weeks"))])
_IN_SMALLER = {"weeks": ("days", 7), "days": ("hours", 24), "hours": ("minutes", 60)}

NOW, PREVIOUS, TRIGGER, BEFORE, AFTER, EVENT = "now", "previous", "trigger", "before", "after", "event"


class WaitForm(Form):
    """When a step happens."""

    way = SelectField(_("When"))
    amount = IntegerField(_("How long"), [Optional(), NumberRange(1, 5000)])
    unit = SelectField(_("Unit"), choices=UNITS, default="days")
    until = StringField(
        _("Then at"), [Optional(), Regexp(r"^([01]\d|2[0-3]):[0-5]\d$", message=_("A time such as 10:00."))]
    )
    weekdays = SelectMultipleField(_("On these days"), choices=choices.options(WEEKDAYS.items()))
    kind = SelectField(_("What is waited for"), default="message.replied")

    def __init__(self, given: Any = None, *, before: Wait | None = None) -> None:
        super().__init__(given, prefix="wait")
        self.kind.choices = choices.options((one.key, one.label) for one in _awaitable())
        awaited = before.event if before is not None else None
        kind = self.kind.data if given is not None else awaited.kind if awaited is not None else None
        declared = triggers.TRIGGERS.get(kind or "")
        known = declared.awaited_filters if declared is not None else ()
        used = awaited.filters if awaited is not None and awaited.kind == kind else {}
        is_sent = given is not None and given.get("awaited") == kind
        self.filters = rule_forms.filter_form(known, used, given if is_sent else None)

    def offer(self, *, has_anchor: bool, is_first: bool) -> None:
        """Offer the ways that make sense where the step stands."""
        ways = [(NOW, _("At once")), (PREVIOUS, _("After a wait") if is_first else _("After the step before"))]
        if not is_first:
            ways.append((TRIGGER, _("Counted from the trigger")))
        if has_anchor:
            ways += [(BEFORE, _("Before the date of the trigger")), (AFTER, _("After the date of the trigger"))]
        ways.append((EVENT, _("As soon as something happens")))
        self.way.choices = choices.options(ways)

    def read(self, wait: Wait | None) -> None:
        """Show a wait."""
        self.way.data = _way(wait)
        self.amount.data, self.unit.data = amount_of(wait)
        self.until.data = wait.until if wait is not None else None
        self.weekdays.data = list(wait.weekdays or []) if wait is not None else []
        if wait is not None and wait.event is not None:
            self.kind.data = wait.event.kind

    def validateamount_of(self, field: IntegerField) -> None:
        if self.way.data in {BEFORE, AFTER, TRIGGER, EVENT} and not field.data:
            raise ValidationError(_("Say how long."))
        if self.way.data == PREVIOUS and not field.data and not self.until.data:
            raise ValidationError(_("Say how long, or until what time."))

    def wait(self, before: Wait | None) -> Wait | None:
        """The wait the fields say. One of several units stays as it was when it was not touched."""
        way = self.way.data
        if way == NOW:
            return None
        length: dict[str, int] = {self.unit.data: self.amount.data} if self.amount.data else {}
        if before is not None and amount_of(before) == (self.amount.data, self.unit.data):
            length = _duration(before).model_dump(exclude_defaults=True)
        if way == EVENT:
            filters = rule_forms.filters_of(self.filters)
            event = {"kind": self.kind.data} | ({"filters": filters} if filters else {})
            return Wait.model_validate({"event": event, "timeout": length})
        until: dict[str, Any] = {}
        if self.until.data and way != BEFORE:
            until = {"until": self.until.data} | ({"weekdays": self.weekdays.data} if self.weekdays.data else {})
        if way in {BEFORE, AFTER}:
            return Wait.model_validate({f"{way}_anchor": length} | until)
        return Wait.model_validate(length | until | ({"from": "trigger"} if way == TRIGGER else {}))


def _awaitable() -> list[triggers.Trigger]:
    """What can be waited for, what clients do with our messages first."""
    found = [one for one in triggers.TRIGGERS.values() if one.can_be_awaited]
    return sorted(found, key=lambda one: one.group != "messages")


def _way(wait: Wait | None) -> str:
    if wait is None or wait.is_nothing:
        return NOW
    if wait.event is not None:
        return EVENT
    if wait.before_anchor is not None:
        return BEFORE
    if wait.after_anchor is not None:
        return AFTER
    return TRIGGER if wait.since == "trigger" else PREVIOUS


def _duration(wait: Wait) -> Duration:
    counted = wait.timeout or wait.before_anchor or wait.after_anchor or wait
    return Duration(minutes=counted.minutes, hours=counted.hours, days=counted.days, weeks=counted.weeks)


def amount_of(wait: Wait | None) -> tuple[int | None, str]:
    """A wait as one number of one unit, the largest that says it exactly."""
    if wait is None or _duration(wait).is_zero:
        return None, "days"
    length = _duration(wait)
    amount = 0
    named = [unit for unit in ("weeks", "days", "hours", "minutes") if getattr(length, unit)]
    for unit in ("weeks", "days", "hours", "minutes"):
        amount += getattr(length, unit)
        if unit == named[-1]:
            return amount, unit
        amount *= _IN_SMALLER[unit][1]
    raise AssertionError("a length that is not zero has a unit")

"""What the studio around a sequence makes of it: who does its tasks, what carries its messages, and at which hours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from app import clock
from app.apps import suite
from app.db import db
from app.messaging.models import EMAIL, IN_APP, SMS
from app.rules import RuleUse
from app.rules.registry import find as find_rule
from app.sequences import graph, hours, pressure, reasons, triggers, waits
from app.sequences.actions.tags import TagParams
from app.sequences.actions.tasks import TaskParams
from app.sequences.builder import choices, rule_words, words
from app.sequences.checks.registry import NOTICE, STUDIO, WARNING, Finding, Look, Mend, Way, check
from app.sequences.hours import SendingHours
from app.sequences.waits import Duration
from app.staff import studio
from app.staff.models import Role, Staff
from app.studio.models import Booking

# How far back and ahead classes are looked at, and at how many.
WEEKS = timedelta(weeks=4)
MOST_CLASSES = 2_000
QUARTER = timedelta(minutes=15)

# Kinds of values whose names the studio has all listed: another one is nobody's.
_LISTED = {"source", "lead_stage", "lifecycle_stage", "location", "segment", "staff", "form", "sequence", "tag"}


# ------------------------------------------------------------------ tasks


@check("nobody", about=STUDIO)
def nobody_there(look: Look) -> Iterator[Finding]:
    """Tasks for a role that nobody has, or for somebody whose account is switched off. Two queries."""
    tasks = [(step.id, step.params.assign) for step in look.actions if isinstance(step.params, TaskParams)]
    if not tasks:
        return
    peopled = {name.casefold() for names in _roles_with_people() for name in names}
    away = {name.casefold() for name in db.session.scalars(select(Staff.name).where(~Staff.is_active_account))}
    for step_id, assign in tasks:
        role, person = assign.role, assign.person
        if role is not None and role.casefold() not in peopled:
            said = _("Nobody has the role “%(role)s”", role=role)
            way = Way(_("Team"), "staff.accounts")
            yield Finding(said, step_id, about=role, hint=_("The task would wait for ever."), way=way)
        elif person is not None and person.casefold() in away:
            said = _("%(name)s's account is switched off", name=person)
            yield Finding(said, step_id, about=person, hint=_("The task would wait for ever."))


def _roles_with_people() -> Iterable[tuple[str, str]]:
    found = select(Role.name, Role.key).join(Staff, Staff.role_id == Role.id).where(Staff.is_active_account).distinct()
    return [(name, key) for name, key in db.session.execute(found)]


@check("gone", about=STUDIO)
def names_that_are_gone(look: Look) -> Iterator[Finding]:
    """Rules that compare with what the studio does not have (any more): they never hold. One query a kind."""
    known: dict[str, set[str]] = {}
    given = {
        tag.casefold()
        for step in look.actions
        if step.do == "tag.add" and isinstance(step.params, TagParams)
        for tag in step.params.tags
    }
    for place, use in _rules(look):
        kind = find_rule(use.rule).value
        if kind not in _LISTED:
            continue
        if kind not in known:
            known[kind] = {value.casefold() for value, _label in choices.of_kind(kind) or []}
        for name in triggers.names_of(use.value):
            if name.casefold() not in known[kind] | (given if kind == "tag" else set()):
                said = _("“%(name)s” does not exist", name=name)
                hint = _("“%(rule)s” is never so.", rule=rule_words.rule(use))
                yield Finding(said, place, about=f"{use.rule} {name}", hint=hint)


def _rules(look: Look) -> Iterator[tuple[str, RuleUse]]:
    for use in look.document.exits:
        yield "", use
    for place in look.places:
        if isinstance(place.step, graph.IfStep) and place.step.enabled:
            for use in place.step.condition.rules:
                yield place.step.id, use


# ------------------------------------------------------------------ carriers


@check("carrier", about=STUDIO)
def no_carrier(look: Look) -> Iterator[Finding]:
    """Messages that nothing carries out of the house. In a sandbox that is meant."""
    settings = current_app.config["SETTINGS"]
    grade = NOTICE if settings.encore_sandbox else WARNING
    hint = _("What is sent is written to files, and reaches nobody.")
    for channel, is_there, said in (
        (SMS, settings.has_twilio, _("No SMS service is connected")),
        (EMAIL, bool(settings.encore_smtp_url), _("No mail server is connected")),
    ):
        steps = look.sent_by(channel)
        if steps and not is_there:
            yield Finding(said, steps[0].id, about=channel, hint=hint, grade=grade)


@check("capped", about=STUDIO)
def capped_to_none(look: Look) -> Iterator[Finding]:
    """Messages of a channel that sequences may not use at all (BEY-16)."""
    caps = pressure.caps()
    for channel in (EMAIL, SMS, IN_APP):
        steps = look.sent_by(channel)
        if steps and caps.of(channel).most == 0:
            way = Way(_("How often"), "sequences.caps", is_dialog=True)
            said = reasons.say(reasons.code("capped_to_none", channel))
            yield Finding(said, steps[0].id, about=channel, hint=_("It is set so under “How often”."), way=way)


@check("suite_off", NOTICE, about=STUDIO)
def suite_off(_look: Look) -> Iterator[Finding]:
    """The marketing suite is off: nothing acts."""
    if not suite.is_on():
        hint = _("Sequences act again once it is switched on.")
        yield Finding(reasons.say(reasons.code("suite_off")), hint=hint)


# ------------------------------------------------------------------ sending hours


@check("hours_wait", NOTICE, about=STUDIO)
def waits_for_the_hours(look: Look) -> Iterator[Finding]:
    """Messages set for a time of day at which none may leave: they wait (UPT-02, UPT-03)."""
    open_hours = hours.sending_hours()
    if open_hours.start is None or open_hours.end is None:
        return
    for step in look.messages:
        until = step.wait.until if step.wait is not None else None
        if until is not None and not open_hours.start <= time.fromisoformat(until) < open_hours.end:
            opens = f"{open_hours.start:%H:%M}"
            said = _("It is set for %(time)s, outside the sending hours", time=until)
            hint = _("It leaves at %(time)s instead.", time=opens)
            mend = Mend(_("Set it for %(time)s", time=opens), _at(step.id, opens))
            yield Finding(said, step.id, hint=hint, mend=mend)


def _at(step_id: str, until: str) -> Callable[[graph.Document, str], graph.Document]:
    def change(document: graph.Document, _typed: str) -> graph.Document:
        step = graph.find(document, step_id)
        wait = step.wait.model_copy(update={"until": until}) if step.wait is not None else None
        return graph.replace(document, step.model_copy(update={"wait": wait}))

    return change


@check("hours_lost", about=STUDIO)
def lost_to_the_hours(look: Look) -> Iterator[Finding]:
    """Messages before a class that would fall outside the sending hours for some of the classes there are: those do not
    go at all (UPT-06). One query.
    """
    open_hours, zone = hours.sending_hours(), studio.studio().tz
    early = [(step.id, step.wait.before_anchor) for step in look.messages if step.wait and step.wait.before_anchor]
    if open_hours.start is None or not early:
        return
    trigger = triggers.TRIGGERS.get(look.document.trigger.kind)
    held = _held(trigger) if trigger is not None else []
    way = Way(_("Sending hours"), "sequences.sending_hours", is_dialog=True)
    for step_id, before in early:
        lost = [one for one in held if _is_lost(one[1], before, open_hours, zone)]
        if lost:
            said = ngettext(
                "For %(num)s of %(of)s classes this message would come too late, and does not go",
                "For %(num)s of %(of)s classes this message would come too late, and does not go",
                len(lost),
                of=len(held),
            )
            yield Finding(said, step_id, hint=_example(lost[0], before, open_hours, zone), way=way)
        elif not held and (gaps := _lost_times(before, open_hours, zone)):
            said = _("For what begins %(times)s this message does not go", times=gaps)
            hint = _("It would fall outside the sending hours, %(hours)s.", hours=words.hours(open_hours))
            yield Finding(said, step_id, hint=hint, way=way, grade=NOTICE)


def _held(trigger: triggers.Trigger) -> list[tuple[str, datetime]]:
    """What takes place these weeks that the trigger may be about: its name and when it begins, each once."""
    now = clock.now()
    kind = next((one for one in ("class", "appointment") if trigger.listens[0].startswith(f"{one}.")), None)
    if kind is None:
        return []
    found = db.session.execute(
        select(Booking.name, Booking.starts_at)
        .where(Booking.starts_at > now - WEEKS, Booking.starts_at < now + WEEKS)
        .where(Booking.kind == kind, Booking.cancelled_at.is_(None))
        .group_by(Booking.name, Booking.starts_at)
        .order_by(Booking.starts_at)
        .limit(MOST_CLASSES)
    )
    return [(name, starts_at) for name, starts_at in found if starts_at is not None]


def _is_lost(starts_at: datetime, before: Duration, open_hours: SendingHours, zone: ZoneInfo) -> bool:
    due = waits.shift(starts_at, before, zone, back=True)
    return hours.sendable_at(due, open_hours, zone) >= starts_at


def _example(held: tuple[str, datetime], before: Duration, open_hours: SendingHours, zone: ZoneInfo) -> str:
    name, starts_at = held
    due = waits.shift(starts_at, before, zone, back=True)
    said: str = _(
        "“%(name)s” begins at %(start)s: %(before)s before is %(due)s, and messages go %(hours)s.",
        name=name,
        start=f"{starts_at.astimezone(zone):%H:%M}",
        before=words.duration(before),
        due=f"{due.astimezone(zone):%H:%M}",
        hours=words.hours(open_hours),
    )
    return said


def _lost_times(before: Duration, open_hours: SendingHours, zone: ZoneInfo) -> str:
    """At which times of day what begins would lose its message: "until 09:00", "from 21:00 on"."""
    midnight = waits.first_instant(datetime.combine(clock.now().astimezone(zone).date(), time()), zone)
    day = [midnight + number * QUARTER for number in range(96)]
    is_lost = [_is_lost(at, before, open_hours, zone) for at in day]
    if not any(is_lost) or all(is_lost):
        return ""
    first_kept, last_kept = is_lost.index(False), len(is_lost) - is_lost[::-1].index(False)
    said = [_("until %(time)s", time=f"{day[first_kept - 1].astimezone(zone):%H:%M}")] if first_kept else []
    if last_kept < len(day):
        said.append(_("from %(time)s on", time=f"{day[last_kept].astimezone(zone):%H:%M}"))
    return str(_(" or ")).join(said)

"""What the canvas says in words: waits, rules, and the names of branches."""

from __future__ import annotations

import re
from collections.abc import Sequence as Several
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext

from app.messaging import variables
from app.sequences import triggers
from app.sequences.builder import rule_words
from app.sequences.graph import AnyStep, Document, IfStep, SplitStep, Trigger, walk
from app.sequences.hours import SendingHours
from app.sequences.triggers import TRIGGERS, Filter
from app.sequences.waits import Duration, Wait

WEEKDAYS = {
    "mon": lazy_gettext("Mon"),
    "tue": lazy_gettext("Tue"),
    "wed": lazy_gettext("Wed"),
    "thu": lazy_gettext("Thu"),
    "fri": lazy_gettext("Fri"),
    "sat": lazy_gettext("Sat"),
    "sun": lazy_gettext("Sun"),
}
_TOKEN = re.compile(r"(?:##)?\{\{\s*([\w.]+)\s*\}\}")


def duration(length: Duration) -> str:
    """A length of time: "1 day 2 hours"; "at once" when it is none at all."""
    parts = [
        ngettext("%(num)s week", "%(num)s weeks", length.weeks) if length.weeks else "",
        ngettext("%(num)s day", "%(num)s days", length.days) if length.days else "",
        ngettext("%(num)s hour", "%(num)s hours", length.hours) if length.hours else "",
        ngettext("%(num)s minute", "%(num)s minutes", length.minutes) if length.minutes else "",
    ]
    return " ".join(part for part in parts if part) or _("at once")


def wait(wait: Wait) -> str:
    """A wait as its pill says it: "2 days", "1 day, then 10:00", "1 day before", "Replied to a message, or 3 days"."""
    if wait.event is not None and wait.timeout is not None:
        declared = TRIGGERS.get(wait.event.kind)
        what = declared.label if declared is not None else wait.event.kind
        return str(_("%(what)s, or %(time)s", what=what, time=duration(wait.timeout)))
    if wait.before_anchor is not None:
        return str(_("%(time)s before", time=duration(wait.before_anchor)))
    if wait.after_anchor is not None:
        said = _("%(time)s after the date", time=duration(wait.after_anchor))
    elif wait.is_zero:
        said = ""
    elif wait.since == "trigger":
        said = _("%(time)s after the trigger", time=duration(wait))
    else:
        said = duration(wait)
    if wait.until is None:
        return str(said)
    days = " ".join(str(WEEKDAYS[day]) for day in wait.weekdays or [])
    until = f"{days} {wait.until}".strip()
    return str(_("%(wait)s, then %(time)s", wait=said, time=until) if said else _("until %(time)s", time=until))


def pieces(text: str) -> list[tuple[bool, str]]:
    """Text cut at its variables: (is it one, its name or the text itself)."""
    found: list[tuple[bool, str]] = []
    end = 0
    for match in _TOKEN.finditer(text):
        found += [(False, text[end : match.start()]), (True, match.group(1))]
        end = match.end()
    return [piece for piece in [*found, (False, text[end:])] if piece[1]]


def variable_label(key: str) -> str:
    """The name of a variable, or the name as typed where there is none of that name."""
    known = variables.VARIABLES.get(key)
    return str(known.label) if known is not None else key


def plain(text: str) -> str:
    """Text with the names of its variables, for lists: "Welcome, First name"."""
    return "".join(variable_label(piece) if is_variable else piece for is_variable, piece in pieces(text))


# ------------------------------------------------------------------ steps, rules, trigger


def kind(step: AnyStep) -> str:
    """What a step is, with whom it is for: "E-mail", "Task · Front desk"."""
    if isinstance(step, IfStep):
        return str(_("Condition"))
    if isinstance(step, SplitStep):
        return str(_("A/B split"))
    label = str(step.action.label)
    whom = getattr(step.params, "assign", None)
    return f"{label} · {assignee(whom)}" if whom is not None else label


def title(step: AnyStep) -> str:
    """A step's own title, else what it is about in a few words."""
    return step.title or _gist(step)


def run(steps: Several[AnyStep]) -> str:
    """Steps that are edited together: “Hello”, or how many."""
    if len(steps) == 1:
        return f"“{plain(title(steps[0]))}”"
    return str(ngettext("%(num)s step", "%(num)s steps", len(steps)))


def _gist(step: AnyStep) -> str:
    if isinstance(step, IfStep):
        joint = _(" and ") if step.condition.match == "all" else _(" or ")
        return str(joint).join(rule_words.rule(use) for use in step.condition.rules)
    if isinstance(step, SplitStep):
        return " / ".join(f"{branch.share} %" for branch in step.split)
    said, about = vars(step.params), (*step.action.texts, "tags", "stage", "source", "url")
    first = next((said[name] for name in about if said.get(name)), None)
    if isinstance(first, list):
        return ", ".join(map(str, first))
    return " ".join(str(first).split())[:120] if first else str(step.action.label)


def assignee(assign: object) -> str:
    """Whom a task is for, in words."""
    for name in ("role", "location", "person", "staff"):
        if said := getattr(assign, name, None):
            return str(said)
    return str(_("Lead's assignee"))


def trigger(used: Trigger) -> str:
    """The trigger with its filters: "New lead, Source: Website form"."""
    declared = TRIGGERS.get(used.kind)
    if declared is None:
        return used.kind
    parts = [str(declared.label)]
    for one in declared.filters:
        wanted = used.filters.get(one.key)
        if wanted not in (None, "", []):
            parts.append(_narrowed(one, wanted))
    return " · ".join(parts)


def _narrowed(one: Filter, wanted: Any) -> str:
    if one.is_number:
        return f"{one.label} {wanted}"
    if one.is_choice:
        return next((str(label).partition(":")[0] for key, label in one.choices if key == wanted), str(wanted))
    return ", ".join(map(str, triggers.names_of(wanted)))


def hours(set_hours: SendingHours) -> str:
    """The sending hours: "9:00 to 20:00"."""
    if set_hours.start is None or set_hours.end is None:
        return str(_("Any time"))
    return str(_("%(start)s to %(end)s", start=f"{set_hours.start:%H:%M}", end=f"{set_hours.end:%H:%M}"))


def trigger_of_document(document: dict[str, Any]) -> str:
    """The trigger of a stored document."""
    said = document["trigger"]
    return trigger(Trigger(kind=said["kind"], filters=said.get("filters", {})))


def outline(document: Document) -> list[tuple[str, str, AnyStep]]:
    """Every step in reading order: when it comes, its title, itself (TPL-01)."""
    lines = []
    for place in walk(document):
        step = place.step
        when = wait(step.wait) if step.wait is not None and not step.wait.is_nothing else _("at once")
        lines.append((str(when), plain(title(step)), step))
    return lines

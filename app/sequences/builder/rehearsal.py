"""A test run as the builder shows it (BEY-06): every happening in words, with the way it took over the canvas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.contacts.models import Contact
from app.contacts.people import Details
from app.sequences import graph, hours, reasons
from app.sequences.builder import drawing, message_editor, rule_words, words
from app.sequences.builder.message_editor import Filled
from app.sequences.engine.explaining import Answer
from app.sequences.models import COMPLETED, RUNNING
from app.sequences.simulating import Simulation
from app.sequences.supposing import Supposition
from app.sequences.tracing import Entry, Preview

# Nobody: a client for as long as a test run lasts.
INVENTED = Details(first_name="Camille", last_name="Martin", email="camille.martin@mail.example", phone="+33612345678")

_OUTCOMES: dict[str, tuple[str, LazyString]] = {
    "sent": ("ok", _l("Sent")),
    "done": ("ok", _l("Done")),
    "skipped": ("warn", _l("Passed over")),
    "failed": ("bad", _l("Failed")),
    "uncertain": ("warn", _l("Unknown whether it arrived")),
    "waiting": ("", _l("Still to come")),
    "true": ("", _l("True")),
    "false": ("", _l("False")),
}
_BRANCHES = {"true": graph.THEN, "false": graph.ELSE}


@dataclass(frozen=True)
class Letter:
    """A message as they get it. `sheet` is an e-mail's HTML."""

    channel: str
    subject: str
    text: str
    sheet: str = ""


@dataclass(frozen=True)
class Line:
    """One happening. `day` counts from the start; `way` are the connectors that lead there, `branch` the one it takes.

    `answers` are the rules of a condition in words, each with whether it holds and what it counted.
    """

    at: datetime
    day: int
    title: str
    icon: str
    look: str
    kind: str = ""
    step_id: str = ""
    said: str = ""
    tone: str = ""
    why: str = ""
    held: str = ""
    branch: str = ""
    way: str = ""
    answers: tuple[tuple[str, bool, int | None], ...] = ()
    letter: Letter | None = None


@dataclass(frozen=True)
class _Scene:
    """What all lines are told against: whose clocks, since which day, to whom, and what is known of the steps."""

    zone: ZoneInfo
    first: date
    who: Contact | None
    answers: Mapping[str, list[Answer]]
    ways: Mapping[str, str]

    def day(self, at: datetime) -> int:
        return (at.astimezone(self.zone).date() - self.first).days


def lines(
    document: graph.Document,
    found: Simulation,
    who: Contact | None,
    supposed: Sequence[tuple[Supposition, datetime]],
    *,
    zone: ZoneInfo,
    start: datetime,
) -> list[Line]:
    """What would happen, in order: what the steps do, what the person is taken to do, and how it ends."""
    places = {place.step.id: place for place in graph.walk(document)}
    scene = _Scene(zone, start.astimezone(zone).date(), who, found.answers, _ways(places, found.entries))
    name = first_name(who)
    told = [_step_line(entry, places.get(entry.step_id or ""), scene) for entry in found.entries]
    told += [
        Line(at, scene.day(at), f"{name} {one.label}", one.icon, "lead", kind=_("Supposed")) for one, at in supposed
    ]
    told.sort(key=lambda line: line.at)
    if found.status == COMPLETED:
        at = told[-1].at if told else start
        told.append(Line(at, scene.day(at), _("Went through to the end"), "check", "stage"))
    return told


def first_name(who: Contact | None) -> str:
    """What the person is called in sentences."""
    return INVENTED.first_name if who is None else who.first_name or who.name


def _step_line(entry: Entry, place: graph.Place | None, scene: _Scene) -> Line:
    tone, outcome = _OUTCOMES.get(entry.outcome, ("", ""))
    day = scene.day(entry.at)
    if place is None:
        said = {"exited": _("Left the sequence"), "skipped": _("Would not be let in")}.get(entry.outcome, entry.outcome)
        return Line(entry.at, day, said, "door-exit", "wait", why=entry.reason, tone="warn")
    step = place.step
    is_split = isinstance(step, graph.SplitStep)
    return Line(
        entry.at,
        day,
        words.plain(words.title(step)),
        drawing.icon(step),
        drawing.look(step),
        kind=words.kind(step),
        step_id=step.id,
        said=_("Branch %(letter)s", letter=entry.outcome) if is_split and not tone else str(outcome),
        tone=tone,
        why=entry.reason,
        held=_held(entry, scene.zone),
        branch=_BRANCHES.get(entry.outcome, entry.outcome if is_split else ""),
        way=scene.ways.get(step.id, ""),
        answers=tuple((rule_words.rule(one.use), one.holds, one.has) for one in scene.answers.get(step.id, [])),
        letter=_letter(entry.preview, scene.who) if entry.preview is not None else None,
    )


def _held(entry: Entry, zone: ZoneInfo) -> str:
    """Since when a message waited before it left, and what for."""
    if entry.held_from is None:
        return ""
    open_hours = hours.sending_hours()
    since = f"{entry.held_from.astimezone(zone):%H:%M}"
    if hours.sendable_at(entry.held_from, open_hours, zone) > entry.held_from:
        return str(_("Held from %(time)s: messages go %(hours)s", time=since, hours=words.hours(open_hours)))
    why = reasons.say(entry.held_why) or _("it gave way to others")
    return str(_("Held from %(time)s: %(why)s", time=since, why=why))


def _letter(sent: Preview, who: Contact | None) -> Letter:
    sheet = message_editor.sheet(Filled(sent.subject, "", sent.text, sent.html), who) if sent.channel == "email" else ""
    return Letter(sent.channel, sent.subject, sent.text, sheet)


# ------------------------------------------------------------------ the way over the canvas


def _ways(places: Mapping[str, graph.Place], entries: Sequence[Entry]) -> dict[str, str]:
    """By step, the ids of the connectors that led there, with blanks between."""
    found: dict[str, str] = {}
    before: tuple[str, str] | None = None
    for entry in sorted(entries, key=lambda one: one.held_from or one.at):
        place = places.get(entry.step_id or "")
        if place is None:
            continue
        found[place.step.id] = " ".join(_way(places, before, place))
        before = (place.step.id, _BRANCHES.get(entry.outcome, entry.outcome))
    return found


def _way(places: Mapping[str, graph.Place], before: tuple[str, str] | None, to: graph.Place) -> Iterator[str]:
    yield from (f"{to.step.id}~wait", f"{to.step.id}~offset")
    if before is None:
        yield "trigger"
        return
    step_id, branch = before
    came_from = places[step_id]
    yield from (step_id, f"{step_id}~next", "lane", "trigger") if _is_early(came_from) else ()
    inside = dict(_forks(places, to))
    left = [(fork, taken) for fork, taken in _forks(places, came_from) if fork not in inside]
    if isinstance(came_from.step, graph.ActionStep):
        yield step_id
    elif step_id in inside:
        yield f"{step_id}~{branch}"
    else:
        left.insert(0, (step_id, branch))
        yield f"{step_id}~{branch}"
    for fork, taken in left:
        yield from (f"{fork}~{taken}~join", fork)


def _is_early(place: graph.Place) -> bool:
    return place.step.wait is not None and place.step.wait.before_anchor is not None


def _forks(places: Mapping[str, graph.Place], place: graph.Place) -> Iterator[tuple[str, str]]:
    """The forks a step is in, the innermost first, each with the branch."""
    while place.parent is not None:
        yield place.parent.id, place.branch or ""
        place = places[place.parent.id]


def is_over(found: Simulation) -> bool:
    """Whether the run has ended within the days that were looked at."""
    return found.status != RUNNING

"""The results as the page and the file show them: a line a step, in the order and the words of the builder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import select

from app.db import db
from app.sequences import chances, drafts, graph
from app.sequences.builder import drawing, places, words
from app.sequences.chances import Share
from app.sequences.graph import ActionStep, AnyStep, Document, SplitStep
from app.sequences.models import COMPLETED, EXITED, STOPPED, Enrolment, SequenceRevision
from app.sequences.results import Asked, BranchResult, Results, StepResult

DAILY_UP_TO, WEEKLY_UP_TO = 45, 400  # days
WEEK = 7


@dataclass(frozen=True)
class Way:
    """One way out of a fork, and what became of those who took it."""

    key: str
    name: str
    share: int | None  # of an A/B split, in per cent, as it was meant
    result: BranchResult

    @property
    def conversion(self) -> Share:
        return Share(self.result.converted, self.result.runs)


@dataclass(frozen=True)
class Line:
    """A step. `channel` is set for messages; `is_gone` where the document has it no more."""

    step_id: str
    title: str
    kind: str
    look: str
    icon: str
    depth: int
    result: StepResult
    channel: str | None = None
    ways: list[Way] = field(default_factory=list)
    is_split: bool = False
    is_gone: bool = False

    @property
    def best(self) -> Way | None:
        """The way out of an A/B split that leads to more conversions than each other one, if that can be told."""
        at = chances.ahead_of_all([way.conversion for way in self.ways])
        return self.ways[at] if at is not None else None

    @property
    def widest(self) -> float:
        """Up to which share (0 to 1) the ranges of all ways reach that anybody has taken: what they are drawn to."""
        return max((way.conversion.interval()[1] for way in self.ways if way.result.runs), default=1.0)

    @property
    def has_few(self) -> bool:
        """Whether too few have taken one of the ways for anything to be said."""
        return any(way.result.runs < chances.FEWEST for way in self.ways)


@dataclass(frozen=True)
class WayLine:
    """One way out of a fork, above the steps on it."""

    line: Line
    way: Way


Rows = Sequence[Line | WayLine]


def rows(document: Document, found: Results, asked: Asked) -> Rows:
    """Every step and way of a document in reading order, then the steps that it has no more and somebody came to."""
    known = [*_along(document.steps, 0, found)]
    gone = set(found.steps) - {row.step_id for row in known if isinstance(row, Line)}
    return [*known, *(_gone(gone, found, asked) if gone else ())]


def _along(steps: Iterable[AnyStep], depth: int, found: Results) -> Iterator[Line | WayLine]:
    for step in steps:
        line = _line(step, depth, found)
        yield line
        for way, inside in zip(line.ways, graph.branches(step).values(), strict=True):
            yield WayLine(line, way)
            yield from _along(inside, depth + 1, found)


def _line(step: AnyStep, depth: int, found: Results, *, is_gone: bool = False) -> Line:
    result = found.steps.get(step.id) or StepResult()
    return Line(
        step.id,
        words.plain(words.title(step)),
        words.kind(step),
        drawing.look(step),
        drawing.icon(step),
        depth,
        result,
        channel=step.action.channel if isinstance(step, ActionStep) else None,
        ways=[_way(step, key, name, result) for key, name, _size in places.branch_names(step)],
        is_split=isinstance(step, SplitStep),
        is_gone=is_gone,
    )


def _way(step: AnyStep, key: str, name: str, result: StepResult) -> Way:
    share = next((one.share for one in step.split if one.key == key), None) if isinstance(step, SplitStep) else None
    return Way(key, name, share, result.branches.get(key) or BranchResult())


def _gone(gone: Collection[str], found: Results, asked: Asked) -> Iterator[Line]:
    """The steps of older versions, as the latest version says them that these runs are in."""
    revisions = db.session.scalars(
        select(SequenceRevision)
        .where(SequenceRevision.id.in_(select(Enrolment.revision_id).where(*asked.runs())))
        .order_by(SequenceRevision.number.desc())
    )
    missing = set(gone)
    for revision in revisions:
        for place in graph.walk(drafts.document_of(revision)):
            if place.step.id in missing:
                missing.discard(place.step.id)
                yield _line(place.step, 0, found, is_gone=True)


def named(document: Document, step_id: str | None, branch: str | None) -> tuple[str, str]:
    """A step and one of its ways out, in words; the id where the document has it no more."""
    step = next((place.step for place in graph.walk(document) if place.step.id == step_id), None)
    if step is None:
        return step_id or "", branch or ""
    ways = {key: name for key, name, _size in places.branch_names(step)}
    return words.plain(words.title(step)), ways.get(branch or "", branch or "")


# ---------------------------------------------------------------- over time


@dataclass(frozen=True)
class Bar:
    """The runs that began from a day on, until the next bar, and how many of those have converted."""

    on: date
    entered: int
    converted: int


def bars(hours: Iterable[tuple[str, int, int]], first: date | None, last: date, zone: ZoneInfo) -> list[Bar]:
    """The hours put together by days, by weeks or by months, whichever can be read; without gaps."""
    counted: Counter[date] = Counter()
    converted: Counter[date] = Counter()
    for hour, entered, reached in hours:
        local = datetime.strptime(hour, "%Y-%m-%d %H").replace(tzinfo=UTC).astimezone(zone).date()
        counted[local] += entered
        converted[local] += reached
    start = first or min(counted, default=last)
    found = []
    for begin, end in _stretches(start, last):
        days = [day for day in counted if begin <= day < end]
        found.append(Bar(begin, sum(counted[day] for day in days), sum(converted[day] for day in days)))
    return found


def _stretches(first: date, last: date) -> Iterator[tuple[date, date]]:
    length = (last - first).days + 1
    begin = first
    while begin <= last:
        if length <= DAILY_UP_TO:
            end = begin + timedelta(days=1)
        elif length <= WEEKLY_UP_TO:
            end = begin + timedelta(days=WEEK)
        else:
            end = (begin.replace(day=1) + timedelta(days=32)).replace(day=1)
        yield begin, end
        begin = end


# ---------------------------------------------------------------- as a file

COLUMNS = ("reached", "waiting", "done", "skipped", "left")
MARKS = ("sent", "arrived", "opened", "clicked", "replied", "unsubscribed", "bounced", "failed", "held")


def table(shown: Rows, found: Results, *, has_money: bool) -> Iterator[list[str]]:
    """The rows of the file: a head, everybody, then the steps and ways as the page has them."""
    money = [_("Revenue")] if has_money else []
    yield [
        *(_("Step"), _("Kind"), _("Came here"), _("Waiting"), _("Done"), _("Skipped"), _("Left here")),
        *(_("Sent"), _("Arrived"), _("Opened"), _("Clicked"), _("Replied"), _("Unsubscribed")),
        *(_("Bounced"), _("Failed"), _("Held back"), _("Reached the goal")),
        *money,
    ]
    left = found.statuses[EXITED] + found.statuses[STOPPED]
    total: list[object] = [found.entered, found.inside, found.statuses[COMPLETED], "", left]
    marks: list[object] = [found.marks[mark] for mark in MARKS]
    yield _row(_("All who entered"), "", [*total, *marks, found.converted], found.cents, money)
    for row in shown:
        if isinstance(row, WayLine):
            taken, blank = row.way.result, [""] * (len(COLUMNS) - 1 + len(MARKS))
            name = f"{row.line.title}: {row.way.name}"
            yield _row(name, "", [taken.runs, *blank, taken.converted], taken.cents, money)
        else:
            one = row.result
            numbers = [getattr(one, name) for name in COLUMNS]
            marks = [one.marks[mark] if row.channel else "" for mark in MARKS]
            yield _row(row.title, row.kind, [*numbers, *marks, one.converted], one.cents, money)


def _row(name: str, kind: str, numbers: Iterable[object], cents: int, money: Sequence[str]) -> list[str]:
    return [name, kind, *map(str, numbers), *([f"{cents / 100:.2f}"] if money else ())]

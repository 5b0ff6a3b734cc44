"""What the ways through a sequence say: steps nobody comes to, conditions that cannot hold, no way out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Sequence as Several
from dataclasses import dataclass
from datetime import timedelta

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from app.db import db
from app.rules import RuleUse
from app.rules.registry import find as find_rule
from app.sequences import graph, triggers
from app.sequences.builder import rule_words, words
from app.sequences.checks.registry import NOTICE, STUDIO, Finding, Look, Mend, check, without
from app.sequences.models import ACTIVE, Sequence, SequenceRevision
from app.sequences.waits import Duration

# ------------------------------------------------------------------ nobody comes here


@check("never")
def never_run(look: Look) -> Iterator[Finding]:
    """Steps behind a stop, in a branch that nobody is sent to, or inside a condition that is switched off."""
    yield from _unreached(look.document.steps)


def _unreached(steps: Several[graph.AnyStep]) -> Iterator[Finding]:
    for index, step in enumerate(steps):
        behind = steps[index + 1 :]
        inside = graph.branches(step)
        if inside and not step.enabled:
            lost = [one for branch in inside.values() for one in branch]
            yield from _lost(lost, _("The step that branches here is switched off: everybody passes it by."))
        else:
            for name, branch in inside.items():
                if _share(step, name) == 0:
                    yield from _lost(branch, _("Its branch has a share of 0 %."))
                else:
                    yield from _unreached(branch)
        if behind and _is_end(step):
            yield from _lost(behind, _("Everybody has left at “%(step)s”.", step=words.plain(words.title(step))))
            return


def _lost(steps: Several[graph.AnyStep], why: str) -> Iterator[Finding]:
    if steps:
        many = len(steps)
        said = ngettext("This step never runs", "This step and those after it never run: %(num)s in all", many)
        label = ngettext("Remove it", "Remove them", many)
        yield Finding(said, steps[0].id, hint=why, mend=Mend(label, _removing([one.id for one in steps])))


def _share(step: graph.AnyStep, branch: str) -> int:
    shares = {one.key: one.share for one in step.split} if isinstance(step, graph.SplitStep) else {}
    return shares.get(branch, 100)


def _is_end(step: graph.AnyStep) -> bool:
    """Whether nobody goes on behind a step: it stops the run, or all its branches do."""
    if not step.enabled:
        return False
    if isinstance(step, graph.ActionStep):
        return step.action.ends
    taken = [branch for name, branch in graph.branches(step).items() if _share(step, name)]
    return all(any(_is_end(one) for one in branch) for branch in taken)


def _removing(step_ids: Several[str]) -> Callable[[graph.Document, str], graph.Document]:
    return lambda document, _typed: without(document, step_ids)


# ------------------------------------------------------------------ conditions


@check("nothing")
def nothing_happens(look: Look) -> Iterator[Finding]:
    """A fork with nothing on any side: it decides about nothing."""
    for place in look.places:
        if not isinstance(place.step, graph.ActionStep) and not any(graph.branches(place.step).values()):
            mend = Mend(_("Remove it"), _removing([place.step.id]))
            yield Finding(_("Nothing happens on any branch"), place.step.id, mend=mend)


@check("contradiction")
def contradictions(look: Look) -> Iterator[Finding]:
    """Conditions with one answer for everybody, by their own rules or by what was asked just before."""
    for place in look.places:
        if not isinstance(place.step, graph.IfStep) or not place.step.enabled:
            continue
        condition = place.step.condition
        clash = _clash(condition.rules, is_all=condition.match == "all")
        if clash is not None:
            one, other = (rule_words.rule(use) for use in clash)
            yield _clashing(place.step.id, one, other, is_all=condition.match == "all")
        elif (known := _asked_before(place)) is not None:
            said = _("Everybody here answers True") if known == graph.THEN else _("Everybody here answers False")
            yield Finding(
                said, place.step.id, hint=_("The same was asked just before, and nothing happens in between.")
            )


def _clashing(step_id: str, one: str, other: str, *, is_all: bool) -> Finding:
    if is_all:
        hint = _("“%(one)s” and “%(other)s” exclude each other.", one=one, other=other)
        return Finding(_("This is never true: nobody takes the True side"), step_id, hint=hint)
    hint = _("One of “%(one)s” and “%(other)s” always holds.", one=one, other=other)
    return Finding(_("This is always true: nobody takes the False side"), step_id, hint=hint)


def _clash(rules: Several[RuleUse], *, is_all: bool) -> tuple[RuleUse, RuleUse] | None:
    """Two rules of which one holds and the other does not, whoever is asked; where all must hold, also ranges apart."""
    for index, one in enumerate(rules):
        for other in rules[index + 1 :]:
            if _same_but_not(one, other) or (is_all and _apart(one, other)):
                return one, other
    return None


def _same_but_not(one: RuleUse, other: RuleUse) -> bool:
    return one.negate != other.negate and one.model_copy(update={"negate": other.negate}) == other


def _apart(one: RuleUse, other: RuleUse) -> bool:
    """Whether no number is in both ranges: at least 4, and at most 2."""
    is_same = (one.rule, one.since, one.negate) == (other.rule, other.since, other.negate)
    if not is_same or one.negate or find_rule(one.rule).value != "number":
        return False
    (low, high), (least, most) = _range(one), _range(other)
    return high < least or most < low


def _range(use: RuleUse) -> tuple[float, float]:
    value, endless = float(use.value or 0), float("inf")
    return {
        ">=": (value, endless),
        ">": (value + 1, endless),
        "<=": (-endless, value),
        "<": (-endless, value - 1),
        "==": (value, value),
    }.get(use.op or "==", (-endless, endless))


def _asked_before(place: graph.Place) -> str | None:
    """The branch that everybody takes here, because the fork it is first in has asked the same at the same instant."""
    parent, step = place.parent, place.step
    if not isinstance(parent, graph.IfStep) or not isinstance(step, graph.IfStep) or place.index or not parent.enabled:
        return None
    waits = step.wait is not None and not step.wait.is_nothing
    return place.branch if not waits and parent.condition == step.condition else None


@check("already_out")
def already_out(look: Look) -> Iterator[Finding]:
    """Conditions that ask what an exit has let out before: nobody comes who could say yes."""
    exits = look.document.exits
    for place in look.places:
        step = place.step
        if not isinstance(step, graph.IfStep) or not step.enabled or step.condition.match != "all":
            continue
        asked = next((use for use in step.condition.rules if use in exits), None)
        if asked is not None:
            hint = _("The exit “%(exit)s” has let out everybody for whom it is true.", exit=rule_words.rule(asked))
            yield Finding(_("Nobody takes the True side"), step.id, hint=hint)


# ------------------------------------------------------------------ before a date that is past


@dataclass
class _Clock:
    """How long before the date of the trigger somebody is at the latest when they come to a step; None: any time."""

    left: timedelta | None = None


@check("past")
def past_the_date(look: Look) -> Iterator[Finding]:
    """Steps before a date that come after ones nearer to it, or behind it: their time is past when they are reached."""
    trigger = triggers.TRIGGERS.get(look.document.trigger.kind)
    if trigger is not None and trigger.has_anchor(look.document.trigger.filters):
        yield from _past(look.document.steps, _Clock(), is_the_date=trigger.ahead is not None)


def _past(steps: Several[graph.AnyStep], clock: _Clock, *, is_the_date: bool) -> Iterator[Finding]:
    for step in steps:
        if not step.enabled:
            continue
        wait = step.wait
        if wait is not None and wait.before_anchor is not None:
            before = _length(wait.before_anchor)
            if clock.left is not None and before > clock.left:
                said = _("It is always too late for “%(wait)s” here", wait=words.wait(wait))
                hint = _("A step above it comes nearer to that time, or after it. Move this one up.")
                yield Finding(said, step.id, hint=hint)
            else:
                clock.left = before
        elif is_the_date or (wait is not None and wait.after_anchor is not None):
            clock.left = timedelta()  # whatever is not before the date comes on it, or after it
        inside = [branch for branch in graph.branches(step).values() if branch]
        for branch in inside:
            yield from _past(branch, _Clock(clock.left), is_the_date=is_the_date)


def _length(of: Duration) -> timedelta:
    return timedelta(weeks=of.weeks, days=of.days, hours=of.hours, minutes=of.minutes)


# ------------------------------------------------------------------ switched off, no way out


@check("off", NOTICE)
def switched_off(look: Look) -> Iterator[Finding]:
    """Steps that are passed over because somebody has switched them off (SEQ-17)."""
    off = [place.step for place in look.places if not place.step.enabled]
    for step in off:
        yield Finding(_("This step is switched off"), step.id, mend=Mend(_("Switch it on"), _switching_on(step.id)))


def _switching_on(step_id: str) -> Callable[[graph.Document, str], graph.Document]:
    def change(document: graph.Document, _typed: str) -> graph.Document:
        return graph.replace(document, graph.find(document, step_id).model_copy(update={"enabled": True}))

    return change


@check("all_off")
def nothing_on(look: Look) -> Iterator[Finding]:
    """Every step is off: people would go through and get nothing."""
    if look.document.steps and not any(place.step.enabled for place in look.places):
        yield Finding(_("Every step is switched off: people come in, and nothing happens"))


@check("no_exit", about=STUDIO)
def no_exit(look: Look) -> Iterator[Finding]:
    """No exits, though other sequences that begin in the same way have some: everybody would get every message."""
    if look.document.exits or not any(True for _step in look.messages):
        return
    use = _exit_of_others(look)
    if use is not None:
        said = _("It has no exit, though a sequence that begins in the same way has one")
        hint = _("Whoever has done what it is about would be written to all the same.")
        mend = Mend(
            _("Add the exit “%(exit)s”", exit=rule_words.rule(use)), lambda document, _typed: _leaving(document, use)
        )
        yield Finding(said, about=use.rule, hint=hint, mend=mend)


def _leaving(document: graph.Document, use: RuleUse) -> graph.Document:
    return document.model_copy(update={"exits": [*document.exits, use]})


def _exit_of_others(look: Look) -> RuleUse | None:
    """The first exit of the newest sequence at work with the same trigger. One query."""
    found = db.session.scalars(
        select(SequenceRevision.document)
        .join(Sequence, Sequence.live_id == SequenceRevision.id)
        .where(Sequence.trigger_kind == look.document.trigger.kind, Sequence.id != (look.sequence_id or 0))
        .where(Sequence.status == ACTIVE, Sequence.deleted_at.is_(None))
        .order_by(Sequence.id.desc())
        .limit(20)
    )
    for said in found:
        if said.get("exits"):
            return RuleUse.model_validate(said["exits"][0])
    return None

"""What the builder's page and its fragments show, gathered once a request."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_login import current_user

from app import i18n
from app.messaging import variables
from app.rules import RuleUse
from app.sequences import drafts, goals, graph, halts, hours, triggers
from app.sequences.actions.registry import ACTIONS
from app.sequences.builder import (
    changes,
    clipboard,
    drawing,
    figures,
    forms,
    fresh,
    guards,
    outline,
    places,
    rule_forms,
    rule_words,
    spots,
    wait_form,
    words,
)
from app.sequences.graph import AnyStep, Document, IfStep, NoSuchStep
from app.sequences.models import Sequence, SequenceRevision
from app.staff import studio


@dataclass(frozen=True)
class _Drawable:
    """What a drawing is kept by: what is stored, and the language; not who reads it."""

    said: str
    language: str
    document: Document = field(compare=False)


@dataclass(frozen=True)
class Exit:
    """An exit on the rail: what it says, how many left by it, whether it is a success."""

    number: int
    rule: str
    text: str
    icon: str
    is_goal: bool
    left: int


@dataclass(frozen=True)
class Option:
    """One kind of step in the add menu."""

    kind: str
    label: str
    icon: str
    look: str


def drawn(revision: SequenceRevision) -> drawing.Drawing:
    """The drawing of a revision. The last ones are kept: an edit is compared with what the page shows."""
    said = json.dumps(revision.document, sort_keys=True)  # the database gives the keys in an order of its own
    return _drawn(_Drawable(said, i18n.language(), drafts.document_of(revision)))


@lru_cache(maxsize=32)
def _drawn(what: _Drawable) -> drawing.Drawing:
    return drawing.draw(what.document)


def changes_since(shown: SequenceRevision | None, now: drawing.Drawing) -> changes.Changes | None:
    """What has changed on the canvas since a revision; None where there is none, or nearly everything has."""
    if shown is None:
        return None
    found = changes.between(drawn(shown), now)
    return found if found.is_small else None


def context(sequence: Sequence, chosen: str | None = None) -> dict[str, Any]:
    """All that the canvas and its surroundings need. `chosen` is the step open in the drawer."""
    document = drafts.draft_of(sequence)
    counted = figures.of(sequence)
    return {
        "sequence": sequence,
        "halts": halts.of([sequence]),
        "document": document,
        "drawing": drawn(drafts.draft_revision(sequence)),
        "figures": counted,
        "is_news": False,
        "exits": exits_of(sequence, document, counted),
        "chosen": chosen,
        "may_edit": current_user.may("sequences.edit"),
        "can_undo": drafts.can_undo(sequence),
        "can_redo": drafts.can_redo(sequence),
        "has_changes": drafts.has_unpublished_changes(sequence),
        "trigger": triggers.TRIGGERS.get(document.trigger.kind),
        "pieces": words.pieces,
        "variable_label": words.variable_label,
        "hours_said": words.hours(hours.sending_hours()),
    }


def outline_of(sequence: Sequence, chosen: str | None) -> dict[str, Any]:
    """What the list of all steps shows."""
    document = drafts.draft_of(sequence)
    return {
        "sequence": sequence,
        "lines": outline.lines(document, drawn(drafts.draft_revision(sequence))),
        "chosen": chosen,
        "may_edit": current_user.may("sequences.edit"),
    }


def exits_of(sequence: Sequence, document: Document, counted: figures.Figures) -> list[Exit]:
    """The exits of a document as the rail shows them."""
    goal = goals.goal_of(sequence)
    return [
        _exit(number, use, counted, is_goal=goals.of_exit(use) == goal.what)
        for number, use in enumerate(document.exits)
    ]


def _exit(number: int, use: RuleUse, counted: figures.Figures, *, is_goal: bool) -> Exit:
    icon = {"tag": "tag", "lead": "user-star", "message": "message-reply", "consent": "mail-off"}.get(
        use.rule.partition(".")[0], "door-exit"
    )
    left = counted.exits[use.rule]
    return Exit(number, use.rule, rule_words.rule(use), "target-arrow" if is_goal else icon, is_goal, left)


def add_menu(document: Document) -> dict[str, Any]:
    """The kinds of steps that can be added (SEQ-09), and the conditions that this trigger suggests first (CND-02)."""
    trigger = triggers.TRIGGERS.get(document.trigger.kind)
    suggested = rule_forms.SUGGESTED[trigger.about if trigger is not None else "client"]
    kinds = rule_forms.offered()
    names = {
        "messages": _("Message"),
        "staff": _("Team"),
        "contact": _("Person"),
        "leads": _("Lead"),
        "flow": _("Flow"),
    }
    options: dict[str, list[Option]] = {name: [] for name in names.values()}
    for action in ACTIONS.values():
        option = Option(action.key, str(action.label), action.icon, drawing.look_of_action(action.key))
        options.setdefault(names.get(action.group, action.group), []).append(option)
    return {
        "options": {name: found for name, found in options.items() if found},
        "suggested": [kind for key in suggested for kind in kinds if kind.key == key],
        "conditions": rule_forms.by_group(kinds),
        "copied": clipboard.said(),
        "CONDITION": fresh.CONDITION,
        "SPLIT": fresh.SPLIT,
    }


def drawer(sequence: Sequence, step_id: str, given: Any = None, *, seen: AnyStep | None = None) -> dict[str, Any]:
    """What the form of a step shows; `given` is what somebody has sent, `seen` the step as they saw it.

    Raises NoSuchStep.
    """
    document = drafts.draft_of(sequence)
    place = graph.locate(document, step_id)
    step = seen or place.step
    trigger = triggers.TRIGGERS.get(document.trigger.kind)
    form = forms.form_of(step)(given)
    form.offer(step)
    wait = wait_form.WaitForm(given, before=step.wait)
    has_anchor = trigger is not None and trigger.has_anchor(document.trigger.filters)
    wait.offer(has_anchor=has_anchor, is_first=place.parent is None and place.index == 0)
    rules = step.condition.rules if isinstance(step, IfStep) else []
    if given is None:
        form.read(step)
        wait.read(step.wait)
    return {
        "sequence": sequence,
        "step": step,
        "place": place,
        "form": form,
        "wait": wait,
        "guard": guards.form_of(step, given),
        "rules": [rule_forms.RuleForm(use, given, prefix=f"rule{number}") for number, use in enumerate(rules)],
        "more_rules": rule_forms.by_group(_rules_for(step)) if isinstance(step, IfStep) else {},
        "branches": places.branch_names(step),
        "is_last": place.index + 1 == len(place.siblings),
        "shape": forms.shape_of(step),
        "look": drawing.look(step),
        "icon": drawing.icon(step),
        "kind": words.kind(step),
        "where": _where(place),
        "variables": variables.usable(variables.SEQUENCE),
        "studio": studio.studio(),
        "may_edit": current_user.may("sequences.edit"),
        "url": url_for("builder.step", sequence_id=sequence.id, step_id=step.id),
        "theirs": None,
        "before_after": _neighbours(document, step_id),
    }


def _rules_for(step: AnyStep) -> list[rule_forms.Kind]:
    """What a condition can ask: one that waits for something, whether it came, first of all."""
    waits_for_something = step.wait is not None and step.wait.event is not None
    return [*rule_forms.offered(of_run=True), *rule_forms.offered()] if waits_for_something else rule_forms.offered()


def _where(place: graph.Place) -> str:
    if place.parent is None:
        return str(_("Before the trigger")) if spots.is_before(place.step) else ""
    names = {key: name for key, name, _size in places.branch_names(place.parent)}
    return str(_("%(branch)s, under “%(fork)s”", branch=names[place.branch or ""], fork=words.title(place.parent)))


def _neighbours(document: Document, step_id: str) -> tuple[str | None, str | None]:
    """The steps before and behind one in reading order."""
    ids = [place.step.id for place in graph.walk(document)]
    at = ids.index(step_id)
    return (ids[at - 1] if at else "trigger"), (ids[at + 1] if at + 1 < len(ids) else None)


def drawer_of(sequence: Sequence, opened: str) -> tuple[str, dict[str, Any]]:
    """The drawer's partial, and what it shows: of a step, of `trigger`, or of `exit-N`. Raises NoSuchStep."""
    if opened == "trigger":
        return "sequences/build/_trigger.html", trigger_drawer(sequence)
    if opened.startswith("exit-") and opened[5:].isdigit():
        return "sequences/build/_exit.html", exit_drawer(sequence, int(opened[5:]))
    return "sequences/build/_step.html", drawer(sequence, opened)


def trigger_drawer(
    sequence: Sequence, form: rule_forms.FilterForm | None = None, kind: str | None = None
) -> dict[str, Any]:
    """The trigger picker, by group, with the filters of the chosen one (SEQ-05, SEQ-15).

    `kind` and `form` are what somebody has sent.
    """
    used = drafts.draft_of(sequence).trigger
    if kind is not None and kind != used.kind:
        used = graph.Trigger(kind=kind)
    trigger = triggers.TRIGGERS.get(used.kind)
    filters = trigger.filters if trigger is not None else ()
    return {
        "sequence": sequence,
        "used": used,
        "trigger": trigger,
        "form": form if form is not None else rule_forms.filter_form(filters, used.filters),
        "groups": {triggers.GROUPS[group]: found for group, found in triggers.by_group().items() if found},
        "may_edit": current_user.may("sequences.edit"),
        "theirs": None,
        "kept": None,
    }


def exit_drawer(
    sequence: Sequence, number: int, given: Any = None, *, seen: list[RuleUse] | None = None
) -> dict[str, Any]:
    """The form of one exit; `given` is what somebody has sent, `seen` the exits as they saw them.

    Raises NoSuchStep where there is no such exit (any more).
    """
    exits = drafts.draft_of(sequence).exits if seen is None else seen
    if number >= len(exits):
        raise NoSuchStep(f"exit-{number}")
    return {
        "sequence": sequence,
        "number": number,
        "rule": rule_forms.RuleForm(exits[number], given),
        "text": rule_words.rule(exits[number]),
        "may_edit": current_user.may("sequences.edit"),
        "theirs": None,
    }

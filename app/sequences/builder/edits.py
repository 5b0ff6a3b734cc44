"""Edits of a draft as the builder makes them. Each is one new revision, with a sentence for undo and history."""

from __future__ import annotations

from collections.abc import Sequence as Several
from typing import Any

from flask_babel import gettext as _
from pydantic import TypeAdapter

from app.rules import RuleUse
from app.sequences import drafts, formats, graph
from app.sequences.actions.registry import Params
from app.sequences.builder import fresh, places, runs, spots, words
from app.sequences.graph import AnyStep, Document, IfStep, NoSuchStep, Step, Trigger
from app.sequences.models import Sequence
from app.sequences.waits import Wait
from app.staff.models import Staff

_step: TypeAdapter[AnyStep] = TypeAdapter(Step)


def add_step(sequence: Sequence, spot: str, kind: str, *, by: Staff) -> str:
    """Put a new step of a kind at a spot. Answers its id. Raises NoSuchStep."""
    document = drafts.draft_of(sequence)
    new = fresh.step(kind)
    new.id = graph.fresh_id(new)
    save(sequence, spots.put(document, spot, new), by=by, summary=_("Added “%(step)s”", step=words.kind(new)))
    return new.id


def change_step(sequence: Sequence, step_id: str, values: dict[str, Any], wait: Wait | None, *, by: Staff) -> None:
    """Give a step other parameters and another wait; what is in its branches stays. Raises NoSuchStep."""
    document = drafts.draft_of(sequence)
    before = graph.find(document, step_id)
    said = before.model_dump(mode="json", by_alias=True, exclude_unset=True)
    kept = {key: said[key] for key in ("id", "do", "short", "enabled", "if", "then", "else", "split") if key in said}
    said = kept | values
    if wait is not None and not wait.is_nothing:
        said["wait"] = wait.model_dump(mode="json", by_alias=True, exclude_unset=True)
    changed = graph.replace(document, _step.validate_python(said))
    save(sequence, changed, by=by, summary=_("Changed “%(step)s”", step=words.title(before)))


def change_message(sequence: Sequence, step_id: str, params: Params, *, by: Staff) -> None:
    """Have a step say something else. Raises NoSuchStep."""
    document = drafts.draft_of(sequence)
    before = graph.find(document, step_id)
    changed = graph.replace(document, before.model_copy(update={"params": params}))
    save(sequence, changed, by=by, summary=_("Changed “%(step)s”", step=words.title(before)))


def change_rules(sequence: Sequence, step_id: str, rules: Several[RuleUse], *, by: Staff) -> None:
    """Give a condition other rules. Raises NoSuchStep."""
    document = drafts.draft_of(sequence)
    step = graph.find(document, step_id)
    if not isinstance(step, IfStep):
        raise NoSuchStep(step_id)
    condition = step.condition.model_copy(update={"rules": list(rules)})
    changed = graph.replace(document, step.model_copy(update={"condition": condition}))
    save(sequence, changed, by=by, summary=_("Changed “%(step)s”", step=words.title(step)))


# ------------------------------------------------------------------ steps that follow each other, as one edit


def switch_steps(sequence: Sequence, step_ids: Several[str], *, is_on: bool, by: Staff) -> None:
    """Switch steps on or off (SEQ-17). Raises NoSuchStep, runs.NoRun."""
    document = drafts.draft_of(sequence)
    steps = runs.find(document, step_ids)
    changed = document
    for step in steps:
        changed = graph.replace(changed, step.model_copy(update={"enabled": is_on}))
    said = _("Switched %(steps)s on") if is_on else _("Switched %(steps)s off")
    save(sequence, changed, by=by, summary=said % {"steps": words.run(steps)})


def move_steps(sequence: Sequence, step_ids: Several[str], spot: str, *, by: Staff) -> None:
    """Take steps, branches included, to another spot; nothing where they stand there. Raises the refusals of `runs`."""
    document = drafts.draft_of(sequence)
    steps = runs.find(document, step_ids)
    changed = runs.move(document, step_ids, spot)
    if formats.dump(changed) == formats.dump(document):
        return
    said = _("Moved %(steps)s %(place)s", steps=words.run(steps), place=places.name(document, spot))
    save(sequence, changed, by=by, summary=said)


def copy_steps(sequence: Sequence, step_ids: Several[str], *, by: Staff) -> list[str]:
    """Put copies of steps, branches included, behind them. Answers the ids of the copies. Raises NoSuchStep."""
    document = drafts.draft_of(sequence)
    steps = runs.find(document, step_ids)
    changed, twins = runs.duplicate(document, steps)
    save(sequence, changed, by=by, summary=_("Duplicated %(steps)s", steps=words.run(steps)))
    return twins


def paste_steps(sequence: Sequence, steps: Several[AnyStep], spot: str, *, by: Staff) -> list[str]:
    """Put copies of steps, of any sequence, at a spot. Answers their ids. Raises the refusals of `runs`."""
    document = drafts.draft_of(sequence)
    changed, twins = runs.paste(document, spot, steps)
    said = _("Pasted %(steps)s %(place)s", steps=words.run(steps), place=places.name(document, spot))
    save(sequence, changed, by=by, summary=said)
    return twins


def remove_steps(sequence: Sequence, step_ids: Several[str], *, by: Staff) -> None:
    """Take steps out with all in their branches. Raises NoSuchStep, runs.NoRun."""
    document = drafts.draft_of(sequence)
    steps = runs.find(document, step_ids)
    save(sequence, runs.take_out(document, step_ids), by=by, summary=_("Removed %(steps)s", steps=words.run(steps)))


def remove_fork(sequence: Sequence, step_id: str, *, keep: str, by: Staff) -> None:
    """Take a fork out and leave the steps of one branch in its place. Raises NoSuchStep."""
    document = drafts.draft_of(sequence)
    step = graph.find(document, step_id)
    changed = graph.remove(document, step_id, keep=keep)
    save(sequence, changed, by=by, summary=_("Removed %(steps)s", steps=words.run([step])))


# ------------------------------------------------------------------ the whole


def set_trigger(sequence: Sequence, trigger: Trigger, *, by: Staff) -> None:
    """Have another trigger, or other filters."""
    document = drafts.draft_of(sequence).model_copy(update={"trigger": trigger})
    save(sequence, document, by=by, summary=_("Trigger: %(trigger)s", trigger=words.trigger(trigger)))


def set_exits(sequence: Sequence, exits: Several[RuleUse], *, by: Staff) -> None:
    """Have other exits."""
    document = drafts.draft_of(sequence).model_copy(update={"exits": list(exits)})
    save(sequence, document, by=by, summary=_("Changed the exits"))


def set_basics(sequence: Sequence, *, title: str, is_single: bool, priority: str, by: Staff) -> None:
    """Have another name, take each person once only (ENR-07), or go before others (BEY-16)."""
    document = drafts.draft_of(sequence)
    said = {"title": title, "single_enrolment": is_single}
    if priority != document.priority:
        said["priority"] = priority
    document = document.model_copy(update=said)
    save(sequence, document, by=by, summary=_("Changed the settings"))


def save(sequence: Sequence, document: Document, *, by: Staff, summary: str) -> None:
    """Keep an edit. The folder is the sequence's own, whatever an older document says."""
    folder = sequence.folder.name if sequence.folder is not None else None
    said = formats.dump(document) | {"folder": folder}
    drafts.save_draft(sequence, Document.model_validate(said), by=by, summary=summary)

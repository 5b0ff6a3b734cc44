"""What has changed between two versions, in words: a line for each step, exit and setting, with what it said before."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from flask_babel import LazyString, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.messaging import block_mail, blocks, mail
from app.rules import RuleUse
from app.sequences import diff, graph
from app.sequences.actions.registry import ACTIONS
from app.sequences.builder import choices, drawing, forms, places, rule_words, words
from app.sequences.graph import AnyStep, Document
from app.sequences.waits import Duration, Wait

WRITTEN = {"subject", "preview", "html", "blocks", "text", "body", "note"}  # shown word by word
MOST_WORDS = 2_000  # of a text; longer ones are only said to be different
AROUND = 6  # words that are left standing on either side of what has changed

_SETTINGS: dict[str, LazyString] = {
    "title": _l("Name"),
    "single_enrolment": _l("How often"),
    "priority": _l("Priority"),
    "trigger": _l("Trigger"),
}
_PRIORITIES: dict[str, LazyString] = {"low": _l("Low"), "normal": _l("Normal"), "high": _l("High")}
_LABELS: dict[str, LazyString] = {
    "place": _l("Place"),
    "wait": _l("When"),
    "enabled": _l("Switch"),
    "short": _l("Short name"),
    "do": _l("Kind of step"),
    "rules": _l("Rules"),
    "split": _l("Branches"),
    "assign": _l("For"),
    "due": _l("To be done within"),
    "text": _l("Plain text"),
    "preview": _l("Preview text"),
    "html": _l("Message"),
    "blocks": _l("Message"),
    "url": _l("Address"),
}


@dataclass(frozen=True)
class Piece:
    """Some words of a text: "same" in both, "old" ones that have gone, "new" ones that have come."""

    kind: str
    text: str


@dataclass(frozen=True)
class Detail:
    """One thing said differently, before and now. Of written texts, also the words that differ."""

    label: str
    old: str
    new: str
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True)
class Line:
    """A change of one thing. `what` is its kind: "E-mail", "Exit"; `step_id` is None where it is no step."""

    kind: diff.Kind
    what: str
    title: str
    icon: str
    look: str
    details: tuple[Detail, ...] = ()
    step_id: str | None = None


def between(old: Document, new: Document) -> list[Line]:
    """Everything that is different in `new`, from the settings down to the last step."""
    found = diff.compare(old, new)
    names = {place.step.id: _titled(place.step) for one in (old, new) for place in graph.walk(one)}
    branches = {
        (place.step.id, key): name
        for one in (old, new)
        for place in graph.walk(one)
        for key, name, _size in places.branch_names(place.step)
    }
    say = _Words(names, branches)
    return [
        *(
            Line("changed", _("Setting"), say.label(None, one.name), "settings", "", (say.of(None, one),))
            for one in found.settings
        ),
        *(
            Line("changed", _("Trigger"), say.value(one, one.new), "bolt", "trigger", (say.of(None, one),))
            for one in found.trigger
        ),
        *(_exit(one) for one in found.exits),
        *(_step(one, say) for one in found.steps),
    ]


def sums(lines: Sequence[Line]) -> str:
    """How many of each kind: "2 added · 1 removed"."""
    count = Counter(line.kind for line in lines)
    said = {
        "added": ngettext("%(num)s added", "%(num)s added", count["added"]),
        "changed": ngettext("%(num)s changed", "%(num)s changed", count["changed"]),
        "moved": ngettext("%(num)s moved", "%(num)s moved", count["moved"]),
        "removed": ngettext("%(num)s removed", "%(num)s removed", count["removed"]),
    }
    return " · ".join(sentence for kind, sentence in said.items() if kind in count)


def _exit(one: diff.ExitChange) -> Line:
    old = rule_words.rule(one.old) if one.old is not None else ""
    new = rule_words.rule(one.new) if one.new is not None else ""
    details = (Detail(_("Exit"), old, new),) if one.kind == "changed" else ()
    return Line(one.kind, _("Exit"), new or old, "door-exit", "", details)


def _step(one: diff.StepChange, say: _Words) -> Line:
    return Line(
        one.kind,
        words.kind(one.step),
        _titled(one.step),
        drawing.icon(one.step),
        drawing.look(one.step),
        tuple(say.of(one.step, field) for field in one.fields),
        one.step_id,
    )


def _titled(step: AnyStep) -> str:
    return words.plain(words.title(step))


@dataclass(frozen=True)
class _Words:
    """Says fields of steps. `names` are the titles of all steps, `branches` the names of all branches."""

    names: Mapping[str, str]
    branches: Mapping[tuple[str, str], str]

    def of(self, step: AnyStep | None, field: diff.Field) -> Detail:
        old, new = self.value(field, field.old), self.value(field, field.new)
        pieces = differing(old, new) if field.name in WRITTEN and old and new else ()
        return Detail(self.label(step, field.name), old, new, pieces)

    def label(self, step: AnyStep | None, name: str) -> str:
        """The name of a field, as the form of the step has it where it has it."""
        if step is None:
            return str(_SETTINGS[name])
        form = forms.form_of(step)()
        if name in form:
            return str(form[name].label.text)
        return str(_LABELS.get(name, name.replace("_", " ").capitalize()))

    def value(self, field: diff.Field, value: Any) -> str:
        """What a field says, "" for nothing."""
        if field.name in _SAID:
            return _SAID[field.name](value)
        if field.name == "place":
            return self._place(value)
        if value in (None, "", []):
            return ""
        if isinstance(value, list):
            return ", ".join(map(str, value))
        if isinstance(value, dict):
            return json.dumps(value, ensure_ascii=False)
        return words.plain(str(value))

    def _place(self, spot: Mapping[str, str | None]) -> str:
        parent, branch, after = spot["parent"], spot["branch"], spot["after"]
        if after is not None:
            return str(_("behind “%(step)s”", step=self.names[after]))
        if parent is None or branch is None:
            return str(_("first of all"))
        side = self.branches[parent, branch]
        return str(_("first in “%(branch)s” of “%(fork)s”", branch=side, fork=self.names[parent]))


def _wait(value: dict[str, Any] | None) -> str:
    return str(_("at once")) if value is None else words.wait(Wait.model_validate(value))


def _kind(value: str | None) -> str:
    if value in ACTIONS:
        return str(ACTIONS[value].label)
    return str({"if": _("Condition"), "split": _("A/B split")}.get(value or "", value or ""))


def _rules(value: list[dict[str, Any]] | None) -> str:
    return "; ".join(rule_words.rule(RuleUse.model_validate(one)) for one in value or [])


def _split(value: list[dict[str, Any]] | None) -> str:
    return ", ".join(f"{one['name'] or one['key']} {one['share']} %" for one in value or [])


def _assign(value: dict[str, Any] | None) -> str:
    said = next((str(one) for one in (value or {}).values() if one and one is not True), None)
    return said or (str(_("Lead's assignee")) if value else "")


def _match(value: str | None) -> str:
    return str({"all": _("all of these are so"), "any": _("one of these is so")}.get(value or "", ""))


def _status(value: str | None) -> str:
    return str(dict(choices.lead_statuses()).get(value or "", value or ""))


_SAID: dict[str, Callable[[Any], str]] = {
    "wait": _wait,
    "enabled": lambda value: str(_("on") if value else _("off")),
    "single_enrolment": lambda value: str(_("each person once only") if value else _("each time")),
    "priority": lambda value: str(_PRIORITIES.get(value, value)),
    "trigger": lambda value: words.trigger(graph.Trigger.model_validate(value)),
    "do": _kind,
    "rules": _rules,
    "split": _split,
    "assign": _assign,
    "due": lambda value: words.duration(Duration.model_validate(value)) if value else "",
    "match": _match,
    "status": _status,
    "html": lambda value: words.plain(mail.as_text(value or "").strip()),
    "blocks": lambda value: words.plain(block_mail.as_text(blocks.read(value or []))),
}


def differing(old: str, new: str) -> tuple[Piece, ...]:
    """The words that differ between two texts, with a few of those around them; nothing where they are too long."""
    before, after = _cut(old), _cut(new)
    if max(len(before), len(after)) > MOST_WORDS:
        return ()
    pieces: list[Piece] = []
    for act, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if act == "equal":
            pieces.append(Piece("same", _shortened(before[i:j], is_first=i == 0, is_last=j == len(before))))
        else:
            pieces += [Piece(kind, "".join(some)) for kind, some in (("old", before[i:j]), ("new", after[k:m])) if some]
    return tuple(pieces)


def _cut(text: str) -> list[str]:
    return re.findall(r"\S+\s*|\s+", text)


def _shortened(same: list[str], *, is_first: bool, is_last: bool) -> str:
    """Words that both have: those far from any change are left out."""
    if len(same) <= 2 * AROUND + 2:
        return "".join(same)
    head = "" if is_first else "".join(same[:AROUND])
    tail = "" if is_last else "".join(same[-AROUND:])
    return f"{head}… {tail}"

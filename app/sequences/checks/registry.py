"""The registry of checks: each one declaration with a code, how grave it is and what it looks at, around a function.

The builder's panel, the review before publishing, the list's switch and the API all show these findings.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from app.sequences import graph
from app.sequences.actions.messages import MessageParams

Severity = Literal["error", "warning", "notice"]

# What stops publishing; what is shown and may be meant; what is worth knowing.
ERROR: Severity = "error"
WARNING: Severity = "warning"
NOTICE: Severity = "notice"
SEVERITIES: tuple[Severity, ...] = (ERROR, WARNING, NOTICE)

# What a check has to look at: the document alone, the studio's settings, or everybody whom it may reach.
DOCUMENT, STUDIO, PEOPLE = ABOUT = ("document", "studio", "people")


@dataclass(frozen=True)
class Mend:
    """What one click does about a finding: an edit of the draft, which can be undone.

    `change` answers the edited document. Where it `asks` for something, it is given what somebody has typed.
    """

    label: str
    change: Callable[[graph.Document, str], graph.Document]
    asks: str = ""  # what is to be typed


@dataclass(frozen=True)
class Way:
    """Where else to go about a finding: the endpoint of a page, or of a dialog."""

    label: str
    endpoint: str
    values: Mapping[str, Any] = field(default_factory=dict)
    is_dialog: bool = False


@dataclass(frozen=True)
class Finding:
    """Something a check found. `place` is a step's id, "trigger", or empty for the whole; `about` tells several of the
    same code at one place apart. The severity is its check's, unless it has a `grade` of its own.
    """

    detail: str
    place: str = ""
    about: str = ""
    hint: str = ""
    mend: Mend | None = None
    way: Way | None = None
    grade: Severity | None = None
    code: str = ""
    severity: Severity = WARNING

    @property
    def step_id(self) -> str | None:
        """The step it is about, where it is about one."""
        return self.place if self.place not in {"", "trigger"} else None

    @property
    def key(self) -> str:
        """What it is called by when it is to be mended: the same as long as the document says the same there."""
        return f"{self.code}.{zlib.crc32(f'{self.place} {self.about}'.encode()):x}"


@dataclass(frozen=True)
class Look:
    """A document as the checks look at it, and whose draft it is, where it is somebody's."""

    document: graph.Document
    sequence_id: int | None = None

    @cached_property
    def places(self) -> list[graph.Place]:
        """Every step, where it stands, in reading order."""
        return list(graph.walk(self.document))

    @property
    def actions(self) -> Iterator[graph.ActionStep]:
        """The steps that do something and are switched on."""
        for place in self.places:
            if isinstance(place.step, graph.ActionStep) and place.step.enabled:
                yield place.step

    @property
    def messages(self) -> Iterator[graph.ActionStep]:
        """The steps that write to people and are switched on."""
        return (step for step in self.actions if isinstance(step.params, MessageParams))

    def sent_by(self, channel: str) -> list[graph.ActionStep]:
        """The steps that write by a channel."""
        return [step for step in self.messages if step.action.channel == channel]


Find = Callable[[Look], Iterator[Finding]]


@dataclass(frozen=True)
class Check:
    """A declared check."""

    code: str
    severity: Severity
    about: str
    find: Find

    def run(self, look: Look) -> list[Finding]:
        """What it finds, each with its code and how grave it is."""
        return [replace(one, code=self.code, severity=one.grade or self.severity) for one in self.find(look)]


CHECKS: dict[str, Check] = {}


def check(code: str, severity: Severity = WARNING, about: str = DOCUMENT) -> Callable[[Find], Find]:
    """Declare a check, around the function that looks."""

    def declare(find: Find) -> Find:
        CHECKS[code] = Check(code, severity, about, find)
        return find

    return declare


def with_params(document: graph.Document, step_id: str, changed: Mapping[str, Any]) -> graph.Document:
    """The document with other parameters of one step. Raises graph.NoSuchStep."""
    step = graph.find(document, step_id)
    said = step.model_dump(mode="json", by_alias=True, exclude_unset=True) | dict(changed)
    return graph.replace(document, graph.ActionStep.model_validate(said))


def without(document: graph.Document, step_ids: Collection[str]) -> graph.Document:
    """The document without some steps and all in their branches."""
    for step_id in step_ids:
        document = graph.remove(document, step_id)
    return document

"""A sequence as a document: typed models, and pure functions that look around in it and change it.

The functions that change answer a new document and leave the given one as it was; the two share what is the same in
both, so nobody changes a step in place. Steps are told apart by their ids,
which never change and are never used again; a branch of a step is named "then", "else", or by the letter of a
split's branch.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    SerializeAsAny,
    SerializerFunctionWrapHandler,
    Tag,
    ValidationError,
    model_serializer,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from app.rules import RuleUse
from app.sequences.actions.registry import ACTIONS, Action, Params, nearest
from app.sequences.waits import Wait

THEN, ELSE = "then", "else"
LETTERS = "ABCDEFGHIJ"

LOW, NORMAL, HIGH = PRIORITIES = ("low", "normal", "high")

StepId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]


class Shape(BaseModel):
    """What all parts of a document share."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class NoSuchStep(KeyError):
    """The document has no step of that id, or the step no branch of that name."""


class Trigger(Shape):
    """What starts a sequence: a kind of `triggers.TRIGGERS`, narrowed by its filters."""

    kind: str
    filters: dict[str, Any] = Field(default_factory=dict)


class StepBase(Shape):
    """What every step has. Switched off, it is passed over (SEQ-17)."""

    id: StepId = ""
    title: str = Field(default="", max_length=200)
    short: str = Field(default="", max_length=18)  # its name on the canvas from far away
    wait: Wait | None = None
    enabled: bool = True


class ActionStep(StepBase):
    """Does something. Its parameters stand beside `do` in the document, and in `params` here."""

    do: str
    params: SerializeAsAny[Params]

    @property
    def action(self) -> Action:
        return ACTIONS[self.do]

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, data: Any) -> Any:
        if not isinstance(data, Mapping) or isinstance(data.get("params"), Params):
            return data
        do = data.get("do")
        if not isinstance(do, str) or do not in ACTIONS:
            raise _fault("do", f"there is no action {do!r}; nearest: {nearest(str(do), ACTIONS)}", do)
        own = {name: value for name, value in data.items() if name in StepBase.model_fields}
        if ACTIONS[do].needs_title and not str(data.get("title", "")).strip():
            raise _fault("title", "a title is needed here", data.get("title"))
        rest = {name: value for name, value in data.items() if name not in own and name != "do"}
        return {**own, "do": do, "params": ACTIONS[do].params.model_validate(rest)}

    @model_serializer(mode="wrap")
    def _spread(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        flat: dict[str, Any] = handler(self)
        params = flat.pop("params")
        return {**flat, **params}


class Condition(Shape):
    """Rules, and how they combine."""

    match: Literal["all", "any"] = "all"
    rules: list[RuleUse] = Field(min_length=1, max_length=20)


class IfStep(StepBase):
    """Splits people by whether rules hold for them when they get here (CND-06)."""

    condition: Condition = Field(alias="if")
    then: list[Step] = Field(default_factory=list)
    otherwise: list[Step] = Field(default_factory=list, alias="else")


class Branch(Shape):
    """One way out of a split. Its letter stays its own when others are removed."""

    key: str = Field(default="", pattern=r"^[A-J]?$")
    share: int = Field(ge=0, le=100)
    name: str = Field(default="", max_length=80)
    steps: list[Step] = Field(default_factory=list)


class SplitStep(StepBase):
    """Splits people by chance: the same person always falls on the same side."""

    split: list[Branch] = Field(min_length=2, max_length=len(LETTERS))

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if sum(branch.share for branch in self.split) != 100:  # noqa: PLR2004 - per cent
            raise ValueError("the shares must come to 100")
        free = [letter for letter in LETTERS if letter not in {branch.key for branch in self.split}]
        for branch in self.split:
            branch.key = branch.key or free.pop(0)
        if len({branch.key for branch in self.split}) != len(self.split):
            raise ValueError("two branches have the same key")
        return self


def _which(data: Any) -> str | None:
    if isinstance(data, StepBase):
        return {"ActionStep": "‹do›", "IfStep": "‹if›", "SplitStep": "‹split›"}[type(data).__name__]
    if not isinstance(data, Mapping):
        return None
    return next((tag for key, tag in (("if", "‹if›"), ("split", "‹split›"), ("do", "‹do›")) if key in data), None)


Step = Annotated[
    Annotated[ActionStep, Tag("‹do›")] | Annotated[IfStep, Tag("‹if›")] | Annotated[SplitStep, Tag("‹split›")],
    Discriminator(_which, custom_error_type="step", custom_error_message="a step has one of: do, if, split"),
]


class Document(Shape):
    """A whole sequence."""

    encore: Literal[1] = 1
    title: str = Field(min_length=1, max_length=200)
    folder: str | None = Field(default=None, max_length=120)
    single_enrolment: bool = False
    priority: Literal["low", "normal", "high"] = "normal"  # whose message goes where a cap lets not all go (BEY-16)
    trigger: Trigger
    exits: list[RuleUse] = Field(default_factory=list, max_length=20)
    steps: list[Step] = Field(default_factory=list)

    @model_validator(mode="after")
    def _name_steps(self) -> Self:
        for place in walk(self):
            if not place.step.id:
                place.step.id = fresh_id(place.step)
        return self


def _fault(field: str, message: str, given: Any) -> ValidationError:
    error = PydanticCustomError("unknown", "{said}", {"said": message})
    return ValidationError.from_exception_data("step", [InitErrorDetails(type=error, loc=(field,), input=given)])


def fresh_id(step: AnyStep) -> str:
    """An id nobody has had: what an old step did must never pass for the doing of a new one."""
    kind = step.do.replace(".", "-").replace("_", "-") if isinstance(step, ActionStep) else type(step).__name__[:-4]
    return f"{kind.lower()}-{secrets.token_hex(4)}"


# ---------------------------------------------------------------- looking around


AnyStep = ActionStep | IfStep | SplitStep


@dataclass(frozen=True)
class Place:
    """A step and where it stands: the step and branch it is in (None at the top), its place there, its JSON pointer."""

    step: AnyStep
    parent: IfStep | SplitStep | None
    branch: str | None
    siblings: list[AnyStep]
    index: int
    depth: int
    pointer: str


def branches(step: AnyStep) -> dict[str, list[AnyStep]]:
    """The ways out of a step, by name, in order. An action has none."""
    if isinstance(step, IfStep):
        return {THEN: step.then, ELSE: step.otherwise}
    if isinstance(step, SplitStep):
        return {branch.key: branch.steps for branch in step.split}
    return {}


def walk(document: Document) -> Iterator[Place]:
    """Every step, each before those in its branches, in reading order."""
    yield from _walk(document.steps, None, None, 0, "/steps")


def _walk(
    steps: list[AnyStep], parent: IfStep | SplitStep | None, branch: str | None, depth: int, pointer: str
) -> Iterator[Place]:
    for index, step in enumerate(steps):
        here = f"{pointer}/{index}"
        yield Place(step, parent, branch, steps, index, depth, here)
        if isinstance(step, IfStep | SplitStep):
            for number, (name, inside) in enumerate(branches(step).items()):
                below = f"{here}/{name}" if isinstance(step, IfStep) else f"{here}/split/{number}/steps"
                yield from _walk(inside, step, name, depth + 1, below)


def locate(document: Document, step_id: str) -> Place:
    """Where a step stands. Raises NoSuchStep."""
    for place in walk(document):
        if place.step.id == step_id:
            return place
    raise NoSuchStep(step_id)


def find(document: Document, step_id: str) -> AnyStep:
    """The step of that id. Raises NoSuchStep."""
    return locate(document, step_id).step


def next_step(document: Document, step_id: str | None, branch: str | None = None) -> str | None:
    """The id of the step that follows: of the first in `branch`, else behind the step, else behind what it is in.

    None for `step_id` asks for the first step of all. The answer is None at the end.
    """
    if step_id is None:
        return document.steps[0].id if document.steps else None
    place = locate(document, step_id)
    inside = _branch(place.step, branch) if branch is not None else []
    if inside:
        return inside[0].id
    if isinstance(place.step, ActionStep) and place.step.action.ends:
        return None
    if place.index + 1 < len(place.siblings):
        return place.siblings[place.index + 1].id
    return next_step(document, place.parent.id) if place.parent is not None else None


def _branch(step: AnyStep, name: str) -> list[AnyStep]:
    try:
        return branches(step)[name]
    except KeyError:
        raise NoSuchStep(f"{step.id}/{name}") from None


def note_filled_lists(document: Document) -> None:
    """Count lists that were left out at first and filled since as given: else they would be left out of what is
    written.
    """
    if document.steps:
        document.model_fields_set.add("steps")
    for place in walk(document):
        if isinstance(place.step, IfStep):
            place.step.model_fields_set.update(name for name in ("then", "otherwise") if getattr(place.step, name))
        elif isinstance(place.step, SplitStep):
            for branch in place.step.split:
                branch.model_fields_set.update({"key"} | ({"steps"} if branch.steps else set()))


# ---------------------------------------------------------------- changing


Chain = list[AnyStep]


def insert_after(document: Document, step_id: str | None, step: AnyStep) -> Document:
    """Put a step behind another, on the same level; None puts it first of all. Raises NoSuchStep."""
    new = _new(step)
    if step_id is None:
        return document.model_copy(update={"steps": [new, *document.steps]})
    return _rewrite(document, step_id, lambda before: [before, new])


def insert_into(document: Document, step_id: str, branch: str, step: AnyStep) -> Document:
    """Put a step first in a branch of another. Raises NoSuchStep."""
    new = _new(step)
    return _rewrite(document, step_id, lambda fork: [_with_branch(fork, branch, [new, *_branch(fork, branch)])])


def remove(document: Document, step_id: str, *, keep: str | None = None) -> Document:
    """Take a step out with all in its branches, or leave the steps of one branch in its place. Raises NoSuchStep."""
    return _rewrite(document, step_id, lambda step: _branch(step, keep) if keep is not None else [])


def replace(document: Document, step: AnyStep) -> Document:
    """Put a step in the place of the one with its id, as given, branches included. Raises NoSuchStep."""
    return _rewrite(document, step.id, lambda _before: [step])


def move(
    document: Document, step_id: str, *, after: str | None = None, into: tuple[str, str] | None = None
) -> Document:
    """Take a step, with its branches, elsewhere: behind another, first in a branch `(step id, branch)`, or to the top.

    Raises NoSuchStep, also where the new place is inside the step itself.
    """
    if after == step_id:
        return document
    step = find(document, step_id)
    without = remove(document, step_id)
    if into is not None:
        return insert_into(without, *into, step)
    return insert_after(without, after, step)


def _rewrite(document: Document, step_id: str, into: Callable[[AnyStep], Chain]) -> Document:
    """The document with other steps in the place of one. The chains on the way there are new; all else is shared."""
    steps = _rewritten(document.steps, step_id, into)
    if steps is None:
        raise NoSuchStep(step_id)
    return document.model_copy(update={"steps": steps})


def _rewritten(chain: Chain, step_id: str, into: Callable[[AnyStep], Chain]) -> Chain | None:
    for index, step in enumerate(chain):
        if step.id == step_id:
            return [*chain[:index], *into(step), *chain[index + 1 :]]
        for name, inside in branches(step).items():
            changed = _rewritten(inside, step_id, into)
            if changed is not None:
                return [*chain[:index], _with_branch(step, name, changed), *chain[index + 1 :]]
    return None


def _with_branch(step: AnyStep, name: str, inside: Chain) -> AnyStep:
    if isinstance(step, IfStep):
        return step.model_copy(update={"then" if name == THEN else "otherwise": inside})
    if isinstance(step, SplitStep):
        split = [one.model_copy(update={"steps": inside}) if one.key == name else one for one in step.split]
        return step.model_copy(update={"split": split})
    raise NoSuchStep(f"{step.id}/{name}")


def _new(step: AnyStep) -> AnyStep:
    return step if step.id else step.model_copy(update={"id": fresh_id(step)})


IfStep.model_rebuild()
Branch.model_rebuild()
SplitStep.model_rebuild()
Document.model_rebuild()

"""The step that moves people to another lifecycle stage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from flask_babel import lazy_gettext as _
from pydantic import Field

from app.events import Actor
from app.lifecycle import board, stages
from app.lifecycle.models import LifecycleStage
from app.sequences import reasons
from app.sequences.actions.registry import DONE, Held, Item, Outcome, Params, action, nearest


class LifecycleParams(Params):
    stage: str = Field(min_length=1, max_length=80)


def stage_named(name: str) -> LifecycleStage | None:
    """A stage by its name or key, whatever the case."""
    wanted = name.strip().casefold()
    return next((one for one in stages.all_stages() if wanted in {one.name.casefold(), one.key.casefold()}), None)


def _missing(params: LifecycleParams) -> Iterator[tuple[str, str]]:
    if stage_named(params.stage) is None:
        near = nearest(params.stage, [one.name for one in stages.all_stages()])
        yield "stage", f"there is no lifecycle stage {params.stage!r}; nearest: {near}"


def _foresee(items: Sequence[Item], _held: Held) -> list[Outcome]:
    name = items[0].params.stage
    known = stage_named(name) is not None
    return [DONE if known else Outcome("skipped", reasons.code("no_such", name))] * len(items)


@action(
    "lifecycle.move",
    _("Move lifecycle stage"),
    icon="recycle",
    params=LifecycleParams,
    group="contact",
    causes={"lifecycle.stage_changed"},
    references=_missing,
    foresee=_foresee,
)
def move(items: Sequence[Item], _now: datetime) -> list[Outcome]:
    """Move them all at once; who is there already stays."""
    stage = stage_named(items[0].params.stage)
    if stage is None:
        return [Outcome("skipped", reasons.code("no_such", items[0].params.stage))] * len(items)
    by = Actor("sequence", items[0].sequence_id, items[0].sequence)
    board.move_contacts([item.contact_id for item in items], stage, by=by)
    return [DONE] * len(items)

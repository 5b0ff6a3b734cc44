"""Setting the lifecycle up: its stages and lost stages, the default, and whether it is shown (LIFE-01 … LIFE-18)."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import func, select

from app import events
from app.contacts import naming
from app.contacts.models import Contact
from app.db import db
from app.events.log import Acting
from app.lifecycle import board, stages
from app.lifecycle.models import LifecycleStage
from app.staff import studio
from app.web import Refusal

MOST_STAGES = 20


class TooManyStages(Refusal):
    """The limit counts stages and lost stages together (LIFE-06)."""

    def __init__(self) -> None:
        super().__init__(_("There can be %(n)s stages at the most, lost stages included.", n=MOST_STAGES))


class StageNameTaken(Refusal):
    """Two stages of one name could not be told apart in a list."""

    def __init__(self, name: str) -> None:
        super().__init__(_("There is a stage named “%(name)s” already.", name=name))


class LastStage(Refusal):
    """One ordinary stage must remain, however many lost ones there are (LIFE-18)."""

    def __init__(self) -> None:
        super().__init__(_("This is the last stage. Add another one before you delete it."))


class LostByDefault(Refusal):
    """A lost stage cannot be the default (LIFE-11)."""

    def __init__(self) -> None:
        super().__init__(_("New contacts cannot start in a lost stage."))


class OtherColumn(Refusal):
    """Stages are not dragged among the lost ones, nor the other way (LIFE-10)."""

    def __init__(self) -> None:
        super().__init__(
            _("A stage cannot be dragged to the other column. Add it there, move its contacts, then delete this one.")
        )


def show_lifecycle(is_shown: bool) -> None:
    """Show the stages in inbox and contacts, or hide them; nobody's stage changes by it (LIFE-01)."""
    studio.put(stages.SETTING, stages.Lifecycle(is_shown=is_shown))


def add_stage(name: str, *, description: str = "", emoji: str = "", is_lost: bool = False) -> LifecycleStage:
    """Add a stage at the end of its column. Raises TooManyStages or StageNameTaken."""
    known = stages.all_stages()
    if len(known) >= MOST_STAGES:
        raise TooManyStages
    _refuse_same_name(name, known)
    stage = LifecycleStage(
        key=naming.key_for(name, {stage.key for stage in known}, most=36),
        name=name.strip(),
        description=description.strip(),
        emoji=emoji.strip(),
        is_lost=is_lost,
        position=max((stage.position for stage in known), default=-1) + 1,
    )
    db.session.add(stage)
    db.session.flush()
    return stage


def change_stage(stage: LifecycleStage, *, name: str, description: str = "", emoji: str = "") -> None:
    """Rename a stage or change what is said of it. Its key stays: sequences know it by that. Raises StageNameTaken."""
    _refuse_same_name(name, [other for other in stages.all_stages() if other.id != stage.id])
    stage.name = name.strip()
    stage.description = description.strip()
    stage.emoji = emoji.strip()


def order_stages(ids: Sequence[int], *, is_lost: bool) -> None:
    """Put the stages of one column in this order (LIFE-09). Raises OtherColumn where one of them is of the other."""
    column = {stage.id: stage for stage in stages.all_stages() if stage.is_lost == is_lost}
    if not column.keys() >= set(ids):
        raise OtherColumn
    for position, stage_id in enumerate([*ids, *(stage_id for stage_id in column if stage_id not in ids)]):
        column[stage_id].position = position


def make_default(stage: LifecycleStage | None) -> None:
    """Let new contacts start in this stage, or in none; those who are here stay where they are (LIFE-11, LIFE-13)."""
    if stage is not None and stage.is_lost:
        raise LostByDefault
    for other in stages.all_stages():
        other.is_default = other is stage


def delete_stage(stage: LifecycleStage, *, by: events.Actor | Acting, move_to: LifecycleStage | None = None) -> int:
    """Delete a stage; its contacts go to `move_to`, or are left without one (LIFE-17). Answers how many they were.

    Raises LastStage where no ordinary stage would remain.
    """
    if not stage.is_lost and sum(not other.is_lost for other in stages.all_stages()) == 1:
        raise LastStage
    inside = list(db.session.scalars(select(Contact.id).where(Contact.lifecycle_stage_id == stage.id)))
    moved = board.move_contacts(inside, move_to, by=by)
    db.session.delete(stage)
    db.session.flush()
    return moved


def count_inside(stage: LifecycleStage) -> int:
    """How many contacts are in a stage."""
    return (
        db.session.scalar(select(func.count()).select_from(Contact).where(Contact.lifecycle_stage_id == stage.id)) or 0
    )


def _refuse_same_name(name: str, others: Sequence[LifecycleStage]) -> None:
    if any(naming.plain(other.name) == naming.plain(name) for other in others):
        raise StageNameTaken(name.strip())

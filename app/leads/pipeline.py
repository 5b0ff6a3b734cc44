"""Setting up the board: its stages and sources (LEAD-08, SRC-01 to SRC-03)."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import aliased

from app.contacts import naming
from app.db import db
from app.leads import queries
from app.leads.models import NOT_CONVERTED, OPEN_STATUSES, Lead, LeadForm, LeadSource, LeadStage
from app.web import Refusal


class NameTaken(Refusal):
    """Two of one name could not be told apart."""

    def __init__(self, name: str) -> None:
        super().__init__(_("There is one named “%(name)s” already.", name=name))


class LastStage(Refusal):
    """New leads have to begin somewhere."""

    def __init__(self) -> None:
        super().__init__(_("This is the last stage. Leads need one to be in."))


class BuiltIn(Refusal):
    """Some sources are filled by the product itself (SRC-03)."""

    def __init__(self, source: LeadSource) -> None:
        super().__init__(_("%(source)s is built in: rename it if you like, it cannot be deleted.", source=source.name))


class NoReplacement(Refusal):
    """What is in use cannot go without somewhere for its leads to go."""

    def __init__(self) -> None:
        super().__init__(_("Choose where its leads go."))


def add_stage(name: str, emoji: str = "") -> LeadStage:
    """Add a stage at the end of the board; one of this name that was deleted comes back. Raises NameTaken."""
    name = name.strip()
    known = db.session.scalar(select(LeadStage).where(func.lower(LeadStage.name) == name.lower()))
    if known is not None and not known.is_retired:
        raise NameTaken(name)
    if known is None:
        keys = set(db.session.scalars(select(LeadStage.key)))
        known = LeadStage(key=naming.key_for(name, keys, most=30), name=name)
        db.session.add(known)
    known.name, known.emoji, known.is_retired = name, emoji, False
    known.position = (db.session.scalar(select(func.max(LeadStage.position))) or 0) + 1
    db.session.flush()
    return known


def change_stage(stage: LeadStage, name: str, emoji: str) -> None:
    """Rename a stage: its leads stay in it. Raises NameTaken."""
    _refuse_taken(LeadStage, name, stage)
    stage.name, stage.emoji = name.strip(), emoji


def order_stages(ids: Sequence[int]) -> None:
    """Put the stages in this order; those not named stay behind, in theirs."""
    place = {stage_id: position for position, stage_id in enumerate(ids)}
    stages = sorted(queries.all_stages(), key=lambda stage: place.get(stage.id, len(place)))
    for position, stage in enumerate(stages):
        stage.position = position
    db.session.flush()


def shift_stage(stage: LeadStage, steps: int) -> None:
    """Move a stage some places on (or back, where negative), as far as the board goes."""
    ids = [other.id for other in queries.all_stages()]
    place = ids.index(stage.id)
    ids.insert(min(max(place + steps, 0), len(ids) - 1), ids.pop(place))
    order_stages(ids)


def delete_stage(stage: LeadStage, replacement: LeadStage | None) -> int:
    """Take a stage off the board. Answers how many leads went to the replacement.

    That is housekeeping, not a step of anybody's: nothing is told to sequences. Raises LastStage or NoReplacement.
    """
    others = [other for other in queries.all_stages() if other != stage]
    if not others:
        raise LastStage
    count = count_leads(stage)
    if count and (replacement is None or replacement not in others):
        raise NoReplacement
    if replacement is not None:
        db.session.execute(update(Lead).where(Lead.stage_id == stage.id).values(stage_id=replacement.id))
    stage.is_retired = True
    db.session.flush()
    return count


def add_source(name: str, icon: str = "forms") -> LeadSource:
    """Add a source. Raises NameTaken."""
    _refuse_taken(LeadSource, name, None)
    position = (db.session.scalar(select(func.max(LeadSource.position))) or 0) + 1
    source = LeadSource(name=name.strip(), icon=icon, position=position)
    db.session.add(source)
    db.session.flush()
    return source


def change_source(source: LeadSource, name: str, icon: str) -> None:
    """Rename a source, everywhere it is shown (SRC-02). Raises NameTaken."""
    _refuse_taken(LeadSource, name, source)
    source.name, source.icon = name.strip(), icon


def delete_source(source: LeadSource, replacement: LeadSource | None) -> int:
    """Delete a source. Answers how many leads have the replacement now; forms follow it as well.

    Somebody with an open lead of either source keeps the newer of the two open (GEN-02). Raises BuiltIn, NoReplacement.
    """
    if source.key is not None:
        raise BuiltIn(source)
    count = count_leads(source)
    has_forms = db.session.scalar(select(exists().where(LeadForm.source_id == source.id)))
    if (count or has_forms) and (replacement is None or replacement == source):
        raise NoReplacement
    if replacement is not None:
        _close_the_older(source, replacement)
        db.session.execute(update(Lead).where(Lead.source_id == source.id).values(source_id=replacement.id))
        db.session.execute(update(LeadForm).where(LeadForm.source_id == source.id).values(source_id=replacement.id))
    db.session.delete(source)
    db.session.flush()
    return count


def count_leads(of: LeadStage | LeadSource) -> int:
    """How many leads are in a stage, or come from a source."""
    column = Lead.stage_id if isinstance(of, LeadStage) else Lead.source_id
    return db.session.scalar(select(func.count()).select_from(Lead).where(column == of.id)) or 0


def lead_counts(column: str) -> dict[int, int]:
    """The number of leads by `stage_id` or by `source_id`."""
    by = getattr(Lead, column)
    return {key: count for key, count in db.session.execute(select(by, func.count()).group_by(by))}  # noqa: C416


def _close_the_older(one: LeadSource, other: LeadSource) -> None:
    newer = aliased(Lead)
    either = [one.id, other.id]
    has_newer = exists().where(
        newer.contact_id == Lead.contact_id,
        newer.source_id.in_(either),
        newer.status.in_(OPEN_STATUSES),
        newer.id > Lead.id,
    )
    db.session.execute(
        update(Lead)
        .where(Lead.source_id.in_(either), Lead.status.in_(OPEN_STATUSES), has_newer)
        .values(status=NOT_CONVERTED, rev=Lead.rev + 1)
    )
    db.session.expire_all()


def _refuse_taken(model: type[LeadStage | LeadSource], name: str, but: LeadStage | LeadSource | None) -> None:
    others = select(model).where(func.lower(model.name) == name.strip().lower())
    if any(other != but for other in db.session.scalars(others)):
        raise NameTaken(name.strip())

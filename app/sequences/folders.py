"""Order in the list of sequences: folders, copies, and putting things away."""

from __future__ import annotations

from collections.abc import Sequence as Several
from dataclasses import dataclass
from itertools import count

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.db import db
from app.sequences import checking, checks, drafts, graph, library, publishing
from app.sequences.models import ACTIVE, Sequence, SequenceFolder
from app.staff.models import Staff
from app.web import Refusal


class FolderInUse(Refusal):
    """A folder with sequences in it stays."""

    def __init__(self, folder: SequenceFolder) -> None:
        super().__init__(_("“%(folder)s” still has sequences in it: move or delete them first.", folder=folder.name))


class NameTaken(Refusal):
    """Another folder has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(_("There is a folder “%(name)s” already.", name=name))


def create_folder(name: str) -> SequenceFolder:
    """Make a folder. Raises NameTaken."""
    if _named(name) is not None:
        raise NameTaken(name)
    return drafts.folder_named(name)


def create_from_template(template: library.Template, name: str, *, by: Staff) -> SequenceFolder:
    """Make a folder of this name with a template's sequences, all of them switched off (TPL-02, TPL-03).

    Raises NameTaken.
    """
    folder = create_folder(name)
    for position, document in enumerate(template.documents(), start=1):
        drafts.create_sequence(document, by=by, folder=folder).position = position
    return folder


def rename_folder(folder: SequenceFolder, name: str) -> None:
    """Give a folder another name. Raises NameTaken."""
    other = _named(name)
    if other is not None and other.id != folder.id:
        raise NameTaken(name)
    folder.name = name


def delete_folder(folder: SequenceFolder) -> None:
    """Delete an empty folder. Raises FolderInUse."""
    inside = db.session.scalar(
        select(func.count()).where(Sequence.folder_id == folder.id, Sequence.deleted_at.is_(None))
    )
    if inside:
        raise FolderInUse(folder)
    for sequence in db.session.scalars(select(Sequence).where(Sequence.folder_id == folder.id)):
        sequence.folder = None
    db.session.flush()
    db.session.delete(folder)


def order_folders(ids: Several[int]) -> None:
    """Put the folders in this order; those not named follow, in theirs."""
    place = {folder_id: position for position, folder_id in enumerate(ids)}
    for position, folder in enumerate(sorted(_in_order(), key=lambda one: place.get(one.id, len(place)))):
        folder.position = position
    db.session.flush()


def shift_folder(folder: SequenceFolder, steps: int) -> None:
    """Move a folder some places on (or back, where negative), as far as there are any."""
    ids = [other.id for other in _in_order()]
    place = ids.index(folder.id)
    ids.insert(min(max(place + steps, 0), len(ids) - 1), ids.pop(place))
    order_folders(ids)


def _in_order() -> list[SequenceFolder]:
    return list(db.session.scalars(select(SequenceFolder).order_by(SequenceFolder.position, SequenceFolder.id)))


def arrange(folder: SequenceFolder | None, ids: Several[int]) -> None:
    """Have these sequences in a folder, or in none, in this order, wherever they come from (SEQ-21).

    Those that are in it already and not named follow, in their order.
    """
    known = {one.id: one for one in db.session.scalars(select(Sequence).where(Sequence.deleted_at.is_(None)))}
    named = [known[one] for one in dict.fromkeys(ids) if one in known]
    for position, sequence in enumerate([*named, *(one for one in _inside(folder) if one not in named)], start=1):
        sequence.folder, sequence.position = folder, position
    db.session.flush()


def move_sequence(sequence: Sequence, folder: SequenceFolder | None) -> None:
    """Put a sequence last in a folder, or in none (SEQ-21)."""
    sequence.folder = folder
    folder_id = folder.id if folder is not None else None
    last = db.session.scalar(select(func.max(Sequence.position)).where(Sequence.folder_id == folder_id))
    sequence.position = (last or 0) + 1


def duplicate_sequence(sequence: Sequence, *, by: Staff) -> Sequence:
    """Make an inactive copy with the same trigger, conditions, actions and exits (SEQ-20)."""
    document = drafts.draft_of(sequence)
    title = _("Copy of %(title)s", title=document.title)[:200]
    folder = sequence.folder
    said = document.model_dump(mode="json", by_alias=True, exclude_unset=True) | {"title": title, "folder": None}
    twin = drafts.create_sequence(graph.Document.model_validate(said), by=by, folder=folder)
    twin.position, twin.goal = sequence.position, sequence.goal
    return twin


def duplicate_folder(folder: SequenceFolder, *, by: Staff) -> SequenceFolder:
    """Make a second folder with inactive copies of all its sequences, in their order (SEQ-22)."""
    twin = drafts.folder_named(_free_name(_("Copy of %(title)s", title=folder.name)))
    for sequence in _inside(folder):
        document = drafts.draft_of(sequence)
        said = document.model_dump(mode="json", by_alias=True, exclude_unset=True) | {"folder": None}
        copy = drafts.create_sequence(graph.Document.model_validate(said), by=by, folder=twin)
        copy.position, copy.goal = sequence.position, sequence.goal
    return twin


@dataclass(frozen=True)
class Readiness:
    """A sequence of a folder that does not act yet, and what the check finds of it."""

    sequence: Sequence
    errors: list[checking.Finding]
    warnings: list[checking.Finding]


def readiness(folder: SequenceFolder) -> list[Readiness]:
    """Every sequence of a folder that does not act, with what stands against it."""
    found = []
    for sequence in _inside(folder):
        if sequence.status != ACTIVE:
            said = publishing.check(sequence, about={checks.DOCUMENT, checks.STUDIO})
            errors, warnings = (
                [one for one in said if one.severity == grade] for grade in (checks.ERROR, checks.WARNING)
            )
            found.append(Readiness(sequence, errors, warnings))
    return found


def activate_all(folder: SequenceFolder) -> list[Sequence]:
    """Set to work what does not act yet and has no errors (SEQ-23). Answers which."""
    ready = [one.sequence for one in readiness(folder) if not one.errors]
    for sequence in ready:
        publishing.activate(sequence)
    return ready


def _inside(folder: SequenceFolder | None) -> list[Sequence]:
    folder_id = folder.id if folder is not None else None
    return list(
        db.session.scalars(
            select(Sequence)
            .where(Sequence.folder_id == folder_id, Sequence.deleted_at.is_(None), Sequence.draft_id.is_not(None))
            .options(joinedload(Sequence.draft))
            .order_by(Sequence.position, Sequence.id)
        )
    )


def _free_name(wanted: str) -> str:
    """The name, with a number where a folder has it already."""
    names = (wanted[:110] if number == 1 else f"{wanted[:110]} {number}" for number in count(1))
    return next(name for name in names if _named(name) is None)


def _named(name: str) -> SequenceFolder | None:
    return db.session.scalar(
        select(SequenceFolder).where(func.lower(SequenceFolder.name) == name.strip().lower()).limit(1)
    )

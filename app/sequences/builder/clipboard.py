"""The steps that somebody has copied: remembered for as long as they are signed in, in all their tabs.

What is remembered is where they were copied from: a revision, which never changes, and their ids. So what was copied
stays as it was then, whatever becomes of it in the draft (docs/decisions/0022).
"""

from __future__ import annotations

from collections.abc import Sequence as Several

from flask import session
from flask_babel import gettext as _

from app.db import db
from app.sequences import drafts
from app.sequences.builder import runs, words
from app.sequences.graph import AnyStep, NoSuchStep
from app.sequences.models import Sequence, SequenceRevision
from app.web import Refusal

_KEY = "copied_steps"


class NothingCopied(Refusal):
    """There is nothing to paste, or what was copied is gone with its sequence."""

    def __init__(self) -> None:
        super().__init__(_("Nothing is copied. Copy a step first."))


def keep(sequence: Sequence, step_ids: Several[str]) -> list[AnyStep]:
    """Remember steps as the draft has them now. Answers them. Raises NoSuchStep, runs.NoRun."""
    revision = drafts.draft_revision(sequence)
    steps = runs.find(drafts.document_of(revision), step_ids)
    session[_KEY] = {"revision": revision.id, "steps": [step.id for step in steps]}
    return steps


def copied() -> list[AnyStep]:
    """The steps remembered; none where there are none any more."""
    kept = session.get(_KEY) or {"revision": 0, "steps": []}
    revision = db.session.get(SequenceRevision, kept["revision"])
    if revision is None:
        return []
    try:
        return runs.find(drafts.document_of(revision), kept["steps"])
    except NoSuchStep:
        return []


def said() -> str:
    """The steps remembered, in words; nothing where there are none."""
    steps = copied()
    return words.run(steps) if steps else ""


def taken() -> list[AnyStep]:
    """The steps remembered. Raises NothingCopied."""
    steps = copied()
    if not steps:
        raise NothingCopied
    return steps

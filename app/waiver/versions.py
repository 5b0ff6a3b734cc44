"""Writing the waiver: each change is a version of its own, and what was signed before stays readable (WVR-01)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import abort
from flask_babel import gettext as _
from sqlalchemy import Table, func, select
from sqlalchemy.orm import joinedload

from app import clock
from app.db import db, insert_new
from app.staff.models import Staff
from app.waiver.models import WaiverSignature, WaiverVersion
from app.web import Refusal

VERSIONS: Table = WaiverVersion.__table__  # type: ignore[assignment]


class ChangedMeanwhile(Refusal):
    """Somebody else has saved the waiver while this one was writing."""


def current() -> WaiverVersion | None:
    """The version that is to be signed now; None where the studio has written no waiver yet."""
    return db.session.scalar(select(WaiverVersion).order_by(WaiverVersion.number.desc()).limit(1))


def save(title: str, text: str, *, after: int, by: Staff) -> WaiverVersion | None:
    """Make a new version. Answers None where it says what the current one says.

    `after` is the number of the version the author had before them, 0 for none. Raises ChangedMeanwhile when that is no
    longer the current one: of two who save at once, the unique number lets one through.
    """
    title, text = " ".join(title.split()), text.replace("\r\n", "\n").strip()
    before = current()
    if (before.number if before else 0) != after:
        raise _changed()
    if before is not None and (before.title, before.text) == (title, text):
        return None
    row = {"number": after + 1, "title": title, "text": text, "made_at": clock.now(), "made_by_id": by.id}
    untold = {"asking": "", "asked_to": 0, "asked": 0, "note": ""}
    made = insert_new(VERSIONS, [row | untold], returning=("id",))
    if not made:
        raise _changed()
    return db.session.get_one(WaiverVersion, made[0].id)


@dataclass(frozen=True)
class Line:
    """A version in the list."""

    version: WaiverVersion
    signed: int  # people


def lines() -> Sequence[Line]:
    """All versions, the current one first, with how many have signed each."""
    signed = (
        select(WaiverSignature.version_id, func.count().label("signed")).group_by(WaiverSignature.version_id).subquery()
    )
    found = (
        select(WaiverVersion, func.coalesce(signed.c.signed, 0))
        .outerjoin(signed, signed.c.version_id == WaiverVersion.id)
        .options(joinedload(WaiverVersion.made_by), joinedload(WaiverVersion.asked_by))
        .order_by(WaiverVersion.number.desc())
    )
    return [Line(*row) for row in db.session.execute(found)]


def numbered(number: int) -> WaiverVersion:
    """One version. Answers 404 where there is none."""
    found = select(WaiverVersion).where(WaiverVersion.number == number).options(joinedload(WaiverVersion.made_by))
    return db.session.scalar(found) or abort(404)


def the_current() -> WaiverVersion:
    """The version that is to be signed now. Answers 404 where there is none."""
    return current() or abort(404)


def _changed() -> ChangedMeanwhile:
    return ChangedMeanwhile(
        _("Somebody else has saved the waiver meanwhile. Save once more to replace theirs, which stays a version.")
    )

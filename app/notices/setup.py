"""Setting the messages up: on or off for each channel, when a reminder goes, what it says. Versions are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import abort
from flask_babel import gettext as _
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app import clock
from app.db import db
from app.messaging.models import EMAIL, SMS
from app.notices import texts
from app.notices.catalogue import NOTICES, Notice
from app.notices.models import NoticeSetup, NoticeVersion
from app.notices.texts import Texts
from app.staff import studio
from app.staff.models import Staff
from app.web import Refusal

KEY = "notices"
MOST_HOURS = 14 * 24


class NoSuchChannel(Refusal):
    """This message does not go this way."""


class Reported(BaseModel):
    """Whether what other systems tell of is answered too. They usually do that themselves: the studio says so."""

    is_answered: bool = False


@dataclass(frozen=True)
class Standing:
    """How one message is set up now."""

    notice: Notice
    is_email_on: bool
    is_sms_on: bool
    hours_before: int | None
    texts: Texts
    version: NoticeVersion | None

    @property
    def channels(self) -> list[str]:
        """The ways it goes."""
        switched = {EMAIL: self.is_email_on, SMS: self.is_sms_on}
        return [channel for channel in self.notice.channels if switched[channel]]

    @property
    def edited_at(self) -> datetime | None:
        return self.version.made_at if self.version else None


def all_standing() -> dict[str, Standing]:
    """Every message as it is set up, by its key, in the catalogue's order."""
    rows = {row.key: row for row in db.session.scalars(select(NoticeSetup).options(joinedload(NoticeSetup.version)))}
    return {key: _standing(notice, rows.get(key)) for key, notice in NOTICES.items()}


def standing_of(key: str) -> Standing:
    """One message as it is set up. Answers 404 for one there is not."""
    notice = NOTICES.get(key) or abort(404)
    return _standing(notice, db.session.get(NoticeSetup, key))


def switch(notice: Notice, channel: str, *, on: bool) -> None:
    """Send a message by a channel from now on, or no more. Raises NoSuchChannel."""
    if channel not in notice.channels:
        raise NoSuchChannel(_("This message does not go that way."))
    row = _row(notice)
    if channel == EMAIL:
        row.is_email_on = on
    else:
        row.is_sms_on = on


def remind_before(notice: Notice, hours: int) -> None:
    """Send a reminder so many hours before what it reminds of."""
    _row(notice).hours_before = hours


def write(notice: Notice, new: Texts, *, by: Staff) -> bool:
    """Say something else from now on. Answers whether anything changed; what was said before is kept as a version."""
    if new == standing_of(notice.key).texts:
        return False
    version = NoticeVersion(
        notice_key=notice.key,
        texts={language: text.model_dump() for language, text in new.items()},
        made_at=clock.now(),
        made_by_id=by.id,
    )
    db.session.add(version)
    _row(notice).version = version
    db.session.flush()
    return True


def restore(notice: Notice) -> None:
    """Say what it said when it came. The studio's own texts stay among the versions."""
    _row(notice).version = None


def use(notice: Notice, version: NoticeVersion) -> None:
    """Say again what an earlier version says."""
    _row(notice).version = version


def versions(notice: Notice) -> list[NoticeVersion]:
    """The studio's own texts of a message, newest first."""
    own = select(NoticeVersion).where(NoticeVersion.notice_key == notice.key).options(joinedload(NoticeVersion.made_by))
    return list(db.session.scalars(own.order_by(NoticeVersion.id.desc())))


def version_of(notice: Notice, version_id: int) -> NoticeVersion:
    """A version of this message. Answers 404 for one there is not."""
    found = db.session.get(NoticeVersion, version_id)
    return found if found is not None and found.notice_key == notice.key else abort(404)


def answers_reported() -> bool:
    """Whether what other systems tell of is answered too."""
    return studio.get(KEY, Reported).is_answered


def answer_reported(*, on: bool) -> None:
    """Answer what other systems tell of, or leave that to them."""
    studio.put(KEY, Reported(is_answered=on))


def _standing(notice: Notice, row: NoticeSetup | None) -> Standing:
    version = row.version if row else None
    return Standing(
        notice=notice,
        is_email_on=row.is_email_on if row else EMAIL in notice.channels,
        is_sms_on=row.is_sms_on if row else False,
        hours_before=(row.hours_before if row else None) or notice.hours_before,
        texts=texts.stored(version.texts) if version else texts.original(notice),
        version=version,
    )


def _row(notice: Notice) -> NoticeSetup:
    """The row to change: made, as it came, the first time."""
    row = db.session.get(NoticeSetup, notice.key)
    if row is None:
        row = NoticeSetup(key=notice.key, is_email_on=EMAIL in notice.channels, is_sms_on=False, hours_before=None)
        db.session.add(row)
    return row

"""What stands in somebody's bell, and that they have seen it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import func, select, update

from app import clock
from app.contacts.models import Contact
from app.db import db
from app.staff.models import Notification, Staff

SHOWN = 30


@dataclass(frozen=True)
class Told:
    """One line of the panel."""

    notification: Notification
    contact: Contact | None
    sentence: str
    icon: str

    @property
    def sequence_id(self) -> int | None:
        """The sequence it is about, where it is about no person."""
        number = self.notification.data.get("sequence_id") if self.contact is None else None
        return int(number) if number else None

    @property
    def is_new(self) -> bool:
        return self.notification.seen_at is None


ICONS = {
    "score.became_hot": "flame",
    "lead.created": "user-star",
    "lead.assigned": "user-check",
    "lead.converted": "trophy",
    "message.received": "message",
    "sequence.fused": "alert-triangle",
    "sequence.asks": "clock",
}


def latest(staff: Staff) -> list[Told]:
    """What somebody has been told, the latest on top."""
    rows = db.session.execute(
        select(Notification, Contact)
        .outerjoin(Contact, Contact.id == Notification.contact_id)
        .where(Notification.staff_id == staff.id)
        .order_by(Notification.id.desc())
        .limit(SHOWN)
    )
    return [_told(notification, contact) for notification, contact in rows]


def count_new(staff: Staff) -> int:
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Notification)
            .where(Notification.staff_id == staff.id, Notification.seen_at.is_(None))
        )
        or 0
    )


def mark_seen(staff: Staff, upto: int) -> None:
    """Note that somebody has seen all up to one: what came meanwhile stays new."""
    db.session.execute(
        update(Notification)
        .where(Notification.staff_id == staff.id, Notification.seen_at.is_(None), Notification.id <= upto)
        .values(seen_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def newest_id(told: Sequence[Told]) -> int:
    return told[0].notification.id if told else 0


def _told(notification: Notification, contact: Contact | None) -> Told:
    name = contact.name if contact is not None else "—"
    return Told(notification, contact, _sentence(notification, name), ICONS.get(notification.kind, "bell"))


def _sentence(notification: Notification, name: str) -> str:
    data = notification.data
    said: str
    match notification.kind:
        case "score.became_hot":
            said = _("%(name)s is hot: %(score)s points", name=name, score=data.get("score", ""))
        case "lead.created":
            said = _("New lead from %(source)s: %(name)s", name=name, source=data.get("source") or "—")
        case "lead.assigned":
            said = _("%(name)s is yours to help", name=name)
        case "lead.converted":
            said = _("%(name)s has converted", name=name)
        case "message.received":
            said = _("%(name)s wrote", name=name)
        case "sequence.fused":
            said = _("The fuse has paused “%(sequence)s”", sequence=data.get("sequence", ""))
        case "sequence.asks":
            said = _("Late messages of “%(sequence)s” wait for your word", sequence=data.get("sequence", ""))
        case _:
            said = name
    return said

"""Moving contacts through the lifecycle (LIFE-14, LIFE-16, LIFE-19)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import islice

from flask_babel import gettext as _
from sqlalchemy import func, select, update
from sqlalchemy.orm.util import identity_key

from app import clock, events
from app.contacts.models import Contact
from app.db import db
from app.events.log import Acting
from app.lifecycle.models import LifecycleStage
from app.web import Refusal

CHUNK = 1000


class MovedMeanwhile(Refusal):
    """Somebody moved the contact while it was being dragged."""

    def __init__(self, contact: Contact) -> None:
        stage = contact.lifecycle_stage.name if contact.lifecycle_stage else _("no stage")
        super().__init__(_("Somebody was faster: %(name)s is now in %(stage)s.", name=contact.name, stage=stage))


def move_contact(
    contact: Contact,
    to: LifecycleStage | None,
    *,
    by: events.Actor | Acting,
    above: Contact | None = None,
    below: Contact | None = None,
    believed: str | None = None,
) -> None:
    """Put a contact in a stage, or in none (LIFE-15): on top of the lane, or right above or below another one there.

    Moving it where it already is changes its place in the lane and records nothing. `believed` is the key of the stage
    in which whoever moves it saw it ("" for none). Raises MovedMeanwhile when it no longer stands there.
    """
    db.session.flush()
    db.session.refresh(contact, ["lifecycle_stage_id", "lifecycle_stage"], with_for_update={"of": Contact})
    stands_in = contact.lifecycle_stage.key if contact.lifecycle_stage else ""
    if believed is not None and stands_in != believed:
        raise MovedMeanwhile(contact)
    move_contacts([contact.id], to, by=by)
    place = _place_above(above) if above is not None else _place_below(below) if below is not None else _on_top()
    db.session.execute(update(Contact).where(Contact.id == contact.id).values(lifecycle_position=place))
    db.session.refresh(contact, ["lifecycle_stage_id", "lifecycle_stage", "lifecycle_position", "lifecycle_changed_at"])


def move_contacts(contact_ids: Collection[int], to: LifecycleStage | None, *, by: events.Actor | Acting) -> int:
    """Put many contacts in a stage, or in none. Answers how many were elsewhere; only those are events (LIFE-16)."""
    db.session.flush()
    who = by if isinstance(by, events.Actor) else by.as_actor
    return sum(_move_chunk(chunk, to, who) for chunk in _chunks(contact_ids))


def _move_chunk(contact_ids: list[int], to: LifecycleStage | None, by: events.Actor) -> int:
    to_id = to.id if to is not None else None
    # Locked, so that of two who move the same card at once the second sees where the first has put it.
    left = db.session.execute(
        select(Contact.id, LifecycleStage)
        .outerjoin(LifecycleStage, LifecycleStage.id == Contact.lifecycle_stage_id)
        .where(Contact.id.in_(contact_ids), Contact.lifecycle_stage_id.is_distinct_from(to_id))
        .with_for_update(of=Contact)
    ).all()
    db.session.execute(
        update(Contact)
        .where(Contact.id.in_([contact_id for contact_id, _stage in left]))
        .values(lifecycle_stage_id=to_id, lifecycle_changed_at=clock.now(), lifecycle_position=_on_top())
    )
    _forget([contact_id for contact_id, _stage in left])
    events.record_many(
        [events.Entry("lifecycle.stage_changed", contact_id, _told(stage, to), by) for contact_id, stage in left]
    )
    return len(left)


def _forget(contact_ids: Iterable[int]) -> None:
    """Let the session read these contacts' stage again: it has changed behind the objects it holds."""
    for contact_id in contact_ids:
        held = db.session.identity_map.get(identity_key(Contact, contact_id))
        if held is not None:
            db.session.expire(held, ["lifecycle_stage_id", "lifecycle_stage", "lifecycle_position"])


def _told(left: LifecycleStage | None, to: LifecycleStage | None) -> dict[str, str]:
    """What the log keeps: the stages as they were called at the time, and their keys, which no renaming touches."""
    return {
        "from_stage": left.name if left else "",
        "from_emoji": left.emoji if left else "",
        "from_key": left.key if left else "",
        "to_stage": to.name if to else "",
        "to_emoji": to.emoji if to else "",
        "to_key": to.key if to else "",
    }


def _on_top() -> float:
    """The place of who comes last. Smaller is higher, and time only goes on."""
    return -clock.now().timestamp()


def _place_above(other: Contact) -> float:
    """Half-way between a card and the one above it."""
    above = db.session.scalar(
        select(func.max(Contact.lifecycle_position)).where(
            Contact.lifecycle_stage_id == other.lifecycle_stage_id,
            Contact.lifecycle_position < other.lifecycle_position,
        )
    )
    return other.lifecycle_position - 1.0 if above is None else (above + other.lifecycle_position) / 2


def _place_below(other: Contact) -> float:
    """Half-way between a card and the one below it."""
    below = db.session.scalar(
        select(func.min(Contact.lifecycle_position)).where(
            Contact.lifecycle_stage_id == other.lifecycle_stage_id,
            Contact.lifecycle_position > other.lifecycle_position,
        )
    )
    return other.lifecycle_position + 1.0 if below is None else (other.lifecycle_position + below) / 2


def _chunks(ids: Iterable[int]) -> Iterator[list[int]]:
    remaining = iter(ids)
    while chunk := list(islice(remaining, CHUNK)):
        yield chunk

"""Putting tags on people and taking them off, one person or hundreds."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import Table, delete, func, select

from app import events
from app.contacts.models import Tag, contact_tag
from app.db import db, insert_new
from app.events.log import Acting

CONTACT_TAG: Table = contact_tag


def find_or_create_tags(names: Iterable[str]) -> list[Tag]:
    """The tags of these names, whatever their case; those that are missing are made."""
    wanted = list({name.strip().lower(): name.strip() for name in names if name.strip()}.values())
    known = {
        tag.name.lower(): tag
        for tag in db.session.scalars(select(Tag).where(func.lower(Tag.name).in_([name.lower() for name in wanted])))
    }
    missing = [Tag(name=name) for name in wanted if name.lower() not in known]
    db.session.add_all(missing)
    db.session.flush()
    return [*known.values(), *missing]


def add_tags(contact_ids: Collection[int], tags: Collection[Tag], *, by: events.Actor | Acting) -> int:
    """Tag people, in one go. Answers how many tags were new; only those are events (TAG-06, TRG-32)."""
    db.session.flush()
    rows = [{"contact_id": contact_id, "tag_id": tag.id} for contact_id in contact_ids for tag in tags]
    added = insert_new(CONTACT_TAG, rows, returning=("contact_id", "tag_id"))
    _tell("tag.added", added, tags, by)
    return len(added)


def remove_tags(contact_ids: Collection[int], tags: Collection[Tag], *, by: events.Actor | Acting) -> int:
    """Take tags off people, in one go. Answers how many were there to take."""
    db.session.flush()
    removed = db.session.execute(
        delete(contact_tag)
        .where(contact_tag.c.contact_id.in_(contact_ids), contact_tag.c.tag_id.in_([tag.id for tag in tags]))
        .returning(contact_tag.c.contact_id, contact_tag.c.tag_id)
    ).all()
    _tell("tag.removed", removed, tags, by)
    return len(removed)


def _tell(kind: str, changed: Iterable[tuple[int, int]], tags: Collection[Tag], by: events.Actor | Acting) -> None:
    names = {tag.id: tag.name for tag in tags}
    who = by if isinstance(by, events.Actor) else by.as_actor
    events.record_many([events.Entry(kind, contact_id, {"tag": names[tag_id]}, who) for contact_id, tag_id in changed])

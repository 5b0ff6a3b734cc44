"""Putting tags on people and taking them off, one person or hundreds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Table, delete, func, or_, select

from app import events
from app.contacts.models import Contact, Tag, contact_tag
from app.db import db, insert_new
from app.events import posting
from app.events.log import Acting
from app.events.posting import How
from app.web import Refusal

CONTACT_TAG: Table = contact_tag
TAGS: Table = Tag.__table__  # type: ignore[assignment]

CLIENT = "client"
CHUNK = 1000

# What a tag may be put on (TAG-01).
APPLIES_TO = {
    CLIENT: _l("Clients"),
    "class": _l("Classes"),
    "appointment_service": _l("Appointment services"),
    "membership": _l("Memberships"),
    "product": _l("Products"),
}

# The badges' colours; each is a pair of the tokens in the style sheet.
BADGE_COLOURS = {
    "plum": _l("Plum"),
    "green": _l("Green"),
    "blue": _l("Blue"),
    "amber": _l("Amber"),
    "red": _l("Red"),
    "grey": _l("Grey"),
}


@dataclass(frozen=True)
class Badge:
    """What stands beside the names of those who have the tag (TAG-02)."""

    label: str
    colour: str = "grey"


class TagNameTaken(Refusal):
    """There is a tag of this name, in one case or another."""

    def __init__(self, name: str) -> None:
        super().__init__(_("There is a tag named “%(name)s” already.", name=name))


def all_tags(applies_to: str | None = None) -> list[Tag]:
    """Every tag by name, or those that may be put on one kind of thing."""
    tags = db.session.scalars(select(Tag).order_by(func.lower(Tag.name)))
    return [tag for tag in tags if applies_to is None or applies_to in tag.applies_to]


def count_holders() -> dict[int, int]:
    """How many people have each tag, by the tag's id; tags nobody has are missing."""
    counted = select(contact_tag.c.tag_id, func.count()).group_by(contact_tag.c.tag_id)
    return {tag_id: count for tag_id, count in db.session.execute(counted)}  # noqa: C416 - a Row is not a pair


def create_tag(
    name: str, applies_to: Sequence[str] = (CLIENT,), badge: Badge | None = None, discount_percent: int | None = None
) -> Tag:
    """Make a tag. Raises TagNameTaken."""
    tag = Tag()
    _write_tag(tag, name, applies_to, badge)
    tag.discount_percent = discount_percent
    db.session.add(tag)
    db.session.flush()
    return tag


def change_tag(
    tag: Tag, name: str, applies_to: Sequence[str], badge: Badge | None = None, discount_percent: int | None = None
) -> None:
    """Rename a tag, or change what it is for. Those who have it keep it. Raises TagNameTaken."""
    _write_tag(tag, name, applies_to, badge)
    tag.discount_percent = discount_percent
    db.session.flush()


def delete_tag(tag: Tag, *, by: events.Actor | Acting) -> int:
    """Take a tag away from everyone, and then from the list. Answers how many had it; each has it in the history."""
    holders = list(db.session.scalars(select(contact_tag.c.contact_id).where(contact_tag.c.tag_id == tag.id)))
    removed = sum(remove_tags(holders[at : at + CHUNK], [tag], by=by) for at in range(0, len(holders), CHUNK))
    db.session.delete(tag)
    db.session.flush()
    return removed


def _write_tag(tag: Tag, name: str, applies_to: Sequence[str], badge: Badge | None) -> None:
    other = db.session.scalar(select(Tag).where(func.lower(Tag.name) == name.strip().lower()))
    if other is not None and other is not tag:
        raise TagNameTaken(name.strip())
    tag.name = name.strip()
    tag.applies_to = [kind for kind in APPLIES_TO if kind in applies_to]
    tag.badge_label = badge.label.strip() if badge else None
    tag.badge_colour = badge.colour if badge else None


def find_or_create_tags(names: Iterable[str]) -> list[Tag]:
    """The tags of these names, whatever their case; those that are missing are made."""
    wanted = list({name.strip().lower(): name.strip() for name in names if name.strip()}.values())
    known = _tags_named(wanted)
    missing = [{"name": name} for name in wanted if name.lower() not in known]
    if missing:
        insert_new(TAGS, missing)  # another worker may be making the same ones at this moment
        known = _tags_named(wanted)
    return [known[name.lower()] for name in wanted]


def _tags_named(names: Collection[str]) -> dict[str, Tag]:
    """The tags of these names, by their name in lower case."""
    lower = [name.lower() for name in names]
    same = or_(func.lower(Tag.name).in_(lower), Tag.name.in_(names))  # SQLite lowers nothing but a to z
    return {tag.name.lower(): tag for tag in db.session.scalars(select(Tag).where(same))}


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


@posting.posts("tag.added")
def _added(contact: Contact, data: dict[str, Any], how: How) -> int | None:
    """Another system tags somebody. A tag they have already is no news (TRG-32)."""
    return _let(contact, str(data["tag"]), how, is_added=True)


@posting.posts("tag.removed")
def _removed(contact: Contact, data: dict[str, Any], how: How) -> int | None:
    """Another system takes a tag off somebody, where they have it."""
    return _let(contact, str(data["tag"]), how, is_added=False)


def _let(contact: Contact, name: str, how: How, *, is_added: bool) -> int | None:
    [tag] = find_or_create_tags([name])
    db.session.flush()
    change, back = (_put_on, _take_off) if is_added else (_take_off, _put_on)
    if not change(contact.id, tag):
        return None
    event_id = how.record("tag.added" if is_added else "tag.removed", contact, {"tag": tag.name})
    if event_id is None:
        back(contact.id, tag)  # told of before; what the studio has done to the tag since then stands
    return event_id


def _put_on(contact_id: int, tag: Tag) -> bool:
    row = {"contact_id": contact_id, "tag_id": tag.id}
    return bool(insert_new(CONTACT_TAG, [row], returning=("contact_id",)))


def _take_off(contact_id: int, tag: Tag) -> bool:
    theirs = delete(contact_tag).where(contact_tag.c.contact_id == contact_id, contact_tag.c.tag_id == tag.id)
    return bool(db.session.execute(theirs.returning(contact_tag.c.contact_id)).all())


def _tell(kind: str, changed: Iterable[tuple[int, int]], tags: Collection[Tag], by: events.Actor | Acting) -> None:
    names = {tag.id: tag.name for tag in tags}
    who = by if isinstance(by, events.Actor) else by.as_actor
    events.record_many([events.Entry(kind, contact_id, {"tag": names[tag_id]}, who) for contact_id, tag_id in changed])

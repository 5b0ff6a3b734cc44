"""Steps that put tags on people and take them off (ACT-04, ACT-05)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask_babel import lazy_gettext as _
from pydantic import Field

from app.contacts import tags as contact_tags
from app.events import Actor
from app.sequences.actions.registry import DONE, Item, Outcome, Params, action


class TagParams(Params):
    tags: list[str] = Field(min_length=1, max_length=20)


@action("tag.add", _("Add tag"), icon="tag", params=TagParams, group="contact", causes={"tag.added"})
def add(items: Sequence[Item], _now: datetime) -> list[Outcome]:
    """Tag them all at once. A tag of that name is made where there is none."""
    wanted = contact_tags.find_or_create_tags(items[0].params.tags)
    contact_tags.add_tags([item.contact_id for item in items], wanted, by=_by(items[0]))
    return [DONE] * len(items)


@action("tag.remove", _("Remove tag"), icon="tag", params=TagParams, group="contact", causes={"tag.removed"})
def remove(items: Sequence[Item], _now: datetime) -> list[Outcome]:
    """Take the tags off them all at once."""
    wanted = contact_tags.find_or_create_tags(items[0].params.tags)
    contact_tags.remove_tags([item.contact_id for item in items], wanted, by=_by(items[0]))
    return [DONE] * len(items)


def _by(item: Item) -> Actor:
    return Actor("sequence", item.sequence_id, item.sequence)

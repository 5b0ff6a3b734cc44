"""Who of a group gets a message and who does not, said before it is sent (UNS-10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Select, func, select

from app.contacts.models import Contact
from app.db import db
from app.messaging import permission
from app.messaging.models import GroupMessage, group_recipient

NAMED = 20  # of each kind; the others are counted


@dataclass(frozen=True)
class Person:
    """Somebody who does not get it."""

    id: int
    name: str


@dataclass(frozen=True)
class PassedOver:
    """Those who do not get it for one reason."""

    reason: str
    count: int
    named: Sequence[Person] = ()

    @property
    def unnamed(self) -> int:
        return self.count - len(self.named)


@dataclass(frozen=True)
class Standing:
    """What sending would do."""

    people: int
    gets: int
    passed_over: Sequence[PassedOver] = field(default_factory=tuple)


def of(group: GroupMessage) -> Standing:
    """How a draft's people stand right now: two queries, however many they are."""
    why = permission.why_not_in_a_group(group.channel).label("why")
    rows = db.session.execute(_people(group).with_only_columns(why, func.count()).group_by(why))
    counts = {reason: number for reason, number in rows}  # noqa: C416 - a Row is not a pair to a type checker
    gets = counts.pop("", 0)
    named = _named(group) if counts else {}
    passed = [PassedOver(reason, count, named.get(reason, [])) for reason, count in counts.items()]
    passed.sort(key=lambda one: -one.count)
    return Standing(gets + sum(counts.values()), gets, passed)


def count(group: GroupMessage) -> int:
    """How many people a group has."""
    return db.session.scalar(select(func.count()).where(group_recipient.c.group_id == group.id)) or 0


def readers(group: GroupMessage, *, limit: int) -> list[Contact]:
    """Some of those who get it, by name: whose copy can be looked at beforehand."""
    gets = _people(group).where(permission.why_not_in_a_group(group.channel) == "")
    return list(db.session.scalars(gets.order_by(Contact.first_name, Contact.last_name, Contact.id).limit(limit)))


def reader(group: GroupMessage, contact_id: int) -> Contact | None:
    """One of the group's people."""
    return db.session.scalar(_people(group).where(Contact.id == contact_id))


def _named(group: GroupMessage) -> dict[str, list[Person]]:
    """The first people of each reason, by name."""
    why = permission.why_not_in_a_group(group.channel)
    place = func.row_number().over(partition_by=why, order_by=(Contact.last_name, Contact.first_name, Contact.id))
    ranked = _people(group).where(why != "").with_only_columns(Contact.id, why.label("why"), place.label("place"))
    few = ranked.subquery()
    found = db.session.execute(
        select(Contact, few.c.why).join(few, few.c.id == Contact.id).where(few.c.place <= NAMED).order_by(few.c.place)
    )
    named: dict[str, list[Person]] = {}
    for contact, reason in found:
        named.setdefault(reason, []).append(Person(contact.id, contact.name))
    return named


def _people(group: GroupMessage) -> Select[Contact]:
    return (
        select(Contact)
        .join(group_recipient, group_recipient.c.contact_id == Contact.id)
        .where(group_recipient.c.group_id == group.id)
    )

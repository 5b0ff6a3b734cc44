"""Segments: filters of a list saved under a name, shown above it (SEG-03, SEG-06, SEG-07, SEG-11).

A dynamic one holds whoever its rules let in at the moment; a static one the people of the moment it was saved. The API,
the lists, their counts and messages to a segment all ask `condition`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, delete, false, func, insert, literal, select

from app import clock
from app.contacts import criteria, naming
from app.contacts.models import Contact, Segment, segment_member
from app.db import db
from app.rules import RuleUse, Subject
from app.staff.models import Staff
from app.web import Refusal

CLIENTS, CONTACTS, LEADS = "clients", "contacts", "leads"

LARGEST_ID = 2**63


class NameTaken(Refusal):
    """Another segment of the same list is called so."""

    status = 422

    def __init__(self, name: str) -> None:
        super().__init__(_("There is a segment “%(name)s” already.", name=name))


def save(
    name: str,
    scope: str,
    uses: Sequence[RuleUse],
    match: str = criteria.ALL,
    *,
    people: Select[Any] | None = None,
    by: Staff | None = None,
) -> Segment:
    """Save a filter under a name, behind the others. With `people`, a selection of contacts, it holds those for good.

    Raises NameTaken.
    """
    known = of_scope(scope)
    _refuse_same_name(name, known)
    segment = Segment(
        name=name.strip(),
        scope=scope,
        match=match,
        rules=criteria.dump(uses),
        is_static=people is not None,
        position=max((one.position for one in known), default=-1) + 1,
        created_by_id=by.id if by is not None else None,
        created_at=clock.now(),
    )
    db.session.add(segment)
    db.session.flush()
    if people is not None:
        everyone = people.with_only_columns(literal(segment.id), Contact.id).order_by(None).distinct()
        db.session.execute(insert(segment_member).from_select(["segment_id", "contact_id"], everyone))
    return segment


def rename(segment: Segment, name: str) -> None:
    """Call a segment something else. Raises NameTaken."""
    _refuse_same_name(name, [one for one in of_scope(segment.scope) if one.id != segment.id])
    segment.name = name.strip()


def remove(segment: Segment) -> None:
    """Forget a segment; the people in it stay as they are."""
    db.session.execute(delete(segment_member).where(segment_member.c.segment_id == segment.id))
    db.session.delete(segment)


def order(scope: str, ids: Sequence[int]) -> None:
    """Put the segments of a list in this order; those not named follow (SEG-04)."""
    known = {segment.id: segment for segment in of_scope(scope)}
    wanted = [one for one in dict.fromkeys(ids) if one in known]
    for position, segment_id in enumerate([*wanted, *(one for one in known if one not in wanted)]):
        known[segment_id].position = position


def of_scope(scope: str) -> list[Segment]:
    """All segments of a list, in their order."""
    return list(
        db.session.scalars(select(Segment).where(Segment.scope == scope).order_by(Segment.position, Segment.id))
    )


def shown(scope: str, *, seen_by: Staff) -> list[Segment]:
    """The segments of a list that this person may use: those by lifecycle stage are not for everybody (ROLE-04)."""
    return [segment for segment in of_scope(scope) if may_use(segment, seen_by)]


def may_use(segment: Segment, staff: Staff) -> bool:
    return staff.may("lifecycle.see") or all(use["rule"] != criteria.STAGE for use in segment.rules)


def get_segment(segment_id: int, *, seen_by: Staff) -> Segment:
    """One segment. Answers 404 for one this person may not use."""
    found = db.session.get(Segment, segment_id)
    return found if found is not None and may_use(found, seen_by) else abort(404)


def named(segment_id: int | None) -> Segment | None:
    """The segment that an address names, if there is one of that number."""
    return db.session.get(Segment, segment_id) if segment_id is not None and 0 < segment_id < LARGEST_ID else None


def uses_of(segment: Segment) -> list[RuleUse]:
    """A segment's rules."""
    return [RuleUse.model_validate(use) for use in segment.rules]


def begun_from(segment_id: int | None, scope: str, *, seen_by: Staff) -> tuple[list[RuleUse], str]:
    """The rules of a segment that an address names, and how they combine: where changing its criteria begins."""
    segment = named(segment_id)
    if segment is None or segment.scope != scope or segment.is_static or not may_use(segment, seen_by):
        return [], criteria.ALL
    return uses_of(segment), segment.match


def condition(segment: Segment, about: Subject) -> ColumnElement[bool]:
    """Whether somebody is in a segment. Of which list they have to be besides, the list itself says."""
    if segment.is_static:
        members = select(segment_member.c.contact_id).where(segment_member.c.segment_id == segment.id)
        return about.contact_id.in_(members)
    return criteria.expression(uses_of(segment), about, segment.match)


def chosen(segment_id: int, scope: str, about: Subject, *, seen_by: Staff) -> ColumnElement[bool]:
    """The same for a segment that an address names: one that is gone, or of another list, holds nobody."""
    segment = named(segment_id)
    if segment is None or segment.scope != scope or not may_use(segment, seen_by):
        return false()
    return condition(segment, about)


def counts(segments: Sequence[Segment], rows: Select[Any], about: Subject) -> dict[int, int]:
    """How many of a list's rows are in each of its segments, in one query."""
    if not segments:
        return {}
    columns = [func.count().filter(condition(one, about)) for one in segments]
    found = db.session.execute(rows.with_only_columns(*columns).order_by(None)).one()
    return {segment.id: number for segment, number in zip(segments, found, strict=True)}


def _refuse_same_name(name: str, others: Sequence[Segment]) -> None:
    if any(naming.plain(one.name) == naming.plain(name) for one in others):
        raise NameTaken(name.strip())

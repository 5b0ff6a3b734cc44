"""Segments of leads: the board's filter as rules, and the leads a segment holds (SEG-01, SEG-03)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import aliased

from app import clock
from app.contacts import criteria, segments
from app.contacts.filters import CannotCombine
from app.contacts.models import Contact, Segment
from app.db import db
from app.leads.filters import NOBODY, Filters
from app.leads.models import Lead, LeadSource, LeadStage
from app.leads.rules import NOBODYS
from app.rules import RuleUse, Subject
from app.staff.models import Staff


def subject() -> Subject:
    """The leads of a list, to ask rules about: each by itself, not by what else its person may have."""
    return Subject(contact_id=Contact.id.expression, now=clock.now(), lead_id=Lead.id.expression)


def conditions(filters: Filters, *, seen_by: Staff) -> list[ColumnElement[bool]]:
    """What a segment and further criteria in the address ask of a lead, joined with its contact."""
    about, wanted = subject(), []
    if filters.segment is not None:
        wanted.append(segments.chosen(filters.segment, segments.LEADS, about, seen_by=seen_by))
    if filters.rules:
        further = criteria.read(filters.rules, with_stages=seen_by.may("lifecycle.see"))
        wanted.append(criteria.expression(further, about, filters.match))
    return wanted


def has_one_in(segment: Segment) -> ColumnElement[bool]:
    """Whether a contact has a lead that is in a segment: who is meant by it where people are asked for."""
    lead = aliased(Lead)
    about = Subject(contact_id=Contact.id.expression, now=clock.now(), lead_id=lead.id.expression)
    return exists().where(lead.contact_id == Contact.id, segments.condition(segment, about))


def uses(filters: Filters, *, seen_by: Staff) -> list[RuleUse]:
    """All that narrows the leads, the search and the segment aside, as rules: what a segment keeps.

    Raises CannotCombine where "any of these" stands beside a filter that must hold in any case.
    """
    own = list(_uses_of(filters))
    further = criteria.read(filters.rules, with_stages=seen_by.may("lifecycle.see")) or [] if filters.rules else []
    if own and len(further) > 1 and filters.match == criteria.ANY:
        raise CannotCombine(_("“Any of these” cannot be kept together with the filters above the list."))
    return own + further


def _uses_of(filters: Filters) -> Iterator[RuleUse]:
    if filters.status:
        yield RuleUse(rule="lead.status", value=filters.status)
    if filters.stages:
        yield RuleUse(rule="lead.stage", value=_names(LeadStage, filters.stages))
    if filters.sources:
        yield RuleUse(rule="lead.source", value=_names(LeadSource, filters.sources))
    if filters.assignees:
        nobody = [NOBODYS] if NOBODY in filters.assignees else []
        yield RuleUse(rule="lead.assignee", value=nobody + _names(Staff, filters.assignees))
    if filters.created:
        yield RuleUse(rule="lead.days_old", op="<=", value=0 if filters.created == "today" else int(filters.created))
    else:
        yield from _between(filters.since, filters.until)
    if filters.is_hot:
        yield RuleUse(rule="hot")
    if filters.hides_fraud:
        yield RuleUse.model_validate({"rule": "lead.fraudulent", "not": True})


def _between(since: date | None, until: date | None) -> Iterator[RuleUse]:
    if since is not None:
        yield RuleUse(rule="lead.created_on", op=">=", value=since.isoformat())
    if until is not None:
        yield RuleUse(rule="lead.created_on", op="<=", value=until.isoformat())


def _names(kind: type[Any], ids: tuple[int, ...]) -> list[str]:
    return list(db.session.scalars(select(kind.name).where(kind.id.in_(ids)).order_by(kind.id)))

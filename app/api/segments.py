"""Segments: saved filters, and who is in them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, select

from app import rules
from app.api import paging
from app.api.operations import Answer, operation
from app.api.problems import not_found, refused
from app.api.shapes import ContactOut, Strict
from app.api.shown import LOADED, contact_out
from app.contacts import criteria, filters, segments
from app.contacts.models import Contact, Segment
from app.db import db
from app.leads import segments as lead_segments


class NewSegment(Strict):
    """A segment to save."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    scope: Literal["leads", "clients", "contacts"] = "clients"
    match: Literal["all", "any"] = "all"
    rules: Annotated[list[rules.RuleUse], Field(max_length=30)]


class SegmentOut(BaseModel):
    """A segment."""

    id: int
    name: str
    scope: str
    match: str
    rules: list[dict[str, Any]]
    is_static: bool


@operation("GET", "/segments", scope="segments:read", asks=paging.Page, gives=SegmentOut, is_list=True)
def list_segments(query: paging.Page) -> Answer:
    """List segments."""
    return paging.page(select(Segment), Segment.id, query, lambda found: [_show(segment) for segment in found])


@operation("POST", "/segments", scope="segments:write", takes=NewSegment, gives=SegmentOut, status=201)
def create_segment(body: NewSegment) -> Answer:
    """Save a segment: it stands above its list from then on."""
    for number, use in enumerate(body.rules):
        if not criteria.is_sound(use):
            raise refused(f"/rules/{number}", f"{use.rule!r} cannot be asked with this op and value")
    try:
        return Answer(_show(segments.save(body.name, body.scope, body.rules, body.match)), 201)
    except segments.NameTaken as taken:
        raise refused("/name", str(taken)) from None


@operation(
    "GET", "/segments/<id:segment_id>/contacts", scope="segments:read", asks=paging.Page, gives=ContactOut, is_list=True
)
def list_segment_contacts(segment_id: int, query: paging.Page) -> Answer:
    """Who is in a segment now."""
    from_segment = select(Contact).where(Contact.erased_at.is_(None), members(segment_id)).options(*LOADED)
    return paging.page(from_segment, Contact.id, query, lambda found: [contact_out(contact) for contact in found])


def members(segment_id: int) -> ColumnElement[bool]:
    """The condition on Contact that a segment stands for."""
    segment = db.session.get(Segment, segment_id)
    if segment is None:
        raise not_found("segment")
    if segment.scope == segments.LEADS:
        return lead_segments.has_one_in(segment)
    holds = segments.condition(segment, filters.subject())
    return Contact.is_client & holds if segment.scope == segments.CLIENTS else holds


def _show(segment: Segment) -> dict[str, Any]:
    return SegmentOut.model_validate(segment, from_attributes=True).model_dump(mode="json")

"""Short lists: stages, sources, tags, locations, roles."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import func, select

from app.api.operations import Answer, operation
from app.api.problems import Problem
from app.api.shapes import Named, Strict
from app.contacts import tags
from app.contacts.models import Tag
from app.db import db
from app.leads.models import LeadSource, LeadStage
from app.lifecycle import stages
from app.staff.models import Location, Role


class NewNamed(Strict):
    """An entry to add."""

    name: Annotated[str, Field(min_length=1, max_length=80, pattern=r"\S")]


def _whole(items: list[dict[str, Any]]) -> Answer:
    return Answer({"items": items, "next_cursor": None})


@operation("GET", "/stages", scope="lists:read", gives=Named, is_list=True)
def list_stages() -> Answer:
    """The stages: of leads (`scope: lead`) and of the lifecycle (`scope: lifecycle`)."""
    of_leads = db.session.scalars(select(LeadStage).order_by(LeadStage.position))
    return _whole(
        [{"id": one.id, "name": one.name, "key": one.key, "scope": "lead"} for one in of_leads]
        + [
            {
                "id": one.id,
                "name": one.name,
                "key": one.key,
                "scope": "lifecycle",
                "lost": one.is_lost,
                "default": one.is_default,
            }
            for one in stages.all_stages()
        ]
    )


@operation("GET", "/sources", scope="lists:read", gives=Named, is_list=True)
def list_sources() -> Answer:
    """The sources of leads."""
    found = db.session.scalars(select(LeadSource).order_by(LeadSource.position, LeadSource.id))
    return _whole([{"id": one.id, "name": one.name, "key": one.key} for one in found])


@operation("POST", "/sources", scope="lists:write", takes=NewNamed, gives=Named, status=201)
def create_source(body: NewNamed) -> Answer:
    """Add a source of leads."""
    name = body.name.strip()
    if db.session.scalar(select(LeadSource).where(func.lower(LeadSource.name) == name.lower())):
        raise Problem(409, f"There is a source {name!r} already.")
    source = LeadSource(name=name, position=(db.session.scalar(select(func.max(LeadSource.position))) or 0) + 1)
    db.session.add(source)
    db.session.flush()
    return Answer({"id": source.id, "name": source.name, "key": source.key}, 201)


@operation("GET", "/tags", scope="lists:read", gives=Named, is_list=True)
def list_tags() -> Answer:
    """The tags."""
    found = db.session.scalars(select(Tag).order_by(func.lower(Tag.name)))
    return _whole([{"id": one.id, "name": one.name, "applies_to": one.applies_to} for one in found])


@operation("POST", "/tags", scope="lists:write", takes=NewNamed, gives=Named, status=201)
def create_tag(body: NewNamed) -> Answer:
    """Add a tag; one that exists is answered as it is."""
    tag = tags.find_or_create_tags([body.name])[0]
    return Answer({"id": tag.id, "name": tag.name, "applies_to": tag.applies_to}, 201)


@operation("GET", "/locations", scope="lists:read", gives=Named, is_list=True)
def list_locations() -> Answer:
    """The studio's locations."""
    found = db.session.scalars(select(Location).order_by(Location.name))
    return _whole([{"id": one.id, "name": one.name, "zone": one.zone} for one in found])


@operation("GET", "/roles", scope="lists:read", gives=Named, is_list=True)
def list_roles() -> Answer:
    """The roles of the staff."""
    found = db.session.scalars(select(Role).order_by(Role.position))
    return _whole([{"id": one.id, "name": one.name, "key": one.key} for one in found])

"""Contacts: find, create, change, consent, timeline, messages, erase."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import Field
from sqlalchemy import func, select

from app.api import paging, segments
from app.api.access import token_at_hand
from app.api.operations import Answer, operation
from app.api.problems import Problem, not_found, refused
from app.api.shapes import (
    ConsentChange,
    ContactChange,
    ContactFields,
    ContactOut,
    ContactRef,
    EventOut,
    MessageOut,
    NewContact,
)
from app.api.shown import LOADED, contact_out
from app.contacts import consent, details, erase, people, tags
from app.contacts.addresses import clean_phone
from app.contacts.models import Contact, Tag, contact_tag
from app.contacts.people import Details
from app.db import db
from app.events.models import Event
from app.lifecycle import board
from app.lifecycle.models import LifecycleStage
from app.messaging.models import Message
from app.staff.models import Location


class ContactQuery(paging.Page):
    """How to narrow the contacts."""

    email: str | None = None
    phone: str | None = None
    external_id: str | None = None
    tag: str | None = None
    stage: str | None = None
    segment: int | None = Field(None, ge=1, le=2**63 - 1)


@operation("POST", "/contacts", scope="contacts:write", takes=NewContact, gives=ContactOut, status=201)
def create_contact(body: NewContact) -> Answer:
    """Create a contact, or complete the one that has this e-mail, phone or external id (then 200)."""
    contact, is_new = resolve(body, pointer="")
    return Answer(contact_out(contact), 201 if is_new else 200)


@operation("GET", "/contacts", scope="contacts:read", asks=ContactQuery, gives=ContactOut, is_list=True)
def list_contacts(query: ContactQuery) -> Answer:
    """List contacts, newest first."""
    rows = select(Contact).where(Contact.erased_at.is_(None)).options(*LOADED)
    if query.email is not None:
        rows = rows.where(func.lower(Contact.email) == query.email.strip().lower())
    if query.phone is not None:
        rows = rows.where(Contact.phone == (clean_phone(query.phone) or query.phone))
    if query.external_id is not None:
        rows = rows.where(Contact.external_id == query.external_id)
    if query.tag is not None:
        tagged = select(contact_tag.c.contact_id).join(Tag).where(func.lower(Tag.name) == query.tag.lower())
        rows = rows.where(Contact.id.in_(tagged))
    if query.stage is not None:
        rows = rows.where(Contact.lifecycle_stage_id == stage_named(query.stage, "/query/stage").id)
    if query.segment is not None:
        rows = rows.where(segments.members(query.segment))
    return paging.page(rows, Contact.id, query, lambda found: [contact_out(contact) for contact in found])


@operation("GET", "/contacts/<id:contact_id>", scope="contacts:read", gives=ContactOut)
def show_contact(contact_id: int) -> Answer:
    """One contact."""
    return Answer(contact_out(get(contact_id)))


@operation("PATCH", "/contacts/<id:contact_id>", scope="contacts:write", takes=ContactChange, gives=ContactOut)
def change_contact(contact_id: int, body: ContactChange) -> Answer:
    """Change a contact: what is named is set, what is not stays."""
    contact, by = get(contact_id), token_at_hand()
    said = body.model_dump(exclude_unset=True)
    details.change_details(contact, _changes(contact, said), by=by)
    if said.get("external_id"):
        _set_external_id(contact, said["external_id"])
    if said.get("tags") is not None:
        _set_tags(contact, said["tags"])
    if said.get("lifecycle_stage") is not None:
        board.move_contact(contact, stage_named(said["lifecycle_stage"], "/lifecycle_stage"), by=by)
    if said.get("client"):
        people.make_client(contact, by=by, via="api")
    return Answer(contact_out(contact))


@operation("PUT", "/contacts/<id:contact_id>/consent", scope="contacts:write", takes=ConsentChange, gives=ContactOut)
def set_consent(contact_id: int, body: ConsentChange) -> Answer:
    """Set subscriptions: those named, the others stay."""
    contact = get(contact_id)
    wanted = {key: value for key, value in body.model_dump().items() if value is not None}
    consent.give(contact, [key for key, value in wanted.items() if value], by=token_at_hand(), via="api")
    consent.withdraw(contact, [key for key, value in wanted.items() if not value], by=token_at_hand(), via="api")
    return Answer(contact_out(contact))


@operation(
    "GET", "/contacts/<id:contact_id>/timeline", scope="contacts:read", asks=paging.Page, gives=EventOut, is_list=True
)
def show_timeline(contact_id: int, query: paging.Page) -> Answer:
    """What happened with a contact, newest first."""
    rows = select(Event).where(Event.contact_id == get(contact_id).id)
    return paging.page(rows, Event.id, query, lambda found: [_event(event) for event in found])


@operation(
    "GET", "/contacts/<id:contact_id>/messages", scope="messages:read", asks=paging.Page, gives=MessageOut, is_list=True
)
def show_messages(contact_id: int, query: paging.Page) -> Answer:
    """A contact's messages, in and out, newest first."""
    rows = select(Message).where(Message.contact_id == get(contact_id).id)
    return paging.page(rows, Message.id, query, show_many_messages)


@operation("POST", "/contacts/<id:contact_id>/erase", scope="contacts:write", status=202)
def erase_contact(contact_id: int) -> Answer:
    """Erase a contact's personal data; counts stay."""
    erase.erase_contact(get(contact_id), by=token_at_hand())
    return Answer({"status": "erased"}, 202)


# ------------------------------------------------------------------ shared with other operations


def get(contact_id: int) -> Contact:
    contact = db.session.get(Contact, contact_id, options=LOADED)
    if contact is None or contact.erased_at is not None:
        raise not_found("contact")
    return contact


def resolve(said: ContactFields, *, pointer: str) -> tuple[Contact, bool]:
    """The contact that fields describe, made where there is none; its tags and client state included."""
    contact, is_new = _found_or_made(said, pointer)
    by = token_at_hand()
    if said.tags:
        tags.add_tags([contact.id], tags.find_or_create_tags(said.tags), by=by)
    if said.client:
        people.make_client(contact, by=by, via="api")
    return contact, is_new


def known(said: ContactRef) -> Contact | None:
    """The contact that a reference describes, if there is one; nothing is made or filled in."""
    if said.id is not None:
        return db.session.get(Contact, said.id)
    return people.find_contact(Details(email=said.email, phone=said.phone, external_id=said.external_id))


def _found_or_made(said: ContactFields, pointer: str) -> tuple[Contact, bool]:
    if isinstance(said, ContactRef) and said.id is not None:
        known = db.session.get(Contact, said.id)
        if known is None or known.erased_at is not None:
            raise refused(f"{pointer}/id", "there is no contact with this id")
        return known, False
    if not (said.email or said.phone or said.external_id or said.first_name.strip() or said.last_name.strip()):
        raise refused(pointer or "/email", "name the contact by e-mail, phone, external id or at least a name")
    known_of = Details(
        first_name=said.first_name,
        last_name=said.last_name,
        email=said.email,
        phone=said.phone,
        external_id=said.external_id,
        language=said.language,
        location=location_named(said.location, f"{pointer}/location") if said.location else None,
        custom=said.custom,
    )
    return people.find_or_create(known_of, by=token_at_hand(), via="api")


def location_named(name: str, pointer: str) -> Location:
    found = db.session.scalar(select(Location).where(func.lower(Location.name) == name.strip().lower()))
    if found is None:
        raise refused(pointer, f"there is no location {name!r}")
    return found


def stage_named(name: str, pointer: str) -> LifecycleStage:
    wanted = name.strip().lower()
    found = db.session.scalar(
        select(LifecycleStage).where((func.lower(LifecycleStage.name) == wanted) | (LifecycleStage.key == wanted))
    )
    if found is None:
        raise refused(pointer, f"there is no lifecycle stage {name!r}")
    return found


def show_many_messages(found: Sequence[Message]) -> list[dict[str, Any]]:
    """Messages as the API gives them."""
    return [MessageOut.model_validate(message, from_attributes=True).model_dump(mode="json") for message in found]


def _event(event: Event) -> dict[str, Any]:
    actor = {"kind": event.actor_kind, "id": event.actor_id, "name": event.actor_name}
    out = EventOut(id=event.id, kind=event.kind, occurred_at=event.occurred_at, actor=actor, data=event.data)
    return out.model_dump(mode="json")


def _set_tags(contact: Contact, names: list[str]) -> None:
    wanted = tags.find_or_create_tags(names)
    tags.remove_tags([contact.id], [tag for tag in contact.tags if tag not in wanted], by=token_at_hand())
    tags.add_tags([contact.id], wanted, by=token_at_hand())
    db.session.refresh(contact, ["tags"])


def _changes(contact: Contact, said: dict[str, Any]) -> details.Changes:
    """All details as they shall be: those said, the others as they are."""
    kept = {key: getattr(contact, key) for key in ("first_name", "last_name", "email", "phone", "language")}
    named = {key: said[key] for key in kept if key in said and (said[key] is not None or key in ("email", "phone"))}
    location = contact.location
    if "location" in said:
        location = location_named(said["location"], "/location") if said["location"] else None
    return details.Changes(**(kept | named), location=location, custom=said.get("custom") or {})


def _set_external_id(contact: Contact, external_id: str) -> None:
    other = people.find_contact(Details(external_id=external_id))
    if other is not None and other.id != contact.id:
        raise Problem(409, f"Another contact ({other.id}) has this external_id.")
    contact.external_id = external_id

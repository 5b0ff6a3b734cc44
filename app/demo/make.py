"""Valid, lifelike things, made through the product's own verbs so that the log is true.

Tests and the demo's seeds use the same ones; name only what matters, the rest is filled in.
"""

from __future__ import annotations

import itertools
from typing import Any

from sqlalchemy import select

from app import clock, events
from app.contacts import people, tags
from app.contacts.models import Contact
from app.contacts.people import Details
from app.db import db
from app.leads import capture, queries
from app.leads.models import Lead, LeadSource
from app.staff import passwords
from app.staff.models import Location, Role, Staff

_numbers = itertools.count(1)

PASSWORD = "encore-demo"  # noqa: S105 - for tests and the demo

SYSTEM = events.Actor.system()


def location(name: str | None = None) -> Location:
    """A location of the studio; the one of this name where it exists."""
    wanted = name or f"Studio {next(_numbers)}"
    found = db.session.scalar(select(Location).where(Location.name == wanted))
    if found is None:
        found = Location(name=wanted)
        db.session.add(found)
        db.session.flush()
    return found


def role(key: str) -> Role:
    """A built-in role, by its key: owner, admin, manager, front_desk, agent, teacher."""
    return db.session.scalars(select(Role).where(Role.key == key)).one()


def staff(name: str | None = None, role_key: str = "front_desk", **more: Any) -> Staff:  # noqa: ANN401
    """A member of the staff who can sign in with PASSWORD."""
    number = next(_numbers)
    full_name = name or f"Léa Fontaine {number}"
    fields = {
        "email": f"{full_name.split(' ')[0].lower()}.{number}@maison-souffle.example",
        "created_at": clock.now(),
    } | more
    member = Staff(name=full_name, role=role(role_key), **fields)
    passwords.set_password(member, PASSWORD)
    db.session.add(member)
    db.session.flush()
    return member


def contact(name: str | None = None, **more: Any) -> Contact:  # noqa: ANN401
    """A contact with an e-mail address and a French mobile number, unless told otherwise (None leaves one out)."""
    number = next(_numbers)
    first, _, last = (name or f"Camille Moreau {number}").partition(" ")
    details = {
        "first_name": first,
        "last_name": last,
        "email": f"client{number}@mail.example",
        "phone": f"+336{number:08d}",
    } | more
    tagged = details.pop("tags", ())
    made = people.create_contact(Details(**details), by=SYSTEM, via="dashboard")
    if tagged:
        tags.add_tags([made.id], tags.find_or_create_tags(tagged), by=SYSTEM)
    return made


def client(name: str | None = None, **more: Any) -> Contact:  # noqa: ANN401
    """A contact who is on the client list."""
    made = contact(name, **more)
    people.make_client(made, by=SYSTEM, via="dashboard")
    db.session.flush()
    return made


def source(name: str | None = None) -> LeadSource:
    """A source of leads; the one of this name where it exists."""
    wanted = name or f"Page {next(_numbers)}"
    found = queries.source_named(wanted)
    if found is None:
        found = LeadSource(name=wanted, position=next(_numbers))
        db.session.add(found)
        db.session.flush()
    return found


def lead(of: Contact | None = None, *, from_source: str = "Website form", **more: Any) -> Lead:
    """An open lead, of a new contact unless told whose; `more` is what `capture_lead` takes."""
    return capture.capture_lead(of or contact(), source(from_source), by=SYSTEM, **more)

"""The demo studio's waiver: what it says, how it has changed, and who has signed it."""

from __future__ import annotations

from collections.abc import Sequence

from app.contacts.models import Contact
from app.db import db
from app.demo import make
from app.staff.models import Staff
from app.waiver import asking, audience, versions

CHANGED_DAYS_AGO, SIGNED_DAYS_AGO = 4, 2

TITLE = "Health and liability"

_BODY = """I take part in the classes of Maison Souffle of my own free will. I know that yoga and Pilates are physical work, and that nobody can rule out an injury.

I am in good health as far as I know. If I am pregnant, recovering from an operation or living with an injury, I tell my teacher before the class begins.

I listen to my body and leave out what does me no good. My teacher may correct my posture with a hand; I say so if I would rather not.

The studio is insured for what it is responsible for. I look after my own things."""  # noqa: E501 - paragraphs of prose

_SAUNA = """I use the sauna at Confluence at my own risk, after class only, and never alone."""

NOTE = "What is new: since Monday there is a sauna at Confluence, and the last paragraph is about that."


def hand_out(clients: Sequence[Contact], *, by: Staff) -> None:
    """The waiver of the first day: nine in ten have signed it at the desk."""
    make.waiver(_BODY, title=TITLE, by=by)
    for place, client in enumerate(clients):
        if place % 10:
            make.signature(client)


def change(*, by: Staff) -> None:
    """There is a sauna now: everybody with a class to come is asked to sign anew."""
    asking.ask_all(make.waiver(f"{_BODY}\n\n{_SAUNA}", title=TITLE, by=by), NOTE, by=by)
    while asking.ask_batch():  # not left to a worker that may be running: its clock is past all those classes
        pass


def sign_anew() -> None:
    """Two in three of those who were asked have signed."""
    asked = audience.beyond(versions.the_current(), 0, limit=100)
    for place, contact_id in enumerate(asked):
        if place % 3:
            make.signature(db.session.get_one(Contact, contact_id))

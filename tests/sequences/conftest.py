"""What the tests of sequences share."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock as the_clock
from app import events
from app.contacts import tags
from app.contacts.models import Contact
from app.db import db
from app.demo import make
from app.events import posting
from app.messaging.models import Message
from app.sequences.models import Enrolment, Sequence, StepRun
from tests.harness.client import Client
from tests.harness.work import Workers
from tests.sequences.business import Business

Live = Callable[..., Sequence]

TILL = events.Actor("api", None, "Till")


@pytest.fixture
def monday(clock: ModuleType) -> ModuleType:
    """The clock, stopped on Monday 1 June 2026 at 10:00 in Paris."""
    clock.set("2026-06-01 10:00", zone="Europe/Paris")
    return clock


@pytest.fixture
def live(app: Flask) -> Live:
    """Makes an active sequence of steps: `live({"do": "stop"}, trigger="tag.added", exits=[…])`."""
    return make.sequence


@pytest.fixture
def business(app: Flask, client: Client, workers: Workers, clock: ModuleType) -> Business:
    """A studio whose booking system tells of everything, on Monday 1 June 2026 at 10:00 in Paris."""
    return Business(client, workers, clock)


def enrolments(of: Contact | None = None, sequence: Sequence | None = None) -> list[Enrolment]:
    """Enrolments, oldest first: of a contact, in a sequence, or all."""
    wanted = select(Enrolment).order_by(Enrolment.id)
    if of is not None:
        wanted = wanted.where(Enrolment.contact_id == of.id)
    if sequence is not None:
        wanted = wanted.where(Enrolment.sequence_id == sequence.id)
    return list(db.session.scalars(wanted))


def only(of: Contact) -> Enrolment:
    """The one enrolment a contact has."""
    [one] = enrolments(of)
    return one


def trace(enrolment: Enrolment) -> list[tuple[str, str, str]]:
    """What each step did: its id, the outcome, the reason without what is known of it."""
    found = db.session.execute(
        select(StepRun.step_id, StepRun.outcome, StepRun.reason)
        .where(StepRun.enrolment_id == enrolment.id)
        .order_by(StepRun.ran_at, StepRun.id)
    )
    return [(row.step_id, row.outcome, row.reason.partition(":")[0]) for row in found]


def messages(of: Contact) -> list[Message]:
    return list(db.session.scalars(select(Message).where(Message.contact_id == of.id).order_by(Message.id)))


def tag(of: Contact, *names: str) -> None:
    tags.add_tags([of.id], tags.find_or_create_tags(names), by=make.SYSTEM)


def untag(of: Contact, *names: str) -> None:
    tags.remove_tags([of.id], tags.find_or_create_tags(names), by=make.SYSTEM)


def post(kind: str, of: Contact, /, **data: Any) -> None:
    """Something happens, told by another system."""
    posting.post(kind, of, data, posting.How(TILL, the_clock.now()))


def buy_membership(of: Contact) -> None:
    post("membership.purchased", of, membership="Monthly")

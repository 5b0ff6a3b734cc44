"""A visitor's submission of a lead form (FORM-05): who it is from, whether a machine sent it, and the lead it makes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app import clock, events
from app.contacts import consent, people
from app.db import db
from app.leads import capture
from app.leads.models import Lead, LeadForm
from app.staff.models import Location

CLIENT = events.Actor.client()
MARKETING = ("email_marketing", "sms_marketing")

HASTE = timedelta(seconds=2)  # nobody types a message with a link in it faster

_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)


@dataclass(frozen=True)
class Answers:
    """What a visitor said, checked."""

    person: people.Details
    note: str = ""
    custom: Mapping[str, Any] = field(default_factory=dict)
    wants_news: bool | None = None  # None where the form does not ask


def looks_like_a_machine(drawn: datetime | None, typed: Mapping[str, Any]) -> bool:
    """Whether somebody was faster than fingers are and left a link; either alone may be a person."""
    was_hasty = drawn is None or clock.now() - drawn < HASTE
    return was_hasty and any(_LINK.search(str(value)) for name, value in typed.items() if name != "email")


def submit(form: LeadForm, answers: Answers, token: str) -> Lead | None:
    """Make the lead. Sending one page twice makes it once: the second time answers None.

    On a tablet at the door several people may send the same page, each of them once.
    """
    contact, is_new = people.find_or_create(answers.person, by=CLIENT, via="form")
    db.session.flush()
    sent = events.record(
        "form.submitted",
        contact,
        by=CLIENT,
        dedupe_key="form:" + hashlib.sha256(f"{token} {contact.id}".encode()).hexdigest(),
        form=form.title,
        form_id=form.id,
        fields={"note": answers.note, **answers.custom},
    )
    if sent is None:
        return None
    if answers.wants_news:
        consent.give(contact, MARKETING, by=CLIENT, via="form")
    elif answers.wants_news is False and is_new:
        consent.withdraw(contact, MARKETING, by=CLIENT, via="form")
    return capture.capture_lead(
        contact,
        form.source,
        by=CLIENT,
        form=form,
        note=answers.note,
        custom={key: value for key, value in answers.custom.items() if value is not None},
        faults=capture.faults_of(answers.person),
    )


def location_of(form: LeadForm) -> Location | None:
    """The location that people who send this form belong to, where the studio has said so."""
    return db.session.get(Location, form.location_id) if form.location_id is not None else None

"""Taking a client's answers, and knowing whose they are."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app import clock, events
from app.contacts.models import Contact
from app.db import db
from app.intake.models import IntakeForm, IntakeSubmission
from app.messaging import tokens

CLIENT = events.Actor.client()

PURPOSE = "intake"


def submit(
    form: IntakeForm,
    contact: Contact,
    answers: Sequence[Mapping[str, Any]],
    *,
    custom: Mapping[str, Any],
    is_certain: bool,
    token: str,
) -> IntakeSubmission | None:
    """Keep what somebody answered. Sending one page twice keeps it once: the second time answers None.

    Answers also go into the custom fields they belong to. Where somebody only typed who they are (`is_certain` is
    False), that fills gaps and changes nothing that is known.
    """
    submission = IntakeSubmission(
        form_id=form.id, contact_id=contact.id, answers=[dict(one) for one in answers], submitted_at=clock.now()
    )
    name = hashlib.sha256(f"{token} {contact.id}".encode()).hexdigest()
    if (
        events.record(
            "intake.submitted", contact, by=CLIENT, dedupe_key=f"intake:{name}", form=form.title, form_id=form.id
        )
        is None
    ):
        return None
    contact.custom = {**contact.custom, **custom} if is_certain else {**custom, **contact.custom}
    db.session.add(submission)
    db.session.flush()
    return submission


def submissions_of(contact: Contact, *, limit: int = 20) -> list[IntakeSubmission]:
    """What somebody has filled in, the latest first."""
    theirs = select(IntakeSubmission).where(IntakeSubmission.contact_id == contact.id)
    latest = theirs.order_by(IntakeSubmission.submitted_at.desc(), IntakeSubmission.id.desc())
    return list(db.session.scalars(latest.options(joinedload(IntakeSubmission.form)).limit(limit)))


def link_for(form: IntakeForm, contact_id: int) -> str:
    """The address at which one person alone fills a form in."""
    return f"{address_of(form)}/{tokens.seal(PURPOSE, form.id, contact_id)}"


def address_of(form: IntakeForm) -> str:
    """The address for everybody, where one says who one is."""
    return f"{current_app.config['SETTINGS'].public_url}/intake/{form.slug}"


def whose(form: IntakeForm, token: str) -> Contact | None:
    """The person a link was made for. None where it was made for nobody we know, or for another form."""
    try:
        form_id, contact_id = tokens.read(PURPOSE, token)
    except (tokens.BadToken, ValueError):
        return None
    contact = db.session.get(Contact, contact_id) if form_id == form.id else None
    return contact if contact is not None and contact.erased_at is None else None

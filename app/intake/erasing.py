"""What intake forms say of a person who is erased."""

from __future__ import annotations

from sqlalchemy import update

from app.contacts import erase
from app.contacts.models import Contact
from app.db import db
from app.intake.models import IntakeSubmission


@erase.also
def clear_answers(contact: Contact) -> None:
    """A form was filled in; what was answered goes."""
    db.session.execute(update(IntakeSubmission).where(IntakeSubmission.contact_id == contact.id).values(answers=[]))

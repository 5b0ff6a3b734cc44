"""What tasks say of a person who is erased."""

from __future__ import annotations

from sqlalchemy import update

from app.contacts import erase
from app.contacts.models import Contact
from app.db import db
from app.tasks.models import Task


@erase.also
def clear_tasks(contact: Contact) -> None:
    """A task was done or not; whom it was about goes."""
    db.session.execute(update(Task).where(Task.contact_id == contact.id).values(title="—", body=""))

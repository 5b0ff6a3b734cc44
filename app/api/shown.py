"""How a contact looks from outside."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import selectinload

from app.api.shapes import ContactOut
from app.contacts.models import Contact

# What `contact_out` reads, fetched for a whole page at once.
LOADED = (
    selectinload(Contact.tags),
    selectinload(Contact.lifecycle_stage),
    selectinload(Contact.location),
)


def contact_out(contact: Contact) -> dict[str, Any]:
    """A contact as the API gives it."""
    return ContactOut(
        id=contact.id,
        first_name=contact.first_name,
        last_name=contact.last_name,
        email=contact.email,
        phone=contact.phone,
        external_id=contact.external_id,
        client=contact.is_client,
        tags=[tag.name for tag in contact.tags],
        custom=contact.custom,
        lifecycle_stage=contact.lifecycle_stage.name if contact.lifecycle_stage else None,
        score=contact.score,
        hot=contact.is_hot,
        location=contact.location.name if contact.location else None,
        consent=contact.consent,
        created_at=contact.created_at,
    ).model_dump(mode="json")

"""Changing what is known of a lead by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app import events
from app.contacts import details, people
from app.events.log import Acting
from app.leads.capture import faults_of
from app.leads.models import Lead


def change_details(
    lead: Lead,
    typed: people.Details,
    *,
    note: str,
    custom: Mapping[str, Any],
    by: events.Actor | Acting,
) -> None:
    """Change the person's name and addresses, the note and the lead's own fields.

    An address or number that cannot be used marks the lead, one that can takes the mark off (LEAD-19). Raises
    contacts.details.AddressTaken where the address is somebody else's.
    """
    contact = lead.contact
    changes = details.Changes(
        first_name=typed.first_name,
        last_name=typed.last_name,
        email=typed.email,
        phone=typed.phone,
        language=contact.language,
        location=contact.location,
    )
    details.change_details(contact, changes, by=by)
    lead.faults = faults_of(typed)
    lead.note = note.strip()
    lead.custom = {key: value for key, value in (lead.custom | dict(custom)).items() if value is not None}
    lead.rev += 1

"""Telling the staff, in the product and by e-mail, what concerns them (NOTE-02, NOTE-03, SCORE-25)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table

from app import clock
from app.db import insert_new
from app.events import queue
from app.events.models import Event
from app.notifications import circle, letters
from app.staff.models import Notification, Staff

NOTIFICATIONS: Table = Notification.__table__  # type: ignore[assignment]


@queue.consumer("notifications")
def tell_staff(batch: Sequence[Event]) -> None:
    """Write a notification for each person and event, once, and one letter a person and kind of event."""
    people = circle.around(batch)
    by_id = {event.id: event for event in batch}
    rows = [_row(event, staff, people) for event in batch for staff in people.told_of(event)]
    written = insert_new(NOTIFICATIONS, rows, returning=("staff_id", "event_id"))
    letters.send(
        [(people.staff[row.staff_id], by_id[row.event_id]) for row in sorted(written, key=lambda row: row.event_id)],
        people,
    )


def _row(event: Event, staff: Staff, people: circle.Circle) -> dict[str, Any]:
    lead = people.lead_of(event)
    return {
        "staff_id": staff.id,
        "kind": event.kind,
        "contact_id": event.contact_id,
        "lead_id": lead.id if lead is not None else None,
        "event_id": event.id,
        "data": event.data | {"by": event.actor_name},
        "created_at": clock.now(),
        "seen_at": None,
    }

"""What becomes of a message of a sequence, each as a condition on messages: figures and lists agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import ColumnElement, Label, and_, exists, func, or_

from app.contacts.models import ConsentEntry
from app.messaging.models import (
    BOUNCED,
    DELIVERED,
    FAILED,
    QUEUED,
    SENDING,
    SENT,
    SMS,
    SUPPRESSED,
    UNCERTAIN,
    Message,
)

# An e-mail's way ends, for us, where the other server takes it: it has arrived unless it comes back. Of an SMS the
# carrier tells.
_ARRIVED = or_(Message.status == DELIVERED, and_(Message.status == SENT, Message.channel != SMS))

MARKS: Mapping[str, ColumnElement[bool]] = {
    "queued": Message.status.in_((QUEUED, SENDING)),
    "sent": Message.status.in_((SENT, DELIVERED, BOUNCED)),
    "delivered": Message.status == DELIVERED,
    "arrived": _ARRIVED,
    "opened": Message.opened_at.is_not(None),
    "clicked": Message.clicked_at.is_not(None),
    "replied": Message.replied_at.is_not(None),
    "unsubscribed": exists().where(ConsentEntry.message_id == Message.id, ~ConsentEntry.is_given),
    "bounced": Message.status == BOUNCED,
    "failed": Message.status.in_((FAILED, UNCERTAIN)),
    "held": Message.status == SUPPRESSED,
}


def counted(names: Iterable[str]) -> list[Label[int]]:
    """How many messages have each of these marks, as columns of a query."""
    return [func.count().filter(MARKS[name]).label(name) for name in names]

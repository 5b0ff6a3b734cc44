"""What is held or left out because somebody of the staff talks with its receiver: asked as messages leave (BEY-08)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from app.db import db, one_of
from app.messaging.delivery import Decision, Later, Suppress
from app.messaging.models import Message
from app.sequences import reasons
from app.sequences.engine.letters import Letter
from app.sequences.models import Takeover


def decide(letters: Sequence[Letter], now: datetime) -> dict[int, Decision]:
    """Decide on those of a batch whose receiver somebody is talking with, by message. One query."""
    asked = [one.message for one in letters if not one.message.is_urgent and one.message.contact_id is not None]
    if not asked:
        return {}
    wanted = one_of(Takeover.contact_id, {message.contact_id for message in asked})
    found = {row.contact_id: row for row in db.session.scalars(select(Takeover).where(wanted, Takeover.until_at > now))}
    return {
        message.id: _decision(message, found[message.contact_id]) for message in asked if message.contact_id in found
    }


def _decision(message: Message, takeover: Takeover) -> Decision:
    if takeover.is_cancelled:
        return Suppress(reasons.code("passed_over", takeover.by))
    if message.not_after is not None and takeover.until_at >= message.not_after:
        return Suppress(reasons.code("held_too_long", takeover.by))
    return Later(takeover.until_at, reasons.code(reasons.TAKEN_OVER, takeover.by))

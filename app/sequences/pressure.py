"""How often sequences may write to one person: so many messages of a channel in so many days (BEY-16).

Why it is as it is: docs/decisions/0015-who-gives-way.md. The engine asks when messages leave: `engine/pressure.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from pydantic import BaseModel, Field
from sqlalchemy import or_, update

from app import clock, wake
from app.db import db
from app.messaging.models import QUEUED, SEQUENCE, Message
from app.sequences import reasons
from app.staff import studio

KEY = "pressure"
MOST, LONGEST = 100, 90  # messages, days


class Cap(BaseModel):
    """At most so many in so many days, wherever the days begin. `most` unset: no cap; 0: none at all."""

    most: int | None = Field(default=None, ge=0, le=MOST)
    days: int = Field(default=7, ge=1, le=LONGEST)

    @property
    def window(self) -> timedelta:
        return timedelta(days=self.days)


class Caps(BaseModel):
    """The cap of each channel, by the channel's name."""

    email: Cap = Cap()
    sms: Cap = Cap()
    in_app: Cap = Cap()

    def of(self, channel: str) -> Cap:
        """The cap of a channel."""
        cap: Cap = getattr(self, channel)
        return cap


def caps() -> Caps:
    """What the studio has set."""
    return studio.get(KEY, Caps)


def set_caps(changed: Caps) -> None:
    """Set them. Whoever was put off for the old ones is asked again at once."""
    if changed == caps():
        return
    studio.put(KEY, changed)
    put_off = or_(*(Message.reason.startswith(reason) for reason in reasons.PUT_OFF))
    db.session.execute(
        update(Message)
        .where(Message.status == QUEUED, Message.category == SEQUENCE, put_off)
        .values(due_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    wake.ring("deliver_messages")


def room_at(left: Iterable[datetime], cap: Cap, now: datetime) -> datetime:
    """The first instant, not before `now`, at which one more message is within the cap.

    `left` is when earlier ones left, in any order. One stops counting exactly as its window ends: with 1 in 7 days, the
    next may leave 168 hours after the last. Raises ValueError for a cap of none at all, or for no cap.
    """
    if not cap.most:
        raise ValueError("there is nothing to wait for")
    counting = sorted(at for at in left if at > now - cap.window)
    return now if len(counting) < cap.most else counting[-cap.most] + cap.window

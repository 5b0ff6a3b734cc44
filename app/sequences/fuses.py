"""Blowing the fuse of one sequence: it is paused, everybody keeps their place, and the owners are told (BEY-05)."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Literal

from flask_babel import gettext as _
from flask_babel import ngettext
from pydantic import BaseModel
from sqlalchemy import CursorResult, func, select, update

from app import clock, events
from app.db import db
from app.messaging.models import Message
from app.sequences import pausing
from app.sequences.models import ACTIVE, PAUSED, Sequence

SPAN = timedelta(minutes=5)
REMEMBERED = 2_000  # messages from which is told what is usual

Why = Literal["circle", "person", "repeats"]


class Blown(BaseModel):
    """What blew a fuse. `count`: how often somebody entered; how many messages a person was to get; how many repeats
    were held back. `messages` were to leave within the last five minutes, where `usual` is what it sends in as long.
    """

    why: Why
    count: int
    messages: int
    usual: int | None


def blow(sequence_id: int, why: Why, count: int) -> None:
    """Pause a sequence, unless somebody has already, and record why."""
    now = clock.now()
    blown = Blown(why=why, count=count, messages=_since(sequence_id, now - SPAN), usual=_usual(sequence_id, now - SPAN))
    done: CursorResult[tuple[()]] = db.session.execute(  # type: ignore[assignment]
        update(Sequence)
        .where(Sequence.id == sequence_id, Sequence.status == ACTIVE)
        .values(status=PAUSED, fused_at=now, fused=blown.model_dump())
        .execution_options(synchronize_session=False)
    )
    if not done.rowcount:
        return
    pausing.hold(sequence_id, skip_held=True)
    title = db.session.scalar(select(Sequence.title).where(Sequence.id == sequence_id)) or ""
    data = {"sequence_id": sequence_id, "sequence": title} | blown.model_dump()
    events.record_many([events.Entry("sequence.fused", None, data, events.Actor.system())])


def say(blown: Blown) -> str:
    """Why a sequence stands still, for who has to put it right."""
    return f"{_rate(blown)} {_why(blown)}"


def _rate(blown: Blown) -> str:
    if not blown.messages:
        return str(_("Paused by the fuse."))
    count = ngettext("%(num)s message in 5 minutes", "%(num)s messages in 5 minutes", blown.messages)
    if blown.usual is None:
        return str(_("Paused by the fuse: %(count)s.", count=count))
    return str(_("Paused by the fuse: %(count)s, usually %(usual)s.", count=count, usual=blown.usual))


def _why(blown: Blown) -> str:
    match blown.why:
        case "circle":
            said = _("What sequences do has put the same person in %(count)s times.", count=blown.count)
        case "person":
            said = _("The same person was to get %(count)s messages within an hour.", count=blown.count)
        case "repeats":
            said = _("%(count)s messages would have told the same people the same again.", count=blown.count)
    return str(said)


def _since(sequence_id: int, start: datetime) -> int:
    wanted = select(func.count()).where(Message.sequence_id == sequence_id, Message.queued_at > start)
    return db.session.scalar(wanted) or 0


def _usual(sequence_id: int, before: datetime) -> int | None:
    """How many messages leave in five minutes when it sends any: the average of its latest; None where it never has."""
    sent = db.session.scalars(
        select(Message.queued_at)
        .where(Message.sequence_id == sequence_id, Message.queued_at <= before)
        .order_by(Message.id.desc())
        .limit(REMEMBERED)
    )
    spans = Counter(int(at.timestamp() // SPAN.total_seconds()) for at in sent)
    return round(spans.total() / len(spans)) if spans else None

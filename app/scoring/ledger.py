"""The ledger of points, and who becomes hot or cold by it (SCORE-02, SCORE-14, SCORE-25 to SCORE-28)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Table, select, update

from app import clock, events
from app.contacts.models import Contact
from app.db import db, insert_new
from app.events import queue
from app.events.log import Acting
from app.events.models import Event
from app.scoring import points
from app.scoring.models import ScoreLine
from app.scoring.settings import Scoring, scoring

LINES: Table = ScoreLine.__table__  # type: ignore[assignment]

RESET, REMOVED = "reset", "removed"  # why lines no longer count


@queue.consumer("scoring")
def count_points(batch: Sequence[Event]) -> None:
    """Add the points of a batch of events, and record who turned hot or cold by them."""
    worth = scoring()
    people = _take(event.contact_id for event in batch if event.contact_id is not None)
    new = _write([line for event in batch if event.contact_id in people and (line := points.earned(event, worth))])
    told: list[events.Entry] = []
    for contact_id, gained, at in new:
        told += _add(people[contact_id], gained, worth, at)
    for event in batch:
        if event.contact_id in people and event.kind in points.INTERACTIONS:
            _note_interaction(people[event.contact_id], event.occurred_at)
    db.session.flush()
    events.record_many(told)


def cool(contact: Contact, *, by: events.Actor | Acting) -> None:
    """Take the hot label off: the score starts again from 0 (SCORE-27). Somebody who is cold stays as they are."""
    _take([contact.id])
    if contact.is_hot:
        void_lines([contact.id], REMOVED)
        contact.score, contact.hot_since = 0, None
        events.record("score.became_cold", contact, by=by, score=0, threshold=scoring().threshold, why=REMOVED)


def compare_everybody(worth: Scoring, *, by: events.Actor | Acting) -> None:
    """Hold every score against a threshold that has changed; what turns is recorded (SCORE-03)."""
    who = by if isinstance(by, events.Actor) else by.as_actor
    now = clock.now()
    hot = db.session.execute(
        update(Contact)
        .where(Contact.hot_since.is_(None), Contact.score >= worth.threshold, Contact.erased_at.is_(None))
        .values(hot_since=now)
        .returning(Contact.id, Contact.score)
        .execution_options(synchronize_session="fetch")
    ).all()
    cold = db.session.execute(
        update(Contact)
        .where(Contact.hot_since.is_not(None), Contact.score < worth.threshold)
        .values(hot_since=None)
        .returning(Contact.id, Contact.score)
        .execution_options(synchronize_session="fetch")
    ).all()
    events.record_many(
        [_turned("score.became_hot", contact_id, score, worth, now, who=who) for contact_id, score in sorted(hot)]
        + [_turned("score.became_cold", contact_id, score, worth, now, who=who) for contact_id, score in sorted(cold)]
    )


def void_lines(contact_ids: Collection[int], why: str) -> None:
    """Let all lines of these people count no more. Their score and label are the caller's to clear."""
    db.session.execute(
        update(ScoreLine)
        .where(ScoreLine.contact_id.in_(contact_ids), ScoreLine.void_at.is_(None))
        .values(void_at=clock.now(), void_reason=why)
        .execution_options(synchronize_session=False)
    )


def live_lines(contact_id: int, limit: int = 50) -> list[ScoreLine]:
    """What a score is made of, the newest first."""
    return list(
        db.session.scalars(
            select(ScoreLine)
            .where(ScoreLine.contact_id == contact_id, ScoreLine.void_at.is_(None))
            .order_by(ScoreLine.id.desc())
            .limit(limit)
        )
    )


def _take(contact_ids: Iterable[int]) -> dict[int, Contact]:
    """Lock these people, in the order of their ids, and read them afresh: one worker at a time adds their points."""
    wanted = (
        select(Contact)
        .where(Contact.id.in_(set(contact_ids)), Contact.erased_at.is_(None))
        .order_by(Contact.id)
        .with_for_update()  # SQLite knows no such thing, and has one writer at a time anyway
        .execution_options(populate_existing=True)
    )
    return {contact.id: contact for contact in db.session.scalars(wanted)}


def _write(lines: Sequence[points.Earned]) -> list[tuple[int, int, datetime]]:
    """Enter lines, leaving out causes that have counted before (SCORE-28). Answers who got what, as the events came."""
    now = clock.now()
    rows = [
        {
            "contact_id": line.contact_id,
            "rule": line.rule,
            "points": line.points,
            "event_id": line.event_id,
            "cause_key": line.cause_key,
            "at": now,
            "void_reason": "",
        }
        for line in lines
    ]
    written = insert_new(LINES, rows, returning=("event_id", "contact_id", "points"))
    return [(row.contact_id, row.points, now) for row in sorted(written, key=lambda row: row.event_id)]


def _add(contact: Contact, gained: int, worth: Scoring, at: datetime) -> list[events.Entry]:
    contact.score += gained
    if contact.hot_since is None and contact.score >= worth.threshold:
        contact.hot_since = at
        return [_turned("score.became_hot", contact.id, contact.score, worth, at)]
    elif contact.hot_since is not None and contact.score < worth.threshold:
        contact.hot_since = None
        return [_turned("score.became_cold", contact.id, contact.score, worth, at)]
    else:
        return []


def _note_interaction(contact: Contact, at: datetime) -> None:
    if contact.last_interaction_at is None or contact.last_interaction_at < at:
        contact.last_interaction_at = at


def _turned(
    kind: str,
    contact_id: int,
    score: int,
    worth: Scoring,
    at: datetime,
    *,
    who: events.Actor | None = None,
) -> events.Entry:
    data = {"score": score, "threshold": worth.threshold}
    return events.Entry(kind, contact_id, data, who or events.Actor.system(), occurred_at=at)

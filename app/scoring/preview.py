"""What a threshold would mean for the people there are, before it is set (BEY-12)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func

from app.contacts.models import Contact
from app.contacts.queries import contacts_seen_by
from app.db import db
from app.staff.models import Staff

BARS = 20
NAMED = 6


@dataclass(frozen=True)
class Bar:
    """How many people have a score from `start` on, up to the next bar's."""

    start: int
    people: int
    is_hot: bool
    share: float  # of the highest bar, 0 to 1


@dataclass(frozen=True)
class Preview:
    """The people by score, and what a threshold makes of them."""

    threshold: int
    bars: Sequence[Bar]
    highest: int  # the score the last bar ends with
    hot: int
    scored: int  # people with any points at all
    would_turn_hot: int
    would_turn_cold: int
    hottest: Sequence[Contact]

    @property
    def unnamed(self) -> int:
        return max(self.hot - len(self.hottest), 0)


def preview(threshold: int, *, seen_by: Staff) -> Preview:
    """What would be hot with this threshold. Two queries, however many people there are."""
    people = contacts_seen_by(seen_by).with_only_columns(
        Contact.score, Contact.hot_since.is_not(None).label("is_hot"), func.count().label("people")
    )
    rows = db.session.execute(people.group_by(Contact.score, Contact.hot_since.is_not(None))).all()
    highest = max([threshold * 2, *(row.score for row in rows)], default=BARS)
    width = max(-(-highest // BARS), 1)
    counts = [0] * BARS
    for row in rows:
        if row.score > 0:
            counts[min((row.score - 1) // width, BARS - 1)] += row.people
    tallest = max([*counts, 1])
    return Preview(
        threshold=threshold,
        bars=[
            Bar(place * width + 1, people, (place + 1) * width >= threshold, people / tallest)
            for place, people in enumerate(counts)
        ],
        highest=width * BARS,
        hot=sum(row.people for row in rows if row.score >= threshold),
        scored=sum(row.people for row in rows if row.score != 0),
        would_turn_hot=sum(row.people for row in rows if row.score >= threshold and not row.is_hot),
        would_turn_cold=sum(row.people for row in rows if row.score < threshold and row.is_hot),
        hottest=_hottest(threshold, seen_by),
    )


def _hottest(threshold: int, seen_by: Staff) -> Sequence[Contact]:
    return db.session.scalars(
        contacts_seen_by(seen_by)
        .where(Contact.score >= threshold)
        .order_by(Contact.score.desc(), Contact.id)
        .limit(NAMED)
    ).all()

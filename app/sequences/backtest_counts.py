"""Backtests of everybody: counted by a worker, some seconds at a time, and kept for a week (BEY-07, decision 16).

What has been counted so far stands in one row with the place the worker has come to; a killed worker's count is gone on
with from there. Each chunk is read in a transaction of its own that only reads, so that SQLite's one writer is kept for
the length of one UPDATE.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, ForeignKey, Index, String, delete, func, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock, scans, wake, work
from app.db import BigId, Json, Model, UtcDateTime, db, reading
from app.sequences import backtest_figures, backtesting, drafts
from app.sequences.backtest_figures import Backtest
from app.sequences.models import Sequence, SequenceRevision
from app.staff.models import Staff

COUNTING, COUNTED, FAILED = "counting", "counted", "failed"

KEPT = timedelta(days=7)
TURN = 20.0  # seconds of one worker, then others have theirs
LEASE = timedelta(minutes=3)
TRIES = 3  # without getting any further


class BacktestCount(Model):
    """One sequence's count of everybody over so many days, the latest asked for."""

    __tablename__ = "backtest_count"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sequence_id: Mapped[int] = mapped_column(ForeignKey("sequence.id"))
    revision_id: Mapped[int] = mapped_column(ForeignKey("sequence_revision.id"))
    days: Mapped[int] = mapped_column()
    by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    status: Mapped[str] = mapped_column(String(8), default=COUNTING)
    kept: Mapped[dict[str, Any]] = mapped_column(Json)  # figures (`backtest_figures.packed`)
    place: Mapped[str] = mapped_column(String(16), default="")  # how far it has come, in the order people are read in
    tries: Mapped[int] = mapped_column(default=0)  # begun turns since it last got any further
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    revision: Mapped[SequenceRevision] = relationship()
    by: Mapped[Staff] = relationship()

    __table_args__ = (
        Index("uq_backtest_count", "sequence_id", "days", unique=True),
        Index("ix_backtest_count_status", "status", "asked_at"),
    )

    @property
    def is_counting(self) -> bool:
        return self.status == COUNTING

    @property
    def has_failed(self) -> bool:
        return self.status == FAILED

    def figures(self, seen_by: Staff) -> Backtest:
        """What has been counted so far, with examples whom somebody may see."""
        found = backtest_figures.unpacked(self.kept)
        backtest_figures.name_examples(found, seen_by)
        return found


def count_everyone(sequence: Sequence, *, days: int, by: Staff) -> BacktestCount:
    """Let a worker count what the draft would have done for everybody. What was counted over as many days before is
    forgotten; a count of the same draft that is under way goes on.
    """
    # Two colleagues who ask at once ask one after the other, and the second finds the count of the first.
    db.session.execute(select(Sequence.id).where(Sequence.id == sequence.id).with_for_update())
    revision = drafts.draft_revision(sequence)
    known = count_of(sequence, days)
    if known is not None and known.is_counting:
        return known
    call_off(sequence, days)
    count = BacktestCount(
        sequence_id=sequence.id,
        revision=revision,
        days=days,
        by=by,
        kept=backtest_figures.packed(backtesting.begin(revision, days)),
        asked_at=clock.now(),
    )
    db.session.add(count)
    db.session.flush()
    wake.ring("count_backtests")
    return count


def count_of(sequence: Sequence, days: int) -> BacktestCount | None:
    """The count of the draft as it stands over so many days, under way or done."""
    return db.session.scalar(
        select(BacktestCount).where(
            BacktestCount.sequence_id == sequence.id,
            BacktestCount.days == days,
            BacktestCount.revision_id == drafts.draft_revision(sequence).id,
        )
    )


def call_off(sequence: Sequence, days: int) -> None:
    """Forget what is or was counted over so many days; a worker at it stops at its next chunk."""
    theirs = (BacktestCount.sequence_id == sequence.id, BacktestCount.days == days)
    db.session.execute(delete(BacktestCount).where(*theirs))


# ---------------------------------------------------------------------- a worker's turn


def claim() -> int | None:
    """Take the count that was asked for first and that nobody is at. Answers its id."""
    now = clock.now()
    waiting = (
        select(BacktestCount)
        .where(BacktestCount.status == COUNTING)
        .where(or_(BacktestCount.lease_until.is_(None), BacktestCount.lease_until <= now))
        .order_by(BacktestCount.asked_at, BacktestCount.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=BacktestCount)
        .execution_options(populate_existing=True)
    )
    count = db.session.scalar(waiting)
    if count is None:
        return None
    count.tries += 1
    if count.tries > TRIES:
        count.status, count.ended_at = FAILED, now
    else:
        count.lease_until = now + LEASE
    return count.id


def act(count_id: int) -> Iterator[None]:
    """Count for a while; what is counted after each chunk is kept at once."""
    began = time.monotonic()
    with reading():
        count = db.session.get(BacktestCount, count_id)
        if count is None or not count.is_counting:
            return
        found, spent = backtest_figures.unpacked(count.kept), count.kept["seconds"]
        chunks = backtesting.read_on(count.revision, found, after=count.place)
    is_going_on = True
    while is_going_on:
        with reading():
            place = next(chunks, None)
        yield  # the transaction that only read ends here
        found.seconds = spent + time.monotonic() - began
        if not _keep(count_id, found, place):
            return  # called off
        yield
        is_going_on = place is not None and time.monotonic() - began < TURN
    _hand_on(count_id)


def release(count_id: int) -> None:
    """Give a count back whose turn has failed."""
    _hand_on(count_id)


def next_due() -> datetime | None:
    """From when a count waits for somebody to go on with it."""
    free_at = func.coalesce(BacktestCount.lease_until, BacktestCount.asked_at, type_=BacktestCount.asked_at.type)
    return db.session.scalar(select(func.min(free_at)).where(BacktestCount.status == COUNTING))


def in_flight() -> bool:
    """Whether some worker is counting just now."""
    counting = select(BacktestCount.id).where(BacktestCount.status == COUNTING)
    return db.session.scalar(counting.where(BacktestCount.lease_until > clock.now()).limit(1)) is not None


def forget() -> int:
    """Forget counts of some time ago. Answers how many."""
    done: CursorResult[tuple[()]] = db.session.execute(  # type: ignore[assignment]
        delete(BacktestCount).where(BacktestCount.asked_at <= clock.now() - KEPT)
    )
    return done.rowcount


def next_forgetting() -> datetime | None:
    """When the next one is forgotten."""
    first = db.session.scalar(select(func.min(BacktestCount.asked_at)))
    return first + KEPT if first is not None else None


def register() -> None:
    work.register(
        work.Work(
            actor="count_backtests", claim=claim, act=act, next_due=next_due, in_flight=in_flight, release=release
        )
    )
    scans.register(scans.Scan("old backtests", look=forget, next_at=next_forgetting))


def _keep(count_id: int, found: Backtest, place: str | None) -> bool:
    """Write down how far a count has come; no further place: to the end. Answers whether it is still wanted."""
    now = clock.now()
    if place is None:
        found.of = found.read  # who was to be read and has been erased since is not waited for
        values: dict[str, Any] = {"status": COUNTED, "ended_at": now, "lease_until": None}
    else:
        values = {"place": place, "lease_until": now + LEASE, "tries": 0}
    return _set(count_id, kept=backtest_figures.packed(found), **values)


def _hand_on(count_id: int) -> None:
    _set(count_id, lease_until=None)


def _set(count_id: int, **values: Any) -> bool:
    done: CursorResult[tuple[()]] = db.session.execute(  # type: ignore[assignment]
        update(BacktestCount)
        .where(BacktestCount.id == count_id, BacktestCount.status == COUNTING)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount)

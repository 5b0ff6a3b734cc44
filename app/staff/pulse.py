"""Signs of life of the processes, the clock's lease, and what the product says when it is unwell (BEY-20)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import or_, select, update

from app.db import db, insert_new
from app.staff.models import Heartbeat

# Real time, not `app.clock`: a sandbox that leaps a week ahead has not been silent for a week.
SILENT_AFTER = timedelta(seconds=60)
LEASE = timedelta(seconds=4)  # a few ticks: so long nobody rings when the clock dies; two at once do no harm
FORGOTTEN_AFTER = timedelta(hours=1)


@dataclass(frozen=True)
class Ailment:
    """Something that does not run as it should."""

    name: str  # clock | worker
    silent_for: timedelta | None  # None: never seen at all


def beat(name: str, holder: str = "") -> None:
    """Write that a process is alive."""
    now = _real_now()
    insert_new(Heartbeat.__table__, [{"name": name, "holder": holder, "beat_at": now}])  # type: ignore[arg-type]
    db.session.execute(update(Heartbeat).where(Heartbeat.name == name).values(beat_at=now))


def hold_clock(holder: str) -> bool:
    """Take or keep the clock's lease: one clock is active, the others stand by. Answers whether it is ours."""
    now = _real_now()
    insert_new(Heartbeat.__table__, [{"name": "clock", "holder": holder, "beat_at": now, "lease_until": now}])  # type: ignore[arg-type]
    held = db.session.execute(
        update(Heartbeat)
        .where(Heartbeat.name == "clock", or_(Heartbeat.holder == holder, Heartbeat.lease_until <= now))
        .values(holder=holder, beat_at=now, lease_until=now + LEASE)
    )
    return bool(held.rowcount)  # type: ignore[attr-defined]


def ailments() -> list[Ailment]:
    """What is unwell: a clock or the workers silent for a minute. Processes gone for an hour are taken as retired."""
    now = _real_now()
    beats = db.session.execute(select(Heartbeat.name, Heartbeat.beat_at)).all()
    clock_beat = next((at for name, at in beats if name == "clock"), None)
    unwell = []
    if clock_beat is None or now - clock_beat > SILENT_AFTER:
        unwell.append(Ailment("clock", now - clock_beat if clock_beat else None))
    recent = [at for name, at in beats if name.startswith("worker:") and now - at < FORGOTTEN_AFTER]
    if not recent or now - max(recent) > SILENT_AFTER:
        unwell.append(Ailment("worker", now - max(recent) if recent else None))
    return unwell


def _real_now() -> datetime:
    return datetime.now(UTC)

"""Tells the workers, after the commit, that there is work: a doorbell, never the work itself.

A ring that gets lost costs seconds: the clock rings every actor that has due work. The bell itself (the broker) hangs
in `workers/`, which installs it here at start; without one, as in a shell, rings go unheard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import structlog
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.db import db

log = structlog.get_logger(__name__)

ACTORS = frozenset(
    {
        "consume_events",
        "advance_enrolments",
        "queue_group_messages",
        "ask_for_signatures",
        "deliver_messages",
        "deliver_urgent_messages",
        "deliver_webhooks",
        "import_leads",
        "count_backtests",
    }
)

_bell: Callable[[str], None] | None = None


def install(bell: Callable[[str], None] | None) -> None:
    """Let `bell(actor_name)` carry the rings from now on."""
    global _bell  # noqa: PLW0603 - one bell a process
    _bell = bell


def ring(*actors: str) -> None:
    """Ring these actors once the transaction at hand is committed; several rings of one actor are one."""
    unknown = set(actors) - ACTORS
    if unknown:
        raise KeyError(f"no such actor: {', '.join(sorted(unknown))}")
    db.session().info.setdefault("rings", set()).update(actors)


def ring_now(actors: Iterable[str]) -> None:
    """Ring at once, for those who stand outside any transaction (the clock)."""
    if _bell is None:
        return
    for actor in sorted(actors):
        try:
            _bell(actor)
        except Exception as error:  # noqa: BLE001 - whatever ails the broker, the committed work is safe in the database
            log.warning("ring.lost", actor=actor, error=type(error).__name__)


@event.listens_for(Session, "after_commit")
def _after_commit(session: Session) -> None:
    ring_now(session.info.pop("rings", ()))


@event.listens_for(Session, "after_rollback")
def _after_rollback(session: Session) -> None:
    session.info.pop("rings", None)

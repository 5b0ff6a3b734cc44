"""Events that other systems post: each goes through the same verb as the act itself.

A room says which verb takes a kind:

    @posts("class.booked")
    def _booked(contact: Contact, data: dict[str, Any], how: How) -> int | None: …

A kind without one is simply recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from app.db import db
from app.events import log
from app.events.log import Acting, HasId
from app.events.models import Actor


@dataclass(frozen=True)
class How:
    """Who posts, when it happened, and the key that makes a repeat harmless."""

    by: Actor | Acting
    at: datetime
    dedupe_key: str | None = None

    @property
    def is_reported(self) -> bool:
        """Whether it happened elsewhere, and was told of; not done in Encore by the staff or the client."""
        return not log.actor(self.by).is_person

    def record(self, kind: str, contact: HasId, data: dict[str, Any]) -> int | None:
        """Write the event as posted. Answers its id, or None where its dedupe key was known."""
        db.session.flush()  # a contact made in this transaction has its id only now
        entry = log.Entry(kind, contact.id, data, log.actor(self.by), self.at, self.dedupe_key)
        return next(iter(log.record_many([entry])), None)


Take = Callable[[Any, dict[str, Any], How], int | None]

_verbs: dict[str, Take] = {}


def posts(kind: str) -> Callable[[Take], Take]:
    """Register the verb that takes posted events of a kind. It answers the event's id, or None for a repeat."""

    def register(take: Take) -> Take:
        _verbs[kind] = take
        return take

    return register


def post(kind: str, contact: HasId, data: dict[str, Any], how: How) -> int | None:
    """Let a posted event happen. Answers its id, or None where its dedupe key was known."""
    take = _verbs.get(kind)
    if take is not None:
        return take(contact, data, how)
    return how.record(kind, contact, data)


@dataclass(frozen=True)
class Posted:
    """One posted event, its contact known."""

    kind: str
    contact: HasId
    data: dict[str, Any]
    how: How


def post_many(given: Sequence[Posted]) -> list[int]:
    """Let posted events happen, in their order. Answers the ids of those that are new.

    Those that only need recording are written together, a run of them at a time.
    """
    db.session.flush()  # contacts made in this transaction have their ids only now
    ids: list[int] = []
    for is_plain, run in groupby(given, key=lambda one: one.kind not in _verbs):
        if is_plain:
            ids += log.record_many(
                [
                    log.Entry(one.kind, one.contact.id, one.data, log.actor(one.how.by), one.how.at, one.how.dedupe_key)
                    for one in run
                ]
            )
        else:
            taken = [post(one.kind, one.contact, one.data, one.how) for one in run]
            ids += [event_id for event_id in taken if event_id is not None]
    return ids

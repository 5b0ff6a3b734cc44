"""The fuse (BEY-05): the same words reach the same person once, and a sequence that runs away is paused by itself.

What is abnormal is told from what one person goes through, never from how many people there are: a first activation,
or five thousand people enrolled by hand, each get every message once. A loop is the same person again and again. See
docs/decisions/0013.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Select,
    String,
    Table,
    and_,
    bindparam,
    case,
    cast,
    column,
    delete,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert
from sqlalchemy.types import TypeEngine

from app import arrays, clock
from app.contacts import erase
from app.contacts.models import Contact
from app.db import UtcDateTime, db, insert_rows, is_postgresql, one_of
from app.events import Event
from app.messaging.delivery import Content, Decision, Later, Suppress
from app.messaging.models import BOUNCED, FAILED, SUPPRESSED, Message
from app.sequences import fuses, graph, models, reasons, safety
from app.sequences.actions.messages import MessageParams
from app.sequences.engine.letters import Letter
from app.sequences.engine.program import Program
from app.sequences.models import Enrolment, Repeat, Said

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

# A person whom a sequence's own doing puts into the same sequence more often than this is going round in a circle.
MOST_ROUNDS = 5  # an hour
MOST_ROUNDS_A_DAY = 20
# More messages than this from one sequence to one person within an hour are meant by nobody.
MOST_TO_ONE = 20
PASSES = 2  # except where a sequence has that many to say: it may be gone through so often
# Held-back repeats blow the fuse when they concern this many people and are so many times what went.
PEOPLE_REPEATED = 30
TIMES_WHAT_WENT = 3

MOST_FORGOTTEN = 10_000  # at a time

SAID: Table = Said.__table__  # type: ignore[assignment]
REPEATS: Table = Repeat.__table__  # type: ignore[assignment]
NEVER_WENT = (SUPPRESSED, FAILED, BOUNCED)

# Whose words a message has: its contact, their digest, its sequence, itself.
Key = tuple[int, str, int, int]


def guard(letters: Sequence[Letter], written: Mapping[int, Decision], wait: timedelta) -> dict[int, Decision]:
    """Decide once more on what is about to leave: what would repeat itself is held back, and what is left of a sequence
    whose fuse blows by it waits.
    """
    now = clock.now()
    keys = {one.id: key for one in letters if (key := _key(one, written.get(one.id))) is not None}
    may_repeat = {one.id for one in letters if _may_repeat(one)}
    window = safety.safety().window
    if window is None:
        may_repeat = set(keys)
    taken = _take([keys[one] for one in keys if one in may_repeat], now, now)
    taken |= _take([keys[one] for one in keys if one not in may_repeat], now, now - window) if window else set()
    held = [key for one, key in keys.items() if one not in taken]
    _note(held, now)
    blown = _watch(letters, keys.values(), held, now)
    waiting = {one for one in taken if keys[one][2] in blown}
    return (
        dict(written)
        | {key[3]: Suppress(reasons.code("repeated")) for key in held}
        | {one: Later(now + wait, reasons.code("fused")) for one in waiting}
    )


def watch_entries(written: Iterable[Enrolment], batch: Sequence[Event]) -> None:
    """Blow the fuse of a sequence that somebody is put into again and again by what sequences themselves do.

    What people do, and what other systems post, may put them in as often as it happens: a course of twelve classes
    booked at once is twelve entries.
    """
    by_sequences = {event.id for event in batch if event.actor_kind == "sequence"}
    round_again = [row for row in written if row.event_id in by_sequences]
    if not round_again:
        return
    now = clock.now()
    entered_at = func.coalesce(Event.recorded_at, Enrolment.started_at, type_=Event.recorded_at.type)
    in_an_hour = func.count(case((entered_at > now - HOUR, 1)))
    # The first time round somebody or something else has put them in.
    caused = func.count(case((Event.actor_kind == "sequence", 1)))
    found = db.session.execute(
        select(Enrolment.sequence_id, func.count())
        .outerjoin(Event, Event.id == Enrolment.event_id)
        .join(models.Sequence, models.Sequence.id == Enrolment.sequence_id)
        .where(
            one_of(Enrolment.contact_id, {row.contact_id for row in round_again}),
            one_of(Enrolment.sequence_id, {row.sequence_id for row in round_again}),
            entered_at > now - DAY,
            or_(models.Sequence.resumed_at.is_(None), entered_at > models.Sequence.resumed_at),
        )
        .group_by(Enrolment.sequence_id, Enrolment.contact_id)
        .having(caused >= MOST_ROUNDS, or_(in_an_hour > MOST_ROUNDS, func.count() > MOST_ROUNDS_A_DAY))
        .order_by(func.count().desc())
    )
    for sequence_id, count in found:
        fuses.blow(sequence_id, "circle", count)


def forget() -> int:
    """Forget what has been said so long ago that it may be said again. Answers how much."""
    now = clock.now()
    kept = max(safety.safety().window or HOUR, HOUR)
    return _delete_old(Said, Said.said_at <= now - kept) + _delete_old(Repeat, Repeat.at <= now - HOUR)


def _delete_old(table: type[Said | Repeat], is_old: ColumnElement[bool]) -> int:
    """Delete old rows, but for those that a worker has in hand: it is just saying it again."""
    key = table.__mapper__.primary_key
    old = select(*key).where(is_old).limit(MOST_FORGOTTEN)
    if db.session.execute(old.limit(1)).first() is None:
        return 0
    free = old.with_for_update(skip_locked=True)
    gone = delete(table).where(tuple_(*key).in_(free)).execution_options(synchronize_session=False)
    return db.session.execute(gone).rowcount  # type: ignore[attr-defined,no-any-return]


@erase.also
def forget_whom(contact: Contact) -> None:
    """Forget what was said to somebody who is erased, and how often."""
    for table in (Said, Repeat):
        mine = delete(table).where(table.contact_id == contact.id)
        db.session.execute(mine.execution_options(synchronize_session=False))


# ------------------------------------------------------------------ the same words once


def _key(letter: Letter, decision: Decision | None) -> Key | None:
    message = letter.message
    if not isinstance(decision, Content) or message.contact_id is None or message.sequence_id is None:
        return None
    said = f"{message.channel}\0{decision.subject}\0{decision.text}\0{decision.html}"
    digest = hashlib.blake2b(said.encode(), digest_size=16).hexdigest()
    return (message.contact_id, digest, message.sequence_id, message.id)


def _may_repeat(letter: Letter) -> bool:
    params = letter.step.params if letter.step is not None else None
    return isinstance(params, MessageParams) and params.repeat


def _take(keys: Iterable[Key], now: datetime, said_before: datetime) -> set[int]:
    """Take the words of these messages for them. Answers the messages that have theirs: those whose words nobody had,
    or had before that instant, or in a message that has not gone.

    One statement, which waits for a worker that takes the same words at this moment: the one who comes second finds
    them taken. Two messages of a batch with the same words are decided here, for a row can be changed once.
    """
    first: dict[tuple[int, str], Key] = {}
    for key in keys:
        first.setdefault(key[:2], key)
    if not first:
        return set()
    instants = {"now": now, "said_before": said_before, "rested_before": now - HOUR}
    given = _as_parameters(sorted(first.values()))
    return set(db.session.scalars(_taking(is_postgresql()), given | instants))


@cache
def _taking(on_postgresql: bool) -> ReturningInsert[tuple[int]]:
    """The statement of `_take`, which is put together once."""
    make = postgresql.insert if on_postgresql else sqlite.insert
    given = _given_on_postgresql() if on_postgresql else _given_on_sqlite()
    statement = make(SAID).from_select(["contact_id", "digest", "sequence_id", "message_id", "times", "said_at"], given)
    new, old = statement.excluded, SAID.c
    is_same = old.message_id == new.message_id
    never_went = exists().where(Message.id == old.message_id, Message.status.in_(NEVER_WENT))
    rested = old.said_at <= bindparam("rested_before", type_=UtcDateTime)
    return statement.on_conflict_do_update(
        index_elements=[SAID.c.contact_id, SAID.c.digest],
        set_={
            "sequence_id": new.sequence_id,
            "message_id": new.message_id,
            "times": case((is_same, old.times), (rested, 1), else_=old.times + 1),
            "said_at": new.said_at,
        },
        where=or_(is_same, old.said_at <= bindparam("said_before", type_=UtcDateTime), never_went),
    ).returning(SAID.c.message_id)


NAMES: tuple[tuple[str, TypeEngine[Any]], ...] = (
    ("contact_id", BigInteger()),
    ("digest", String()),
    ("sequence_id", BigInteger()),
    ("message_id", BigInteger()),
)


def _given_on_postgresql() -> Select[Any]:
    """The keys as rows to insert: an array a column."""
    lists = (cast(bindparam(name, type_=arrays.Written), ARRAY(kind)) for name, kind in NAMES)
    rows = func.unnest(*lists).table_valued(*(column(name, kind) for name, kind in NAMES), name="given")
    return select(*rows.render_derived().c, literal(1), bindparam("now", type_=UtcDateTime))


def _given_on_sqlite() -> Select[Any]:
    """The same from JSON."""
    each = func.json_each(bindparam("keys", type_=String)).table_valued("value", name="each")
    parts = (func.json_extract(each.c.value, literal_column(f"'$[{index}]'")) for index in range(len(NAMES)))
    # SQLite needs a WHERE here to tell ON CONFLICT from the ON of a join.
    return select(*parts, literal(1), bindparam("now", type_=UtcDateTime)).where(literal_column("true"))


def _as_parameters(keys: Sequence[Key]) -> dict[str, Any]:
    if not is_postgresql():
        return {"keys": json.dumps(keys)}
    columns = zip(*keys, strict=True)
    return {name: arrays.literal(values) for (name, _kind), values in zip(NAMES, columns, strict=True)}


# ------------------------------------------------------------------ what is abnormal


def _note(held: Sequence[Key], now: datetime) -> None:
    insert_rows(REPEATS, ("sequence_id", "contact_id", "at"), [(key[2], key[0], now) for key in held])


def _watch(letters: Sequence[Letter], keys: Collection[Key], held: Sequence[Key], now: datetime) -> set[int]:
    """Blow the fuses that have to be. Answers of which sequences."""
    steps = {key[2]: 0 for key in keys}
    since = {}
    for letter in letters:
        if letter.program is not None and letter.program.sequence_id in steps:
            steps[letter.program.sequence_id] = _messages_in(letter.program)
            since[letter.program.sequence_id] = max(now - HOUR, letter.enrolment.resumed_at or now - HOUR)
    blown: set[int] = set()
    for sequence_id, count in _most_to_one(keys, since):
        if count > max(MOST_TO_ONE, PASSES * steps[sequence_id]):
            fuses.blow(sequence_id, "person", count)
            blown.add(sequence_id)
    for sequence_id in {key[2] for key in held} - blown:
        repeats, people, most = _repeats(sequence_id, since[sequence_id])
        if most > MOST_TO_ONE:
            fuses.blow(sequence_id, "person", most)
        elif people >= PEOPLE_REPEATED and repeats >= TIMES_WHAT_WENT * _went(sequence_id, since[sequence_id]):
            fuses.blow(sequence_id, "repeats", repeats)
        else:
            continue
        blown.add(sequence_id)
    return blown


def _messages_in(program: Program) -> int:
    nodes = program.nodes.values()
    return sum(1 for one in nodes if isinstance(one.step, graph.ActionStep) and one.step.action.channel is not None)


def _most_to_one(keys: Collection[Key], since: Mapping[int, datetime]) -> list[tuple[int, int]]:
    """Sequences that have had more to say to one of these people than is usual: by sequence, how many messages."""
    if not since:
        return []
    total = func.sum(Said.times)
    found = db.session.execute(
        select(Said.sequence_id, total)
        .where(
            one_of(Said.contact_id, {key[0] for key in keys}),
            or_(*(and_(Said.sequence_id == one, Said.said_at > at) for one, at in sorted(since.items()))),
        )
        .group_by(Said.sequence_id, Said.contact_id)
        .having(total > MOST_TO_ONE)
    )
    most: dict[int, int] = {}
    for sequence_id, count in found:
        most[sequence_id] = max(count, most.get(sequence_id, 0))
    return sorted(most.items())


def _repeats(sequence_id: int, since: datetime) -> tuple[int, int, int]:
    """What was held back of a sequence: how many messages, to how many people, how many to the one with the most."""
    each = (
        select(func.count().label("count"))
        .where(Repeat.sequence_id == sequence_id, Repeat.at > since)
        .group_by(Repeat.contact_id)
        .subquery()
    )
    counts = select(func.coalesce(func.sum(each.c.count), 0), func.count(), func.coalesce(func.max(each.c.count), 0))
    total, people, most = db.session.execute(counts.select_from(each)).one()
    return int(total), people, most


def _went(sequence_id: int, since: datetime) -> int:
    """How many different messages of a sequence went, or are about to."""
    wanted = select(func.count()).where(Said.sequence_id == sequence_id, Said.said_at > since)
    return db.session.scalar(wanted) or 0

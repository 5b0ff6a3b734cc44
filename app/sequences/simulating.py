"""What a sequence would do to somebody (BEY-06): the engine itself, on a clock of its own, in a transaction that is
undone. Nothing of it is stored, and nothing leaves the house.

Everything that falls due for that one person is played, in the order of its time: their other sequences, the texts of
their messages, consent and sending hours at the moment of sending. Nobody else's time passes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import func, select

from app import clock, reasons
from app.contacts import people
from app.contacts.models import Contact
from app.contacts.people import Details
from app.db import db
from app.events import Event, catalogue, queue
from app.leads import queries as lead_queries
from app.messaging import delivery
from app.sequences import drafts, engine, models, supposing, tracing, webhooks
from app.sequences.engine import enrolling, explaining
from app.sequences.engine.explaining import Answer
from app.sequences.engine.leaving import exits_of
from app.sequences.engine.matching import Candidate
from app.sequences.engine.program import Program, compile_revision
from app.sequences.models import Enrolment
from app.sequences.supposing import Assumed
from app.sequences.tracing import Entry

__all__ = ["Assumed", "Simulation", "simulate"]

# The anchor of a trigger that has one, where none is given: a class booked for the week after.
AHEAD = timedelta(days=7)
MOST_INSTANTS = 2_000


@dataclass(frozen=True)
class Simulation:
    """What would happen, in order; and how the run would stand at the horizon: its status, None if it never began.

    `answers` are those to the rules of each condition that was come to, by its step, where they were asked for.
    """

    entries: list[Entry]
    status: str | None
    answers: dict[str, list[Answer]] = field(default_factory=dict)


def simulate(
    sequence: models.Sequence,
    contact: Contact | Details,
    *,
    revision: models.SequenceRevision | None = None,
    start: datetime | None = None,
    anchor: datetime | None = None,
    horizon: timedelta = timedelta(days=90),
    assume: Sequence[Assumed] = (),
    again: bool = False,
    explain: bool = False,
) -> Simulation:
    """Let a revision of a sequence, else its draft, begin for somebody, whatever its trigger, and see what comes of it.

    Details are those of an invented client. It begins now, or at a later `start`; what is due to them until then
    happens. `anchor` is the date that steps stand before or after, where the trigger has one. What is assumed happens
    at its time. `again`: also where a sequence takes each person once only, and has had this one. `explain`: ask
    for the answers to the rules, too.
    """
    with _undone():
        now = clock.now()
        start = max(start or now, now)
        program = _put_to_work(sequence, revision or drafts.draft_revision(sequence), now)
        if anchor is None and program.trigger.has_anchor(program.filters):
            anchor = start + AHEAD
        life = _Life(_person(contact), assume, explain=explain)
        life.until(start)
        with clock.imagine(start):
            admitting = replace(program, is_single=False) if again else program
            enrolment = _enrol(admitting, life.contact, start, anchor)
            if isinstance(enrolment, str):
                return Simulation([Entry(start, None, "enrol", "skipped", enrolment)], None)
            life.until(start + horizon)
        db.session.refresh(enrolment)
        return Simulation(tracing.account_of(enrolment), enrolment.status, life.answers.get(enrolment.id, {}))


def _person(who: Contact | Details) -> Contact:
    """The person, or one who is a client as long as the simulation lasts."""
    if isinstance(who, Contact):
        return who
    invented = people.create_contact(who, by=supposing.SOMEBODY, via="dashboard")
    people.make_client(invented, by=supposing.SOMEBODY, via="dashboard")
    return invented


@contextmanager
def _undone() -> Iterator[None]:
    imagined = db.session.begin_nested()
    try:
        yield
    finally:
        imagined.rollback()


def _put_to_work(sequence: models.Sequence, revision: models.SequenceRevision, now: datetime) -> Program:
    """Let a revision be what is live, without carrying anybody over."""
    program = compile_revision(revision)
    sequence.live_id, sequence.status = revision.id, models.ACTIVE
    sequence.trigger_kind = program.trigger.key
    sequence.activated_at, sequence.skip_before = sequence.activated_at or now, None
    db.session.flush()
    return program


def _enrol(program: Program, contact: Contact, now: datetime, anchor: datetime | None) -> Enrolment | str:
    """The run, or the reason why there is none."""
    kept_out = exits_of([(program, (0, contact.id, now))], now)
    if kept_out:
        return reasons.say(reasons.code("kept_out", kept_out[0]))
    lead = lead_queries.open_lead_of(contact.id)
    candidate = Candidate(program, contact.id, None, lead.id if lead else None, now, anchor)
    written = enrolling.insert([candidate])
    return db.session.get_one(Enrolment, written[0].id) if written else reasons.say("once")


class _Life:
    """One person's time, passing by itself."""

    def __init__(self, contact: Contact, assume: Sequence[Assumed], *, explain: bool) -> None:
        self.contact = contact
        self.assumed = sorted(assume, key=lambda one: one.at)
        self.seen = db.session.scalar(select(func.max(Event.id))) or 0
        self.answers: dict[int, dict[str, list[Answer]]] = {}  # by enrolment and step
        self.batch = partial(explaining.Explaining, answers=self.answers) if explain else None

    def until(self, horizon: datetime) -> None:
        now: datetime | None = clock.now()
        for _ in range(MOST_INSTANTS):
            if now is None or now > horizon:
                return
            with clock.imagine(now):
                self._happen(now)
                now = self._next_after(now)

    def _happen(self, now: datetime) -> None:
        """Everything that falls due by now, and what that brings about at once."""
        while self.assumed and self.assumed[0].at <= now:
            supposing.happen(self.assumed.pop(0), self.contact)
        while self._tell() or engine.advance(contact_id=self.contact.id, batch=self.batch) or self._leave():
            pass

    def _leave(self) -> int:
        """Take what would leave the house as gone. Answers how much that is."""
        return delivery.rehearse(self.contact.id) + webhooks.rehearse(self.contact.id)

    def _tell(self) -> int:
        """Hand what has happened to those who listen. Answers how many events there were."""
        db.session.flush()
        new = db.session.scalars(
            select(Event).where(Event.id > self.seen, Event.contact_id == self.contact.id).order_by(Event.id)
        ).all()
        heard: dict[str, list[Event]] = defaultdict(list)
        for event in new:
            for consumer in catalogue.kind(event.kind).consumers:
                heard[consumer].append(event)
        for consumer, batch in heard.items():
            queue.CONSUMERS[consumer](batch)
        if new:
            self.seen = new[-1].id
        return len(new)

    def _next_after(self, now: datetime) -> datetime | None:
        known = [engine.next_due(self.contact.id), delivery.next_due_of(self.contact.id)]
        known += [one.at for one in self.assumed[:1]]
        return min((at for at in known if at is not None and at > now), default=None)

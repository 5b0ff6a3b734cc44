"""Enrolling by hand, stopping somebody's run, giving a parked one another chance (ENR-02, ENR-04)."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import CursorResult, select, update

from app import clock, events, wake
from app.apps import suite
from app.contacts.models import Contact
from app.contacts.queries import is_seen_by
from app.db import db
from app.events import log
from app.events.log import Acting
from app.leads import queries as lead_queries
from app.sequences import reasons
from app.sequences.engine import enrolling as engine_enrolling
from app.sequences.engine.leaving import exits_of
from app.sequences.engine.matching import Candidate
from app.sequences.engine.program import programs
from app.sequences.models import ACTIVE, FAILED, RUNNING, STOPPED, Enrolment, Sequence
from app.staff.models import Staff
from app.web import Refusal


class CannotEnrol(Refusal):
    """This person cannot be put into this sequence; the text says why."""


class NotRunning(Refusal):
    """The run is over already."""

    def __init__(self) -> None:
        super().__init__(_("This run is over already."))


def enrol_by_hand(sequence: Sequence, contact: Contact) -> Enrolment:
    """Put somebody into a sequence now, whatever its trigger; steps count from now.

    Raises CannotEnrol where the sequence does not act, an exit holds for the person, or they have been through one that
    takes each person once; SuiteIsOff while the marketing suite is off.
    """
    if not suite.is_on():
        raise suite.SuiteIsOff
    db.session.flush()
    if sequence.status != ACTIVE or sequence.live_id is None:
        raise CannotEnrol(_("Activate the sequence first."))
    now = clock.now()
    program = programs([sequence.live_id])[sequence.live_id]
    why = exits_of([(program, (0, contact.id, now))], now)
    if why:
        raise CannotEnrol(_("%(name)s is kept out: %(why)s.", name=contact.name, why=reasons.rule_said(why[0])))
    lead = lead_queries.open_lead_of(contact.id)
    candidate = Candidate(
        program=program,
        contact_id=contact.id,
        event_id=None,
        lead_id=lead.id if lead is not None else None,
        started_at=now,
        anchor_at=None,
    )
    written = engine_enrolling.insert([candidate])
    if not written:
        raise CannotEnrol(
            _("%(name)s has been through, and this sequence takes each person once only.", name=contact.name)
        )
    return db.session.get_one(Enrolment, written[0].id)


def stop_enrolment(enrolment: Enrolment, *, by: events.Actor | Acting) -> None:
    """Stop one person's run of one sequence. It unsubscribes them from nothing (ENR-06). Raises NotRunning."""
    who = log.actor(by)
    reason = reasons.code("stopped", who.name)
    done: CursorResult[tuple[()]] = db.session.execute(  # type: ignore[assignment]
        update(Enrolment)
        .where(Enrolment.id == enrolment.id, Enrolment.status.in_((RUNNING, FAILED)))
        .values(
            status=STOPPED,
            reason=reason,
            due_at=None,
            held_due_at=None,
            ended_at=clock.now(),
            ended_by_id=who.id if who.kind == "staff" else None,
        )
        .execution_options(synchronize_session=False)
    )
    if not done.rowcount:
        raise NotRunning
    db.session.refresh(enrolment)
    events.record(
        "sequence.left",
        enrolment.contact,
        by=who,
        sequence_id=enrolment.sequence_id,
        sequence=enrolment.sequence.title,
        enrolment_id=enrolment.id,
        reason=reason,
    )


def retry_step(enrolment: Enrolment) -> None:
    """Let a parked run try the step it failed at again. Raises NotRunning for one that is not parked."""
    done: CursorResult[tuple[()]] = db.session.execute(  # type: ignore[assignment]
        update(Enrolment)
        .where(Enrolment.id == enrolment.id, Enrolment.status == FAILED)
        .values(status=RUNNING, reason="", error=None, due_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    if not done.rowcount:
        raise NotRunning
    db.session.refresh(enrolment)
    wake.ring("advance_enrolments")


def retry_failed_steps(sequence: Sequence, *, seen_by: Staff) -> int:
    """Let every parked run of a sequence try again, of the people that somebody sees. Answers how many."""
    done: CursorResult[tuple[()]] = db.session.execute(  # type: ignore[assignment]
        update(Enrolment)
        .where(
            Enrolment.sequence_id == sequence.id,
            Enrolment.status == FAILED,
            Enrolment.contact_id.in_(select(Contact.id).where(is_seen_by(seen_by))),
        )
        .values(status=RUNNING, reason="", error=None, due_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    if done.rowcount:
        wake.ring("advance_enrolments")
    return done.rowcount


def stopped_by(enrolment: Enrolment) -> Staff | None:
    """Which member of the staff stopped a run."""
    return db.session.get(Staff, enrolment.ended_by_id) if enrolment.ended_by_id is not None else None

"""Sequences: their documents, their state, who is inside."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence as Many
from datetime import date, timedelta
from typing import Any, Literal

from flask_babel import gettext as _
from pydantic import ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.api import contacts, event_intake, paging, segments
from app.api.access import token_at_hand
from app.api.operations import Answer, operation
from app.api.problems import Fault, Problem, not_found, refused
from app.api.shapes import (
    Activation,
    BacktestIn,
    BacktestOut,
    EnrolmentOut,
    Found,
    RecordId,
    ResultsOut,
    SequenceOut,
    SimulationIn,
    SimulationOut,
    Strict,
)
from app.contacts.models import Contact
from app.db import db
from app.sequences import (
    backtesting,
    checking,
    checks,
    drafts,
    enrolling,
    formats,
    goals,
    graph,
    history,
    periods,
    publishing,
    results,
    simulating,
    stats,
    tracing,
)
from app.sequences.models import Enrolment, Sequence
from app.staff import studio

MOST_BY_SEGMENT = 10_000

# What pages show of an entry besides.
_OF_PAGES = {"is_next", "held_from", "held_why"}


class SequenceDocument(Found):
    """A sequence document: title, trigger, exits, steps (see the documentation)."""

    model_config = ConfigDict(extra="allow")

    title: str = Field(min_length=1, max_length=200)


class EnrolmentQuery(paging.Page):
    """How to narrow the enrolments."""

    status: Literal["active", "completed", "exited", "stopped", "failed"] | None = None


class ResultsQuery(Strict):
    """Which runs the results are about: those begun from a day to a day where the studio is, or in one version."""

    first: date | None = Field(default=None, alias="from")
    last: date | None = Field(default=None, alias="to")
    version: int | None = Field(default=None, ge=1, le=2**31 - 1)


class NewEnrolments(Strict):
    """Whom to enrol: one contact, or a segment."""

    contact_id: RecordId | None = None
    segment_id: RecordId | None = None


@operation("GET", "/sequences", scope="sequences:read", asks=paging.Page, gives=SequenceOut, is_list=True)
def list_sequences(query: paging.Page) -> Answer:
    """List sequences, newest first."""
    rows = select(Sequence).where(Sequence.deleted_at.is_(None)).options(selectinload(Sequence.draft))
    return paging.page(rows, Sequence.id, query, lambda found: [show(one) for one in found])


@operation("POST", "/sequences", scope="sequences:write", takes=SequenceDocument, gives=SequenceOut, status=201)
def create_sequence(body: SequenceDocument) -> Answer:
    """Make a sequence of a document. It does nothing until it is activated."""
    said, _revision = _without_state(body)
    return Answer(show(drafts.create_sequence(_read(said))), 201)


@operation("GET", "/sequences/<id:sequence_id>", scope="sequences:read", gives=SequenceDocument)
def show_sequence(sequence_id: int) -> Answer:
    """The document of a sequence's draft, with its state."""
    sequence = get(sequence_id)
    return Answer(show(sequence) | formats.dump(drafts.draft_of(sequence)))


@operation("PUT", "/sequences/<id:sequence_id>", scope="sequences:write", takes=SequenceDocument, gives=SequenceOut)
def replace_sequence(sequence_id: int, body: SequenceDocument) -> Answer:
    """Make a new draft revision of a sequence. What is live stays as it is until it is activated again.

    A body with the `revision` it is an edit of, as GET gave it, is refused with 409 where there is a newer one.
    """
    sequence = get(sequence_id)
    said, over = _without_state(body)
    drafts.save_draft(sequence, _read(said), summary=_("Changed through the API"), over=over)
    return Answer(show(sequence))


@operation("POST", "/sequences/<id:sequence_id>/check", scope="sequences:read", gives=Found)
def check_sequence(sequence_id: int) -> Answer:
    """The pre-flight check of the draft."""
    return Answer(_findings(get(sequence_id)))


@operation(
    "POST", "/sequences/<id:sequence_id>/simulate", scope="sequences:read", takes=SimulationIn, gives=SimulationOut
)
def simulate_sequence(sequence_id: int, body: SimulationIn) -> Answer:
    """What the draft would do to a contact from now on, were its trigger to happen now. Nothing is stored or sent."""
    sequence, contact = get(sequence_id), contacts.get(body.contact_id)
    faults = [
        fault
        for number, one in enumerate(body.assume)
        for fault in event_intake.faults_of(f"/assume/{number}", one.kind, one.data)
    ]
    if faults:
        raise Problem(422, "What is assumed cannot happen.", faults)
    simulation = simulating.simulate(
        sequence,
        contact,
        anchor=body.anchor,
        horizon=timedelta(days=body.horizon_days),
        assume=[
            simulating.Assumed(one.kind, one.occurred_at, event_intake.data_of(one.kind, one.data))
            for one in body.assume
        ],
    )
    entries = [_show_entry(entry) for entry in simulation.entries]
    return Answer({"status": simulation.status, "entries": entries})


@operation("POST", "/sequences/<id:sequence_id>/backtest", scope="sequences:read", takes=BacktestIn, gives=BacktestOut)
def backtest_sequence(sequence_id: int, body: BacktestIn) -> Answer:
    """What the draft would have done in the past days, had it been switched on. Nothing is stored or sent."""
    found = backtesting.backtest(get(sequence_id), days=body.days)
    told = vars(found) | {"messages": found.messages, "over_three_a_week": found.over_three}
    told |= {"kept_out": _counts(found.kept_out), "exited": _counts(found.exited)}
    told["steps"] = [
        vars(one) | {"skipped": _counts(one.skipped), "held_back": _counts(one.held_back)} for one in found.steps
    ]
    told["examples"] = [vars(one) for one in found.examples]
    return Answer(BacktestOut.model_validate(told))


@operation(
    "POST",
    "/sequences/<id:sequence_id>/activate",
    scope="sequences:write",
    takes=Activation,
    gives=SequenceOut,
    may_be_empty=True,
)
def activate_sequence(sequence_id: int, body: Activation) -> Answer:
    """Publish the draft and let the sequence act. 409 with the findings where an error stands."""
    sequence = get(sequence_id)
    found = _findings(sequence)
    if not found["ok"]:
        raise Problem(409, "The sequence has errors and was not activated.", findings=found["findings"])
    gone = {one.step.id for one in publishing.preview(sequence).stranded}
    unknown = [one for one in body.removed if one not in gone]
    if unknown:
        raise refused(f"/removed/{unknown[0]}", "nobody waits on a deleted step of this id")
    publishing.activate(sequence, carry=body.inside == "carry", fates=body.removed, messages=body.overdue)
    return Answer(show(sequence))


@operation("POST", "/sequences/<id:sequence_id>/pause", scope="sequences:write", gives=SequenceOut)
def pause_sequence(sequence_id: int) -> Answer:
    """Stop enrolling and running; everyone inside keeps their place."""
    sequence = get(sequence_id)
    publishing.pause(sequence)
    return Answer(show(sequence))


@operation(
    "GET",
    "/sequences/<id:sequence_id>/enrolments",
    scope="sequences:read",
    asks=EnrolmentQuery,
    gives=EnrolmentOut,
    is_list=True,
)
def list_enrolments(sequence_id: int, query: EnrolmentQuery) -> Answer:
    """Who is, and was, in a sequence, newest first."""
    rows = select(Enrolment).where(Enrolment.sequence_id == get(sequence_id).id).options(*_LOADED)
    if query.status is not None:
        rows = rows.where(Enrolment.status == query.status)
    return paging.page(rows, Enrolment.id, query, _show_enrolments)


@operation(
    "POST",
    "/sequences/<id:sequence_id>/enrolments",
    scope="sequences:write",
    takes=NewEnrolments,
    gives=Found,
    status=201,
)
def enrol(sequence_id: int, body: NewEnrolments) -> Answer:
    """Enrol a contact, or a segment's, by hand. A contact who may not enter answers 409 and why."""
    sequence = get(sequence_id)
    if (body.contact_id is None) == (body.segment_id is None):
        raise refused("/contact_id", "name a contact or a segment, one of the two")
    if body.contact_id is not None:
        enrolment = enrolling.enrol_by_hand(sequence, contacts.get(body.contact_id))
        db.session.flush()
        return Answer(_show_enrolments([enrolment])[0], 201)
    members = db.session.scalars(
        select(Contact)
        .where(Contact.erased_at.is_(None), segments.members(body.segment_id or 0))
        .limit(MOST_BY_SEGMENT)
    ).all()
    outcomes = [_try_to_enrol(sequence, contact) for contact in members]
    enrolled = [one for one in outcomes if isinstance(one, Enrolment)]
    left_out = [one for one in outcomes if isinstance(one, dict)]
    return Answer({"enrolled": len(enrolled), "left_out": left_out}, 201)


@operation("GET", "/enrolments/<id:enrolment_id>", scope="sequences:read", gives=EnrolmentOut)
def show_enrolment(enrolment_id: int) -> Answer:
    """One enrolment, with what each step did and why."""
    return Answer(_show_enrolments([_get_enrolment(enrolment_id)])[0])


@operation("POST", "/enrolments/<id:enrolment_id>/stop", scope="sequences:write", gives=EnrolmentOut)
def stop_enrolment(enrolment_id: int) -> Answer:
    """Stop one person's run; other sequences and all subscriptions stay."""
    enrolment = _get_enrolment(enrolment_id)
    enrolling.stop_enrolment(enrolment, by=token_at_hand())
    db.session.flush()
    return Answer(_show_enrolments([enrolment])[0])


@operation("GET", "/sequences/<id:sequence_id>/stats", scope="sequences:read", gives=Found)
def show_stats(sequence_id: int) -> Answer:
    """What each step has done so far."""
    figures = stats.step_stats(get(sequence_id))
    return Answer(
        {"items": [{"step_id": step_id} | one.as_dict() for step_id, one in figures.items()], "next_cursor": None}
    )


@operation("GET", "/sequences/<id:sequence_id>/results", scope="sequences:read", asks=ResultsQuery, gives=ResultsOut)
def show_results(sequence_id: int, query: ResultsQuery) -> Answer:
    """What became of those who entered in some days, and what each step has brought."""
    sequence, here = get(sequence_id), studio.studio()
    version = history.find_revision(sequence, query.version) if query.version is not None else None
    if query.version is not None and version is None:
        raise refused("/query/version", "the sequence has no such version")
    first, last = query.first, query.last
    asked = results.Asked(
        sequence,
        goals.goal_of(sequence),
        since=periods.midnight(first, here.tz) if first is not None else None,
        until=periods.midnight(last + timedelta(days=1), here.tz) if last is not None else None,
        revision_id=version.id if version is not None else None,
    )
    found = results.results(asked)
    return Answer(
        {
            "goal": asked.goal.model_dump(mode="json"),
            "entered": found.entered,
            "statuses": dict(found.statuses),
            "converted": found.converted,
            "revenue_cents": found.cents,
            "currency": here.currency,
            "steps": [_step_results(step_id, step) for step_id, step in found.steps.items()],
        }
    )


def _step_results(step_id: str, step: results.StepResult) -> dict[str, Any]:
    ways = [
        {"branch": key, "runs": way.runs, "converted": way.converted, "revenue_cents": way.cents}
        for key, way in step.branches.items()
    ]
    counts = {name: getattr(step, name) for name in ("reached", "waiting", "done", "skipped", "left", "converted")}
    marks = {name: step.marks[name] for name in results.MARKS}
    return {"step_id": step_id, **counts, **marks, "revenue_cents": step.cents, "branches": ways}


def get(sequence_id: int) -> Sequence:
    """A sequence. Raises Problem (404)."""
    sequence = db.session.get(Sequence, sequence_id)
    if sequence is None or sequence.deleted_at is not None:
        raise not_found("sequence")
    return sequence


def show(sequence: Sequence) -> dict[str, Any]:
    """A sequence as the API gives it, without its document."""
    number = sequence.draft.number if sequence.draft is not None else 0
    out = SequenceOut(id=sequence.id, title=sequence.title, status=sequence.status, revision=number)
    return out.model_dump(mode="json")


def _without_state(body: SequenceDocument) -> tuple[dict[str, Any], int | None]:
    """The document without what GET says beside it, and the revision it was."""
    said = body.model_dump(mode="json", exclude_unset=True)
    revision = said.pop("revision", None)
    if revision is not None and (not isinstance(revision, int) or isinstance(revision, bool)):
        raise refused("/revision", "the number of the revision that this is an edit of")
    return {key: value for key, value in said.items() if key not in {"id", "status"}}, revision


def _read(said: dict[str, Any]) -> graph.Document:
    try:
        return checking.read(said)
    except formats.Invalid as invalid:
        faults = [Fault(fault.pointer, str(fault.detail)) for fault in invalid.faults]
        raise Problem(422, "The document cannot stand.", faults) from None


def _findings(sequence: Sequence) -> dict[str, Any]:
    found = [one for one in publishing.check(sequence) if one.severity != checks.NOTICE]
    return {
        "ok": all(one.severity != checks.ERROR for one in found),
        "findings": [
            {"severity": one.severity, "code": one.code, "step_id": one.step_id, "detail": str(one.detail)}
            for one in found
        ],
    }


def _counts(counted: Counter[str]) -> list[dict[str, Any]]:
    return [{"reason": reason, "count": count} for reason, count in counted.most_common()]


def _show_entry(entry: tracing.Entry) -> dict[str, Any]:
    told = {name: value for name, value in dataclasses.asdict(entry).items() if name not in _OF_PAGES}
    return told | {"at": entry.at.isoformat()}


def _try_to_enrol(sequence: Sequence, contact: Contact) -> Enrolment | dict[str, Any]:
    try:
        return enrolling.enrol_by_hand(sequence, contact)
    except enrolling.CannotEnrol as why:
        return {"contact_id": contact.id, "reason": str(why)}


def _get_enrolment(enrolment_id: int) -> Enrolment:
    enrolment = db.session.get(Enrolment, enrolment_id)
    if enrolment is None:
        raise not_found("enrolment")
    return enrolment


def _show_enrolments(found: Many[Enrolment]) -> list[dict[str, Any]]:
    runs = tracing.runs_of(found)
    return [
        EnrolmentOut(
            id=one.id,
            sequence_id=one.sequence_id,
            contact_id=one.contact_id,
            revision=one.revision.number,
            status=one.status,  # type: ignore[arg-type]
            reason=one.reason,
            step_id=one.step_id,
            due_at=one.due_at,
            started_at=one.started_at,
            ended_at=one.ended_at,
            runs=runs.get(one.id, []),
        ).model_dump(mode="json")
        for one in found
    ]


_LOADED = (selectinload(Enrolment.revision),)

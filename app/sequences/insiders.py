"""Reads for the Clients and Leads tabs: who is in a sequence, and what happened to each."""

from __future__ import annotations

from collections.abc import Sequence as Several

from flask import abort
from sqlalchemy import ColumnElement, and_, case, func, or_, select, true
from sqlalchemy.orm import contains_eager, joinedload

from app.contacts import keyset
from app.contacts.models import Contact
from app.contacts.queries import contacts_seen_by, is_seen_by
from app.db import db
from app.sequences import drafts, graph
from app.sequences.builder import words
from app.sequences.models import RUNNING, Enrolment, Sequence
from app.staff.models import Staff

CLIENTS, LEADS = "clients", "leads"
PAGE = 50


def people(
    sequence: Sequence, *, who: str, seen_by: Staff, status: str = "", search: str = "", cursor: str | None = None
) -> keyset.Page[Enrolment]:
    """The runs of a sequence's clients or leads, newest first (SEQ-25, ENR-12)."""
    wanted = (
        select(Enrolment, Enrolment.started_at, Enrolment.id)
        .join(Enrolment.contact)
        .where(Enrolment.sequence_id == sequence.id, Contact.is_client.is_(who == CLIENTS), is_seen_by(seen_by))
        .where(_called(search))
        .options(contains_eager(Enrolment.contact), joinedload(Enrolment.revision))
    )
    if status:
        wanted = wanted.where(Enrolment.status == status)
    order = keyset.Order(Enrolment.started_at.expression, Enrolment.id.expression)
    found = db.session.execute(keyset.ordered(wanted, order, cursor).limit(PAGE + 1)).all()
    return keyset.page([(row[0], row[1], row[2]) for row in found], PAGE)


def people_counts(sequence: Sequence, *, seen_by: Staff) -> dict[str, dict[str, int]]:
    """How many runs of clients and of leads there are, by status."""
    counts: dict[str, dict[str, int]] = {CLIENTS: {}, LEADS: {}}
    found = db.session.execute(
        select(Contact.is_client, Enrolment.status, func.count())
        .select_from(Enrolment)
        .join(Enrolment.contact)
        .where(Enrolment.sequence_id == sequence.id, is_seen_by(seen_by))
        .group_by(Contact.is_client, Enrolment.status)
    )
    for is_client, status, count in found:
        counts[CLIENTS if is_client else LEADS][status] = count
    return counts


def get_enrolment(sequence: Sequence, enrolment_id: int, *, seen_by: Staff) -> Enrolment:
    """A run of this sequence, or 404."""
    found = db.session.scalar(
        select(Enrolment)
        .join(Enrolment.contact)
        .where(Enrolment.id == enrolment_id, Enrolment.sequence_id == sequence.id, is_seen_by(seen_by))
        .options(contains_eager(Enrolment.contact), joinedload(Enrolment.revision))
    )
    if found is None:
        abort(404)
    return found


def runs_of(contact: Contact, *, limit: int) -> Several[Enrolment]:
    """Somebody's runs of all sequences, those that are going on first, then the newest."""
    is_going_on = case((Enrolment.status == RUNNING, 0), else_=1)
    wanted = (
        select(Enrolment)
        .join(Enrolment.sequence)
        .where(Enrolment.contact_id == contact.id, Sequence.deleted_at.is_(None))
        .options(contains_eager(Enrolment.sequence), joinedload(Enrolment.revision))
        .order_by(is_going_on, Enrolment.id.desc())
    )
    return db.session.scalars(wanted.limit(limit)).all()


def step_names(enrolments: Several[Enrolment]) -> dict[tuple[int, str], str]:
    """The names of all steps of the revisions that these runs are in, by revision and step."""
    revisions = {one.revision_id: one.revision for one in enrolments}
    return {
        (revision_id, place.step.id): words.plain(words.title(place.step))
        for revision_id, revision in revisions.items()
        for place in graph.walk(drafts.document_of(revision))
    }


def steps_of(enrolment: Enrolment) -> dict[str, graph.AnyStep]:
    """The steps of the revision that a run is in, by id."""
    return {place.step.id: place.step for place in graph.walk(drafts.document_of(enrolment.revision))}


def contacts_called(search: str, *, seen_by: Staff) -> list[Contact]:
    """A few people whose name, address or number has these words."""
    rows = contacts_seen_by(seen_by).where(_called(search)).order_by(Contact.last_name, Contact.first_name, Contact.id)
    return list(db.session.scalars(rows.limit(8)))


def _called(search: str) -> ColumnElement[bool]:
    columns = (Contact.first_name, Contact.last_name, Contact.email, Contact.phone)
    words_of = [or_(*(column.icontains(word, autoescape=True) for column in columns)) for word in search.split()]
    return and_(true(), *words_of)

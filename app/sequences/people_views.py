"""The Clients and Leads tabs of a sequence: who is inside, what happened to each, enrolling and stopping by hand."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from app import web
from app.contacts import queries as contact_queries
from app.sequences import drafts, enrolling, halts, insiders, outsiders, overview, tracing, webhook_queue
from app.sequences.builder import words
from app.sequences.dialogs import dialog
from app.sequences.models import COMPLETED, EXITED, FAILED, RUNNING, STOPPED
from app.sequences.views import bp
from app.web import needs

STATUSES = (RUNNING, COMPLETED, EXITED, STOPPED, FAILED)


@bp.get("/sequences/<int:sequence_id>/people")
@needs("sequences.see")
def people(sequence_id: int) -> Response:
    sequence = overview.get_sequence(sequence_id)
    who = insiders.LEADS if request.args.get("who") == insiders.LEADS else insiders.CLIENTS
    status, search, cursor = (request.args.get(name, "") for name in ("status", "q", "cursor"))
    page = insiders.people(
        sequence,
        who=who,
        status=status if status in STATUSES else "",
        search=search,
        cursor=cursor or None,
        seen_by=current_user,
    )
    here: dict[str, Any] = {"sequence_id": sequence_id, "who": who, "status": status, "q": search}
    return web.page(
        "sequences/people_rows.html" if cursor else "sequences/people.html",
        sequence=sequence,
        who=who,
        state=status,
        search=search,
        page=page,
        more=url_for("sequences.people", **here, cursor=page.next) if page.next else None,
        outside=outsiders.called(sequence, search, seen_by=current_user) if search.strip() and not cursor else [],
        names=insiders.step_names(page.rows),
        counts=insiders.people_counts(sequence, seen_by=current_user),
        statuses=STATUSES,
        may_edit=current_user.may("sequences.edit"),
        halts=halts.of([sequence]),
        document=drafts.draft_of(sequence),
        failed_calls=webhook_queue.failed_of(sequence.id, seen_by=current_user),
    )


@bp.get("/sequences/<int:sequence_id>/people/<int:enrolment_id>")
@needs("sequences.see")
def run(sequence_id: int, enrolment_id: int) -> Response:
    """What happened to one person, step by step, and why."""
    sequence = overview.get_sequence(sequence_id)
    enrolment = insiders.get_enrolment(sequence, enrolment_id, seen_by=current_user)
    return dialog(
        "run",
        sequence=sequence,
        enrolment=enrolment,
        account=tracing.account_of(enrolment),
        steps=insiders.steps_of(enrolment),
        title=lambda step: words.plain(words.title(step)),
        kind=words.kind,
        stopped_by=enrolling.stopped_by(enrolment),
    )


@bp.get("/sequences/<int:sequence_id>/people/<int:enrolment_id>/stop")
@needs("sequences.edit")
def ask_stop(sequence_id: int, enrolment_id: int) -> Response:
    sequence = overview.get_sequence(sequence_id)
    enrolment = insiders.get_enrolment(sequence, enrolment_id, seen_by=current_user)
    return dialog("stop", sequence=sequence, enrolment=enrolment)


@bp.post("/sequences/<int:sequence_id>/people/<int:enrolment_id>/stop")
@needs("sequences.edit")
def stop(sequence_id: int, enrolment_id: int) -> Response:
    """Stop one person's run of this sequence (ENR-04, ENR-05)."""
    sequence = overview.get_sequence(sequence_id)
    enrolment = insiders.get_enrolment(sequence, enrolment_id, seen_by=current_user)
    enrolling.stop_enrolment(enrolment, by=current_user)
    who = insiders.CLIENTS if enrolment.contact.is_client else insiders.LEADS
    said = _("%(name)s's run is stopped.", name=enrolment.contact.name)
    return web.go(url_for("sequences.people", sequence_id=sequence_id, who=who), toast=said)


@bp.post("/sequences/<int:sequence_id>/people/<int:enrolment_id>/retry")
@needs("sequences.edit")
def retry(sequence_id: int, enrolment_id: int) -> Response:
    """Let somebody whose step failed try it once more (WRK-06)."""
    sequence = overview.get_sequence(sequence_id)
    enrolment = insiders.get_enrolment(sequence, enrolment_id, seen_by=current_user)
    enrolling.retry_step(enrolment)
    who = insiders.CLIENTS if enrolment.contact.is_client else insiders.LEADS
    said = _("The step is tried again for %(name)s.", name=enrolment.contact.name)
    return web.go(url_for("sequences.people", sequence_id=sequence_id, who=who), toast=said)


@bp.post("/sequences/<int:sequence_id>/people/retry")
@needs("sequences.edit")
def retry_all(sequence_id: int) -> Response:
    """Let everybody whose step failed try it once more."""
    sequence = overview.get_sequence(sequence_id)
    count = enrolling.retry_failed_steps(sequence, seen_by=current_user)
    said = ngettext("%(num)s failed step is tried again.", "%(num)s failed steps are tried again.", count)
    who = insiders.LEADS if request.form.get("who") == insiders.LEADS else insiders.CLIENTS
    return web.go(url_for("sequences.people", sequence_id=sequence_id, who=who), toast=said)


@bp.post("/sequences/<int:sequence_id>/webhooks/retry")
@needs("sequences.edit")
def retry_webhooks(sequence_id: int) -> Response:
    """Call other systems once more where they were given up."""
    sequence = overview.get_sequence(sequence_id)
    count = webhook_queue.try_again(sequence.id)
    said = ngettext("%(num)s webhook is tried again.", "%(num)s webhooks are tried again.", count)
    return web.go(url_for("sequences.people", sequence_id=sequence_id), toast=said)


@bp.get("/sequences/<int:sequence_id>/enrolment")
@needs("sequences.edit")
def ask_enrolment(sequence_id: int) -> Response:
    """Choose somebody to enrol by hand (ENR-02)."""
    sequence = overview.get_sequence(sequence_id)
    search = request.args.get("q", "")
    found = insiders.contacts_called(search, seen_by=current_user) if search.strip() else []
    name = "enrol_found" if "q" in request.args and web.wants_partial() else "enrol"
    return dialog(name, sequence=sequence, search=search, found=found)


@bp.post("/sequences/<int:sequence_id>/enrolment")
@needs("sequences.edit")
def enrol(sequence_id: int) -> Response:
    sequence = overview.get_sequence(sequence_id)
    contact = contact_queries.get_contact(request.form.get("contact_id", 0, type=int), seen_by=current_user)
    enrolling.enrol_by_hand(sequence, contact)
    who = insiders.CLIENTS if contact.is_client else insiders.LEADS
    said = _("%(name)s is in “%(title)s” now.", name=contact.name, title=sequence.title)
    return web.go(url_for("sequences.people", sequence_id=sequence_id, who=who), toast=said)

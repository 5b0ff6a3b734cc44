"""One lead: its page, and what is done to it from there, from a row or from a card."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from app import panels, web
from app.contacts import custom_fields, timeline
from app.contacts.details import AddressTaken
from app.db import db
from app.leads import board, details, fields, listing, queries
from app.leads.filters import Filters
from app.leads.forms import AssigneeForm, DetailsForm, StageForm, StatusForm
from app.leads.models import STATUSES, Lead
from app.leads.views import bp, summary
from app.leads.words import STATUS_NAMES


@dataclass(frozen=True)
class Choice:
    """Something of a lead that is changed by choosing."""

    name: str
    label: str
    url: str
    options: Sequence[tuple[int | str, str]]
    chosen: int | str


@bp.get("/leads/<int:lead_id>")
@web.needs("leads.see")
def show(lead_id: int) -> Response:
    return web.page("leads/show.html", **_shown(queries.get_lead(lead_id, seen_by=current_user)))


@bp.route("/leads/<int:lead_id>/stage", methods=["GET", "POST"])
@web.needs("leads.edit")
def stage(lead_id: int) -> Response:
    lead = queries.get_lead(lead_id, seen_by=current_user)
    form = StageForm(request.values)
    form.offer(stages := queries.all_stages())
    if request.method == "GET" or not form.validate():
        return _ask("leads/stage.html", lead, stages=stages)
    left = lead.stage
    board.move_lead(lead, queries.get_stage(form.stage.data), by=current_user, believed_rev=form.rev.data)
    undo = url_for(".stage", lead_id=lead.id, stage=left.id)
    return _changed(
        lead, _("%(name)s is in %(stage)s now", name=lead.contact.name, stage=lead.stage.name), undo, is_moved=True
    )


@bp.route("/leads/<int:lead_id>/assignee", methods=["GET", "POST"])
@web.needs("leads.edit")
def assignee(lead_id: int) -> Response:
    lead = queries.get_lead(lead_id, seen_by=current_user)
    form = AssigneeForm(request.values)
    form.offer(staff := queries.assignable_staff())
    if request.method == "GET" or not form.validate():
        return _ask("leads/assignee.html", lead, staff=staff)
    before = lead.assignee_id
    board.assign_lead(lead, next((one for one in staff if one.id == form.assignee.data), None), by=current_user)
    said = _("%(name)s is nobody’s now", name=lead.contact.name)
    if lead.assignee is not None:
        said = _("%(name)s is %(assignee)s’s now", name=lead.contact.name, assignee=lead.assignee.name)
    return _changed(lead, said, url_for(".assignee", lead_id=lead.id, assignee=before or 0))


@bp.route("/leads/<int:lead_id>/status", methods=["GET", "POST"])
@web.needs("leads.edit")
def status(lead_id: int) -> Response:
    lead = queries.get_lead(lead_id, seen_by=current_user)
    form = StatusForm(request.values)
    if request.method == "GET" or not form.validate():
        return _ask("leads/status.html", lead, statuses=queries.SETTABLE, status_names=STATUS_NAMES)
    before = lead.status
    board.set_status(lead, form.status.data, by=current_user)
    # A conversion is undone by nobody's click but the status' own: taking it back would ask for a sale.
    undo = url_for(".status", lead_id=lead.id, status=before) if before in queries.SETTABLE else None
    return _changed(lead, _("%(name)s: %(status)s", name=lead.contact.name, status=STATUS_NAMES[lead.status]), undo)


@bp.route("/leads/<int:lead_id>/details", methods=["GET", "POST"])
@web.needs("leads.edit")
def edit(lead_id: int) -> Response:
    lead = queries.get_lead(lead_id, seen_by=current_user)
    asked = custom_fields.all_fields(on_leads=True)
    form = fields.with_custom_fields(DetailsForm, asked)(request.form, data=_as_typed(lead))
    if request.method == "GET" or not form.validate():
        return web.page("leads/edit.html", status=200 if request.method == "GET" else 422, **_edited(lead, form, asked))
    try:
        details.change_details(
            lead,
            form.details,
            note=form.note.data or "",
            custom=fields.typed_values(form, asked),
            by=current_user,
        )
    except AddressTaken as taken:
        form[taken.which].errors = [str(taken)]
        return web.page("leads/edit.html", status=422, **_edited(lead, form, asked))
    return _changed(lead, _("Saved"))


def _ask(template: str, lead: Lead, **context: Any) -> Response:
    """A dialog of one choice. Without HTMX the lead's page has the same choices."""
    if not web.wants_partial():
        return web.go(url_for(".show", lead_id=lead.id))
    return web.page(template, status=200 if request.method == "GET" else 422, lead=lead, **context)


def _changed(lead: Lead, said: str, undo: str | None = None, *, is_moved: bool = False) -> Response:
    """Answer with the lead as it is now, wherever the person sees it: a row, a card, its page; and with the counts."""
    db.session.flush()
    where, filters = place()
    back = url_for(".show", lead_id=lead.id)
    if where == "page":
        response = web.reply("leads/_shown.html", back=back, toast=said, undo=undo, **_shown(lead))
    else:
        context = {"lead": lead, "is_moved": is_moved, "activity": listing.last_activity([lead]), **summary(filters)}
        response = web.reply("leads/_changed.html", back=back, toast=said, undo=undo, **context)
    return web.trigger(response, "modal-close") if web.wants_partial() else response


def place() -> tuple[str, Filters]:
    """Where the person is: on the list (and which), or on a lead's page. HTMX says the page's address."""
    here = urlsplit(request.headers.get("HX-Current-URL", ""))
    place = "page" if re.search(r"/leads/\d+$", here.path) else "list"
    return place, Filters.from_args(MultiDict(parse_qsl(here.query)))


def _shown(lead: Lead) -> dict[str, Any]:
    return {
        "lead": lead,
        "others": [other for other in queries.leads_of(lead.contact_id) if other.id != lead.id],
        "asked": custom_fields.all_fields(on_leads=True),
        "choices": _choices(lead),
        "panels": panels.shown("lead", lead),
        "contact": lead.contact,
        "timeline": timeline.timeline_of(lead.contact),
    }


def _choices(lead: Lead) -> list[Choice]:
    """Assignee, stage and status: what they may become, and what they are, though nobody may choose that any more."""
    people = [(0, _("Nobody")), *((one.id, one.name) for one in queries.assignable_staff())]
    if lead.assignee is not None and not lead.assignee.is_active_account:
        people.append((lead.assignee.id, lead.assignee.name))
    stages = [(one.id, f"{one.emoji} {one.name}".strip()) for one in queries.all_stages()]
    statuses = [(one, str(STATUS_NAMES[one])) for one in STATUSES if one in {*queries.SETTABLE, lead.status}]
    return [
        Choice("assignee", _("Assignee"), url_for(".assignee", lead_id=lead.id), people, lead.assignee_id or 0),
        Choice("stage", _("Stage"), url_for(".stage", lead_id=lead.id), stages, lead.stage_id),
        Choice("status", _("Status"), url_for(".status", lead_id=lead.id), statuses, lead.status),
    ]


def _edited(lead: Lead, form: DetailsForm, asked: list[Any]) -> dict[str, Any]:
    return {"lead": lead, "form": form, "asked": asked}


def _as_typed(lead: Lead) -> dict[str, Any]:
    """The lead's details as a form shows them: where nothing usable is known, what was typed."""
    typed = lead.lasting_faults
    return {
        "first_name": lead.contact.first_name,
        "last_name": lead.contact.last_name,
        "email": lead.contact.email or typed.get("email", ""),
        "phone": lead.contact.phone or typed.get("phone", ""),
        "note": lead.note,
    } | fields.shown_values(lead.custom)

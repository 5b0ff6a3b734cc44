"""Importing leads: hand a file in, look at what it would do, let it happen, read the receipt, take it back."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from flask import Response, abort, request, url_for
from flask_login import current_user
from werkzeug.datastructures import CombinedMultiDict

from app import web
from app.db import db
from app.leads import queries, round_robin
from app.leads.importing import consequences, handing_in, receipts, undoing, words
from app.leads.importing.columns import FIELDS
from app.leads.importing.forms import ChoicesForm, FileForm
from app.leads.importing.models import DONE, HANDED_IN, OUTCOMES, WAITING, LeadImport
from app.leads.importing.reading import MOST_ROWS, Unreadable
from app.leads.views import bp

PREVIEWED = 6  # rows of the file that are shown beside its columns
ODD = 50  # rows that need a look


@bp.route("/leads/imports", methods=["GET", "POST"])
@web.needs("leads.import")
def imports() -> Response:
    """The way in, and the imports that were."""
    form = FileForm(CombinedMultiDict([request.files, request.form]), data=_suggested())
    form.offer(queries.all_sources())
    if request.method == "POST" and form.validate():
        try:
            source = queries.get_source(form.source.data)
            with closing(form.file.data) as file:
                made = handing_in.hand_in(file.filename, file.read(), source, by=current_user)
            return web.go(url_for(".show_import", import_id=made.id))
        except Unreadable as refused:
            form.file.errors = [str(refused)]
    status = 200 if request.method == "GET" else 422
    page = receipts.imports(after=request.args.get("after"))
    return web.page(
        "leads/imports/index.html", status=status, form=form, page=page, most_rows=MOST_ROWS, fields=FIELDS.values()
    )


@bp.get("/leads/imports/<int:import_id>")
@web.needs("leads.import")
def show_import(import_id: int) -> Response:
    found = _get(import_id)
    if found.status == HANDED_IN:
        return web.page("leads/imports/check.html", **_checked(found, _choices(found)))
    return web.page("leads/imports/show.html", **_receipt(found))


@bp.post("/leads/imports/<int:import_id>/choices")
@web.needs("leads.import")
def choose_import(import_id: int) -> Response:
    """Read the file another way, and show what it would do then."""
    found = _get(import_id, HANDED_IN)
    form = _choices(found)
    if form.validate():
        _choose(found, form)
    back = url_for(".show_import", import_id=found.id)
    return web.reply("leads/imports/_check.html", back=back, **_checked(found, form))


@bp.post("/leads/imports/<int:import_id>/start")
@web.needs("leads.import")
def start_import(import_id: int) -> Response:
    found = _get(import_id)
    if found.status == HANDED_IN:
        form = _choices(found)
        if not form.validate():
            return web.page("leads/imports/check.html", status=422, **_checked(found, form))
        _choose(found, form)
        handing_in.start(found)
    return web.go(url_for(".show_import", import_id=found.id))


@bp.post("/leads/imports/<int:import_id>/removal")
@web.needs("leads.import")
def discard_import(import_id: int) -> Response:
    handing_in.discard(_get(import_id, HANDED_IN))
    return web.go(url_for(".imports"))


@bp.get("/leads/imports/<int:import_id>/progress")
@web.needs("leads.import")
def import_progress(import_id: int) -> Response:
    """How far it is; once it is there, the whole page."""
    found = _get(import_id)
    if not found.is_at_work or not web.wants_partial():
        return web.go(url_for(".show_import", import_id=found.id))
    return web.page("leads/imports/progress.html", imported=found)


@bp.get("/leads/imports/<int:import_id>/rows")
@web.needs("leads.import")
def more_import_rows(import_id: int) -> Response:
    found = _get(import_id)
    if not web.wants_partial():
        return web.go(url_for(".show_import", import_id=found.id))
    return web.page("leads/imports/rows.html", **_rows(found))


@bp.get("/leads/imports/<int:import_id>/receipt.csv")
@web.needs("leads.import")
def download_receipt(import_id: int) -> Response:
    found = _get(import_id)
    return web.spreadsheet(f"import-{found.id}", receipts.as_table(found))


@bp.route("/leads/imports/<int:import_id>/undoing", methods=["GET", "POST"])
@web.needs("leads.import")
def undo_import(import_id: int) -> Response:
    """What taking it back would do; then, taking it back."""
    found = _get(import_id)
    back = url_for(".show_import", import_id=found.id)
    if request.method == "POST":
        undoing.undo(found, by=current_user)
        return web.go(back)
    if found.status != DONE:
        abort(404)
    return web.page("leads/imports/undoing.html", imported=found, kept=undoing.count_kept(found))


def _get(import_id: int, status: str | None = None) -> LeadImport:
    found = db.session.get(LeadImport, import_id)
    return found if found is not None and status in {None, found.status} else abort(404)


def _suggested() -> dict[str, Any]:
    return {"source": queries.built_in_source("dashboard").id}


def _choices(found: LeadImport) -> ChoicesForm:
    form = ChoicesForm(
        request.form,
        data={"source": handing_in.source_of(found).id, "is_quiet": found.is_quiet, **found.columns},
    )
    form.offer(queries.all_sources(), handing_in.sheet_of(found).headings)
    return form


def _choose(found: LeadImport, form: ChoicesForm) -> None:
    source = queries.get_source(form.source.data)
    handing_in.choose(found, placed=form.placed, source=source, is_quiet=bool(form.is_quiet.data))


def _checked(found: LeadImport, form: ChoicesForm) -> dict[str, Any]:
    plan = handing_in.plan_of(found)
    return {
        "imported": found,
        "form": form,
        "fields": FIELDS,
        "plan": plan,
        "previewed": plan.rows[:PREVIEWED],
        "odd": plan.odd[:ODD],
        "listeners": consequences.listeners(handing_in.source_of(found)),
        "rotation": round_robin.setting().is_on,
        "reason_of": words.reason_of,
        "outcomes": words.OUTCOMES,
        "tones": words.TONES,
    }


def _receipt(found: LeadImport) -> dict[str, Any]:
    shown = [(one, found.tally.get(one, 0)) for one in OUTCOMES if found.tally.get(one)]
    return {"shown": shown, **_rows(found)}


def _rows(found: LeadImport) -> dict[str, Any]:
    outcome = request.args.get("outcome", "")
    outcome = outcome if outcome in {*OUTCOMES, WAITING} else ""
    return {
        "imported": found,
        "outcome": outcome,
        "page": receipts.rows(found, outcome=outcome, after=request.args.get("after")),
        "reason_of": words.reason_of,
        "outcomes": words.OUTCOMES,
        "tones": words.TONES,
    }
